//! What a change says: the words it adds and removes. Words that only moved cancel out.

use std::collections::HashMap;

use bytes::Bytes;

use crate::change::{
    change_set::{Edit, FileChange, FileKind},
    contents::Contents,
    generated,
    lines::Lines,
    words::{self, WordId},
};

/// Lines of one file that are read on each side; beyond them a file says nothing new.
const MAX_LINES: usize = 4000;
/// Parts of words that every language is full of.
const COMMON: [&str; 53] = [
    "the", "and", "for", "with", "this", "that", "from", "not", "are", "you", "can", "use", "return", "self", "let",
    "const", "var", "int", "string", "str", "none", "null", "true", "false", "import", "pub", "public", "class",
    "void", "new", "async", "await", "function", "def", "err", "nil", "func", "type", "export", "default", "impl",
    "struct", "into", "where", "static", "final", "private", "else", "fn", "mut", "elif", "then", "end",
];

/// The words of one atom.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Identifiers with how often they were added less how often they were removed, never 0; in the order of ids.
    pub net: Vec<(WordId, i32)>,
    /// Parts of all changed identifiers with their number, in the order of ids.
    pub parts: Vec<(WordId, u32)>,
    /// All identifiers of added and removed lines, in the order of ids.
    pub changed: Vec<WordId>,
    /// Those of added lines alone.
    pub added: Vec<WordId>,
    pub added_lines: u32,
    pub removed_lines: u32,
}

impl Facts {
    pub fn changes(&self, word: WordId) -> bool {
        self.changed.binary_search(&word).is_ok()
    }
}

/// Reads files one at a time, and remembers how the words are spelled.
pub struct Reader<'a> {
    contents: &'a dyn Contents,
    known: HashMap<WordId, Word>,
    common: Vec<WordId>,
}

struct Word {
    text: Box<str>,
    parts: Box<[WordId]>,
}

/// Both versions of one file.
pub struct Texts {
    pub base: Bytes,
    pub head: Bytes,
}

impl Texts {
    /// What cannot be read is empty.
    pub fn of(file: &FileChange, contents: &dyn Contents) -> Self {
        let or_empty = |read: Result<Option<Bytes>, _>| read.ok().flatten().unwrap_or_default();
        Self { base: or_empty(contents.base(file)), head: or_empty(contents.head(file)) }
    }
}

impl<'a> Reader<'a> {
    pub fn new(contents: &'a dyn Contents) -> Self {
        let mut common: Vec<_> = COMMON.iter().map(|word| words::id(word.as_bytes())).collect();
        common.sort_unstable();
        Self { contents, known: HashMap::new(), common }
    }

    /// Of a whole file.
    pub fn file(&mut self, file: &FileChange) -> Facts {
        let edits: Vec<&Edit> = file.hunks.iter().flat_map(|hunk| &hunk.edits).collect();
        let lines = |of: fn(&Edit) -> u32| edits.iter().map(|edit| of(edit)).sum();
        let counted = Facts {
            added_lines: lines(|edit| edit.new.end - edit.new.start),
            removed_lines: lines(|edit| edit.old.end - edit.old.start),
            ..Facts::default()
        };
        if edits.is_empty() || !is_wordy(file) {
            return counted;
        }
        let texts = Texts::of(file, self.contents);
        Facts { added_lines: counted.added_lines, removed_lines: counted.removed_lines, ..self.edits(&texts, &edits) }
    }

