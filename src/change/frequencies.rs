//! In how many files of the base tree a word stands. A word that few files have binds those that change it; one that all
//! have binds nobody.

use std::collections::HashMap;

use super::{
    change_set::RepoPath,
    words::{self, WordId},
};

/// Bytes of a file that is counted; what is larger was hardly written by hand.
pub const MAX_FILE_BYTES: u64 = 200_000;
/// A file with a NUL byte among its first ones is no text.
const SNIFFED_BYTES: usize = 4000;
/// The first bytes of a stored table; another version of this program may count otherwise.
const FORMAT: &[u8; 8] = b"seamdf01";
/// File endings that hold no words.
const WORDLESS: [&str; 16] = [
    "png", "jpg", "jpeg", "gif", "ico", "svg", "woff", "woff2", "ttf", "zip", "gz", "jar", "pdf", "map", "webp", "mp4",
];

/// The counts of one tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frequencies {
    files: u32,
    paths: u32,
    identifiers: Table,
    parts: Table,
    path_parts: Table,
}

impl Frequencies {
    /// From 0 (every file has it) to 1 (none has).
    pub fn rarity(&self, identifier: WordId) -> f64 {
        rarity(self.files, self.identifiers.of(identifier))
    }

    /// The same of a part of identifiers.
    pub fn rarity_of_part(&self, part: WordId) -> f64 {
        rarity(self.files, self.parts.of(part))
    }

    /// The same of a part of paths.
    pub fn rarity_in_paths(&self, part: WordId) -> f64 {
        rarity(self.paths, self.path_parts.of(part))
    }

    /// No file of the base has it.
    pub fn is_new(&self, identifier: WordId) -> bool {
        self.identifiers.of(identifier) == 0
    }

    /// For a cache on disk.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = FORMAT.to_vec();
        bytes.extend_from_slice(&self.files.to_le_bytes());
        bytes.extend_from_slice(&self.paths.to_le_bytes());
        for table in [&self.identifiers, &self.parts, &self.path_parts] {
            bytes.extend_from_slice(&(table.0.len() as u64).to_le_bytes());
            for (word, count) in &table.0 {
                bytes.extend_from_slice(&word.to_le_bytes());
                bytes.extend_from_slice(&count.to_le_bytes());
            }
        }
        bytes
    }

    /// `None` for anything but what [`Self::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes.strip_prefix(FORMAT)?;
        let (files, paths) = (u32::from_le_bytes(take(&mut rest)?), u32::from_le_bytes(take(&mut rest)?));
        let mut table = || {
            let length = usize::try_from(u64::from_le_bytes(take(&mut rest)?)).ok()?;
            let mut entries = Vec::with_capacity(length.min(rest.len() / 12));
            for _ in 0..length {
                entries.push((u64::from_le_bytes(take(&mut rest)?), u32::from_le_bytes(take(&mut rest)?)));
            }
            entries.is_sorted_by_key(|(word, _)| *word).then_some(Table(entries))
        };
        let (identifiers, parts, path_parts) = (table()?, table()?, table()?);
        rest.is_empty().then_some(Self { files, paths, identifiers, parts, path_parts })
    }
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (first, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(*first)
}

/// The usual inverse document frequency, scaled to 0..=1.
fn rarity(all: u32, with: u32) -> f64 {
    let all = f64::from(all.max(1)) + 1.0;
    ((all / (f64::from(with) + 0.5)).ln().max(0.0)) / (all / 0.5).ln()
}

/// Word to count, in the order of words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Table(Vec<(WordId, u32)>);

impl Table {
    fn of(&self, word: WordId) -> u32 {
        self.0.binary_search_by_key(&word, |(word, _)| *word).map_or(0, |at| self.0[at].1)
    }

    fn from_counts(counts: HashMap<WordId, u32>) -> Self {
        let mut entries: Vec<_> = counts.into_iter().collect();
        entries.sort_unstable();
        Self(entries)
    }
}

/// Counts a tree, file by file.
#[derive(Default)]
pub struct Counting {
    files: u32,
    paths: u32,
    identifiers: HashMap<WordId, u32>,
    parts: HashMap<WordId, u32>,
    path_parts: HashMap<WordId, u32>,
    /// What a word falls into is asked again in the next file.
    known_parts: HashMap<WordId, Vec<WordId>>,
}

