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
    /// What may stand before the words as `--name value`; nothing else may.
    pub options: &'static [Opt],
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

/// `--name value`, or `--name=value`.
#[derive(Debug)]
pub struct Opt {
    /// Without the dashes.
    pub name: &'static str,
    pub value: Value,
}

/// What an option takes.
#[derive(Clone, Copy, Debug)]
pub enum Value {
    /// A whole number, from the first to the second.
    Number(u32, u32),
    OneOf(&'static [&'static str]),
}

impl Value {
    pub fn takes(self, text: &str) -> bool {
        match self {
            Self::Number(least, most) => text.parse().is_ok_and(|number: u32| (least..=most).contains(&number)),
            Self::OneOf(all) => all.contains(&text),
        }
    }

    /// As in `a number from 1 to 10`.
    pub fn words(self) -> String {
        match self {
            Self::Number(least, most) => format!("a number from {least} to {most}"),
            Self::OneOf(all) => {
                let all: Vec<_> = all.iter().map(|one| format!("`{one}`")).collect();
                format!("one of {}", all.join(", "))
            }
        }
    }
}

impl Use {
    /// For whoever may read the repository; most are made from this one.
    pub const fn read(word: &'static str, takes: Takes, help: &'static str) -> Self {
        Self { word, takes, options: &[], help, role: Role::Read, author: false }
    }

    /// For whoever may write to it.
    pub const fn write(word: &'static str, takes: Takes, help: &'static str) -> Self {
        Self { word, takes, options: &[], help, role: Role::Write, author: false }
    }

    /// As in `describe apply`.
    pub fn name(&self, command: &Spec) -> String {
        format!("{} {}", command.name, self.word).trim_end().to_owned()
    }

    /// As in `describe apply` or `split plan [--max-files MAX-FILES]`, after the slash.
    pub fn usage(&self, command: &Spec) -> String {
        let takes = match self.takes {
            Takes::Nothing => String::new(),
            Takes::Words(name) => format!(" {name}"),
            Takes::MaybeWords(name) => format!(" [{name}]"),
        };
        let word = if self.word.is_empty() { String::new() } else { format!(" {}", self.word) };
        let option = |option: &Opt| format!(" [--{} {}]", option.name, option.name.to_uppercase());
        let options: String = self.options.iter().map(option).collect();
        format!("{}{word}{options}{takes}", command.name)
    }
}
