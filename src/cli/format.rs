//! How a command prints what it found: a table for people, JSON for programs. Texts from outside cannot move the cursor,
//! change colours or start a new line on somebody's terminal.

use clap::ValueEnum;
use serde::Serialize;

use super::output;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    #[default]
    Human,
    Json,
}

/// To standard output, with a line end.
pub(super) fn print(text: &str) -> anyhow::Result<()> {
    output::write(&format!("{}\n", text.trim_end()))
}

pub(super) fn print_json(value: &impl Serialize) -> anyhow::Result<()> {
    print(&serde_json::to_string_pretty(value)?)
}

/// Columns as wide as what is in them; the last one is never padded.
pub(super) fn table<const N: usize>(headings: [&str; N], rows: Vec<[String; N]>) -> String {
    let rows: Vec<[String; N]> = std::iter::once(headings.map(str::to_owned))
        .chain(rows.into_iter().map(|row| row.map(|cell| plain(&cell))))
        .collect();
    let mut widths = [0; N];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let line = |row: &[String; N]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// One line without control characters, and without those that turn the direction of text.
pub(super) fn plain(text: &str) -> String {
    let harmless = |c: char| match c {
        '\n' | '\t' => ' ',
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        c if c.is_control() => '\u{fffd}',
        c => c,
    };
    text.trim().chars().map(harmless).collect()
}

/// At most so many characters.
pub(super) fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_each_other_and_hostile_text_stays_text() {
        let rows = vec![
            ["1".to_owned(), "é".to_owned(), "fine".to_owned()],
            ["200".to_owned(), "two\nlines".to_owned(), "\u{1b}[31mred\u{202e}\r".to_owned()],
        ];
        insta::assert_snapshot!(table(["ID", "NAME", "WHY"], rows), @r"
        ID   NAME       WHY
        1    é          fine
        200  two lines  �[31mred�
        ");
        assert_eq!(shortened("añb", 2), "añ…");
        assert_eq!(shortened("añb", 3), "añb");
    }
}
