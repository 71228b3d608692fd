//! Every secret rule comes with snippets that it must report and snippets that it must not.

use std::{collections::BTreeMap, fs, path::Path};

use seam::{
    analysis::secret::{embedded, gitleaks, rule_set::RuleSet},
    change::change_set::FileKind,
    domain::finding::{Confidence, Severity, Source},
};
use serde::Deserialize;

use super::{
    fixtures::fill,
    sample::{Sample, is_by},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Snippets {
    path: Option<String>,
    /// Alone it is enough: tried in several surroundings.
    token: Option<String>,
    #[serde(default)]
    leaks: Vec<String>,
    clean: Vec<String>,
}

fn snippets() -> BTreeMap<String, Snippets> {
    serde_saphyr::from_str(include_str!("fixtures/secrets.yml")).unwrap()
}

#[test]
fn every_file_of_rules_is_read_without_a_warning() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/secrets"));
    let files = fs::read_dir(folder).unwrap().count();
    assert_eq!(files, embedded::FILES.len(), "a file of rules/secrets is not embedded");
    for (name, text) in embedded::FILES {
        let file = gitleaks::read(name, text).unwrap();
        assert_eq!(file.warnings, [] as [&str; 0]);
        for rule in &file.rules {
            assert!(rule.is_about_path() || rule.regex().is_some(), "{} does not compile", rule.id);
            assert!(!rule.keywords.is_empty(), "{} has no keyword: it would run on every line", rule.id);
        }
    }
}

#[test]
fn every_rule_reports_what_it_must_and_nothing_else() {
    let snippets = snippets();
    let ids: Vec<String> = RuleSet::embedded().rules.into_iter().map(|rule| rule.id).collect();
    let mut wrong: Vec<String> = ids.iter().filter(|id| !snippets.contains_key(*id)).cloned().collect();
    for (id, rule) in &snippets {
        let around = ["value = \"{}\"\n", "export VALUE={}\n", "- name: 'it'\n  value: '{}'\n"];
        let tokens = rule.token.iter().flat_map(|token| around.iter().map(move |text| text.replace("{}", token)));
        let leaks: Vec<String> = tokens.chain(rule.leaks.iter().cloned()).collect();
        if leaks.len() < 3 || rule.clean.len() < 3 || !ids.contains(id) {
            wrong.push(format!("{id}: fewer than three snippets of a sort, or no such rule"));
        }
        let path = rule.path.as_deref().unwrap_or("deploy/settings.conf");
        let reports = |text: &str| {
            let findings = Sample::added(path, text).analyze().findings;
            findings.iter().any(|finding| is_by(finding, &format!("secret/{id}")))
        };
        for (seed, leak) in leaks.iter().enumerate() {
            if !reports(&fill(leak, seed as u64 + 1)) {
                wrong.push(format!("{id} misses {leak}"));
            }
        }
        for (seed, clean) in rule.clean.iter().enumerate() {
            if reports(&fill(clean, seed as u64 + 1)) {
                wrong.push(format!("{id} reports in error {clean}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_part_of_a_finding_holds_the_secret() {
    for (id, rule) in snippets() {
        let Some(token) = rule.token else { continue };
        let token = fill(&token, 7);
        let text = format!("value = \"{token}\"\n");
        for finding in Sample::added("deploy/settings.txt", text).analyze().findings {
            let shown = serde_json::to_string(&finding).unwrap();
            assert!(!shown.contains(&token[token.len() / 2..]), "{id} shows it: {shown}");
            assert_eq!((finding.source, finding.evidence), (Source::Secret, None), "{id}");
        }
    }
}

#[test]
fn one_byte_hides_no_secret() {
    let secrets = |text: String| {
        let sample = Sample::added("config.py", text).with(|change| change.kind = FileKind::Binary);
        let findings = sample.analyze().findings;
        let found = findings.iter().filter(|finding| finding.source == Source::Secret);
        found.map(|finding| (finding.start_line, finding.rule.clone())).collect::<Vec<_>>()
    };
    let text = format!("TOKEN = \"{}\"\n", fill("ghp_{crc:30}", 3));
    assert_eq!(secrets(format!("{text}\0")), [(0, "secret/github-token".to_owned())]);
    // What the base had already was told then.
    let before = format!("{text}\0");
    let sample = Sample::modified("config.py", &before, &format!("{before}x = 1\n")).with(|change| {
        change.kind = FileKind::Binary;
    });
    assert!(sample.analyze().findings.iter().all(|finding| finding.source != Source::Secret));
    // What is no text at all is not searched for what looks like one by chance.
    assert_eq!(secrets(format!("{text}{}", "\0\u{1}".repeat(40))), []);
}

#[test]
fn a_checksum_tells_a_real_token_from_a_made_up_one() {
    let finding = |token: &str| Sample::added("a.txt", fill(token, 3)).analyze().findings.remove(0);
    let real = finding("ghp_{crc:30}");
    assert_eq!((real.severity, real.confidence), (Severity::Error, Confidence::High));
    insta::assert_snapshot!(real.message, @"This is a GitHub token. It starts with `ghp_`. Its checksum is right. Revoke it, and read it from the environment or a secret store: what was pushed stays in the history.");
    let made_up = finding("ghp_{alnum:36}");
    assert_eq!((made_up.severity, made_up.confidence), (Severity::Warning, Confidence::Low));
    insta::assert_snapshot!(made_up.message, @"This is a GitHub token. It starts with `ghp_`. Its checksum is wrong: it was made up or edited. Revoke it, and read it from the environment or a secret store: what was pushed stays in the history.");
}

#[test]
fn gitleaks_files_are_read_with_patience() {
    let text = r#"
        title = "theirs"
        minVersion = "v8.25.0"
        [extend]
        useDefault = true
        [[allowlists]]
        targetRules = ["a"]
        stopwords = ["harmless"]
        [[rules]]
        id = "a"
        description = "A"
        regex = '''tok-([a-z0-9]{8})'''
        keywords = ["tok-"]
        tags = ["x"]
        somethingNew = 1
        [[rules.allowlists]]
        condition = "AND"
        regexTarget = "line"
        regexes = ['''^ok ''']
        paths = ['''\.md$''']
        [[rules]]
        id = "broken"
        regex = '''(?<'''
        [[rules]]
        description = "nothing"
    "#;
    let file = gitleaks::read("theirs", text).unwrap();
    assert_eq!(file.rules.iter().map(|rule| rule.id.as_str()).collect::<Vec<_>>(), ["a", "broken"]);
    assert!(file.rules[0].regex().is_some() && file.rules[1].regex().is_none());
    assert_eq!(file.warnings, ["theirs: a rule without id, or without regex and path, is left out"]);
    assert!(gitleaks::read("theirs", "rules = 3").is_err());
}

#[test]
fn secrets_in_tests_weigh_less() {
    let token = fill("ghp_{crc:30}", 5);
    let finding = Sample::added("tests/data/a.txt", format!("t = {token}\n")).analyze().findings.remove(0);
    assert_eq!((finding.severity, finding.confidence), (Severity::Warning, Confidence::Low));
}
