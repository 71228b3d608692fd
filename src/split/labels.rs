//! Labels for a slice, only such as the repository has: by what its files are for, and by the folders they are in.

use super::place::{Place, Role};

const MAX_LABELS: usize = 3;

/// In the order of the repository's labels.
pub fn of(places: &[Place], known: &[String]) -> Vec<String> {
    let roles = |role| !places.is_empty() && places.iter().all(|place| place.role == role);
    let wanted: &[&str] = if roles(Role::Docs) {
        &["documentation", "docs"]
    } else if roles(Role::Test) {
        &["tests", "test", "testing"]
    } else if roles(Role::Ci) {
        &["ci", "github_actions", "github actions"]
    } else if roles(Role::Build) {
        &["dependencies", "build"]
    } else {
        &[]
    };
    let in_all =
        |word: &str| places.iter().all(|place| place.folders.iter().any(|folder| folder.eq_ignore_ascii_case(word)));
    let fits = |label: &&String| {
        let lower = label.to_lowercase();
        // `area: routing`, `A-routing` and `area/routing` are about the folder `routing`.
        let last = lower.rsplit([':', '/']).next().unwrap_or(&lower).trim();
        let last = last.strip_prefix("a-").or_else(|| last.strip_prefix("area-")).unwrap_or(last);
        wanted.contains(&lower.as_str()) || (last.len() > 1 && !places.is_empty() && in_all(last))
    };
    known.iter().filter(fits).take(MAX_LABELS).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_labels_that_exist_are_given() {
        let known = ["bug", "Documentation", "area: routing", "tests"].map(str::to_owned);
        let labels = |paths: &[&str]| {
            of(&paths.iter().map(|path| Place::of(&(*path).into())).collect::<Vec<_>>(), &known).join(", ")
        };
        assert_eq!(labels(&["docs/a.md"]), "Documentation");
        assert_eq!(labels(&["src/routing/a.rs", "src/routing/b/c.rs"]), "area: routing");
        assert_eq!(labels(&["src/routing/a.rs", "src/b.rs"]), "");
        assert_eq!(labels(&["tests/routing/a.rs"]), "area: routing, tests");
    }
}
