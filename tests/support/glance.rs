//! A pull request at a glance: what was said where, by the names of rules instead of their words.

use crate::fake_github::acts::pull::Pull;

/// Every check run of the head in a line, then each thread with its place, its rule, its replies and who resolved it,
/// then how many reviews and comments there are.
pub(crate) fn glance(pull: &Pull) -> String {
    let mut text = String::new();
    for run in pull.check_runs() {
        let result = run.conclusion.unwrap_or(run.status);
        text.push_str(&format!("check {}: {result}: {}\n", run.name, run.title.unwrap_or_default()));
    }
    let now = pull.now();
    for thread in &now.threads {
        let comments = now.comments_of(thread);
        let root = comments[0];
        let line = match (root.current, root.original) {
            (Some(lines), _) => format!(":{}", lines.line),
            (None, Some(lines)) => format!(":{} (outdated)", lines.line),
            (None, None) => " (file)".to_owned(),
        };
        let resolved = thread.resolved_by.as_ref().map_or(String::new(), |by| format!(", resolved by {by}"));
        text.push_str(&format!("{}{line} {}{resolved}\n", root.path, rule(&root.body)));
        for reply in &comments[1..] {
            let words = reply.body.lines().next().unwrap_or_default();
            text.push_str(&format!("  {}: {words}\n", reply.author));
        }
    }
    let reviews = now.reviews.iter().filter(|review| !review.body.is_empty());
    let reviews: Vec<_> = reviews.map(|review| review.state.as_str()).collect();
    text.push_str(&format!("reviews: {reviews:?}, comments: {}\n", now.issue_comments.len()));
    text
}

/// The rule that a comment names in its small print.
fn rule(body: &str) -> &str {
    body.split("<sub>`").nth(1).and_then(|rest| rest.split('`').next()).unwrap_or("?")
}
