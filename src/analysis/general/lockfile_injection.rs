//! A lock file whose packages come from elsewhere than they did: nobody reads lock files, and installers believe them.

use std::{collections::BTreeSet, sync::LazyLock};

use regex::bytes::Regex;

use crate::{
    analysis::{
        draft::Draft,
        file_view::FileView,
        rule_info::{InTests, RuleInfo},
    },
    domain::finding::{Category, Confidence, Severity, Source},
};

use super::check::{Check, Needs, Surroundings, on_line, pattern};

pub fn check() -> Check {
    let rule = RuleInfo {
        id: "gen/lockfile-injection".into(),
        severity: Severity::Error,
        category: Category::Security,
        confidence: Confidence::High,
        source: Source::General,
        cwe: (&[494]).into(),
        summary: "A package of this lock file is fetched from a place that the file did not name before.".into(),
        help: "Make the lock file anew from the manifest, and compare.".into(),
        url: None,
        in_tests: InTests::Skip,
    };
    Check { rule, needs: Needs::Text, run }
}

const LOCK_FILES: &[&str] = &[
    "package-lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "composer.lock",
    "poetry.lock",
    "uv.lock",
    "Gemfile.lock",
];
/// More findings than this say the same.
const MOST: usize = 10;

static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?:resolved|tarball|url|remote|registry)"?\s*[:= ]\s*\{?["']?((?:git\+)?[a-z]+)://(?:[^@/\s"']*@)?([A-Za-z0-9.-]+)"#,
    )
});

fn run<'r>(rule: &'r RuleInfo, view: &FileView<'_>, around: &Surroundings<'_>) -> Vec<Draft<'r>> {
    if !LOCK_FILES.contains(&view.name()) {
        return Vec::new();
    }
    let base = around.contents.base(view.change).ok().flatten().unwrap_or_default();
    let known: BTreeSet<&[u8]> =
        ADDRESS.captures_iter(&base).filter_map(|captures| captures.get(2)).map(|host| host.as_bytes()).collect();
    let is_suspect = |text: &str| {
        ADDRESS.captures_iter(text.as_bytes()).any(|captures| {
            let part = |group| captures.get(group).map_or(&b""[..], |part| part.as_bytes());
            part(1) == b"http" || !known.is_empty() && !known.contains(part(2))
        })
    };
    view.added_lines()
        .filter(|(_, text)| is_suspect(text))
        .take(MOST)
        .map(|(line, _)| on_line(rule, view, line))
        .collect()
}
