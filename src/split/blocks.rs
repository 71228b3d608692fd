//! What is grouped: mostly one file each; files that cannot be apart are one block. Of a very large change, like files are
//! taken together beforehand, so that comparing every block with every other stays cheap.

use std::collections::BTreeMap;

use super::{
    atoms,
    evidence::Item,
    facts::{Facts, Reader},
    input::SplitInput,
    place::Place,
};
use crate::change::{change_set::ChangeSet, words};

/// All pairs of so many blocks are compared; beyond it like files are taken together.
const MAX_BLOCKS: usize = 1_200;

/// All blocks of a change, and what is known of each.
pub struct Blocks {
    /// Numbers of files, ascending; the blocks by their first.
    pub files: Vec<Vec<usize>>,
    pub items: Vec<Item>,
    /// Of each file of the change, by its number.
    pub facts: Vec<Facts>,
}

impl Blocks {
    pub fn of(input: SplitInput<'_>, reader: &mut Reader<'_>) -> Self {
        let SplitInput { set, contents, surroundings, options, .. } = input;
        let facts: Vec<Facts> = set.files.iter().map(|file| reader.file(file)).collect();
        let mut files = atoms::of(set, contents);
        for cut in
            [Alike::ByEdits, Alike::ByFolder(4), Alike::ByFolder(3), Alike::ByFolder(2), Alike::ByFolder(1), Alike::Any]
        {
            if files.len() > MAX_BLOCKS {
                files = cut.join(files, set, &facts, options.max_files);
            }
        }
        let item = |block: &Vec<usize>| {
            let first = &set.files[block[0]];
            let mut touched: Vec<u32> = block
                .iter()
                .filter_map(|at| surroundings.history.touched.get(set.files[*at].base_path()))
                .flatten()
                .copied()
                .collect();
            touched.sort_unstable();
            touched.dedup();
            Item {
                place: Place::of(&first.path),
                facts: Facts::sum(block.iter().map(|at| &facts[*at])),
                status: first.status,
                touched,
            }
        };
        let items = files.iter().map(item).collect();
        Self { files, items, facts }
    }

    /// How many files each has.
    pub fn weights(&self) -> Vec<usize> {
        self.files.iter().map(Vec::len).collect()
    }

    /// The files of some blocks, ascending.
    pub fn files_of(&self, blocks: &[usize]) -> Vec<usize> {
        let mut files: Vec<_> = blocks.iter().flat_map(|block| self.files[*block].iter().copied()).collect();
        files.sort_unstable();
        files
    }
}

/// By what blocks are taken together.
#[derive(Clone, Copy)]
enum Alike {
    /// The same words are added and removed.
    ByEdits,
    /// They stand below the same folder, so many levels down.
    ByFolder(usize),
    /// One stands beside the other.
    Any,
}

impl Alike {
    fn join(self, blocks: Vec<Vec<usize>>, set: &ChangeSet, facts: &[Facts], cap: usize) -> Vec<Vec<usize>> {
        let mut alike: BTreeMap<Vec<u8>, Vec<Vec<usize>>> = BTreeMap::new();
        for block in blocks {
            let first = block[0];
            let path = &set.files[first].path.0;
            let key = match self {
                Self::ByEdits if facts[first].net.is_empty() => [b"path:", &path[..]].concat(),
                Self::ByEdits => facts[first].signature().to_le_bytes().to_vec(),
                Self::ByFolder(levels) => {
                    let parts: Vec<_> = path.split(|byte| *byte == b'/').collect();
                    parts[..levels.min(parts.len() - 1)].join(&b'/')
                }
                Self::Any => Vec::new(),
            };
            let open = alike.entry(key).or_default();
            match open.last_mut().filter(|last| last.len() + block.len() <= cap) {
                Some(last) => last.extend(block),
                None => open.push(block),
            }
        }
        let mut joined: Vec<Vec<usize>> = alike.into_values().flatten().collect();
        for block in &mut joined {
            block.sort_unstable();
        }
        joined.sort_unstable();
        joined
    }
}

impl Facts {
    /// Equal for equal edits.
    fn signature(&self) -> u64 {
        let bytes: Vec<u8> =
            self.net.iter().flat_map(|(word, net)| word.to_le_bytes().into_iter().chain(net.to_le_bytes())).collect();
        words::id(&bytes)
    }
}
