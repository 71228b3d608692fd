//! Changes made up in memory, and what the engine says of them.

use std::{collections::BTreeMap, sync::LazyLock};

use bytes::Bytes;
use seam::{
    analysis::engine::Engine,
    change::{
        change_set::{ChangeSet, Edit, FileChange, FileKind, FileMode, FileVersion, Hunk, RepoPath},
        contents::{Contents, ContentsError},
    },
    config::policy::Policy,
    domain::{
        finding::{Analysis, Finding, Suggestion},
        ledger::FileStatus,
    },
};

pub(crate) static ENGINE: LazyLock<Engine> = LazyLock::new(Engine::new);

/// Files by path: what they were and what they are.
#[derive(Default)]
pub(crate) struct Sample {
    changes: ChangeSet,
    base: BTreeMap<Vec<u8>, Bytes>,
    head: BTreeMap<Vec<u8>, Bytes>,
}

impl Sample {
    /// A file that is new.
    pub(crate) fn added(path: &str, text: impl AsRef<[u8]>) -> Self {
        Self::default().and_added(path, text)
    }

    pub(crate) fn and_added(mut self, path: &str, text: impl AsRef<[u8]>) -> Self {
        let text = text.as_ref();
        let lines = text.split_inclusive(|byte| *byte == b'\n').count();
        let edits = vec![Edit { old: 1..1, new: 1..u32::try_from(lines).unwrap() + 1 }];
        self.push(path, None, text, edits);
        self
    }

    /// A file that was there: the lines that are not in the base text are the added ones.
    pub(crate) fn modified(path: &str, base: &str, head: &str) -> Self {
        let old: Vec<&str> = base.lines().collect();
        let new = head.lines().enumerate();
        let edits = new
            .filter(|(_, line)| !old.contains(line))
            .map(|(index, _)| {
                let line = u32::try_from(index).unwrap() + 1;
                Edit { old: 1..1, new: line..line + 1 }
            })
            .collect();
        let mut sample = Self::default();
        sample.push(path, Some(base.as_bytes()), head.as_bytes(), edits);
        sample
    }

    /// Changes the last file, as in `|file| file.kind = FileKind::Binary`.
    pub(crate) fn with(mut self, change: impl FnOnce(&mut FileChange)) -> Self {
        change(self.changes.files.last_mut().unwrap());
        self
    }

    fn push(&mut self, path: &str, base: Option<&[u8]>, head: &[u8], edits: Vec<Edit>) {
        let version = |text: &[u8]| FileVersion { mode: FileMode::Regular, id: None, size: text.len() as u64 };
        let end = edits.last().map_or(1, |edit| edit.new.end);
        let hunks = if end == 1 { Vec::new() } else { vec![Hunk { old: 1..1, new: 1..end, edits }] };
        self.changes.files.push(FileChange {
            path: RepoPath::from(path),
            old_path: None,
            status: if base.is_some() { FileStatus::Modified } else { FileStatus::Added },
            old: base.map(version),
            new: Some(version(head)),
            kind: FileKind::Text,
            generated: None,
            hunks,
        });
        if let Some(base) = base {
            self.base.insert(path.into(), Bytes::copy_from_slice(base));
        }
        self.head.insert(path.into(), Bytes::copy_from_slice(head));
    }

    pub(crate) fn changes(&self) -> &ChangeSet {
        &self.changes
    }

    pub(crate) fn analyze(&self) -> Analysis {
        self.analyze_with(&Policy::default())
    }

    pub(crate) fn analyze_with(&self, policy: &Policy) -> Analysis {
        ENGINE.analyze(&self.changes, self, policy)
    }

    pub(crate) fn analyze_by(&self, engine: &Engine) -> Analysis {
        engine.analyze(&self.changes, self, &Policy::default())
    }

    /// The findings as `line rule severity`, one a line.
    pub(crate) fn findings(&self) -> String {
        let findings = self.analyze().findings;
        findings.iter().map(|f| format!("{} {} {}", f.start_line, f.rule, f.severity)).collect::<Vec<_>>().join("\n")
    }
}

impl Contents for Sample {
    fn base(&self, file: &FileChange) -> Result<Option<Bytes>, ContentsError> {
        Ok(self.base.get(&file.path.0).cloned())
    }

    fn head(&self, file: &FileChange) -> Result<Option<Bytes>, ContentsError> {
        Ok(self.head.get(&file.path.0).cloned())
    }
}

/// The rule made this finding, or is named in it as another one of its line.
pub(crate) fn is_by(finding: &Finding, rule: &str) -> bool {
    finding.rule == rule || finding.message.contains(&format!("`{rule}`"))
}

/// The text with its lines replaced as the suggestion says.
pub(crate) fn apply(text: &str, suggestion: &Suggestion) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    let replaced = (suggestion.start_line as usize - 1)..suggestion.end_line as usize;
    let replacement = Some(suggestion.replacement.as_str()).filter(|text| !text.is_empty());
    lines.splice(replaced, replacement);
    lines.join("\n") + "\n"
}
