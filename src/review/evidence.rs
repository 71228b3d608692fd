//! The evidence of a finding is checked against the head before anything is said: a finding whose quoted code is not at
//! its lines is left out, and so is one that quotes nothing. Whoever made it (a rule, a linter, a model) may be wrong.

use std::collections::HashMap;

use super::{
    input::{Note, NoteKind},
    ledger::count,
};
use crate::{
    change::{
        change_set::{ChangeSet, FileChange},
        contents::Contents,
    },
    domain::finding::{Analysis, Finding, Source},
};

/// Leaves out the findings that the head does not prove, and gives them back. Each file is read once for the findings in
/// it that stand together. Blocking: it reads contents.
pub fn keep_proven(analysis: &mut Analysis, changes: &ChangeSet, contents: &dyn Contents) -> Vec<Finding> {
    if analysis.findings.is_empty() {
        return Vec::new();
    }
    let files: HashMap<String, &FileChange> = changes.files.iter().map(|file| (file.path.display(), file)).collect();
    let mut read: Option<(String, Option<String>)> = None;
    let mut is_proven = |finding: &Finding| {
        let Some(file) = files.get(&finding.path) else { return false };
        if finding.is_about_file() && finding.evidence.is_none() {
            return true;
        }
        if read.as_ref().is_none_or(|(path, _)| *path != finding.path) {
            let bytes = contents.head(file).ok().flatten();
            let text = bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
            read = Some((finding.path.clone(), text));
        }
        let head = read.as_ref().and_then(|(_, text)| text.as_deref());
        head.is_some_and(|head| holds(finding, head))
    };
    let (proven, unproven) = std::mem::take(&mut analysis.findings).into_iter().partition(|one| is_proven(one));
    analysis.findings = proven;
    unproven
}

/// Whether the finding's evidence stands at its lines of `head`, or anywhere in it for a finding on the file as a whole.
/// White space at line ends does not matter. A secret is never quoted: its lines have to be there.
pub fn holds(finding: &Finding, head: &str) -> bool {
    let lines: Vec<&str> = head.split('\n').map(str::trim_end).collect();
    let at = match finding.is_about_file() {
        true => Some(&lines[..]),
        false => lines.get(finding.start_line as usize - 1..finding.end_line as usize),
    };
    let Some(at) = at.filter(|at| !at.is_empty()) else { return false };
    match finding.evidence.as_deref().map(str::trim) {
        None => finding.source == Source::Secret,
        Some("") => false,
        Some(quoted) => at.join("\n").contains(&quoted.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")),
    }
}

/// What people are told of findings that were left out; `None` when none was.
pub fn note(left_out: &[Finding]) -> Option<Note> {
    let (first, files) = (left_out.first()?, left_out.iter().map(|finding| &finding.path));
    let is_one_file = files.clone().all(|path| *path == first.path);
    let place = if is_one_file { format!("`{}`", first.path) } else { format!("`{}` and other files", first.path) };
    let text = format!("{} left out, in {place}: the quoted code is not there.", count(left_out.len(), "finding"));
    Some(Note { kind: NoteKind::Remark, text })
}