impl Counting {
    /// Whether the content of a file at `path` of `size` bytes is wanted.
    pub fn wants(path: &RepoPath, size: u64) -> bool {
        let name = path.0.rsplit(|byte| *byte == b'/').next().unwrap_or_default().to_ascii_lowercase();
        let ending = name.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
        size <= MAX_FILE_BYTES
            && !super::generated::is_lock_file(path)
            && !WORDLESS.iter().any(|wordless| wordless.as_bytes() == ending)
            && !name.windows(5).any(|part| part == b".min.")
    }

    /// Every path counts, whatever stands there.
    pub fn add_path(&mut self, path: &RepoPath) {
        self.paths += 1;
        for part in distinct(words::parts(&path.0).map(|part| words::id(&part))) {
            *self.path_parts.entry(part).or_default() += 1;
        }
    }

    pub fn add_file(&mut self, content: &[u8]) {
        self.files += 1;
        if content.iter().take(SNIFFED_BYTES).any(|byte| *byte == 0) {
            return;
        }
        let mut file: Vec<(WordId, &[u8])> = words::identifiers(content).map(|word| (words::id(word), word)).collect();
        file.sort_unstable_by_key(|(id, _)| *id);
        file.dedup_by_key(|(id, _)| *id);
        let mut parts = Vec::new();
        for (word, text) in file {
            *self.identifiers.entry(word).or_default() += 1;
            let known = self
                .known_parts
                .entry(word)
                .or_insert_with(|| words::parts(text).map(|part| words::id(&part)).collect());
            parts.extend_from_slice(known);
        }
        for part in distinct(parts.into_iter()) {
            *self.parts.entry(part).or_default() += 1;
        }
    }

    /// What another counted of other files.
    pub fn merge(&mut self, other: Self) {
        self.files += other.files;
        self.paths += other.paths;
        for (mine, theirs) in [
            (&mut self.identifiers, other.identifiers),
            (&mut self.parts, other.parts),
            (&mut self.path_parts, other.path_parts),
        ] {
            for (word, count) in theirs {
                *mine.entry(word).or_default() += count;
            }
        }
    }

    pub fn finish(self) -> Frequencies {
        Frequencies {
            files: self.files,
            paths: self.paths,
            identifiers: Table::from_counts(self.identifiers),
            parts: Table::from_counts(self.parts),
            path_parts: Table::from_counts(self.path_parts),
        }
    }
}

fn distinct(words: impl Iterator<Item = WordId>) -> Vec<WordId> {
    let mut words: Vec<_> = words.collect();
    words.sort_unstable();
    words.dedup();
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted() -> Frequencies {
        let mut counting = Counting::default();
        for (path, text) in [("src/shop.rs", "fn buyApple() {}"), ("src/cart.rs", "fn buy_pear() { buyApple() }")] {
            counting.add_path(&path.into());
            counting.add_file(text.as_bytes());
        }
        counting.finish()
    }

    #[test]
    fn what_few_files_have_is_rare() {
        let counts = counted();
        assert!(counts.rarity(words::id(b"buy_pear")) > counts.rarity(words::id(b"buyApple")));
        assert_eq!(counts.rarity(words::id(b"plum")), 1.0);
        assert!(counts.is_new(words::id(b"plum")) && !counts.is_new(words::id(b"buy_pear")));
        assert!(counts.rarity_of_part(words::id(b"pear")) > counts.rarity_of_part(words::id(b"buy")));
        assert!(counts.rarity_in_paths(words::id(b"shop")) > counts.rarity_in_paths(words::id(b"src")));
    }

    #[test]
    fn a_stored_table_is_read_back_and_a_broken_one_is_not() {
        let counts = counted();
        let bytes = counts.to_bytes();
        assert_eq!(Frequencies::from_bytes(&bytes), Some(counts));
        for end in 0..bytes.len() {
            assert_eq!(Frequencies::from_bytes(&bytes[..end]), None);
        }
        assert_eq!(Frequencies::from_bytes(&[bytes, vec![0]].concat()), None);
    }
}
