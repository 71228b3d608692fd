//! What the App may not do here, in words: what was left undone, which permission is missing, and where it is granted. It
//! stands in the check run; where that may not be written either, in one comment.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    input::{Note, NoteKind},
    mark::Mark,
    markdown::{disarm, shorten},
    plan::check_run_effect,
};
use crate::{
    config::app_manifest::{Access, AppManifest},
    domain::{
        effect::{Conclusion, Effect, PlannedEffect},
        ids::PullNumber,
    },
};

/// Begins the comment when all permissions are there again.
const SETTLED: &str = "Seam has the permissions here that it lacked.";

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lack {
    pub undone: Undone,
    /// In GitHub's words, as in `pull_requests=write`; empty where it does not say.
    pub needs: String,
    /// The page where it is granted.
    pub page: String,
}

/// What was not done for want of a permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Undone {
    Review,
    Comments,
    Resolving,
    Dismissal,
    Description,
    Commit,
    Slices,
    Proposal,
    Check,
}

impl Undone {
    pub fn of(effect: &Effect) -> Self {
        match effect {
            Effect::CompleteCheckRun { .. } => Self::Check,
            Effect::ResolveThread { .. } | Effect::ReopenThread { .. } => Self::Resolving,
            Effect::DismissReview { .. } => Self::Dismissal,
            Effect::DescribePull { .. } => Self::Description,
            Effect::CreateCommit { .. } => Self::Commit,
            Effect::MakeCommit { .. }
            | Effect::MoveBranches { .. }
            | Effect::OpenPull { .. }
            | Effect::EditPull { .. }
            | Effect::LabelPull { .. }
            | Effect::LinkStack { .. }
            | Effect::Unstack { .. } => Self::Slices,
            Effect::CreateReview { .. }
            | Effect::CreateFileComment { .. }
            | Effect::UpsertComment { .. }
            | Effect::ReplyInThread { .. }
            | Effect::UpsertReply { .. }
            | Effect::React { .. } => Self::Comments,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Review => "There is no review",
            Self::Comments => "Comments could not be posted",
            Self::Resolving => "Threads are answered and stay open",
            Self::Dismissal => "The review that asks for changes still stands, and a person has to dismiss it",
            Self::Description => "The description was not written",
            Self::Commit => "Nothing was committed",
            Self::Slices => "The slices of the split are not as they should be",
            Self::Proposal => "No pull request was opened",
            Self::Check => "The check “Seam” is not shown",
        }
    }
}

impl Lack {
    /// One sentence, in Markdown.
    pub fn sentence(&self) -> String {
        let Self { undone, needs, page } = self;
        let named: Vec<String> = wanted(needs).into_iter().map(|(name, access)| in_words(name, access)).collect();
        let what = match named.is_empty() {
            true => "it lacks a permission that GitHub does not name".to_owned(),
            false => format!("it lacks the permission {}", named.join(" and ")),
        };
        format!("{}: {what}, to be granted on {page}.", undone.words())
    }

    /// The reply has to do where a thread stays open; the rest leaves a review half done.
    fn kind(&self) -> NoteKind {
        if self.undone == Undone::Resolving { NoteKind::Remark } else { NoteKind::Degraded }
    }

    pub fn note(&self) -> Note {
        Note { kind: self.kind(), text: self.sentence() }
    }
}

/// One sentence for those who operate Seam, where nothing may be written that others see.
pub fn unsaid(lacks: &[Lack]) -> String {
    let mut needs: Vec<String> = Vec::new();
    for (name, access) in lacks.iter().flat_map(|lack| wanted(&lack.needs)) {
        let words = in_words(name, access);
        if !needs.contains(&words) {
            needs.push(words);
        }
    }
    let page = lacks.first().map_or("", |lack| &lack.page);
    format!("nothing may be written on GitHub: the App lacks {}, to be granted on {page}", needs.join(" and "))
}

