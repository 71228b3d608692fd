//! Looks for secrets in the added lines of one file: keywords first, then each rule's regex near its keywords alone.

use std::{borrow::Cow, ops::Range};

use sha2::{Digest as _, Sha256};

use crate::{
    analysis::{added_lines::AddedLines, draft::Draft, file_view::FileView, limits::Limits},
    change::change_set::FileChange,
    domain::finding::{Confidence, Severity},
};

use super::{
    allowlist::Hit, entropy::shannon, placeholder::is_placeholder, rule::SecretRule, rule_set::RuleSet, verify::Verdict,
};

/// How far from a keyword a match may reach in a line that is longer.
const NEAR: usize = 4 << 10;
/// How far below its keyword a match of many lines may reach.
const BELOW: usize = 32 << 10;

/// A match that nothing spoke against.
struct Candidate<'r> {
    rule: &'r SecretRule,
    matched: Range<usize>,
    secret: Range<usize>,
    first_line: u32,
    last_line: u32,
    verdict: Verdict,
}

pub fn scan<'r>(rules: &'r RuleSet, view: &FileView<'_>) -> Vec<Draft<'r>> {
    let mut found = Vec::new();
    for lines in view.added.ranges() {
        let part = view.lines.bytes(lines.clone());
        for (rule, window) in windows(rules, view, &part) {
            matches_in(rules, &rules.rules[rule], view, window, &mut found);
        }
    }
    let paths = rules.rules.iter().filter(|rule| rule.is_about_path() && is_for(rule, &view.path));
    let mut drafts: Vec<Draft<'r>> = paths.map(|rule| Draft::about_file(&rule.info, view.name())).collect();
    let reported = found.iter().filter(|candidate| {
        !candidate.rule.is_silent && has_required(candidate, &found) && !is_covered(candidate, &found)
    });
    drafts.extend(reported.map(|candidate| draft(candidate, view.text)));
    drafts
}

/// The same in all of a text about a file, whichever lines the change added.
pub fn scan_whole<'r>(rules: &'r RuleSet, change: &FileChange, text: &str, limits: &Limits) -> Vec<Draft<'r>> {
    let text = Cow::Borrowed(text);
    let mut view = FileView::new(change, &text, limits);
    view.added = AddedLines::all(view.lines.count());
    scan(rules, &view)
}

/// For each rule the parts of the text where its regex is to run, joined where they overlap.
fn windows(rules: &RuleSet, view: &FileView<'_>, part: &Range<usize>) -> Vec<(usize, Range<usize>)> {
    let text = view.text.get(part.clone()).unwrap_or_default();
    let mut windows: Vec<(usize, Range<usize>)> = Vec::new();
    for candidate in rules.candidates(text) {
        let rule = &rules.rules[candidate.rule];
        if !is_for(rule, &view.path) {
            continue;
        }
        let window = if rules.runs_always(candidate.rule) {
            part.clone()
        } else {
            let at = part.start + candidate.at;
            let line = view.lines.at(at);
            let lines = view.lines.bytes(line.saturating_sub(1)..line + 2);
            let below = if rule.spans_lines() { at + BELOW } else { lines.end.min(at + NEAR) };
            lines.start.max(at.saturating_sub(NEAR)).max(part.start)..below.min(part.end)
        };
        match windows.last_mut() {
            Some((last, before)) if *last == candidate.rule && before.end >= window.start => {
                before.end = before.end.max(window.end);
            }
            _ => windows.push((candidate.rule, window)),
        }
    }
    windows
}

fn is_for(rule: &SecretRule, path: &str) -> bool {
    rule.path.as_ref().is_none_or(|regex| regex.is_match(path.as_bytes()))
}

