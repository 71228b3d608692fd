//! The measures of all pairs of all cases, for whoever fits weights: one JSON object a line.

use std::{fs::File, io::Write as _, path::Path, sync::Mutex};

use seam::split::{
    blocks::Blocks,
    evidence::Evidence,
    facts::Reader,
    input::{Options, SplitInput},
};
use serde_json::json;

use crate::{
    case::{Case, Loaded},
    each,
};

pub(crate) fn write(file: &Path, cases: &[Case], tables: &Path) {
    let out = Mutex::new(std::io::BufWriter::new(File::create(file).unwrap()));
    each(cases, |case| {
        let Loaded { change, surroundings, .. } = case.load(tables);
        let options = Options::default();
        let input = SplitInput {
            set: &change.set,
            contents: &change.contents,
            surroundings: &surroundings,
            options: &options,
            model: None,
        };
        let mut reader = Reader::new(&change.contents);
        let blocks = Blocks::of(input, &mut reader);
        let evidence = Evidence::of(&blocks.items, &surroundings.frequencies, &surroundings.history);
        let truth = |path: &str| {
            let file = case.files.iter().find(|file| file.path == path).filter(|file| file.scored);
            file.map_or(-1, |file| i64::try_from(file.groups[0]).unwrap())
        };
        let of_block =
            |files: &Vec<usize>| files.iter().map(|file| truth(&change.set.files[*file].path.display())).collect();
        let groups: Vec<Vec<i64>> = blocks.files.iter().map(of_block).collect();
        let mut pairs = Vec::new();
        for one in 0..evidence.atoms() {
            for other in one + 1..evidence.atoms() {
                pairs.push(*evidence.pair(one, other));
            }
        }
        let row = json!({ "id": case.id, "repo": case.repo, "k": case.k, "groups": groups, "pairs": pairs });
        writeln!(out.lock().unwrap(), "{row}").unwrap();
    });
}
