//! Who needs whom: a group that uses what another group newly brings cannot go before it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::{
    definitions,
    facts::{Facts, Reader, Texts},
    group::{Group, Part},
    layers::edits_of,
    place::Place,
};
use crate::{
    change::{
        change_set::{ChangeSet, FileChange},
        contents::Contents,
        frequencies::Frequencies,
        lines::Lines,
        words::{self, WordId},
    },
    domain::ledger::FileStatus,
    review::markdown::quoted,
};

/// Shorter names are too common to bind.
const SHORTEST_NAME: usize = 4;
/// Needs of one group for another that are told.
const MAX_TOLD: usize = 3;

/// One group needs another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Need {
    pub group: usize,
    pub needs: usize,
    /// Both change the same file: they cannot be merged apart.
    pub cuts: bool,
    /// In words, as in "uses `Basket`".
    pub why: Vec<String>,
}

/// By name the groups that add it.
type Users = HashMap<WordId, BTreeSet<usize>>;
/// New files that are no code, each with the group that brings it: by their names, and then by the folders that they stand in.
type Named = HashMap<String, HashMap<String, Vec<(usize, Place)>>>;

/// What the needs of groups are found from.
pub struct Needs<'a> {
    pub set: &'a ChangeSet,
    pub contents: &'a dyn Contents,
    pub frequencies: &'a Frequencies,
    pub reader: &'a Reader<'a>,
}