fn matches_in<'r>(
    rules: &'r RuleSet,
    rule: &'r SecretRule,
    view: &FileView<'_>,
    window: Range<usize>,
    found: &mut Vec<Candidate<'r>>,
) {
    let Some(regex) = rule.regex() else { return };
    let bytes = view.text.as_bytes();
    // The text before the window stays visible, so that `\b` and `^` mean what they say.
    let visible = &bytes[..window.end];
    let mut start = window.start;
    while let Some(captures) = regex.captures_at(visible, start) {
        let Some(matched) = captures.get(0) else { break };
        start = if matched.end() > matched.start() { matched.end() } else { matched.end() + 1 };
        let group = match rule.secret_group {
            Some(group) => captures.get(group),
            None => captures.iter().skip(1).flatten().find(|group| !group.is_empty()),
        };
        let secret = group.unwrap_or(matched);
        if let Some(verdict) = judge(rules, rule, view, matched.range(), secret.range()) {
            let (first_line, last_line) =
                (view.lines.at(secret.start()), view.lines.at(secret.end().saturating_sub(1)));
            let (matched, secret) = (matched.range(), secret.range());
            found.push(Candidate { rule, matched, secret, first_line, last_line, verdict });
        }
        if start > window.end {
            break;
        }
    }
}

/// `None` when it is no secret; else what verifying it said.
fn judge(
    rules: &RuleSet,
    rule: &SecretRule,
    view: &FileView<'_>,
    matched: Range<usize>,
    secret: Range<usize>,
) -> Option<Verdict> {
    let bytes = view.text.as_bytes();
    let line = view.lines.at(secret.start);
    let hit = Hit {
        path: &view.path,
        line: &bytes[view.lines.bytes(line..line + 1)],
        matched: &bytes[matched],
        secret: &bytes[secret.clone()],
    };
    let value = String::from_utf8_lossy(hit.secret);
    if rule.entropy.is_some_and(|least| shannon(&value) <= least) || is_placeholder(&value) {
        return None;
    }
    if rules.allowlists.iter().chain(&rule.allowlists).any(|list| list.allows(&rule.id, hit)) {
        return None;
    }
    let verdict = rule.verify.map_or(Verdict::Unknown, |verify| verify.check(&value));
    (verdict != Verdict::Nothing).then_some(verdict)
}

/// Every rule that it requires has a match near it.
fn has_required(candidate: &Candidate<'_>, found: &[Candidate<'_>]) -> bool {
    candidate.rule.required.iter().all(|required| {
        found.iter().any(|other| {
            other.rule.id == required.rule
                && required.within_lines.is_none_or(|lines| other.first_line.abs_diff(candidate.first_line) <= lines)
        })
    })
}

/// A rule that knows the provider has matched the same text.
fn is_covered(candidate: &Candidate<'_>, found: &[Candidate<'_>]) -> bool {
    candidate.rule.is_generic
        && found.iter().any(|other| {
            !other.rule.is_generic
                && other.matched.start < candidate.secret.end
                && candidate.secret.start < other.matched.end
        })
}

/// The secret itself goes no further than this function: what is shown is the part of it that the rule's own keywords
/// give away, what is kept is a hash.
fn draft<'r>(candidate: &Candidate<'r>, text: &str) -> Draft<'r> {
    let rule = candidate.rule;
    let secret = text.get(candidate.secret.clone()).unwrap_or_default();
    let hash = hex::encode(Sha256::digest(secret.as_bytes()));
    let mut message = rule.info.summary.trim().to_owned();
    let lower = secret.to_ascii_lowercase();
    if let Some(prefix) =
        rule.keywords.iter().filter(|word| lower.starts_with(word.as_str())).max_by_key(|word| word.len())
    {
        message.push_str(&format!(" It starts with `{prefix}`."));
    }
    let mut draft = Draft::new(&rule.info, (candidate.first_line, candidate.last_line), candidate.secret.start, hash);
    match candidate.verdict {
        Verdict::Genuine(why) => message.push_str(&format!(" {why}")),
        Verdict::Doubtful(why) => {
            message.push_str(&format!(" {why}"));
            draft.severity = draft.severity.min(Severity::Warning);
            draft.confidence = Confidence::Low;
        }
        Verdict::Unknown | Verdict::Nothing => {}
    }
    message.push(' ');
    message.push_str(rule.info.help.trim());
    draft.with_message(message)
}
