//! What of a change may be shown to somebody outside: its added lines, without those that hold a secret, and nothing of files
//! that usually hold some.

use std::{collections::BTreeSet, sync::LazyLock};

use super::{
    file_view::FileView,
    general::sensitive_file,
    limits::Limits,
    secret::{rule_set::RuleSet, scan::scan_whole},
};
use crate::change::{
    change_set::{FileChange, FileKind},
    contents::Contents,
    generated,
};

static LIMITS: LazyLock<Limits> = LazyLock::new(Limits::default);

/// The added lines of a text that people wrote, in order; none of a file that cannot be read.
pub fn added_lines(change: &FileChange, contents: &dyn Contents) -> Vec<String> {
    let path = change.path.display();
    let is_written = change.kind == FileKind::Text
        && change.generated.is_none()
        && !generated::is_lock_file(&change.path)
        && !sensitive_file::is_one(&path);
    if !is_written || change.hunks.is_empty() {
        return Vec::new();
    }
    let Ok(Some(bytes)) = contents.head(change) else { return Vec::new() };
    let text = String::from_utf8_lossy(&bytes);
    let Some(secret) = secrets(change, &text) else { return Vec::new() };
    let view = FileView::new(change, &text, &LIMITS);
    view.added_lines().filter(|(line, _)| !secret.contains(line)).map(|(_, text)| text.to_owned()).collect()
}

/// Whether a text about a file, such as its path, holds no secret.
pub fn is_harmless(change: &FileChange, text: &str) -> bool {
    secrets(change, text).is_some_and(|lines| lines.is_empty())
}

/// The lines of a text with a secret in them, whichever lines the change added: what gives a secret away may have stood there
/// before. `None`: it has one of many lines, of which nobody can say where it ends, or is one as a whole.
fn secrets(change: &FileChange, text: &str) -> Option<BTreeSet<u32>> {
    let found = scan_whole(RuleSet::shared(), change, text, &LIMITS);
    found
        .iter()
        .map(|draft| (draft.first_line > 0 && draft.first_line == draft.last_line).then_some(draft.first_line))
        .collect()
}
