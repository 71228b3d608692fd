//! Markdown for GitHub out of text that nobody vouches for: paths, code and messages may come from a stranger's pull
//! request. Nothing in them may mention people, load an image, open an HTML comment, break out of a code span or a
//! table, or look like a mark of Seam's.

use std::borrow::Cow;

/// Zero width space: parts what must not be read as one, and is not seen.
const GAP: char = '\u{200B}';

/// `text` with control characters, line ends included, and what reorders or hides text shown as escapes.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_unseen(character) { shown.extend(character.escape_default()) } else { shown.push(character) }
    }
    shown
}

fn is_unseen(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

/// An inline code span on one line.
pub fn code(text: &str) -> String {
    let text = disarm(&visible(text)).into_owned();
    let fence = "`".repeat(longest_run(&text, '`') + 1);
    let pad = if text.is_empty() || text.contains('`') || text.trim() != text { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// A name within a message that [`prose`] and terminals show alike: a code span whose text cannot end it.
pub fn quoted(text: &str) -> String {
    format!("`{}`", text.replace('`', "'"))
}

/// A fenced block. `info`: its language, or `suggestion`.
pub fn block(info: &str, text: &str) -> String {
    let fence = "`".repeat(longest_run(text, '`').max(2) + 1);
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    format!("{fence}{info}\n{text}{end}{fence}")
}

/// Plain text inside an HTML element.
pub fn html(text: &str) -> String {
    let text = visible(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('@', &format!("@{GAP}")).replace('#', &format!("#{GAP}"))
}

/// Text for a cell of a table: one line, no bars.
pub fn cell(markdown: &str) -> String {
    markdown.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

/// Keeps a text from holding what looks like a mark: `<!-- seam:` gets a gap that nobody sees.
pub fn disarm(text: &str) -> Cow<'_, str> {
    const OPEN: &str = "<!--";
    let mut safe = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(OPEN) {
        let (before, after) = rest.split_at(at + OPEN.len());
        let forged = after.trim_start().get(..5).is_some_and(|word| word.eq_ignore_ascii_case("seam:"));
        safe.push_str(if forged { &before[..at + 1] } else { before });
        if forged {
            safe.push(GAP);
            safe.push_str("!--");
        }
        rest = after;
    }
    if safe.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(safe + rest) }
}

/// A message, in which inline code, emphasis, links and lists may stand, and nothing else.
pub fn prose(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 16);
    for (number, line) in text.trim().lines().enumerate() {
        if number > 0 {
            safe.push('\n');
        }
        prose_line(line.trim(), &mut safe);
    }
    safe
}

fn prose_line(line: &str, safe: &mut String) {
    // Headings, quotes, rules and fences begin a line; a fence of backticks is escaped below.
    if line.starts_with(['#', '>', '=', '~']) || line.starts_with("---") || line.bytes().all(|byte| byte == b'-') {
        safe.push('\\');
    }
    let mut rest = line;
    let mut last = ' ';
    while let Some(character) = rest.chars().next() {
        if character == '`' {
            let (span, after) = code_span(rest);
            safe.push_str(&span);
            (rest, last) = (after, '`');
            continue;
        }
        rest = &rest[character.len_utf8()..];
        let next = rest.chars().next().unwrap_or(' ');
        match character {
            '<' => safe.push_str("&lt;"),
            // It would take the next character's meaning away, also from the backtick of a code span.
            '\\' => safe.push_str("\\\\"),
            '!' if next == '[' => safe.push_str("\\!"),
            '@' if !last.is_alphanumeric() && (next.is_alphanumeric() || next == '-') => safe.extend(['@', GAP]),
            '#' if next.is_ascii_digit() => safe.extend(['#', GAP]),
            _ if is_unseen(character) && character != '\t' => safe.push_str(&code(&character.to_string())),
            _ => safe.push(character),
        }
        last = character;
    }
}

/// The code span that `text` begins with, made safe, and the rest; a run of backticks that nothing closes is shown as it is.
fn code_span(text: &str) -> (String, &str) {
    let run = text.bytes().take_while(|&byte| byte == b'`').count();
    let (ticks, after) = text.split_at(run);
    if run <= 2 {
        let mut from = 0;
        while let Some(at) = after[from..].find(ticks).map(|at| at + from) {
            let closing = after[at..].bytes().take_while(|&byte| byte == b'`').count();
            if closing == run {
                let inside = after[..at].trim();
                // Around two backticks and more the span's own would begin a line like a fence.
                if longest_run(inside, '`') > 1 {
                    break;
                }
                return (code(inside), &after[at + closing..]);
            }
            from = at + closing;
        }
    }
    ("\\`".repeat(run), after)
}

fn longest_run(text: &str, of: char) -> usize {
    text.split(|character| character != of).map(str::len).max().unwrap_or(0)
}

/// Cuts a text to at most `most` bytes at a character, and says so with `…`.
pub fn shorten(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= most {
        return Cow::Borrowed(text);
    }
    let end = text.floor_char_boundary(most.saturating_sub('…'.len_utf8()));
    Cow::Owned(format!("{}…", text[..end].trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_spans_hold_whatever_they_are_given() {
        assert_eq!(code("src/a b.rs"), "`src/a b.rs`");
        assert_eq!(code("a`b``c"), "``` a`b``c ```");
        assert_eq!(code("two\nlines"), "`two\\nlines`");
        assert_eq!(code("x\u{202E}y"), "`x\\u{202e}y`");
        assert_eq!(code(""), "`  `");
        assert_eq!(code("<!--  SEAM:finding:1 -->"), "`<\u{200B}!--  SEAM:finding:1 -->`");
        assert_eq!(code("<!-- note -->"), "`<!-- note -->`");
    }

    #[test]
    fn messages_cannot_mention_embed_or_break_out() {
        assert_eq!(prose("Ask @everyone, see #12."), "Ask @\u{200B}everyone, see #\u{200B}12.");
        assert_eq!(prose("mail a@b.example, `@app.route`"), "mail a@b.example, `@app.route`");
        assert_eq!(prose("<img src=x> <!-- seam:a:b -->"), "&lt;img src=x> &lt;!-- seam:a:b -->");
        assert_eq!(prose("![x](https://a.example)"), "\\![x](https://a.example)");
        assert_eq!(prose("```\nopen"), "\\`\\`\\`\nopen");
        assert_eq!(prose("C:\\`<!--`"), "C:\\\\`<!--`");
        assert_eq!(prose("# loud\n> quoted"), "\\# loud\n\\> quoted");
        assert_eq!(prose("use `a` or ``b`c`` but not `d"), "use `a` or `` b`c `` but not \\`d");
    }

    #[test]
    fn a_fence_is_longer_than_any_inside() {
        assert_eq!(block("suggestion", "a\n````\nb"), "`````suggestion\na\n````\nb\n`````");
        assert_eq!(block("suggestion", ""), "```suggestion\n```");
    }

    #[test]
    fn cuts_fall_between_characters() {
        assert_eq!(shorten("größer", 6), "gr…");
        assert_eq!(shorten("größer", 8), "größer");
    }
}
