//! Drafts become findings: the test profile and the policy have their say, one finding is left per line, and each gets
//! its fingerprint, its evidence, its suggestion and its anchor.

use std::collections::BTreeMap;

use crate::{
    change::anchors,
    domain::finding::{Confidence, Finding, Fingerprint, Severity, Source},
};

use super::{
    draft::Draft, file_view::FileView, limits::Limits, policy_view::PolicyView, rule_info::InTests, suggestion,
};

/// The findings of one file, in the order of their lines.
pub fn findings(view: &FileView<'_>, drafts: Vec<Draft<'_>>, policy: &PolicyView<'_>, limits: &Limits) -> Vec<Finding> {
    let wanted = drafts.into_iter().filter(|draft| is_about_change(view, draft)).filter_map(|draft| {
        let draft = adjust(view, draft, policy)?;
        (draft.severity >= policy.min_severity).then_some(draft)
    });
    let mut by_line: BTreeMap<u32, Vec<Draft<'_>>> = BTreeMap::new();
    for draft in wanted.take(limits.findings) {
        by_line.entry(draft.first_line).or_default().push(draft);
    }
    by_line.into_values().flat_map(one_of_line).map(|(draft, others)| finding(view, draft, &others, limits)).collect()
}

/// Some line of it was added; what is about the file as a whole always is.
fn is_about_change(view: &FileView<'_>, draft: &Draft<'_>) -> bool {
    draft.first_line == 0 || view.added.touch(draft.first_line, draft.last_line)
}

/// The severity after test profile and policy; `None` when nobody wants to hear it.
fn adjust<'r>(view: &FileView<'_>, mut draft: Draft<'r>, policy: &PolicyView<'_>) -> Option<Draft<'r>> {
    if policy.is_disabled(&view.path, &draft.rule.id) {
        return None;
    }
    if let Some(severity) = policy.severity(&view.path, &draft.rule.id) {
        // Named in the policy is switched on: inline, and in tests too.
        draft.severity = severity;
        draft.confidence = Confidence::High;
        return Some(draft);
    }
    match draft.rule.in_tests {
        InTests::Same => {}
        InTests::Skip if view.is_test_at(draft.at) => return None,
        InTests::Lower if view.is_test_at(draft.at) => {
            draft.severity = lower(draft.severity);
            draft.confidence = Confidence::Low;
        }
        InTests::Skip | InTests::Lower => {}
    }
    Some(draft)
}

fn lower(severity: Severity) -> Severity {
    match severity {
        Severity::Error => Severity::Warning,
        Severity::Warning | Severity::Info => Severity::Info,
    }
}

/// The worst draft of a line, with the ids of the other rules; every draft when they are about the file as a whole.
fn one_of_line(mut drafts: Vec<Draft<'_>>) -> Vec<(Draft<'_>, Vec<String>)> {
    if drafts.first().is_some_and(|draft| draft.first_line == 0) {
        return drafts.into_iter().map(|draft| (draft, Vec::new())).collect();
    }
    // Stable: what a rule found first wins over what it found later on the line.
    drafts.sort_by(|a, b| {
        (b.severity, b.confidence).cmp(&(a.severity, a.confidence)).then_with(|| a.rule.id.cmp(&b.rule.id))
    });
    let mut drafts = drafts.into_iter();
    let Some(worst) = drafts.next() else { return Vec::new() };
    let mut others: Vec<String> = drafts.map(|draft| draft.rule.id.to_string()).collect();
    others.retain(|id| *id != worst.rule.id);
    others.dedup();
    vec![(worst, others)]
}

fn finding(view: &FileView<'_>, draft: Draft<'_>, others: &[String], limits: &Limits) -> Finding {
    let suggestion = suggestion::of(view, &draft, limits);
    let rule = draft.rule;
    let mut message = draft.message;
    if !others.is_empty() {
        let named: Vec<String> = others.iter().map(|id| format!("`{id}`")).collect();
        message.push_str(&format!("\n\nAlso on this line: {}.", named.join(", ")));
    }
    let symbol = if draft.first_line == 0 { String::new() } else { view.symbol_at(draft.at) };
    let shows_code = rule.source != Source::Secret && draft.first_line > 0;
    Finding {
        rule: rule.id.to_string(),
        severity: draft.severity,
        category: rule.category,
        path: view.path.clone(),
        start_line: draft.first_line,
        end_line: draft.last_line,
        message,
        suggestion,
        cwe: rule.cwe.to_vec(),
        fingerprint: Fingerprint::of(&rule.id, &symbol, &draft.code),
        source: rule.source,
        confidence: draft.confidence,
        evidence: shows_code.then(|| view.line_text(draft.first_line, draft.last_line).to_owned()),
        anchor: (draft.first_line > 0)
            .then(|| anchors::on_head_lines(view.change, draft.first_line, draft.last_line))
            .flatten(),
    }
}
