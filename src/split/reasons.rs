//! Why a group belongs together, in words: what its pairs have in common, most telling first.

use std::collections::BTreeMap;

use super::{
    blocks::Blocks,
    evidence::{Evidence, Feature},
    facts::Reader,
    special::Special,
    weights::Weights,
};
use crate::{
    change::{frequencies::Frequencies, words::WordId},
    review::markdown::quoted,
};

/// Reasons that are told, and names in one of them.
const MAX_REASONS: usize = 4;
const MAX_NAMES: usize = 3;
/// Pairs of a large group that are looked at.
const MAX_MEMBERS: usize = 60;

/// What reasons are found in.
pub struct Told<'a> {
    pub blocks: &'a Blocks,
    pub evidence: &'a Evidence,
    pub weights: &'a Weights,
    pub frequencies: &'a Frequencies,
    pub reader: &'a Reader<'a>,
}

impl Told<'_> {
    /// Of a group of blocks.
    pub fn of(&self, group: &[usize]) -> Vec<String> {
        if let [block] = group {
            return match self.blocks.files[*block].len() {
                1 => Vec::new(),
                _ => vec!["one cannot be without the other: they take each other's place".to_owned()],
            };
        }
        let members = &group[..group.len().min(MAX_MEMBERS)];
        let mut worth = [0.0; Feature::COUNT];
        for (at, one) in members.iter().enumerate() {
            for other in &members[at + 1..] {
                for feature in Feature::ALL {
                    worth[feature as usize] += self.weights.worth(feature, self.evidence.pair(*one, *other)).max(0.0);
                }
            }
        }
        let mut features = Feature::ALL.to_vec();
        // Stable: of two that are worth the same, the earlier one stays first.
        features.sort_by(|one, other| worth[*other as usize].total_cmp(&worth[*one as usize]));
        let told = features.into_iter().filter(|feature| worth[*feature as usize] > 0.0);
        let mut reasons: Vec<String> = Vec::new();
        for reason in told.filter_map(|feature| self.reason(feature, members)) {
            if !reasons.contains(&reason) && reasons.len() < MAX_REASONS {
                reasons.push(reason);
            }
        }
        reasons
    }

    /// Of what all parts of a special group are.
    pub fn special(special: &Special) -> String {
        match special {
            Special::Moves => "files only moved; not a line in them changed".to_owned(),
            Special::Layout => "only white space changed".to_owned(),
            Special::Renaming { from, to } => {
                format!("{} became {}, and nothing else changed", quoted(from), quoted(to))
            }
        }
    }

    fn reason(&self, feature: Feature, members: &[usize]) -> Option<String> {
        let item = |block: usize| &self.blocks.items[block];
        match feature {
            Feature::Edits | Feature::Words => {
                let names: Vec<_> = self.names(members).iter().map(|name| quoted(name)).collect();
                (!names.is_empty()).then(|| format!("they change the same names: {}", listed(&names)))
            }
            Feature::Path | Feature::Folder => {
                let folder = common_folder(members.iter().map(|block| &item(*block).place.folders[..]))?;
                Some(format!("they stand below {}", quoted(&format!("{folder}/"))))
            }
            Feature::History => Some("they were changed together before, more often than by chance".to_owned()),
            Feature::Shape => Some("the same number of lines changed in each".to_owned()),
            Feature::Status => None,
            Feature::Test => {
                let (test, tested) = self.strongest(members, feature)?;
                let (test, tested) = if item(test).place.is_test() { (test, tested) } else { (tested, test) };
                Some(format!("{} tests {}", quoted(&item(test).place.name), quoted(&item(tested).place.name)))
            }
            Feature::Mention => {
                let (one, other) = self.strongest(members, feature)?;
                let (one, other) = (quoted(&item(one).place.name), quoted(&item(other).place.name));
                Some(format!("{one} and {other} name each other in what changed"))
            }
        }
    }

    fn strongest(&self, members: &[usize], feature: Feature) -> Option<(usize, usize)> {
        let mut best: Option<(f32, usize, usize)> = None;
        for (at, one) in members.iter().enumerate() {
            for other in &members[at + 1..] {
                let measure = self.evidence.pair(*one, *other)[feature as usize];
                if measure > 0.0 && best.is_none_or(|(most, ..)| measure > most) {
                    best = Some((measure, *one, *other));
                }
            }
        }
        best.map(|(_, one, other)| (one, other))
    }

    /// Names that more than one member changes, by how telling they are.
    pub fn names(&self, group: &[usize]) -> Vec<String> {
        let members = &group[..group.len().min(MAX_MEMBERS)];
        let mut holders: BTreeMap<WordId, u32> = BTreeMap::new();
        for block in members {
            for (word, _) in &self.blocks.items[*block].facts.net {
                *holders.entry(*word).or_default() += 1;
            }
        }
        let mut names: Vec<(f64, &str)> = holders
            .into_iter()
            .filter(|(_, count)| *count > 1)
            .filter_map(|(word, count)| {
                let telling = self.frequencies.rarity(word) * f64::from(count).ln_1p();
                self.reader.spelling(word).map(|name| (telling, name))
            })
            .collect();
        names.sort_by(|(one, name), (other, theirs)| other.total_cmp(one).then(name.cmp(theirs)));
        names.into_iter().take(MAX_NAMES).map(|(_, name)| name.to_owned()).collect()
    }
}

/// `a`, `b` and `c`
pub fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// The deepest folder that all stand below; `None` at the top.
pub fn common_folder<'f>(mut all: impl Iterator<Item = &'f [String]>) -> Option<String> {
    let mut common = all.next()?;
    for folders in all {
        let same = common.iter().zip(folders).take_while(|(one, other)| one == other).count();
        common = &common[..same];
    }
    (!common.is_empty()).then(|| common.join("/"))
}
