//! Pairs removed with added files: renames, and copies. The choices are git's own, in git's order, so that Seam and GitHub
//! speak of the same files; what git leaves open-ended (contents, comparisons) is bounded.

use std::collections::HashMap;

use super::{
    assemble::is_text,
    change_set::{FileChange, FileMode, FileVersion},
    contents::Contents,
    similarity::{MAX_SCORE, Pieces, RENAME_SCORE, score, sizes_rule_out},
};
use crate::domain::ledger::FileStatus;

/// What is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rewrites {
    /// As GitHub does: git's `-M`.
    Renames,
    /// Git's `-M -C`: an added file may also come from one that was modified, or renamed already.
    RenamesAndCopies,
}

/// More pairs than this many squared are not compared (git's `diff.renameLimit`).
const MAX_SIDE: usize = 1000;
/// A file with its name kept needs this much to be taken without a look at others.
const SAME_NAME_SCORE: u64 = RENAME_SCORE + (MAX_SCORE - RENAME_SCORE) / 2;
/// The best matches that are remembered for each added file.
const CANDIDATES: usize = 4;
/// Identical sources that are looked at for each added file.
const MAX_IDENTICAL: usize = 100;
/// Pieces of removed files that are held in memory, 8 bytes each; files beyond it take part in exact renames only.
const MAX_HELD_PIECES: usize = 4_000_000;
/// Steps of comparing pieces, all pairs together; then similar files stay unpaired.
const MAX_STEPS: usize = 400_000_000;

/// Pairs what belongs together among `files` (unpaired, in the order of paths) and keeps their order.
pub fn pair(files: Vec<FileChange>, rewrites: Rewrites, contents: &dyn Contents, file_bytes: u64) -> Vec<FileChange> {
    let mut pairing = Pairing::of(&files, rewrites, contents, file_bytes);
    if pairing.sources.is_empty() || pairing.added.is_empty() {
        return files;
    }
    pairing.find_identical();
    pairing.find_similar();
    join(&files, &pairing.sources, &pairing.added)
}

/// A file that others may come from.
struct Source<'a> {
    file: &'a FileChange,
    version: &'a FileVersion,
    at: usize,
    /// How often it lives on; a modified file does so once by itself.
    used: usize,
    pieces: Option<Pieces>,
}

/// A file that may come from others.
struct Added<'a> {
    file: &'a FileChange,
    version: &'a FileVersion,
    at: usize,
    source: Option<usize>,
}

struct Pairing<'a> {
    sources: Vec<Source<'a>>,
    added: Vec<Added<'a>>,
    rewrites: Rewrites,
    contents: &'a dyn Contents,
    file_bytes: u64,
    held_pieces: usize,
    steps: usize,
}

impl<'a> Pairing<'a> {
    fn of(files: &'a [FileChange], rewrites: Rewrites, contents: &'a dyn Contents, file_bytes: u64) -> Self {
        let (mut sources, mut added) = (Vec::new(), Vec::new());
        for (at, file) in files.iter().enumerate() {
            match (&file.old, &file.new) {
                (None, Some(version)) => added.push(Added { file, version, at, source: None }),
                (Some(version), None) => sources.push(Source { file, version, at, used: 0, pieces: None }),
                (Some(version), Some(_)) if rewrites == Rewrites::RenamesAndCopies => {
                    sources.push(Source { file, version, at, used: 1, pieces: None });
                }
                _ => {}
            }
        }
        Self { sources, added, rewrites, contents, file_bytes, held_pieces: 0, steps: 0 }
    }

    fn take(&mut self, added: usize, source: usize) {
        self.added[added].source = Some(source);
        self.sources[source].used += 1;
    }

    /// Same content: an unused source is better than a used one, and one of the same name better than another.
    fn find_identical(&mut self) {
        let mut by_id: HashMap<&'a str, Vec<usize>> = HashMap::new();
        for (at, source) in self.sources.iter().enumerate() {
            if let Some(id) = &source.version.id {
                by_id.entry(id).or_default().push(at);
            }
        }
        for at in 0..self.added.len() {
            let added = &self.added[at];
            let mut best: Option<(usize, usize)> = None;
            let same = added.version.id.as_deref().and_then(|id| by_id.get(id));
            let fits = |source: &&usize| {
                let source = &self.sources[**source];
                let same_type =
                    source.version.mode == added.version.mode || (is_file(source.version) && is_file(added.version));
                same_type && (source.used == 0 || self.rewrites == Rewrites::RenamesAndCopies)
            };
            for &candidate in same.into_iter().flatten().filter(fits).take(MAX_IDENTICAL) {
                let source = &self.sources[candidate];
                let worth = usize::from(source.used == 0) + usize::from(same_name(source.file, added.file));
                if best.is_none_or(|(most, _)| worth > most) {
                    best = Some((worth, candidate));
                }
                if worth == 2 {
                    break;
                }
            }
            if let Some((_, source)) = best {
                self.take(at, source);
            }
        }
    }

    fn find_similar(&mut self) {
        if self.rewrites == Rewrites::Renames {
            self.find_by_name();
        }
        let sources: Vec<usize> = match self.rewrites {
            Rewrites::Renames => (0..self.sources.len()).filter(|at| self.sources[*at].used == 0).collect(),
            Rewrites::RenamesAndCopies => (0..self.sources.len()).collect(),
        };
        let added: Vec<usize> = (0..self.added.len()).filter(|at| self.added[*at].source.is_none()).collect();
        if sources.len() * added.len() > MAX_SIDE * MAX_SIDE {
            return;
        }
        let mut matches = Vec::new();
        for at in added {
            matches.extend(self.best_sources(at, &sources));
        }
        if self.steps > MAX_STEPS {
            return;
        }
        matches.sort_by(Match::best_first);
        for copies in [false, true] {
            if copies && self.rewrites == Rewrites::Renames {
                break;
            }
            for found in &matches {
                if self.added[found.added].source.is_none() && (copies || self.sources[found.source].used == 0) {
                    self.take(found.added, found.source);
                }
            }
        }
    }

