//! What restacking did, in words.

use super::stack_table::name;
use crate::{
    domain::{plan::SliceId, split::Split},
    review::markdown::{code, shorten},
};

/// Files of a conflict that are named.
const MAX_PATHS: usize = 20;
/// Bytes of a path: a trouble that is too long would be left out of its pull request.
const MAX_PATH: usize = 200;

/// A slice and the branch below it changed the same lines.
pub fn conflict(base: &str, paths: &[String]) -> String {
    let mut shown: Vec<String> = paths.iter().take(MAX_PATHS).map(|path| code(&shorten(path, MAX_PATH))).collect();
    if paths.len() > MAX_PATHS {
        shown.push(format!("and {} more", paths.len() - MAX_PATHS));
    }
    format!(
        "This slice and {} both changed {}. Rebase its branch on {} by hand; nothing was touched.",
        code(base),
        shown.join(", "),
        code(base)
    )
}

/// The answer for whoever asked.
pub fn told(split: &Split, rebuilt: &[SliceId]) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conflict_of_many_long_paths_is_still_told() {
        let said = conflict("main", &vec!["a".repeat(4_000); 30]);
        assert!(said.len() < 5_000, "{}", said.len());
        assert!(said.contains("…`, and 10 more. Rebase"), "{said}");
        insta::assert_snapshot!(conflict("main", &["a.rs".to_owned()]), @"This slice and `main` both changed `a.rs`. Rebase its branch on `main` by hand; nothing was touched.");
    }
}
