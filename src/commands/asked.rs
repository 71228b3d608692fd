//! A command of Seam's own, read as its [`Spec`] allows: which use is meant, and with which words.

use super::{
    parse::{Command, split_word},
    registry,
    spec::{Opt, Spec, Takes, Use},
};
use crate::config::nearest::nearest;

/// What somebody asked for, understood.
#[derive(Clone, Debug)]
pub struct Asked<'a> {
    pub spec: &'static Spec,
    pub way: &'static Use,
    options: Vec<Given<'a>>,
    /// What stands behind the command, its word and its options; empty for nothing.
    pub words: &'a str,
}

/// An option, and what it was given, as its type allows.
type Given<'a> = (&'static Opt, &'a str);

impl<'a> Asked<'a> {
    /// What an option was given, the last time.
    pub fn option(&self, name: &str) -> Option<&'a str> {
        self.options.iter().rev().find(|(option, _)| option.name == name).map(|(_, value)| *value)
    }
}

/// Why a command cannot be understood: a sentence in Markdown, in which nothing of what was written stands unchecked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misuse(pub String);

/// `None`: Seam itself has no such command.
pub fn read(command: &Command) -> Option<Result<Asked<'_>, Misuse>> {
    Some(read_as(registry::find(&command.name)?, &command.arguments))
}

fn read_as<'a>(spec: &'static Spec, arguments: &'a str) -> Result<Asked<'a>, Misuse> {
    let (first, rest) = split_word(arguments);
    let by_word = spec.uses.iter().find(|way| !way.word.is_empty() && way.word.eq_ignore_ascii_case(first));
    let plain = spec.uses.iter().find(|way| way.word.is_empty());
    let (way, words) = match (by_word, plain) {
        (Some(way), _) => (way, rest),
        (None, Some(way)) => (way, arguments),
        (None, None) => return Err(unknown_word(spec, &spec.uses[0], first)),
    };
    let (options, words) = options(spec, way, words)?;
    match way.takes {
        Takes::Nothing if !words.is_empty() => Err(unknown_word(spec, way, words)),
        Takes::Words(name) if words.is_empty() => {
            let name = split_word(name).0.to_lowercase();
            Err(Misuse(format!("`/{}` needs {}: `/{}`.", spec.name, article(&name), way.usage(spec))))
        }
        _ => Ok(Asked { spec, way, options, words }),
    }
}

/// The options that words begin with, and the rest of them. Where none is known and words are taken, what begins with dashes
/// is a word.
fn options<'a>(spec: &Spec, way: &'static Use, mut words: &'a str) -> Result<(Vec<Given<'a>>, &'a str), Misuse> {
    let mut options = Vec::new();
    let has_options = !way.options.is_empty() || way.takes == Takes::Nothing;
    while has_options && words.starts_with("--") {
        let (head, rest) = split_word(words);
        let (name, value) = head.split_once('=').unwrap_or((head, ""));
        let Some(option) = way.options.iter().find(|option| option.name == &name[2..]) else {
            return Err(unknown_option(spec, way, name));
        };
        let (value, rest) = if head.contains('=') { (value, rest) } else { split_word(rest) };
        if !option.value.takes(value) {
            return Err(Misuse(format!("`--{}` of `/{}` takes {}.", option.name, spec.name, option.value.words())));
        }
        options.push((option, value));
        words = rest;
    }
    Ok((options, words))
}

/// Whether it is this use of its command, as in `all` of `/fix all`.
pub fn is(command: &Command, word: &str) -> bool {
    matches!(read(command), Some(Ok(asked)) if asked.way.word == word)
}

/// The command was addressed to Seam, and there is none of this name.
pub fn unknown_command<'a>(command: &Command, known: impl IntoIterator<Item = &'a str>) -> Misuse {
    let meant = match nearest(&command.name, known) {
        Some(meant) => format!("did you mean `/{meant}`?"),
        None => "`/help` lists what there is.".to_owned(),
    };
    Misuse(format!("There is no command `/{}` here; {meant}", plain(&command.name)))
}

