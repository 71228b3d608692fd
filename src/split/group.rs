//! A group of changes that is to become a slice.

use super::special::Special;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// In the order of files.
    pub parts: Vec<Part>,
    pub special: Option<Special>,
    /// How sure its borders are, in percent.
    pub confidence: u8,
    /// Why it belongs together, for people.
    pub reasons: Vec<String>,
    /// What it is about, most telling first.
    pub names: Vec<String>,
    /// Which part it is of what was too large for one.
    pub part: Option<(usize, usize)>,
}

/// One file's share in a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its number in the change set.
    pub file: usize,
    /// Which of its edits, ascending, counted over all its hunks; `None`: all of it, whatever it is.
    pub edits: Option<Vec<usize>>,
}

impl Part {
    /// Whether one of the file's edits is in it.
    pub fn holds(&self, edit: usize) -> bool {
        self.edits.as_ref().is_none_or(|edits| edits.contains(&edit))
    }
}

impl Group {
    pub fn of_files(files: Vec<usize>) -> Self {
        let part = |file| Part { file, edits: None };
        Self {
            parts: files.into_iter().map(part).collect(),
            special: None,
            confidence: 100,
            reasons: Vec::new(),
            names: Vec::new(),
            part: None,
        }
    }

    /// Takes another group in. `edits` tells how many a file has.
    pub fn absorb(&mut self, other: Self, edits: impl Fn(usize) -> usize) {
        for part in other.parts {
            match self.parts.iter_mut().find(|mine| mine.file == part.file) {
                Some(mine) => {
                    let mut both: Vec<usize> = mine.edits.take().into_iter().chain(part.edits).flatten().collect();
                    both.sort_unstable();
                    mine.edits = (both.len() < edits(mine.file)).then_some(both);
                }
                None => self.parts.push(part),
            }
        }
        self.parts.sort_by_key(|part| part.file);
        self.special = self.special.take().filter(|special| other.special.as_ref() == Some(special));
        self.confidence = self.confidence.min(other.confidence);
        let new = |reason: &String| !self.reasons.contains(reason);
        let reasons: Vec<_> = other.reasons.into_iter().filter(new).collect();
        self.reasons.extend(reasons);
        self.names.extend(other.names);
        self.part = None;
    }
}
