//! What a command is: its name, the ways to use it, and who may.

use crate::config::policy::Role;

/// One command; each stands in its own file.
#[derive(Debug)]
pub struct Spec {
    /// As people write it, without a slash.
    pub name: &'static str,
    /// The ways to use it, each known by its word.
    pub uses: &'static [Use],
}

#[derive(Debug)]
pub struct Use {
    /// `apply` of `/describe apply`; empty for the command by itself.
    pub word: &'static str,
    pub takes: Takes,
    /// One sentence for people.
    pub help: &'static str,
    /// What a person must be on the repository, unless the policy says otherwise.
    pub role: Role,
    /// Whoever opened the pull request may, too.
    pub author: bool,
}

/// What stands behind the command and its word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    Nothing,
    /// Words for people, named as in `QUESTION`.
    Words(&'static str),
    /// The same, or nothing.
    MaybeWords(&'static str),
}

impl Use {
    /// For whoever may read the repository; most are made from this one.
    pub const fn read(word: &'static str, takes: Takes, help: &'static str) -> Self {
        Self { word, takes, help, role: Role::Read, author: false }
    }

    /// For whoever may write to it.
    pub const fn write(word: &'static str, takes: Takes, help: &'static str) -> Self {
        Self { word, takes, help, role: Role::Write, author: false }
    }

    /// As in `describe apply` or `ask QUESTION`, after the slash.
    pub fn usage(&self, command: &Spec) -> String {
        let takes = match self.takes {
            Takes::Nothing => String::new(),
            Takes::Words(name) => format!(" {name}"),
            Takes::MaybeWords(name) => format!(" [{name}]"),
        };
        let word = if self.word.is_empty() { String::new() } else { format!(" {}", self.word) };
        format!("{}{word}{takes}", command.name)
    }
}