fn unknown_word(spec: &Spec, way: &Use, words: &str) -> Misuse {
    let (first, _) = split_word(words);
    let known = spec.uses.iter().map(|way| way.word).filter(|word| !word.is_empty());
    let whole = |way: &Use| format!("`/{}`", way.usage(spec));
    let meant = match nearest(first, known) {
        Some(meant) => format!("did you mean `/{} {meant}`?", spec.name),
        None if spec.uses.len() == 1 => format!("it is used as {}.", whole(way)),
        None => format!("it is used as {}.", spec.uses.iter().map(whole).collect::<Vec<_>>().join(", ")),
    };
    Misuse(format!("`/{}` does not know `{}`; {meant}", spec.name, plain(first)))
}

fn unknown_option(spec: &Spec, way: &Use, name: &str) -> Misuse {
    let meant = match nearest(&name[2..], way.options.iter().map(|option| option.name)) {
        Some(meant) => format!("did you mean `--{meant}`?"),
        None => format!("it is used as `/{}`.", way.usage(spec)),
    };
    Misuse(format!("`/{}` does not know `{}`; {meant}", spec.name, plain(name)))
}

/// What cannot end a code span or mention anybody.
fn plain(word: &str) -> String {
    let allowed = |c: &char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '=' | ':');
    word.chars().filter(allowed).take(40).collect()
}

fn article(noun: &str) -> String {
    let an = noun.starts_with(['a', 'e', 'i', 'o', 'u']);
    format!("{} {noun}", if an { "an" } else { "a" })
}

#[cfg(test)]
mod tests {
    use super::{super::spec::Value, *};

    static CUT: Spec = Spec {
        name: "cut",
        uses: &[
            Use {
                options: &[
                    Opt { name: "max-files", value: Value::Number(1, 100) },
                    Opt { name: "by", value: Value::OneOf(&["folder", "owner"]) },
                ],
                ..Use::read("", Takes::MaybeWords("WHERE"), "Cuts.")
            },
            Use::read("apply", Takes::Nothing, "Does it."),
        ],
    };

    fn told(arguments: &str) -> String {
        match read_as(&CUT, arguments) {
            Ok(asked) => {
                let options: Vec<_> = asked.options.iter().map(|(option, value)| (option.name, *value)).collect();
                format!("{:?} {options:?} {:?}", asked.way.word, asked.words)
            }
            Err(Misuse(sentence)) => sentence,
        }
    }

    #[test]
    fn options_are_an_allow_list_and_have_types() {
        let all = [
            "--max-files 10 --by=owner src",
            "apply",
            "src --max-files 10",
            "--max-file 10",
            "--max-files",
            "--max-files 1000",
            "--by author",
            "--colour red",
            "apply --by owner",
            "apply it",
        ];
        let all: Vec<_> = all.iter().map(|arguments| format!("{arguments}: {}", told(arguments))).collect();
        insta::assert_snapshot!(all.join("\n"), @r#"
        --max-files 10 --by=owner src: "" [("max-files", "10"), ("by", "owner")] "src"
        apply: "apply" [] ""
        src --max-files 10: "" [] "src --max-files 10"
        --max-file 10: `/cut` does not know `--max-file`; did you mean `--max-files`?
        --max-files: `--max-files` of `/cut` takes a number from 1 to 100.
        --max-files 1000: `--max-files` of `/cut` takes a number from 1 to 100.
        --by author: `--by` of `/cut` takes one of `folder`, `owner`.
        --colour red: `/cut` does not know `--colour`; it is used as `/cut [--max-files MAX-FILES] [--by BY] [WHERE]`.
        apply --by owner: `/cut` does not know `--by`; it is used as `/cut apply`.
        apply it: `/cut` does not know `it`; it is used as `/cut [--max-files MAX-FILES] [--by BY] [WHERE]`, `/cut apply`.
        "#);
    }

    #[test]
    fn uses_are_told_by_their_word() {
        assert_eq!(CUT.uses[0].usage(&CUT), "cut [--max-files MAX-FILES] [--by BY] [WHERE]");
        assert_eq!(told("Apply"), "\"apply\" [] \"\"");
    }
}
