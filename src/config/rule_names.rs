//! Rules that a policy names and nobody knows: a slip of the keyboard switches nothing off.

use super::{
    effective::{Effective, Problem},
    nearest::nearest,
    policy::RulesPolicy,
};

impl Effective {
    /// Tells of those that a file named which was read here. `known` gives the ids of all rules; it is not asked where no rule is named.
    pub fn tell_unknown_rules(&mut self, known: impl FnOnce() -> Vec<String>) {
        let policy = &self.policy;
        let folders = policy.folders.iter().map(|(folder, of)| (format!("folders.{folder}.rules"), &of.rules));
        let named: Vec<(String, String)> = std::iter::once(("rules".to_owned(), &policy.rules))
            .chain(folders)
            .flat_map(|(place, rules)| names_in(&place, rules))
            .collect();
        if named.is_empty() {
            return;
        }
        let known = known();
        for (setting, rule) in named {
            let (Some(text), Some(position)) = (unknown(&rule, &known), self.positions.get(&setting)) else { continue };
            self.problems.push(Problem { position: position.clone(), text });
        }
    }
}

/// What to say of a rule that is neither among `known` nor all of their kind, as in `py/*`.
pub fn unknown(rule: &str, known: &[String]) -> Option<String> {
    let kinds: Vec<String> = known.iter().filter_map(|id| Some(format!("{}/*", id.split_once('/')?.0))).collect();
    let all = || known.iter().chain(&kinds).map(String::as_str);
    if all().any(|one| one == rule) {
        return None;
    }
    let meant = nearest(rule, all()).map(|one| format!("; did you mean `{one}`?")).unwrap_or_default();
    let shown: String = rule.chars().take(80).collect();
    Some(format!("there is no rule `{shown}`{meant}"))
}

/// The setting in which a rule is named, and the rule.
fn names_in(place: &str, rules: &RulesPolicy) -> Vec<(String, String)> {
    let disabled = rules.disable.iter().map(|rule| (format!("{place}.disable"), rule.clone()));
    let severities = rules.severity.keys().map(|rule| (format!("{place}.severity.{rule}"), rule.clone()));
    disabled.chain(severities).collect()
}
