//! All syntax rules by language. A language's rules are read when its first file comes, so that a review of one file
//! pays for one language; which of them can match a file at all is found in one pass over its text.

use std::sync::OnceLock;

use aho_corasick::AhoCorasick;

use crate::analysis::language::Language;

use super::{
    embedded::{self, EmbeddedRule},
    rule::{AstRule, AstRuleError},
};

/// Languages and the folders under `rules/ast` whose rules are theirs.
const FOLDERS: &[(Language, &[&str])] = &[
    (Language::Python, &["python"]),
    (Language::JavaScript, &["javascript"]),
    (Language::TypeScript, &["javascript", "typescript"]),
    (Language::Tsx, &["javascript", "typescript"]),
    (Language::Rust, &["rust"]),
    (Language::Go, &["go"]),
];

pub struct RuleSet {
    languages: Vec<(Language, OnceLock<LanguageRules>)>,
}

impl RuleSet {
    /// The embedded rules; nothing is read yet.
    pub fn embedded() -> Self {
        Self { languages: FOLDERS.iter().map(|(language, _)| (*language, OnceLock::new())).collect() }
    }

    /// The rules of a language, read at the first call.
    pub fn of(&self, language: Language) -> Option<&LanguageRules> {
        let (_, rules) = self.languages.iter().find(|(known, _)| *known == language)?;
        Some(rules.get_or_init(|| LanguageRules::read(language)))
    }

    /// The rules of all languages; one that is for several languages comes once.
    pub fn all(&self) -> impl Iterator<Item = &AstRule> {
        let mut seen = std::collections::HashSet::new();
        FOLDERS
            .iter()
            .filter_map(|(language, _)| self.of(*language))
            .flat_map(|rules| &rules.rules)
            .filter(move |rule| seen.insert(rule.info.id.clone()))
    }
}

pub struct LanguageRules {
    pub rules: Vec<AstRule>,
    /// Over the prefilter literals of all rules; the pattern's number leads to its rule.
    literals: Option<AhoCorasick>,
    rule_of_literal: Vec<usize>,
}

impl LanguageRules {
    /// A rule that cannot be read is left out, with a warning; a test reads them all.
    fn read(language: Language) -> Self {
        let mut rules = Vec::new();
        for embedded in embedded_for(language) {
            match AstRule::parse(embedded.yaml, embedded.name, language) {
                Ok(rule) => rules.push(rule),
                Err(error) => tracing::warn!(%error, "a rule cannot be read"),
            }
        }
        Self::new(rules)
    }

    fn new(rules: Vec<AstRule>) -> Self {
        let mut literals = Vec::new();
        let mut rule_of_literal = Vec::new();
        for (index, rule) in rules.iter().enumerate() {
            for literal in &rule.prefilter {
                literals.push(literal.as_str());
                rule_of_literal.push(index);
            }
        }
        Self { literals: AhoCorasick::new(literals).ok(), rule_of_literal, rules }
    }

    /// The rules that can match a text at this path, by their place in `rules`.
    pub fn candidates(&self, path: &str, text: &str) -> Vec<usize> {
        let mut possible: Vec<bool> = self.rules.iter().map(|rule| rule.prefilter.is_empty()).collect();
        match &self.literals {
            Some(literals) => {
                for hit in literals.find_overlapping_iter(text) {
                    possible[self.rule_of_literal[hit.pattern().as_usize()]] = true;
                }
            }
            None => possible.fill(true),
        }
        (0..self.rules.len()).filter(|index| possible[*index] && self.rules[*index].is_for(path)).collect()
    }
}

/// What is embedded for a language.
fn embedded_for(language: Language) -> impl Iterator<Item = &'static EmbeddedRule> {
    let folders = FOLDERS.iter().find(|(known, _)| *known == language).map_or(&[] as &[&str], |(_, folders)| *folders);
    embedded::RULES.iter().filter(|rule| folders.contains(&rule.folder))
}

/// Reads and compiles every embedded rule for each of its languages.
pub fn check_embedded() -> Result<(), AstRuleError> {
    for (language, _) in FOLDERS {
        for embedded in embedded_for(*language) {
            AstRule::parse(embedded.yaml, embedded.name, *language)?.compiled()?;
        }
    }
    Ok(())
}
