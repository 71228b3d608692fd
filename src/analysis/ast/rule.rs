//! One syntax rule: read from YAML at once, compiled when a file first needs it.

use std::sync::OnceLock;

use ast_grep_config::{GlobalRules, RuleConfig, SerializableRuleConfig};
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{
    analysis::{
        language::{self, Language},
        rule_info::{InTests, RuleInfo},
    },
    domain::finding::{Category, Confidence, Severity, Source},
};

/// Keys of ast-grep's format that this loader hands on as they are.
const PASSED_ON: &[&str] =
    &["id", "language", "rule", "constraints", "utils", "transform", "fix", "rewriters", "message", "note", "url"];
/// Keys that are read here.
const READ_HERE: &[&str] = &["severity", "files", "ignores", "metadata", "labels"];

pub struct AstRule {
    pub info: RuleInfo,
    /// The rule can match only where one of these literals stands in the text; empty: anywhere.
    pub prefilter: Vec<String>,
    files: Option<GlobSet>,
    ignores: Option<GlobSet>,
    config: SerializableRuleConfig<Language>,
    compiled: OnceLock<Result<RuleConfig<Language>, String>>,
}

/// A rule that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("rule {rule}: {why}")]
pub struct AstRuleError {
    pub rule: String,
    pub why: String,
}

/// What `metadata` holds; anything else in it is nobody's business.
#[derive(Deserialize)]
#[serde(default)]
struct Metadata {
    category: Category,
    cwe: Vec<u32>,
    /// 1 comes inline, 2 goes to the check run.
    tier: u8,
    tests: InTests,
    prefilter: Vec<String>,
}

impl Default for Metadata {
    fn default() -> Self {
        Self { category: Category::Correctness, cwe: Vec::new(), tier: 1, tests: InTests::Skip, prefilter: Vec::new() }
    }
}

impl AstRule {
    /// Reads one rule for one language (a rule on JavaScript is read for TypeScript as well). Keys that ast-grep does
    /// not know are left out with a warning: rule packs carry some.
    pub fn parse(yaml: &str, name: &str, language: Language) -> Result<Self, AstRuleError> {
        let error = |why: String| AstRuleError { rule: name.to_owned(), why };
        if !language::is_compiled_in(language) {
            return Err(error(format!("the grammar of {language} is not part of this build")));
        }
        let mut map: Map<String, Value> = ast_grep_config::from_str(yaml).map_err(|e| error(e.to_string()))?;
        let severity = map.get("severity").and_then(Value::as_str).map_or(Severity::Info, severity);
        let metadata = map.get("metadata").cloned().unwrap_or_else(|| Value::Object(Map::new()));
        let metadata: Metadata = serde_json::from_value(metadata).map_err(|e| error(format!("metadata: {e}")))?;
        let (files, ignores) = (globs(map.get("files")), globs(map.get("ignores")));
        map.retain(|key, _| {
            let passed_on = PASSED_ON.contains(&key.as_str());
            if !passed_on && !READ_HERE.contains(&key.as_str()) {
                tracing::warn!(rule = name, key, "a key of this rule is not known and not used");
            }
            passed_on
        });
        map.insert("language".to_owned(), Value::String(language.to_string()));
        let config: SerializableRuleConfig<Language> =
            serde_json::from_value(Value::Object(map)).map_err(|e| error(e.to_string()))?;
        let info = RuleInfo {
            id: config.id.clone().into(),
            severity,
            category: metadata.category,
            confidence: if metadata.tier == 1 { Confidence::High } else { Confidence::Low },
            source: Source::Rule,
            cwe: metadata.cwe.into(),
            summary: config.message.trim().to_owned().into(),
            help: config.note.as_deref().unwrap_or_default().trim().to_owned().into(),
            url: config.url.clone().map(Into::into),
            in_tests: metadata.tests,
        };
        Ok(Self { info, prefilter: metadata.prefilter, files, ignores, config, compiled: OnceLock::new() })
    }

    /// The rule is for files at this path.
    pub fn is_for(&self, path: &str) -> bool {
        self.files.as_ref().is_none_or(|globs| globs.is_match(path))
            && !self.ignores.as_ref().is_some_and(|globs| globs.is_match(path))
    }

    /// Compiled at the first call.
    pub fn compiled(&self) -> Result<&RuleConfig<Language>, AstRuleError> {
        let compiled = self.compiled.get_or_init(|| {
            RuleConfig::try_from(self.config.clone(), &GlobalRules::default())
                .map_err(|e| format!("{:#}", anyhow::Error::from(e)))
        });
        compiled.as_ref().map_err(|why| AstRuleError { rule: self.info.id.to_string(), why: why.clone() })
    }
}

fn severity(text: &str) -> Severity {
    match text {
        "error" => Severity::Error,
        "warning" => Severity::Warning,
        _ => Severity::Info,
    }
}

/// A glob list of ast-grep: texts, or `{glob, caseInsensitive}`.
fn globs(value: Option<&Value>) -> Option<GlobSet> {
    let mut set = GlobSetBuilder::new();
    for item in value?.as_array()? {
        let pattern = item.as_str().or_else(|| item.get("glob")?.as_str())?;
        let case_insensitive = item.get("caseInsensitive").and_then(Value::as_bool).unwrap_or(false);
        set.add(GlobBuilder::new(pattern).case_insensitive(case_insensitive).build().ok()?);
    }
    set.build().ok()
}
