//! Finds commands in a comment: a line that starts with `/seam NAME`, `/NAME` or `@APPSLUG NAME`. Quotes and code are what
//! somebody else said, and nobody sees what stands in HTML comments.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Of one comment; the rest is not looked at.
const MAX_COMMANDS: usize = 5;
const MAX_ARGUMENTS: usize = 1_000;

/// How a command was written; a repository may forbid [`Form::Bare`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// `/seam review`
    Named,
    /// `/review`: maybe meant for another bot.
    Bare,
    /// `@seam review`
    Mention,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Command {
    /// Lowercase.
    pub name: String,
    /// The rest of the line, at most 1,000 characters.
    pub arguments: String,
    pub form: Form,
}

/// The first few. `slug`: the App's name in mentions.
pub fn parse_commands(body: &str, slug: &str) -> Vec<Command> {
    all_commands(body, slug).take(MAX_COMMANDS).collect()
}

/// The first few of what an edited comment has that was nowhere in it `before`: who edits it asks for nothing else.
pub fn added_commands(before: &str, body: &str, slug: &str) -> Vec<Command> {
    let before: Vec<_> = all_commands(before, slug).collect();
    parse_commands(body, slug).into_iter().filter(|command| !before.contains(command)).collect()
}

fn all_commands(body: &str, slug: &str) -> impl Iterator<Item = Command> {
    let mut block = Block::Text;
    body.lines().filter_map(move |line| {
        let text = line.trim_start_matches(' ');
        let is_indented = line.len() - text.len() >= 4 || text.starts_with('\t');
        let (before, after) = (block, block.after(if is_indented { "" } else { text }));
        block = after;
        (before == Block::Text && !is_indented).then(|| parse_line(text, slug)).flatten()
    })
}

/// What a line stands in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Block {
    Text,
    /// Code between fences of so many of these.
    Code(char, usize),
    /// An HTML comment.
    Hidden,
}

impl Block {
    /// What the next line stands in. A fence is closed by one that is as long and has nothing behind it.
    /// Source: <https://github.github.com/gfm/#fenced-code-blocks>.
    fn after(self, line: &str) -> Self {
        let mark = line.chars().next().filter(|c| matches!(c, '`' | '~'));
        let length = line.chars().take_while(|c| Some(*c) == mark).count();
        match (self, mark) {
            (Self::Text, Some(mark)) if length >= 3 && !(mark == '`' && line[length..].contains('`')) => {
                Self::Code(mark, length)
            }
            (Self::Text, _) if line.starts_with("<!--") && !line.contains("-->") => Self::Hidden,
            (Self::Code(open, least), Some(mark))
                if mark == open && length >= least && line[length..].trim().is_empty() =>
            {
                Self::Text
            }
            (Self::Hidden, _) if line.contains("-->") => Self::Text,
            (same, _) => same,
        }
    }
}

fn parse_line(line: &str, slug: &str) -> Option<Command> {
    let (first, rest) = split_word(line);
    let (name, arguments, form) = match (first.strip_prefix('/'), first.strip_prefix('@')) {
        (Some("seam"), _) => {
            let (name, arguments) = split_word(rest);
            (name, arguments, Form::Named)
        }
        (Some(name), _) => (name, rest, Form::Bare),
        (None, Some(mentioned)) if !slug.is_empty() && mentioned.eq_ignore_ascii_case(slug) => {
            let (name, arguments) = split_word(rest);
            (name, arguments, Form::Mention)
        }
        _ => return None,
    };
    let is_name = |name: &str| {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        !name.is_empty() && name.len() <= 60 && name.chars().all(allowed)
    };
    is_name(name).then(|| Command {
        name: name.to_ascii_lowercase(),
        arguments: arguments.chars().take(MAX_ARGUMENTS).collect::<String>().trim_end().to_owned(),
        form,
    })
}

/// The first word, and what stands behind it.
pub(super) fn split_word(text: &str) -> (&str, &str) {
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    (word, rest.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(body: &str) -> Vec<String> {
        let show = |command: Command| format!("{} ({:?}): {}", command.name, command.form, command.arguments);
        parse_commands(body, "seam-app").into_iter().map(show).collect()
    }

    #[test]
    fn a_command_stands_at_the_start_of_a_line() {
        assert_eq!(
            found("Thanks!\r\n/seam Split --max-files 10 \r\n  /review\n@Seam-App why\n"),
            ["split (Named): --max-files 10", "review (Bare): ", "why (Mention): "]
        );
        for none in ["please /review", "/", "/seam", "/usr/bin/env", "@seam-app-2 why", "@seam-app", "//review", "/ré"]
        {
            assert_eq!(found(none), Vec::<String>::new(), "{none:?}");
        }
    }

    #[test]
    fn quotes_and_code_are_no_commands() {
        assert_eq!(found("> /review\n```\n/review\n~~~\n/review\n```\n    /review\n\t/review\n/why"), ["why (Bare): "]);
        assert_eq!(found("~~~ text\n/review"), Vec::<String>::new());
        assert_eq!(found("````\n```\n/review\n```\n/review\n````\n/why"), ["why (Bare): "]);
        assert_eq!(found("```\n/review\n``` text\n/review"), Vec::<String>::new());
        assert_eq!(found("```/review``` does it:\n/why"), ["why (Bare): "]);
        assert_eq!(
            found("<!-- template:\n/review\n-->\n/why\n<!-- /review -->\n/help"),
            ["why (Bare): ", "help (Bare): "]
        );
    }

    #[test]
    fn an_edit_asks_only_for_what_it_adds() {
        let added = |before, body| added_commands(before, body, "seam-app").into_iter().map(|command| command.name);
        assert!(added("/review\n/why", "/why\n/help\n/review").eq(["help"]));
        // Somebody else hid it behind the few that are looked at.
        let hidden = format!("{}/fix all", "/x\n".repeat(MAX_COMMANDS));
        assert!(added(&hidden, "/x\n/fix all").eq([""; 0]));
    }

    #[test]
    fn a_comment_full_of_commands_starts_a_few() {
        assert_eq!(found(&"/review\n".repeat(10_000)).len(), MAX_COMMANDS);
        assert!(parse_commands(&format!("/x {}", "é".repeat(100_000)), "s")[0].arguments.len() <= 2 * MAX_ARGUMENTS);
    }
}
