//! A symbolic link that leads out of the repository: whoever follows it reads or writes what is not part of it.

use crate::{
    analysis::{
        draft::Draft,
        file_view::FileView,
        rule_info::{InTests, RuleInfo},
    },
    change::change_set::FileKind,
    domain::finding::{Category, Confidence, Severity, Source},
};

use super::check::{Check, Needs, Surroundings};

pub fn check() -> Check {
    let rule = RuleInfo {
        id: "gen/symlink-out-of-tree".into(),
        severity: Severity::Warning,
        category: Category::Security,
        confidence: Confidence::High,
        source: Source::General,
        cwe: (&[59]).into(),
        summary: "This symbolic link leads out of the repository.".into(),
        help: "Link to a path inside of it, or copy the file.".into(),
        url: None,
        in_tests: InTests::Lower,
    };
    Check { rule, needs: Needs::Name, run }
}

fn run<'r>(rule: &'r RuleInfo, view: &FileView<'_>, around: &Surroundings<'_>) -> Vec<Draft<'r>> {
    if view.change.kind != FileKind::Symlink {
        return Vec::new();
    }
    let Ok(Some(target)) = around.contents.head(view.change) else { return Vec::new() };
    let leaves = leaves(&view.path, &String::from_utf8_lossy(&target));
    leaves.then(|| Draft::about_file(rule, view.name())).into_iter().collect()
}

/// The target is absolute, or climbs above the root.
fn leaves(path: &str, target: &str) -> bool {
    if target.starts_with('/') || target.starts_with('~') || target.get(1..2) == Some(":") {
        return true;
    }
    let mut depth = path.matches('/').count();
    for part in target.split(['/', '\\']) {
        match part {
            ".." if depth == 0 => return true,
            ".." => depth -= 1,
            "" | "." => {}
            _ => depth += 1,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::leaves;

    #[test]
    fn links_that_climb_above_the_root_leave() {
        assert!(leaves("a/b", "../../etc") && leaves("a", "/etc/passwd") && leaves("a", "x/../../y"));
        assert!(!leaves("a/b", "../c") && !leaves("a", "b/c/../d"));
    }
}
