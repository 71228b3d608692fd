//! Reads gitleaks' TOML (v8.25 and later, and the older single `allowlist`), and is patient with it: keys it does not
//! know are passed over, a rule it cannot use is left out with a word why.
//! Format: <https://github.com/gitleaks/gitleaks#configuration>.

use std::{borrow::Cow, sync::OnceLock};

use serde::Deserialize;

use crate::{
    analysis::rule_info::{InTests, RuleInfo},
    domain::finding::{Category, Confidence, Severity, Source},
};

use super::{
    allowlist::{Allowlist, Condition, Target},
    rule::{Required, SecretRule, compile},
    verify::Verify,
};

/// One file, read.
#[derive(Debug, Default)]
pub struct RuleFile {
    pub rules: Vec<SecretRule>,
    /// For all rules.
    pub allowlists: Vec<Allowlist>,
    /// What was left out, and why.
    pub warnings: Vec<String>,
}

/// The text is not TOML, or not of this form.
#[derive(Debug, thiserror::Error)]
#[error("the secret rules in {file} cannot be read: {source}")]
pub struct RuleFileError {
    pub file: String,
    source: toml::de::Error,
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct FileToml {
    rules: Vec<RuleToml>,
    allowlist: Option<AllowlistToml>,
    allowlists: Vec<AllowlistToml>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct RuleToml {
    id: String,
    description: String,
    regex: Option<String>,
    path: Option<String>,
    entropy: Option<f64>,
    secret_group: Option<usize>,
    keywords: Vec<String>,
    allowlist: Option<AllowlistToml>,
    allowlists: Vec<AllowlistToml>,
    required: Vec<RequiredToml>,
    skip_report: bool,
    seam: SeamToml,
}

/// What Seam's own files say beside gitleaks' keys.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct SeamToml {
    severity: Severity,
    /// 1 comes inline, 2 goes to the check run.
    tier: u8,
    generic: bool,
    verify: Option<Verify>,
    help: String,
    tests: InTests,
    cwe: u32,
}

impl Default for SeamToml {
    fn default() -> Self {
        Self {
            severity: Severity::Error,
            tier: 1,
            generic: false,
            verify: None,
            help:
                "Revoke it, and read it from the environment or a secret store: what was pushed stays in the history."
                    .to_owned(),
            tests: InTests::Lower,
            cwe: 798,
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct RequiredToml {
    id: String,
    within_lines: Option<u32>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct AllowlistToml {
    condition: String,
    regex_target: String,
    regexes: Vec<String>,
    paths: Vec<String>,
    stopwords: Vec<String>,
    target_rules: Vec<String>,
}

/// Reads one file; `name` is for messages.
pub fn read(name: &str, text: &str) -> Result<RuleFile, RuleFileError> {
    let file: FileToml = toml::from_str(text).map_err(|source| RuleFileError { file: name.to_owned(), source })?;
    let mut read = RuleFile::default();
    let lists = file.allowlists.into_iter().chain(file.allowlist);
    read.allowlists = lists.map(|list| allowlist(list, name, &mut read.warnings)).collect();
    for rule in file.rules {
        if rule.id.is_empty() || rule.regex.is_none() && rule.path.is_none() {
            read.warnings.push(format!("{name}: a rule without id, or without regex and path, is left out"));
            continue;
        }
        let rule = secret_rule(rule, &mut read.warnings);
        read.rules.push(rule);
    }
    Ok(read)
}

fn secret_rule(rule: RuleToml, warnings: &mut Vec<String>) -> SecretRule {
    let seam = rule.seam;
    let lists = rule.allowlists.into_iter().chain(rule.allowlist);
    let summary =
        if rule.description.is_empty() { format!("This looks like a secret ({}).", rule.id) } else { rule.description };
    SecretRule {
        info: RuleInfo {
            id: format!("secret/{}", rule.id).into(),
            severity: seam.severity,
            category: Category::Security,
            confidence: if seam.tier == 1 { Confidence::High } else { Confidence::Low },
            source: Source::Secret,
            cwe: Cow::Owned(vec![seam.cwe]),
            summary: summary.into(),
            help: seam.help.into(),
            url: None,
            in_tests: seam.tests,
        },
        keywords: rule.keywords.iter().map(|word| word.to_ascii_lowercase()).collect(),
        entropy: rule.entropy.filter(|entropy| *entropy > 0.0),
        secret_group: rule.secret_group.filter(|group| *group > 0),
        allowlists: lists.map(|list| allowlist(list, &rule.id, warnings)).collect(),
        path: rule.path.and_then(|path| regex(&path, &rule.id, warnings)),
        required: rule.required.into_iter().map(|r| Required { rule: r.id, within_lines: r.within_lines }).collect(),
        is_silent: rule.skip_report,
        is_generic: seam.generic,
        verify: seam.verify,
        pattern: rule.regex,
        regex: OnceLock::new(),
        id: rule.id,
    }
}

fn allowlist(list: AllowlistToml, rule: &str, warnings: &mut Vec<String>) -> Allowlist {
    let mut regexes =
        |patterns: &[String]| patterns.iter().filter_map(|pattern| regex(pattern, rule, warnings)).collect();
    Allowlist {
        condition: match list.condition.to_ascii_lowercase().as_str() {
            "and" | "&&" => Condition::And,
            _ => Condition::Or,
        },
        target: match list.regex_target.as_str() {
            "match" => Target::Match,
            "line" => Target::Line,
            _ => Target::Secret,
        },
        regexes: regexes(&list.regexes),
        paths: regexes(&list.paths),
        stopwords: list.stopwords.iter().map(|word| word.to_ascii_lowercase()).collect(),
        rules: list.target_rules,
    }
}

fn regex(pattern: &str, rule: &str, warnings: &mut Vec<String>) -> Option<regex::bytes::Regex> {
    compile(pattern).inspect_err(|error| warnings.push(format!("{rule}: {error}"))).ok()
}
