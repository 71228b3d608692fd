//! SARIF 2.1.0, as code scanning and editors read it.
//! Source: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::outcome::Outcome;
use crate::{
    analysis::rule_info::RuleInfo,
    domain::{
        finding::{Category, Confidence, Finding, Severity, Suggestion},
        ledger::{Handled, LedgerRow},
    },
};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// Files that were not looked at, named as notifications.
const MOST_NOTIFICATIONS: usize = 1_000;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    invocations: [Invocation; 1],
    column_kind: &'static str,
    results: Vec<SarifResult>,
    properties: RunProperties,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: String,
    short_description: Message,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<Message>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help_uri: Option<String>,
    default_configuration: Configuration,
    properties: RuleProperties,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct RuleProperties {
    tags: Vec<String>,
    precision: &'static str,
    /// Makes GitHub show an alert as a security one: 0.1 to 10.
    #[serde(rename = "security-severity", skip_serializing_if = "Option::is_none")]
    security_severity: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Serialize)]
struct Notification {
    level: &'static str,
    message: Message,
    locations: [Location; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RunProperties {
    base: String,
    head: String,
    security_score: u8,
    quality_score: u8,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult {
    rule_id: String,
    rule_index: usize,
    level: &'static str,
    message: Message,
    locations: [Location; 1],
    partial_fingerprints: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<Fix>,
}

#[derive(Serialize)]
struct Message {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: PhysicalLocation,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Serialize)]
struct ArtifactLocation {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_column: Option<u32>,
    end_line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_column: Option<u32>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fix {
    artifact_changes: [ArtifactChange; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactChange {
    artifact_location: ArtifactLocation,
    replacements: [Replacement; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement {
    deleted_region: Region,
    #[serde(skip_serializing_if = "Option::is_none")]
    inserted_content: Option<Message>,
}

/// One indented document and a line end. `rules`: what is known about rules; only those that found something are described.
pub fn render(outcome: &Outcome<'_>, rules: &[&RuleInfo]) -> String {
    let findings = &outcome.analysis.findings;
    let used: BTreeSet<&str> = findings.iter().map(|finding| finding.rule.as_str()).collect();
    let used: Vec<&str> = used.into_iter().collect();
    let scores = outcome.scores();
    let skipped = outcome.analysis.ledger.iter().filter(|row| row.handled == Handled::Skipped);
    let log = Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: "Seam",
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    rules: used.iter().map(|id| describe(id, rules, findings)).collect(),
                },
            },
            invocations: [Invocation {
                execution_successful: true,
                tool_execution_notifications: skipped.take(MOST_NOTIFICATIONS).map(notification).collect(),
            }],
            column_kind: "utf16CodeUnits",
            results: findings.iter().map(|finding| result(finding, &used)).collect(),
            properties: RunProperties {
                base: outcome.base.to_owned(),
                head: outcome.head.to_owned(),
                security_score: scores.security,
                quality_score: scores.quality,
            },
        }],
    };
    let mut text = serde_json::to_string_pretty(&log).expect("a review is plain data");
    text.push('\n');
    text
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

/// From what is known about the rule; a rule that is not known is described by its first finding.
fn describe(id: &str, rules: &[&RuleInfo], findings: &[Finding]) -> Rule {
    let known = rules.iter().find(|rule| rule.id == id);
    let example = findings.iter().find(|finding| finding.rule == id);
    let security = |category: Category| (category == Category::Security).then_some(());
    let tags = |category: Category, cwe: &[u32]| {
        let category = security(category).map(|()| "security".to_owned());
        category.into_iter().chain(cwe.iter().map(|cwe| format!("external/cwe/cwe-{cwe:03}"))).collect()
    };
    let (category, severity, confidence, cwe) = match (known, example) {
        (Some(rule), _) => (rule.category, rule.severity, rule.confidence, &*rule.cwe),
        (None, Some(finding)) => (finding.category, finding.severity, finding.confidence, &*finding.cwe),
        (None, None) => (Category::Correctness, Severity::Warning, Confidence::Low, &[][..]),
    };
    let summary = known.map(|rule| rule.summary.trim().to_owned());
    Rule {
        id: id.to_owned(),
        short_description: Message { text: summary.unwrap_or_else(|| id.to_owned()) },
        help: known
            .map(|rule| rule.help.trim())
            .filter(|help| !help.is_empty())
            .map(|help| Message { text: help.to_owned() }),
        help_uri: known.and_then(|rule| rule.url.as_deref()).map(str::to_owned),
        default_configuration: Configuration { level: level(severity) },
        properties: RuleProperties {
            tags: tags(category, cwe),
            precision: match confidence {
                Confidence::High => "high",
                Confidence::Low => "medium",
            },
            security_severity: security(category).map(|()| match severity {
                Severity::Error => "8.0",
                Severity::Warning => "5.0",
                Severity::Info => "2.0",
            }),
        },
    }
}

fn result(finding: &Finding, used: &[&str]) -> SarifResult {
    let region = (!finding.is_about_file()).then(|| whole_lines(finding.start_line, finding.end_line));
    SarifResult {
        rule_id: finding.rule.clone(),
        rule_index: used.binary_search(&finding.rule.as_str()).expect("made of all rules of all findings"),
        level: level(finding.severity),
        message: Message { text: finding.message.clone() },
        locations: [location(&finding.path, region)],
        partial_fingerprints: BTreeMap::from([("seam/v1", finding.fingerprint.to_string())]),
        fixes: finding.suggestion.iter().map(|suggestion| fix(&finding.path, suggestion)).collect(),
    }
}

fn location(path: &str, region: Option<Region>) -> Location {
    Location { physical_location: PhysicalLocation { artifact_location: artifact(path), region } }
}

fn artifact(path: &str) -> ArtifactLocation {
    ArtifactLocation { uri: path_to_uri(path) }
}

fn whole_lines(start: u32, end: u32) -> Region {
    Region { start_line: start, start_column: None, end_line: end.max(start), end_column: None }
}

/// Whole lines without the last line end, which stays; a deletion takes it too.
fn fix(path: &str, suggestion: &Suggestion) -> Fix {
    let (start, end) = (suggestion.start_line, suggestion.end_line);
    let deletes = suggestion.replacement.is_empty();
    let replacement = Replacement {
        deleted_region: match deletes {
            true => Region { start_line: start, start_column: Some(1), end_line: end + 1, end_column: Some(1) },
            false => whole_lines(start, end),
        },
        inserted_content: (!deletes).then(|| Message { text: suggestion.replacement.clone() }),
    };
    Fix { artifact_changes: [ArtifactChange { artifact_location: artifact(path), replacements: [replacement] }] }
}

fn notification(row: &LedgerRow) -> Notification {
    let reason = row.reason.as_deref().unwrap_or("not looked at");
    Notification {
        level: "note",
        message: Message { text: format!("Skipped: {reason}") },
        locations: [location(&row.path, None)],
    }
}

/// A relative reference: what is not plain in a path is written as `%XX`.
fn path_to_uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}
