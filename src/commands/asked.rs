//! A command of Seam's own, read as its [`Spec`] allows: which use is meant, and with which words.

use super::{
    parse::Command,
    registry,
    spec::{Spec, Takes, Use},
};
use crate::config::nearest::nearest;

/// What somebody asked for, understood.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    pub spec: &'static Spec,
    pub way: &'static Use,
    /// What stands behind the command and its word; empty for nothing.
    pub words: &'a str,
}

/// Why a command cannot be understood: a sentence in Markdown, in which nothing of what was written stands unchecked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misuse(pub String);

/// `None`: Seam itself has no such command.
pub fn read(command: &Command) -> Option<Result<Asked<'_>, Misuse>> {
    let spec = registry::find(&command.name)?;
    let (first, rest) = match command.arguments.split_once(char::is_whitespace) {
        Some((first, rest)) => (first, rest.trim_start()),
        None => (command.arguments.as_str(), ""),
    };
    let by_word = spec.uses.iter().find(|way| !way.word.is_empty() && way.word.eq_ignore_ascii_case(first));
    let plain = spec.uses.iter().find(|way| way.word.is_empty());
    let found = match (by_word, plain) {
        (Some(way), _) => Some((way, rest)),
        (None, Some(way)) => Some((way, command.arguments.as_str())),
        (None, None) => None,
    };
    Some(match found {
        Some((way @ Use { takes: Takes::Nothing, .. }, words)) if !words.is_empty() => {
            Err(unknown_word(spec, way, words))
        }
        Some((way @ Use { takes: Takes::Words(name), .. }, "")) => {
            let name = name.to_lowercase();
            Err(Misuse(format!("`/{}` needs {}: `/{}`.", spec.name, article(&name), way.usage(spec))))
        }
        Some((way, words)) => Ok(Asked { spec, way, words }),
        None => Err(unknown_word(spec, &spec.uses[0], first)),
    })
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
    let first = words.split_whitespace().next().unwrap_or_default();
    let known = spec.uses.iter().map(|way| way.word).filter(|word| !word.is_empty());
    let whole = |way: &Use| format!("`/{}`", way.usage(spec));
    let meant = match nearest(first.trim_start_matches('-'), known) {
        Some(meant) => format!("did you mean `/{} {meant}`?", spec.name),
        None if spec.uses.len() == 1 => format!("it is used as {}.", whole(way)),
        None => format!("it is used as {}.", spec.uses.iter().map(whole).collect::<Vec<_>>().join(", ")),
    };
    Misuse(format!("`/{}` does not know `{}`; {meant}", spec.name, plain(first)))
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
