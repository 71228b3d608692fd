//! What a comment with commands in it may start, and the names by which the same command of a comment is known again.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::parse::Command;
use crate::domain::{
    event::CommentRef,
    execution::{After, NewExecution},
    ids::RepositoryId,
};

/// The workflow that hears the commands of a comment.
pub const HEARING: &str = "commands";
/// The workflow that tells a person what became of a command.
pub const ANSWER: &str = "answer";

/// A command, and the execution that it asks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Heard {
    pub command: Command,
    /// `None`: no workflow has a command of this name.
    pub starts: Option<NewExecution>,
}

/// Of a comment within its repository, as in `conversation:31`.
pub fn comment_name(comment: &CommentRef) -> String {
    format!("{}:{}", comment.place.as_str(), comment.id)
}

/// Of a command of a comment: the same words are the same command, however often the comment is edited or told of.
pub fn command_name(comment: &CommentRef, command: &Command) -> String {
    let words: Vec<_> = command.arguments.split_whitespace().collect();
    let digest = hex::encode(&Sha256::digest(words.join(" "))[..8]);
    format!("{}:{}:{digest}", comment_name(comment), command.name)
}

/// The key of an execution that exists once: `name` is one of the above.
pub fn once(repository: RepositoryId, name: &str) -> String {
    format!("command:{repository}:{name}")
}

/// Tells whoever asked how `asked` ended: a command, or the hearing of all that a comment holds.
pub fn answer_to(asked: &NewExecution, after: After) -> NewExecution {
    let mut input = asked.input.clone();
    if let Some(heard) = input.as_object_mut().and_then(|input| input.remove("heard")) {
        input["command"] = heard[0]["command"].clone();
    }
    NewExecution {
        workflow: ANSWER.to_owned(),
        lane: None,
        once: asked.once.as_ref().map(|key| format!("{key}:answer")),
        after: Some(after),
        input,
        ..asked.clone()
    }
}