    /// A name that only one removed and only one added file has.
    fn find_by_name(&mut self) {
        let unused = (0..self.sources.len()).filter(|at| self.sources[*at].used == 0);
        let removed = by_unique_name(unused.map(|at| (at, self.sources[at].file)));
        let unpaired = (0..self.added.len()).filter(|at| self.added[*at].source.is_none());
        let mut added = by_unique_name(unpaired.map(|at| (at, self.added[at].file)));
        let mut pairs: Vec<(usize, usize)> =
            removed.into_iter().filter_map(|(name, source)| Some((source, added.remove(name)?))).collect();
        pairs.sort_unstable();
        for (source, added) in pairs {
            let pieces = self.pieces_of_added(added);
            if self.score(source, added, pieces.as_ref(), SAME_NAME_SCORE) >= SAME_NAME_SCORE {
                self.take(added, source);
            }
        }
    }

    /// The few best sources for one added file.
    fn best_sources(&mut self, added: usize, sources: &[usize]) -> Vec<Match> {
        let pieces = self.pieces_of_added(added);
        let mut best: Vec<Match> = Vec::new();
        for &source in sources {
            let score = self.score(source, added, pieces.as_ref(), RENAME_SCORE);
            let same_name = same_name(self.sources[source].file, self.added[added].file);
            let found = Match { score, same_name, added, source };
            if best.len() < CANDIDATES {
                best.push(found);
                continue;
            }
            let worst = best.iter_mut().reduce(|worst, other| if other.is_worse_than(worst) { other } else { worst });
            if let Some(worst) = worst.filter(|worst| worst.is_worse_than(&found)) {
                *worst = found;
            }
        }
        best.retain(|found| found.score >= RENAME_SCORE);
        best
    }

    /// 0 where it would stay below `least`, or cannot be told.
    fn score(&mut self, source: usize, added: usize, new: Option<&Pieces>, least: u64) -> u64 {
        let (old_version, new_version) = (self.sources[source].version, self.added[added].version);
        if !is_file(old_version)
            || !is_file(new_version)
            || sizes_rule_out(old_version.size, new_version.size, least)
            || self.steps > MAX_STEPS
        {
            return 0;
        }
        self.hold_pieces(source);
        let (Some(old), Some(new)) = (&self.sources[source].pieces, new) else { return 0 };
        self.steps += old.count() + new.count();
        score(old, old_version.size, new, new_version.size)
    }

    fn hold_pieces(&mut self, source: usize) {
        let Source { file, version, pieces: None, .. } = &self.sources[source] else { return };
        if self.held_pieces >= MAX_HELD_PIECES || version.size > self.file_bytes {
            return;
        }
        if let Ok(Some(content)) = self.contents.base(file) {
            let pieces = Pieces::of(&content, is_text(&content));
            self.held_pieces += pieces.count();
            self.sources[source].pieces = Some(pieces);
        }
    }

    fn pieces_of_added(&self, added: usize) -> Option<Pieces> {
        let Added { file, version, .. } = &self.added[added];
        if !is_file(version) || version.size > self.file_bytes {
            return None;
        }
        let content = self.contents.head(file).ok()??;
        Some(Pieces::of(&content, is_text(&content)))
    }
}

/// One way to explain an added file.
struct Match {
    score: u64,
    same_name: bool,
    added: usize,
    source: usize,
}

impl Match {
    fn best_first(one: &Self, other: &Self) -> std::cmp::Ordering {
        (other.score, other.same_name).cmp(&(one.score, one.same_name))
    }

    fn is_worse_than(&self, other: &Self) -> bool {
        Self::best_first(self, other).is_gt()
    }
}

/// Puts the pairs together. A source that lives on nowhere else was renamed to the last file that comes from it; the
/// others are its copies.
fn join(files: &[FileChange], sources: &[Source<'_>], added: &[Added<'_>]) -> Vec<FileChange> {
    let mut result: Vec<Option<FileChange>> = files.iter().cloned().map(Some).collect();
    for source in sources.iter().filter(|source| source.used > 0 && source.file.new.is_none()) {
        result[source.at] = None;
    }
    let mut left: Vec<usize> = sources.iter().map(|source| source.used).collect();
    for file in added {
        let Some(source) = file.source else { continue };
        left[source] -= 1;
        let status = if left[source] > 0 { FileStatus::Copied } else { FileStatus::Renamed };
        let (from, to) = (sources[source].file, file.file);
        let pair = FileChange { status, old_path: Some(from.path.clone()), old: from.old.clone(), ..to.clone() };
        result[file.at] = Some(pair);
    }
    result.into_iter().flatten().collect()
}

fn by_unique_name<'a>(files: impl Iterator<Item = (usize, &'a FileChange)>) -> HashMap<&'a [u8], usize> {
    let mut names: HashMap<&[u8], Option<usize>> = HashMap::new();
    for (at, file) in files {
        names.entry(name(file)).and_modify(|seen| *seen = None).or_insert(Some(at));
    }
    names.into_iter().filter_map(|(name, at)| Some((name, at?))).collect()
}

fn name(file: &FileChange) -> &[u8] {
    file.path.0.rsplit(|byte| *byte == b'/').next().unwrap_or_default()
}

fn same_name(one: &FileChange, other: &FileChange) -> bool {
    name(one) == name(other)
}

fn is_file(version: &FileVersion) -> bool {
    matches!(version.mode, FileMode::Regular | FileMode::Executable)
}
