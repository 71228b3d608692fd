//! By who owns the files, so that each slice asks as few people as can be. The last pattern that matches counts.
//! Source: <https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners>.

use std::collections::BTreeMap;

use globset::{GlobBuilder, GlobMatcher};

use super::Scene;
use crate::{review::markdown::quoted, split::reasons::listed};

/// A file with more lines is no list of people.
const MAX_RULES: usize = 5_000;

pub(super) fn groups(scene: &Scene<'_>) -> Vec<Vec<usize>> {
    let rules = rules(scene.input.surroundings.codeowners.as_deref().unwrap_or_default());
    let mut groups: BTreeMap<Vec<String>, Vec<usize>> = BTreeMap::new();
    for (at, item) in scene.blocks.items.iter().enumerate() {
        groups.entry(owners(&rules, &item.place.path)).or_default().push(at);
    }
    groups.into_values().collect()
}

/// Who owns a group.
pub(super) fn reasons<'s>(scene: &'s Scene<'_>) -> impl Fn(&[usize]) -> Option<String> + 's {
    let rules = scene.input.surroundings.codeowners.as_deref().map(rules);
    move |group| {
        let owners = owners(rules.as_ref()?, &scene.blocks.items[*group.first()?].place.path);
        let owners: Vec<String> = owners.iter().map(|owner| quoted(owner)).collect();
        Some(if owners.is_empty() { "nobody owns them".to_owned() } else { format!("owned by {}", listed(&owners)) })
    }
}

struct Rule {
    patterns: Vec<GlobMatcher>,
    owners: Vec<String>,
}

fn rules(text: &str) -> Vec<Rule> {
    text.lines().filter_map(rule).take(MAX_RULES).collect()
}

fn rule(line: &str) -> Option<Rule> {
    let line = line.split(" #").next().unwrap_or(line).trim();
    let mut words = line.split_whitespace();
    let pattern = words.next().filter(|pattern| !pattern.starts_with('#'))?;
    let mut owners: Vec<String> = words.map(str::to_lowercase).collect();
    owners.sort();
    owners.dedup();
    let patterns = globs(pattern).into_iter().filter_map(|glob| {
        // `*` does not cross folders, as in .gitignore.
        GlobBuilder::new(&glob).literal_separator(true).build().ok().map(|glob| glob.compile_matcher())
    });
    Some(Rule { patterns: patterns.collect(), owners })
}

/// A pattern of .gitignore's kind: of a file, or of a folder with all that is below it.
fn globs(pattern: &str) -> Vec<String> {
    let bare = pattern.trim_start_matches('/').trim_end_matches('/');
    let anchored = pattern.starts_with('/') || bare.contains('/');
    let prefix = if anchored || bare.starts_with("**") { "" } else { "**/" };
    let below = format!("{prefix}{bare}/**");
    if pattern.ends_with('/') {
        vec![below]
    } else if bare.ends_with("/*") {
        vec![format!("{prefix}{bare}")]
    } else {
        vec![format!("{prefix}{bare}"), below]
    }
}

fn owners(rules: &[Rule], path: &str) -> Vec<String> {
    let rule = rules.iter().rev().find(|rule| rule.patterns.iter().any(|pattern| pattern.is_match(path)));
    rule.map(|rule| rule.owners.clone()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_pattern_that_matches_names_the_owners() {
        let rules = rules("# all\n* @all\n/docs/ @writers\n*.rs @rust @all # note\napps/* @apps\n/apps/github\n");
        let of = |path: &str| owners(&rules, path).join(" ");
        assert_eq!(of("README.md"), "@all");
        assert_eq!(of("docs/deep/a.md"), "@writers");
        assert_eq!(of("docs/a.rs"), "@all @rust");
        assert_eq!(
            (of("apps/x"), of("apps/x/y"), of("apps/github")),
            ("@apps".to_owned(), "@all".to_owned(), String::new())
        );
    }
}