    /// Of some edits of a file.
    pub fn edits(&mut self, texts: &Texts, edits: &[&Edit]) -> Facts {
        let (old, new) = (Lines::of(&texts.base), Lines::of(&texts.head));
        let mut counts: HashMap<WordId, (u32, u32)> = HashMap::new();
        let (mut added_lines, mut removed_lines) = (0, 0);
        for edit in edits {
            for line in edit.new.clone().filter_map(|line| new.get(line)) {
                added_lines += 1;
                if added_lines <= MAX_LINES {
                    self.count(line, |word| counts.entry(word).or_default().0 += 1);
                }
            }
            for line in edit.old.clone().filter_map(|line| old.get(line)) {
                removed_lines += 1;
                if removed_lines <= MAX_LINES {
                    self.count(line, |word| counts.entry(word).or_default().1 += 1);
                }
            }
        }
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_unstable();
        let difference = |added: u32, removed: u32| i32::try_from(i64::from(added) - i64::from(removed)).unwrap_or(0);
        Facts {
            net: counts
                .iter()
                .map(|(word, (added, removed))| (*word, difference(*added, *removed)))
                .filter(|(_, net)| *net != 0)
                .collect(),
            parts: self.parts(&counts),
            added: counts.iter().filter(|(_, (added, _))| *added > 0).map(|(word, _)| *word).collect(),
            changed: counts.into_iter().map(|(word, _)| word).collect(),
            added_lines: u32::try_from(added_lines).unwrap_or(u32::MAX),
            removed_lines: u32::try_from(removed_lines).unwrap_or(u32::MAX),
        }
    }

    /// How a word that was read is spelled.
    pub fn spelling(&self, word: WordId) -> Option<&str> {
        self.known.get(&word).map(|word| &*word.text)
    }

    fn count(&mut self, line: &[u8], mut found: impl FnMut(WordId)) {
        for text in words::identifiers(line) {
            let id = words::id(text);
            self.known.entry(id).or_insert_with(|| Word {
                text: String::from_utf8_lossy(text).into(),
                parts: words::parts(text).map(|part| words::id(&part)).collect(),
            });
            found(id);
        }
    }

    fn parts(&self, counts: &[(WordId, (u32, u32))]) -> Vec<(WordId, u32)> {
        let mut parts: Vec<(WordId, u32)> = Vec::new();
        for (word, (added, removed)) in counts {
            let Some(known) = self.known.get(word) else { continue };
            let uncommon = known.parts.iter().filter(|part| self.common.binary_search(part).is_err());
            parts.extend(uncommon.map(|part| (*part, added + removed)));
        }
        parts.sort_unstable();
        parts.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 += next.1;
            }
            same
        });
        parts
    }
}

/// Its words are somebody's, and about this change.
fn is_wordy(file: &FileChange) -> bool {
    matches!(file.kind, FileKind::Text | FileKind::Symlink) && !generated::is_lock_file(&file.path)
}

impl Facts {
    /// Of several atoms together.
    pub fn sum<'f>(all: impl IntoIterator<Item = &'f Self>) -> Self {
        let mut all = all.into_iter();
        let Some(first) = all.next() else { return Self::default() };
        let mut sum = first.clone();
        for facts in all {
            sum.net = added_up(&sum.net, &facts.net, |one, other| one.saturating_add(other));
            sum.net.retain(|(_, net)| *net != 0);
            sum.parts = added_up(&sum.parts, &facts.parts, |one, other| one.saturating_add(other));
            sum.changed = united(&sum.changed, &facts.changed);
            sum.added = united(&sum.added, &facts.added);
            sum.added_lines = sum.added_lines.saturating_add(facts.added_lines);
            sum.removed_lines = sum.removed_lines.saturating_add(facts.removed_lines);
        }
        sum
    }
}

fn added_up<T: Copy>(one: &[(WordId, T)], other: &[(WordId, T)], add: fn(T, T) -> T) -> Vec<(WordId, T)> {
    let mut all: Vec<_> = one.iter().chain(other).copied().collect();
    all.sort_by_key(|(word, _)| *word);
    all.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 = add(kept.1, next.1);
        }
        same
    });
    all
}

fn united(one: &[WordId], other: &[WordId]) -> Vec<WordId> {
    let mut all = [one, other].concat();
    all.sort_unstable();
    all.dedup();
    all
}
