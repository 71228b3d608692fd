//! The life of a problem on a pull request: what it can be, what can happen to it, and what Seam then does. All of it is
//! one table, [`Life::after`]; `docs/CONVERSATION.md` shows it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where a problem that was raised stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Life {
    Open,
    /// Its file was looked at, and it is not in it.
    Fixed,
    /// Its file left the diff, or the settings no longer ask for it: nobody can tell.
    Outdated,
    /// A person does not want to hear of it.
    Dismissed,
}

/// What can happen to a problem between two looks at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happening {
    /// It is in the head.
    Found,
    /// Its file was looked at, and it is not there.
    Gone,
    /// Its file is no longer in the diff, or the settings no longer ask for it.
    LeftOut,
    /// Nobody looked at its file.
    Unseen,
    /// A person resolved its thread.
    Resolved,
    /// A person gave its comment a thumbs down, deleted it, or wrote `/ignore` or `/resolve`; or did any of it on another
    /// pull request of the repository.
    Dismissed,
    /// A person opened its thread again.
    Recalled,
}

/// What Seam does about it on the pull request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    Nothing,
    /// One new comment.
    Raise,
    /// Answers its thread with the commit, and resolves it.
    Settle,
    /// Answers its thread with the commit, and opens it again.
    Reopen,
    /// Resolves its thread, without a word.
    Close,
}

impl Life {
    pub const ALL: [Self; 4] = [Self::Open, Self::Fixed, Self::Outdated, Self::Dismissed];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Fixed => "fixed",
            Self::Outdated => "outdated",
            Self::Dismissed => "dismissed",
        }
    }

    /// `before`: `None` where it was never raised. Afterwards `None` is a problem that there is nothing to remember of.
    pub fn after(before: Option<Self>, happening: Happening) -> (Option<Self>, Act) {
        use Happening::{Dismissed, Found, Gone, LeftOut, Recalled, Resolved, Unseen};
        let (after, act) = match (before, happening) {
            (None, Found) => (Self::Open, Act::Raise),
            (None, Dismissed) => (Self::Dismissed, Act::Nothing),
            (None, _) => return (None, Act::Nothing),

            (Some(Self::Open), Gone) => (Self::Fixed, Act::Settle),
            (Some(Self::Open), LeftOut) => (Self::Outdated, Act::Settle),
            (Some(Self::Open), Resolved) => (Self::Dismissed, Act::Nothing),
            (Some(Self::Open), Found | Unseen | Recalled) => (Self::Open, Act::Nothing),

            (Some(Self::Fixed | Self::Outdated), Found) => (Self::Open, Act::Reopen),
            // Whoever resolves its thread tidies up; whoever opens it has something to say there.
            (Some(gone @ (Self::Fixed | Self::Outdated)), Gone | LeftOut | Unseen | Resolved | Recalled) => {
                (gone, Act::Nothing)
            }

            (Some(Self::Dismissed), Recalled) => (Self::Open, Act::Nothing),
            (Some(Self::Dismissed), Found | Gone | LeftOut | Unseen | Resolved) => (Self::Dismissed, Act::Nothing),
            (Some(_), Dismissed) => (Self::Dismissed, Act::Close),
        };
        (Some(after), act)
    }
}

impl Happening {
    pub const ALL: [Self; 7] =
        [Self::Found, Self::Gone, Self::LeftOut, Self::Unseen, Self::Resolved, Self::Dismissed, Self::Recalled];

    /// For the table in the documents.
    pub fn words(self) -> &'static str {
        match self {
            Self::Found => "it is in the head",
            Self::Gone => "it is gone from its file",
            Self::LeftOut => "its file left the diff, or settings switch it off",
            Self::Unseen => "its file was not looked at",
            Self::Resolved => "a person resolves its thread",
            Self::Dismissed => "a person dismisses it",
            Self::Recalled => "a person opens its thread again",
        }
    }
}

impl Act {
    pub fn words(self) -> &'static str {
        match self {
            Self::Nothing => "",
            Self::Raise => "one comment",
            Self::Settle => "reply with the commit, resolve",
            Self::Reopen => "reply with the commit, unresolve",
            Self::Close => "resolve",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = include_str!("../../docs/CONVERSATION.md");

    /// Every state and everything that can happen to it, as Markdown.
    fn table() -> String {
        let mut text = String::from("| what happens | never raised |");
        Life::ALL.iter().for_each(|life| text.push_str(&format!(" {} |", life.as_str())));
        text.push_str("\n|--|--|--|--|--|--|\n");
        for happening in Happening::ALL {
            text.push_str(&format!("| {} |", happening.words()));
            for before in [None].into_iter().chain(Life::ALL.map(Some)) {
                let (after, act) = Life::after(before, happening);
                let after = after.map_or("nothing", Life::as_str);
                let act = if act == Act::Nothing { String::new() } else { format!(": {}", act.words()) };
                text.push_str(&format!(" {after}{act} |"));
            }
            text.push('\n');
        }
        text
    }

    #[test]
    fn every_turn_is_as_the_documents_tell_it() {
        let table = table();
        assert!(DOCUMENT.contains(&table), "docs/CONVERSATION.md does not hold this table:\n{table}");
    }

    /// Whatever people and pushes do: at most one comment, never a word about what was dismissed, and what is told to be
    /// fixed was open.
    #[test]
    fn no_history_says_anything_twice() {
        let mut histories = vec![(None, 0)];
        for _ in 0..5 {
            histories = histories
                .into_iter()
                .flat_map(|(before, raised)| {
                    Happening::ALL.map(|happening| {
                        let (after, act) = Life::after(before, happening);
                        let raised = raised + usize::from(act == Act::Raise);
                        assert!(raised <= 1, "raised twice");
                        assert!(act != Act::Settle || before == Some(Life::Open), "settled what was not open");
                        if before == Some(Life::Dismissed) {
                            assert!(matches!(act, Act::Nothing | Act::Close), "spoke of what was dismissed");
                            assert!(after == before || happening == Happening::Recalled, "forgot a dismissal");
                        }
                        (after, raised)
                    })
                })
                .collect();
            histories.dedup();
        }
    }
}
