//! A fix becomes a suggestion only after it was applied and the result parsed: what breaks a file is not offered.

use crate::domain::finding::Suggestion;

use super::{draft::Draft, file_view::FileView, limits::Limits, syntax::Syntax};

/// Larger files are not parsed a second time for the sake of a fix.
const LARGEST_FILE: usize = 256 << 10;
/// More lines than this are no suggestion that anybody reads.
const MOST_LINES: u32 = 40;

/// Whole lines, exactly those of the finding, so that a comment on them can carry the suggestion.
pub fn of(view: &FileView<'_>, draft: &Draft<'_>, limits: &Limits) -> Option<Suggestion> {
    let fix = draft.fix.as_ref()?;
    let lines = (draft.first_line, draft.last_line);
    if !view.is_exact || view.text.len() > LARGEST_FILE || lines.0 == 0 || lines.1 - lines.0 >= MOST_LINES {
        return None;
    }
    let whole = view.lines.bytes(lines.0..lines.1 + 1);
    if fix.bytes.start < whole.start || fix.bytes.end > whole.end {
        return None;
    }
    let (before, after) = (view.text.get(..fix.bytes.start)?, view.text.get(fix.bytes.end..)?);
    let mended = format!("{before}{}{after}", fix.replacement);
    if let (Some(language), Some(syntax)) = (view.language, view.syntax()) {
        let parsed = Syntax::parse(&mended, language, limits).ok()?;
        if parsed.errors() > syntax.errors() {
            return None;
        }
    }
    let end = whole.end + fix.replacement.len() - fix.bytes.len();
    let replacement = mended.get(whole.start..end)?.replace("\r\n", "\n");
    let replacement = replacement.strip_suffix('\n').unwrap_or(&replacement);
    // Lines of which only white space is left are deleted.
    let replacement = if replacement.trim().is_empty() { "" } else { replacement };
    (replacement != view.line_text(lines.0, lines.1)).then(|| Suggestion {
        start_line: lines.0,
        end_line: lines.1,
        replacement: replacement.to_owned(),
    })
}
