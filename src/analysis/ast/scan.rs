//! One walk over the added part of a syntax tree, each node shown to the rules that can match its kind.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use ast_grep_config::RuleConfig;
use ast_grep_core::{Matcher as _, matcher::MatcherExt as _};

use crate::analysis::{
    draft::{Draft, Fix},
    file_view::FileView,
    language::Language,
    limits::Limits,
    syntax::{Syntax, SyntaxNode},
};

use super::{
    rule::AstRule,
    rule_set::{LanguageRules, RuleSet},
};

/// What the rules saw, and what they could not look at, in words for the ledger.
#[derive(Default)]
pub struct Scanned<'r> {
    pub drafts: Vec<Draft<'r>>,
    pub problem: Option<String>,
}

/// A rule at work on one file.
struct AtWork<'r> {
    rule: &'r AstRule,
    config: &'r RuleConfig<Language>,
    spent: Duration,
}

pub fn scan<'r>(rules: &'r RuleSet, view: &FileView<'_>, limits: &Limits) -> Scanned<'r> {
    let Some(rules) = view.language.and_then(|language| rules.of(language)) else { return Scanned::default() };
    let mut at_work = rules_for(rules, view);
    if at_work.is_empty() {
        return Scanned::default();
    }
    match view.syntax_or_reason() {
        Some(Ok(syntax)) if syntax.depth() > limits.depth => Scanned {
            drafts: Vec::new(),
            problem: Some(format!("nested more than {} levels deep: no syntax rules", limits.depth)),
        },
        Some(Ok(syntax)) => walk(syntax, &mut at_work, view, limits),
        Some(Err(error)) => Scanned { drafts: Vec::new(), problem: Some(format!("{error}: no syntax rules")) },
        None => Scanned::default(),
    }
}

fn rules_for<'r>(rules: &'r LanguageRules, view: &FileView<'_>) -> Vec<AtWork<'r>> {
    let candidates = rules.candidates(&view.path, view.text).into_iter();
    candidates
        .filter_map(|index| {
            let rule = &rules.rules[index];
            match rule.compiled() {
                Ok(config) => Some(AtWork { rule, config, spent: Duration::ZERO }),
                Err(error) => {
                    tracing::warn!(%error, "a rule does not compile");
                    None
                }
            }
        })
        .collect()
}

fn walk<'r>(syntax: &Syntax, at_work: &mut [AtWork<'r>], view: &FileView<'_>, limits: &Limits) -> Scanned<'r> {
    let mut rules_of_kind: HashMap<usize, Vec<usize>> = HashMap::new();
    for (index, rule) in at_work.iter().enumerate() {
        for kind in rule.config.matcher.potential_kinds().iter().flatten() {
            rules_of_kind.entry(kind).or_default().push(index);
        }
    }
    let mut scanned = Scanned::default();
    let mut spent = Duration::ZERO;
    let mut stack = vec![syntax.root()];
    while let Some(node) = stack.pop() {
        let (first, last) = lines_of(&node);
        if !view.added.touch(first, last) {
            continue;
        }
        let is_small = node.range().len() <= limits.node_bytes;
        for index in rules_of_kind.get(&usize::from(node.kind_id())).into_iter().flatten().filter(|_| is_small) {
            let work = &mut at_work[*index];
            if work.spent > limits.rule_time {
                continue;
            }
            let before = Instant::now();
            scanned.drafts.extend(draft(work, &node, (first, last)));
            let took = before.elapsed();
            (work.spent, spent) = (work.spent + took, spent + took);
            if work.spent > limits.rule_time {
                scanned.problem = Some(format!("rule {} took too long and was stopped", work.rule.info.id));
            }
        }
        if spent > limits.file_time {
            scanned.problem = Some("the syntax rules took too long and were stopped".to_owned());
            break;
        }
        let children: Vec<SyntaxNode<'_>> = node.children().collect();
        stack.extend(children.into_iter().rev());
    }
    scanned
}

fn draft<'r>(work: &AtWork<'r>, node: &SyntaxNode<'_>, lines: (u32, u32)) -> Option<Draft<'r>> {
    let found = work.config.matcher.match_node(node.clone())?;
    let fix = work.config.fixer.first().map(|fixer| {
        let edit = found.make_edit(&work.config.matcher, fixer);
        Fix {
            bytes: edit.position..edit.position + edit.deleted_length,
            replacement: String::from_utf8_lossy(&edit.inserted_text).into_owned(),
        }
    });
    Some(Draft::new(&work.rule.info, shown(lines), node.range().start, node.text()).with_fix(fix))
}

/// The lines that a finding names. A comment under more lines than a screen helps nobody, and a change deep inside of a long
/// function did not bring about what is wrong with its head: such a finding is about the first line.
fn shown((first, last): (u32, u32)) -> (u32, u32) {
    const LONGEST: u32 = 12;
    if last - first < LONGEST { (first, last) } else { (first, first) }
}

/// First and last line of a node, 1-based. A node that ends with its line's end does not reach the next line.
fn lines_of(node: &SyntaxNode<'_>) -> (u32, u32) {
    let (start, end) = (node.start_pos(), node.end_pos());
    let first = start.line() + 1;
    let ends_before_line = end.byte_point().1 == 0 && end.line() > start.line();
    let last = if ends_before_line { end.line() } else { end.line() + 1 };
    (u32::try_from(first).unwrap_or(u32::MAX), u32::try_from(last).unwrap_or(u32::MAX))
}
