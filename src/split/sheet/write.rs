//! Writes a plan down as the block that people edit.

use std::fmt::Write as _;

use super::read::{CLOSE, OPEN};
use crate::domain::plan::Plan;

const HEAD: &str = "\
# Move files to other slices; rename, merge and reorder slices. Every file stays in exactly one.
# `on` names the slice that one stands on; without it, it stands on the base branch. `open: false` leaves one out.
slices:
";

/// The block as it stands in the comment, fences included.
pub fn render(plan: &Plan) -> String {
    let mut text = format!("{OPEN}{HEAD}");
    for slice in &plan.slices {
        let _ = writeln!(text, "  - id: {}", slice.id);
        let _ = writeln!(text, "    title: {}", quoted(&slice.title));
        if let Some(on) = &slice.stands_on {
            let _ = writeln!(text, "    on: {on}");
        }
        if slice.left_out {
            text.push_str("    open: false\n");
        }
        text.push_str("    files:\n");
        for file in &slice.files {
            match &file.hunks {
                None => {
                    let _ = writeln!(text, "      - {}", quoted(&file.path));
                }
                Some(hunks) => {
                    let hunks: Vec<_> = hunks.iter().map(|hunk| quoted(&hunk.to_string())).collect();
                    let _ = writeln!(text, "      - {{ path: {}, hunks: [{}] }}", quoted(&file.path), hunks.join(", "));
                }
            }
        }
    }
    text.truncate(text.trim_end().len());
    text + CLOSE
}

/// A YAML text in double quotes, on one line, in which no fence can be closed.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '`' | '<' => {
                let _ = write!(quoted, "\\x{:02x}", u32::from(character));
            }
            _ if character.is_control() || matches!(character, '\u{2028}' | '\u{2029}' | '\u{feff}') => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(character));
            }
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}
