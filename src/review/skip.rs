//! A review that does not take place says so, and why, in the check run.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    buttons::Button,
    input::{Note, PullFacts},
    markdown::{prose, shorten},
    plan::{ReviewPlan, check_run_effect},
    round::Round,
};
use crate::{
    config::policy::{ReviewOn, ReviewPolicy},
    domain::{
        effect::{CheckName, CheckRunReport, Conclusion},
        ids::CommitSha,
    },
};

/// Why there is no review.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SkipReason {
    Draft,
    /// A person paused reviews on this pull request.
    Paused,
    /// Seam did: nobody was heard of in many pushes.
    Silence,
    /// It has a label of `review.labels.forbid`.
    Label,
    /// `review.on.opened` is off.
    OpenedIsOff,
    /// `review.on.push` is off.
    PushIsOff,
    /// `review.on.push_without_pr` is off.
    PushWithoutPullIsOff,
    /// The App may not read what a review needs; a note says what it lacks.
    MayNotRead,
}

/// What asks for a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Opened, reopened, made ready, compared with another branch, or freed of a label.
    Opened,
    Push,
    /// A person asked, by a command, a click or a label, who is never refused.
    Command,
}

impl SkipReason {
    /// `None`: the pull request is to be reviewed.
    ///
    /// `paused`: [`Self::Paused`], [`Self::Silence`], or nothing.
    pub fn for_pull(review: &ReviewPolicy, pull: &PullFacts, cause: Cause, paused: Option<Self>) -> Option<Self> {
        let on = &review.on;
        match cause {
            Cause::Command => None,
            _ if pull.labels.iter().any(|label| is_listed(&review.labels.forbid, label)) => Some(Self::Label),
            _ if paused.is_some() => paused,
            _ if pull.draft && !on.draft => Some(Self::Draft),
            Cause::Opened if !on.opened => Some(Self::OpenedIsOff),
            Cause::Push if !on.push => Some(Self::PushIsOff),
            Cause::Opened | Cause::Push => None,
        }
    }

    /// `None`: the head of the branch is to be reviewed.
    pub fn for_branch(on: &ReviewOn, cause: Cause) -> Option<Self> {
        (cause != Cause::Command && !on.push_without_pr).then_some(Self::PushWithoutPullIsOff)
    }

    fn title(self) -> &'static str {
        match self {
            Self::Draft => "Not reviewed: this is a draft",
            Self::Paused | Self::Silence => "Not reviewed: reviews are paused here",
            Self::Label => "Not reviewed: a label forbids it",
            Self::OpenedIsOff | Self::PushIsOff | Self::PushWithoutPullIsOff => "Not reviewed: switched off",
            Self::MayNotRead => "Not reviewed: a permission is missing",
        }
    }

    /// In words, with what to do about it.
    pub fn summary(self) -> &'static str {
        match self {
            Self::Draft => {
                "Drafts are not reviewed here. Mark the pull request as ready, or comment `/seam review` to have it \
                 reviewed now. `review.on.draft: true` in `.github/seam.yml` reviews every draft."
            }
            Self::Paused => {
                "Somebody paused reviews on this pull request. Comment `/seam resume` to go on, or `/seam review` for \
                 one review now."
            }
            Self::Silence => {
                "Nobody was heard of in many pushes (`review.pause_after`). Any comment, or resolving a thread, ends the \
                 pause; `/seam review` asks for one review now."
            }
            Self::Label => {
                "`review.labels.forbid` in `.github/seam.yml` names a label of this pull request. Take the label away, or \
                 comment `/seam review` for one review now."
            }
            Self::OpenedIsOff => {
                "`review.on.opened` is off in `.github/seam.yml`. Comment `/seam review` to have it reviewed now."
            }
            Self::PushIsOff => {
                "`review.on.push` is off in `.github/seam.yml`. Comment `/seam review` to have it reviewed now."
            }
            Self::PushWithoutPullIsOff => {
                "`review.on.push_without_pr` is off in `.github/seam.yml`: a branch is reviewed once it has a pull \
                 request."
            }
            Self::MayNotRead => "Seam may not read what it needs for a review.",
        }
    }

    /// Somebody has to do something, where it is not what they chose themselves.
    fn conclusion(self) -> Conclusion {
        if self == Self::MayNotRead { Conclusion::ActionRequired } else { Conclusion::Skipped }
    }
}

/// GitHub does not tell labels apart by case.
pub fn is_listed(labels: &[String], label: &str) -> bool {
    labels.iter().any(|one| one.to_lowercase() == label.to_lowercase())
}

/// The check run that says why there is no review.
pub fn plan_skip(reason: SkipReason, head: &CommitSha, notes: &[Note], run_url: Option<&str>) -> ReviewPlan {
    let mut summary = reason.summary().to_owned();
    for note in notes.iter().take(20) {
        summary.push_str(&format!("\n\n**{}:** {}", note.kind.word(), prose(&shorten(&note.text, 2_000))));
    }
    let check = CheckRunReport {
        name: CheckName::Review,
        conclusion: reason.conclusion(),
        title: reason.title().to_owned(),
        summary,
        text: None,
        details_url: run_url.map(str::to_owned),
        annotations: Vec::new(),
        actions: vec![Button::ReviewAgain.action()],
    };
    ReviewPlan {
        effects: vec![check_run_effect(head, check)],
        memory: Vec::new(),
        round: Round::default(),
        decisions: Vec::new(),
        basis: String::new(),
        partly: Vec::new(),
        pauses: false,
        title: reason.title().to_owned(),
        scores: None,
        lack_is_told: false,
    }
}
