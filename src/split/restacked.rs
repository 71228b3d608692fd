//! What restacking did, in words.

use crate::{
    domain::{
        plan::SliceId,
        split::{OpenSlice, Split},
    },
    review::markdown::code,
};

/// Files of a conflict that are named.
const MAX_PATHS: usize = 20;

/// A slice and the branch below it changed the same lines.
pub fn conflict(base: &str, paths: &[String]) -> String {
    let shown: Vec<String> = paths.iter().take(MAX_PATHS).map(|path| code(path)).collect();
    format!(
        "This slice and {} both changed {}. Rebase its branch on {} by hand; nothing was touched.",
        code(base),
        shown.join(", "),
        code(base)
    )
}

/// The answer for whoever asked.
pub fn told(split: &Split, rebuilt: &[SliceId]) -> String {
    let name = |open: &OpenSlice| open.pull.map_or_else(|| code(&open.branch), |pull| format!("#{pull}"));
    let mut lines = Vec::new();
    let done: Vec<String> = split.slices.iter().filter(|open| rebuilt.contains(&open.slice)).map(name).collect();
    lines.push(match done.is_empty() {
        true => "Every slice that could be rebuilt stands where it should.".to_owned(),
        false => format!("Rebuilt {}.", done.join(", ")),
    });
    for open in &split.slices {
        lines.extend(open.trouble.as_ref().map(|trouble| format!("{}: {trouble}", name(open))));
    }
    lines.join("\n\n")
}
