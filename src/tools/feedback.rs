//! How a person hears what became of their command: reactions to it, and words where it stands.

use crate::{
    commands::{
        heard::{command_name, comment_name},
        parse::Command,
    },
    domain::{
        effect::{Effect, EffectKey, PlannedEffect, Reaction},
        event::CommentRef,
        ids::{ExecutionId, PullNumber},
    },
    review::{
        mark::Mark,
        markdown::{code, disarm, shorten},
        paper::MOST_BYTES,
    },
};

/// Once for each comment, whatever number of commands is in it.
pub(super) fn react(comment: &CommentRef, reaction: Reaction) -> PlannedEffect {
    let word = match reaction {
        Reaction::Eyes => "eyes",
        Reaction::Rocket => "rocket",
        Reaction::Confused => "confused",
        Reaction::ThumbsDown => "thumbs-down",
    };
    let key = EffectKey(format!("react:{}:{word}", comment_name(comment)));
    PlannedEffect { key, effect: Effect::React { comment: comment.clone(), reaction } }
}

/// Of the one comment in which a person hears of a command: what it is at, and then how it ended. Where somebody had it run
/// again, there is another `answer`, which is the execution that tells the end.
pub(super) fn answer_key(comment: &CommentRef, command: &Command, answer: ExecutionId) -> EffectKey {
    EffectKey(format!("answer:{}@{answer}", command_name(comment, command)))
}

/// Of what such a comment says meanwhile; `what` tells one word from the next.
pub(super) fn progress_key(answer: &EffectKey, what: &str) -> EffectKey {
    EffectKey(format!("progress:{answer}:{what}"))
}

/// Words in the thread where the command stands, or in the conversation, where they name it.
pub(super) fn reply(
    key: EffectKey,
    pull: PullNumber,
    comment: &CommentRef,
    command: &Command,
    text: &str,
) -> PlannedEffect {
    let text = disarm(text);
    let text = shorten(&text, MOST_BYTES);
    let mark = Mark::of_effect(&key);
    let effect = match comment.thread() {
        Some(thread) => Effect::UpsertReply { pull, comment: thread, body: mark.end(&text) },
        None => {
            let asked = format!("/{} {}", command.name, command.arguments);
            let asked = code(&shorten(asked.trim_end(), 200));
            Effect::UpsertComment { pull, body: mark.end(&format!("> {asked}\n\n{text}")) }
        }
    };
    PlannedEffect { key, effect }
}
