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
        let kinds: Vec<String> = known.iter().filter_map(|id| Some(format!("{}/*", id.split_once('/')?.0))).collect();
        let all = || known.iter().chain(&kinds).map(String::as_str);
        for (setting, rule) in named {
            if all().any(|one| one == rule) {
                continue;
            }
            let Some(position) = self.positions.get(&setting) else { continue };
            let meant = nearest(&rule, all()).map(|one| format!("; did you mean `{one}`?")).unwrap_or_default();
            let shown: String = rule.chars().take(80).collect();
            let position = position.clone();
            self.problems.push(Problem { position, text: format!("there is no rule `{shown}`{meant}") });
        }
    }
}

/// The setting in which a rule is named, and the rule.
fn names_in(place: &str, rules: &RulesPolicy) -> Vec<(String, String)> {
    let disabled = rules.disable.iter().map(|rule| (format!("{place}.disable"), rule.clone()));
    let severities = rules.severity.keys().map(|rule| (format!("{place}.severity.{rule}"), rule.clone()));
    disabled.chain(severities).collect()
}