/// The permissions of GitHub's `X-Accepted-GitHub-Permissions` (`,` is and, `;` is or): of alternatives the one that
/// `app-manifest.yml` asks for, else the first.
/// Source: <https://docs.github.com/rest/using-the-rest-api/troubleshooting-the-rest-api#insufficient-permissions>.
pub fn wanted(needs: &str) -> Vec<(&str, Access)> {
    let alternatives: Vec<Vec<(&str, Access)>> = needs
        .split(';')
        .map(|all| all.split(',').filter_map(|one| one.trim().split_once('=')))
        .map(|all| all.filter_map(|(name, access)| Some((name, Access::granted(access)?))).collect())
        .collect();
    let asked_for = |all: &&Vec<(&str, Access)>| all.iter().all(|(name, access)| is_in_manifest(name, *access));
    alternatives.iter().find(asked_for).or(alternatives.first()).cloned().unwrap_or_default()
}

fn is_in_manifest(name: &str, access: Access) -> bool {
    AppManifest::built_in().permissions.iter().any(|asked| asked.name == name && asked.access >= access)
}

/// `“Pull requests” (write)`.
fn in_words(name: &str, access: Access) -> String {
    let known = AppManifest::built_in().permissions.iter().find(|asked| asked.name == name);
    let label = known.map_or_else(|| disarm(&shorten(name, 100)).into_owned(), |known| known.label.clone());
    format!("“{label}” ({})", access.as_str())
}

/// A check run that also says what was left undone; any other effect as it is.
pub fn amended(planned: &PlannedEffect, lacks: &[Lack]) -> PlannedEffect {
    match &planned.effect {
        Effect::CompleteCheckRun { head, check } if !lacks.is_empty() => {
            let mut check = check.clone();
            for lack in lacks {
                check.summary.push_str(&format!("\n\n**{}:** {}", lack.kind().word(), lack.sentence()));
            }
            if lacks.iter().any(|lack| lack.kind() == NoteKind::Degraded) && check.conclusion == Conclusion::Success {
                check.conclusion = Conclusion::Neutral;
                check.title.push_str("; partly done");
            }
            check_run_effect(head, check)
        }
        _ => planned.clone(),
    }
}

fn mark(pull: PullNumber) -> Mark {
    Mark { kind: "lack".to_owned(), key: pull.to_string() }
}

/// The comment where there can be no check run. `title`: what the check run would have said.
pub fn render(pull: PullNumber, title: &str, lacks: &[Lack]) -> String {
    let lines: String = lacks.iter().map(|lack| format!("\n- {}", lack.sentence())).collect();
    mark(pull).end(&format!("**Seam may not do all that it should here.** Its result: {title}.\n{lines}"))
}

pub fn render_settled(pull: PullNumber) -> String {
    mark(pull).end(SETTLED)
}

/// Whether a comment of the App's own says that something is missing.
pub fn is_told_in(body: &str) -> bool {
    Mark::ending(body).is_some_and(|mark| mark.kind == "lack") && !body.starts_with(SETTLED)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentence(needs: &str) -> String {
        Lack { undone: Undone::Comments, needs: needs.to_owned(), page: "PAGE".to_owned() }.sentence()
    }

    #[test]
    fn a_permission_is_named_as_githubs_pages_name_it() {
        insta::assert_snapshot!(sentence("pull_requests=write"), @"Comments could not be posted: it lacks the permission “Pull requests” (write), to be granted on PAGE.");
        insta::assert_snapshot!(sentence("issues=write; pull_requests=write"), @"Comments could not be posted: it lacks the permission “Pull requests” (write), to be granted on PAGE.");
        insta::assert_snapshot!(sentence("contents=write,pages=read"), @"Comments could not be posted: it lacks the permission “Contents” (write) and “pages” (read), to be granted on PAGE.");
        insta::assert_snapshot!(sentence(""), @"Comments could not be posted: it lacks a permission that GitHub does not name, to be granted on PAGE.");
    }
}
