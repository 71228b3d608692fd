//! By folders: what stands below the same one, at most so many levels down. A folder with few changed files goes with the
//! one above it.

use std::collections::BTreeMap;

use crate::split::blocks::Blocks;

const MAX_DEPTH: usize = 3;
const MIN_FILES: usize = 2;

pub(super) fn groups(blocks: &Blocks) -> Vec<Vec<usize>> {
    let mut open: BTreeMap<Vec<String>, Vec<usize>> = BTreeMap::new();
    for (at, item) in blocks.items.iter().enumerate() {
        let folders = &item.place.folders;
        open.entry(folders[..folders.len().min(MAX_DEPTH)].to_vec()).or_default().push(at);
    }
    for depth in (1..=MAX_DEPTH).rev() {
        let files = |group: &[usize]| group.iter().map(|block| blocks.files[*block].len()).sum::<usize>();
        let few: Vec<_> = open
            .iter()
            .filter(|(folder, group)| folder.len() == depth && files(group) < MIN_FILES)
            .map(|(folder, _)| folder.clone())
            .collect();
        for folder in few {
            let group = open.remove(&folder).unwrap_or_default();
            open.entry(folder[..depth - 1].to_vec()).or_default().extend(group);
        }
    }
    open.into_values().collect()
}
