//! What people do on GitHub meanwhile, and what must have come of it in the end.

use crate::{
    fake_github::acts::{pull::Pull, repo::Repo},
    support::glance::glance,
};

/// What the repository holds at first.
pub(super) const CART: &str = "def total(prices):\n    return sum(prices)\n";
pub(super) const PAGE: &str = "export function greet(name) {\n  return `Hello ${name}`;\n}\n";
/// One with a problem, and without it again.
const EVAL: &str = "def total(prices):\n    return sum(prices)\n\n\ndef price(formula):\n    return eval(formula)\n";
const FIXED: &str = "def total(prices):\n    return sum(prices)\n\n\ndef price(formula):\n    return PRICES[formula]\n";
/// The other with another problem.
const DEBUGGER: &str = "export function greet(name) {\n  debugger;\n  return `Hello ${name}`;\n}\n";

/// What happened in one place.
pub(super) enum Story {
    /// A pull request with one problem.
    Opened(Pull),
    /// One whose problem was told long ago: a push mends it and brings another.
    Pushed(Pull),
    /// The same push, at once. The first head may or may not have been reviewed; and when it was heard of last, because its
    /// delivery had to be repeated, there are two check runs of the second head.
    Hurried(Pull),
    /// A branch without a pull request.
    Branch(Repo, String),
}

/// What must be seen of each, as it is when nobody is killed.
#[derive(Debug, PartialEq)]
pub(super) struct Expected {
    pub(super) opened: String,
    pub(super) pushed: String,
    /// Of one that had the second content from the start.
    pub(super) only_second: String,
    pub(super) branch: String,
}

pub(super) async fn open(repo: &Repo, branch: &str) -> Pull {
    repo.open_pull(branch, [("shop/cart.py", EVAL)]).await
}

pub(super) async fn push_second(pull: &Pull) {
    pull.push([("shop/cart.py", FIXED), ("web/page.js", DEBUGGER)]).await;
}

pub(super) async fn open_second(repo: &Repo, branch: &str) -> Pull {
    repo.open_pull(branch, [("shop/cart.py", FIXED), ("web/page.js", DEBUGGER)]).await
}

pub(super) async fn push_branch(repo: &Repo, branch: &str) -> Story {
    repo.push(branch, [("shop/cart.py", EVAL)]).await;
    Story::Branch(repo.clone(), branch.to_owned())
}

/// One of each kind; `told` is a pull request whose problem was told.
pub(super) async fn one_of_each(repo: &Repo, number: usize, told: Pull) -> Vec<Story> {
    let opened = open(repo, &format!("opened-{number}")).await;
    push_second(&told).await;
    let hurried = open(repo, &format!("hurried-{number}")).await;
    push_second(&hurried).await;
    let branch = push_branch(repo, &format!("branch-{number}")).await;
    vec![Story::Opened(opened), Story::Pushed(told), Story::Hurried(hurried), branch]
}

impl Story {
    /// What people see of it, the same for the same story.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Opened(pull) | Self::Pushed(pull) => glance(pull).replace(&pull.head()[..7], "HEAD"),
            Self::Hurried(pull) => without_checks(&Self::Pushed(pull.clone()).shown()),
            Self::Branch(repo, branch) => {
                let runs = repo.check_runs(&repo.branch(branch));
                runs.iter()
                    .map(|run| format!("check {}: {}\n", run.name, run.title.as_deref().unwrap_or("?")))
                    .collect()
            }
        }
    }

    pub(super) fn check(&self, expected: &Expected) {
        let (kind, right) = match self {
            Self::Opened(_) => ("opened", vec![expected.opened.clone()]),
            Self::Pushed(_) => ("pushed", vec![expected.pushed.clone()]),
            Self::Hurried(_) => {
                ("hurried", [&expected.pushed, &expected.only_second].map(|text| without_checks(text)).into())
            }
            Self::Branch(..) => ("branch", vec![expected.branch.clone()]),
        };
        let shown = self.shown();
        assert!(
            right.contains(&shown),
            "{kind} looks like this:\n{shown}\nand not like this:\n{}",
            right.join("\nor\n")
        );
    }
}

fn without_checks(shown: &str) -> String {
    shown.lines().filter(|line| !line.starts_with("check ")).map(|line| format!("{line}\n")).collect()
}