impl Needs<'_> {
    /// All needs between groups, in order. `facts` are of each group's part of each of its files.
    pub fn find(&self, groups: &[Group], facts: &[Vec<Facts>]) -> Vec<Need> {
        let mut found: BTreeMap<(usize, usize), Vec<String>> = BTreeMap::new();
        let mut add = |group: usize, needs: usize, why: String| {
            let told = found.entry((group, needs)).or_default();
            if !told.contains(&why) {
                told.push(why);
            }
        };
        let cut = self.cut_files(groups);
        for (group, needs, why) in &cut {
            add(*group, *needs, why.clone());
        }
        let users = self.users(groups, facts);
        self.new_files(groups, &users, &mut add);
        self.declared(groups, facts, &users, &mut add);
        let need = |((group, needs), mut why): ((usize, usize), Vec<String>)| {
            let more = why.len().saturating_sub(MAX_TOLD);
            why.truncate(MAX_TOLD);
            if more > 0 {
                why.push(format!("and {more} more"));
            }
            let cuts = cut.iter().any(|(one, other, _)| (*one, *other) == (group, needs));
            Need { group, needs, cuts, why }
        };
        found.into_iter().map(need).collect()
    }

    /// Hunks of one file stand on each other in the order of the file: they could not be merged apart. Gives who needs whom
    /// and why.
    fn cut_files(&self, groups: &[Group]) -> Vec<(usize, usize, String)> {
        let mut holders: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (at, group) in groups.iter().enumerate() {
            for part in group.parts.iter().filter(|part| part.edits.is_some()) {
                holders.entry(part.file).or_default().push(at);
            }
        }
        let mut cut = Vec::new();
        for (file, mut holders) in holders {
            let first_edit = |group: usize| {
                let part = groups[group].parts.iter().find(|part| part.file == file);
                part.and_then(|part| part.edits.as_ref()?.first().copied())
            };
            holders.sort_by_key(|group| (first_edit(*group), *group));
            for pair in holders.windows(2) {
                cut.push((pair[1], pair[0], format!("cuts {} after it", quoted(&self.set.files[file].path.display()))));
            }
        }
        cut
    }

    /// Names that are new in the base, each with the groups whose code adds it.
    fn users(&self, groups: &[Group], facts: &[Vec<Facts>]) -> Users {
        let mut users = Users::new();
        for (at, parts) in facts.iter().enumerate() {
            for (part, facts) in groups[at].parts.iter().zip(parts) {
                if is_code(&Place::of(&self.set.files[part.file].path)) {
                    for word in facts.added.iter().filter(|word| self.frequencies.is_new(**word)) {
                        users.entry(*word).or_default().insert(at);
                    }
                }
            }
        }
        users
    }

    /// A new file that is named in what another group adds: code by its stem, as imports do, unless a common word names it by
    /// chance; whatever else by its file name.
    fn new_files(&self, groups: &[Group], users: &Users, add: &mut impl FnMut(usize, usize, String)) {
        let mut named = Named::new();
        for (needed, group) in groups.iter().enumerate() {
            for part in &group.parts {
                let file = &self.set.files[part.file];
                let place = Place::of(&file.path);
                if !matches!(file.status, FileStatus::Added) {
                    continue;
                }
                if !place.is_imported() {
                    let folder = place.folders.last().cloned().unwrap_or_default();
                    named.entry(place.name.clone()).or_default().entry(folder).or_default().push((needed, place));
                    continue;
                }
                let key = place.key.as_ref().filter(|key| key.len() >= SHORTEST_NAME && !place.is_test());
                let Some(key) = key else { continue };
                let others = users.get(&words::id(key.as_bytes())).into_iter().flatten();
                for other in others.filter(|other| **other != needed) {
                    add(*other, needed, format!("names the new {}", quoted(&place.path)));
                }
            }
        }
        for (at, group) in groups.iter().enumerate().filter(|_| !named.is_empty()) {
            for part in &group.parts {
                self.names(part, &named, |needed, path| {
                    if needed != at {
                        add(at, needed, format!("names the new {}", quoted(path)));
                    }
                });
            }
        }
    }

    /// The new files that the added lines of code name. Where a name is common, its folder has to stand before it.
    fn names(&self, part: &Part, named: &Named, mut found: impl FnMut(usize, &str)) {
        let file = &self.set.files[part.file];
        if !is_code(&Place::of(&file.path)) || file.generated.is_some() {
            return;
        }
        let texts = Texts::of(file, self.contents);
        let lines = Lines::of(&texts.head);
        let edits = edits_of(file);
        let chosen = edits.iter().enumerate().filter(|(at, _)| part.holds(*at));
        let mut seen = HashSet::new();
        for line in chosen.flat_map(|(_, edit)| edit.new.clone()).filter_map(|line| lines.get(line)) {
            for path in line.split(|byte| !is_of_path(*byte)).filter_map(|path| str::from_utf8(path).ok()) {
                let mut parts = path.trim_end_matches('.').rsplit('/');
                let (name, folder) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
                let Some(folders) = named.get(name).filter(|_| seen.insert((name, folder))) else { continue };
                for (needed, place) in meant(folders, folder) {
                    found(*needed, &place.path);
                }
            }
        }
    }

    /// A name that is new in the base, declared by one group and used by another.
    fn declared(
        &self,
        groups: &[Group],
        facts: &[Vec<Facts>],
        users: &Users,
        add: &mut impl FnMut(usize, usize, String),
    ) {
        let is_long = |word: WordId| self.reader.spelling(word).is_some_and(|text| text.len() >= SHORTEST_NAME);
        let binds = |word: WordId| users.get(&word).is_some_and(|groups| groups.len() > 1) && is_long(word);
        for (needed, group) in groups.iter().enumerate() {
            for (part, facts) in group.parts.iter().zip(&facts[needed]) {
                let wanted: BTreeSet<WordId> = facts.added.iter().copied().filter(|word| binds(*word)).collect();
                if wanted.is_empty() {
                    continue;
                }
                let file = &self.set.files[part.file];
                for word in self.declares(file, part, &wanted) {
                    let name = quoted(self.reader.spelling(word).unwrap_or_default());
                    for user in users[&word].iter().filter(|user| **user != needed) {
                        add(*user, needed, format!("uses {name}"));
                    }
                }
            }
        }
    }

    fn declares(&self, file: &FileChange, part: &Part, wanted: &BTreeSet<WordId>) -> BTreeSet<WordId> {
        let edits = edits_of(file);
        let chosen = edits.iter().enumerate().filter(|(at, _)| part.holds(*at));
        let lines: Vec<_> = chosen.map(|(_, edit)| edit.new.clone()).collect();
        let texts = Texts::of(file, self.contents);
        definitions::declared(&file.path.display(), &String::from_utf8_lossy(&texts.head), &lines, wanted)
    }
}

/// Of new files with one name those that are meant where `folder` stands before it. Where the name is common, it has to.
fn meant<'n>(folders: &'n HashMap<String, Vec<(usize, Place)>>, folder: &str) -> &'n [(usize, Place)] {
    let mut all = folders.values();
    match (all.next(), all.next()) {
        (Some(only), None) if matches!(&only[..], [(_, place)] if !place.has_common_name()) => only,
        _ => folders.get(folder).filter(|_| !folder.is_empty()).map_or(&[], Vec::as_slice),
    }
}

/// What file names and folders are written with.
fn is_of_path(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/') || !byte.is_ascii()
}

/// Prose may name what it likes.
fn is_code(place: &Place) -> bool {
    !matches!(place.role, super::place::Role::Docs)
}
