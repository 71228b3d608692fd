//! Every tool that comes with Seam.

use std::sync::Arc;

use super::{
    analyze_diff::AnalyzeDiff, analyze_repository::AnalyzeRepository, answer_command::AnswerCommand,
    answer_question::AnswerQuestion, apply_description::ApplyDescription, build_check::BuildCheck,
    carry_out_split::CarryOutSplit, check_split::CheckSplit, commit_fixes::CommitFixes,
    create_pull_request::CreatePullRequest, describe_change::DescribeChange, dismiss_findings::DismissFindings,
    explain_review::ExplainReview, explain_rule::ExplainRule, explain_skip::ExplainSkip,
    follow_conversation::FollowConversation, follow_installation::FollowInstallation, follow_splits::FollowSplits,
    generate_pr_metadata::GeneratePrMetadata, hear_commands::HearCommands, help::Help, last_failed::LastFailed,
    load_change::LoadChange, load_split::LoadSplit, pause_reviews::PauseReviews, plan_ignoring::PlanIgnoring,
    plan_review::PlanReview, plan_split::PlanSplit, policy::Policies, post_review::PostReview,
    propose_ignoring::ProposeIgnoring, registry::Registry, rerun::Rerun, show_config::ShowConfig,
    show_split::ShowSplit, suggest::Suggest, suggest_pr_boundaries::SuggestPrBoundaries, suggest_split::SuggestSplit,
    tell_progress::TellProgress, validate_pr_groups::ValidatePrGroups,
};
use crate::{
    analysis::engine::Engine, config::links::Links, git::mirror::Mirrors, github::client::GitHub, store::db::Db,
};

/// What the tools work with; all of it is cheap to clone.
#[derive(Clone)]
pub struct Clients {
    pub github: GitHub,
    pub mirrors: Mirrors,
    pub engine: Arc<Engine>,
    pub db: Db,
    pub links: Links,
    /// What is run on the slices of a plan.
    pub check: Option<BuildCheck>,
}

pub fn registry(clients: &Clients) -> Registry {
    let Clients { github, mirrors, engine, db, links, check } = clients.clone();
    let policies = Policies { db: db.clone(), engine: engine.clone() };
    Registry::default()
        .with(LoadChange { github: github.clone(), policies: policies.clone(), db: db.clone() })
        .with(AnalyzeDiff { github: github.clone(), mirrors: mirrors.clone(), engine: engine.clone(), db: db.clone() })
        .with(AnalyzeRepository { github: github.clone(), mirrors: mirrors.clone() })
        .with(SuggestPrBoundaries { github: github.clone(), mirrors: mirrors.clone() })
        .with(ValidatePrGroups { github: github.clone(), mirrors: mirrors.clone(), policies: policies.clone() })
        .with(GeneratePrMetadata)
        .with(PlanReview { github: github.clone(), db: db.clone(), links: links.clone() })
        .with(PostReview { github: github.clone(), db: db.clone() })
        .with(ExplainSkip { github: github.clone(), db: db.clone(), links: links.clone() })
        .with(HearCommands { github: github.clone(), policies: policies.clone(), db: db.clone() })
        .with(AnswerCommand { github: github.clone(), db: db.clone(), links: links.clone() })
        .with(TellProgress { github: github.clone(), db: db.clone() })
        .with(Help { github: github.clone(), policies: policies.clone() })
        .with(ShowConfig { github: github.clone(), policies: policies.clone() })
        .with(ExplainRule { github: github.clone(), db: db.clone(), engine: engine.clone() })
        .with(LastFailed { db: db.clone() })
        .with(Rerun { db: db.clone(), links: links.clone() })
        .with(LoadSplit { github: github.clone(), policies: policies.clone() })
        .with(PlanSplit { github: github.clone(), mirrors: mirrors.clone(), engine: engine.clone(), db: db.clone() })
        .with(CheckSplit { github: github.clone(), mirrors: mirrors.clone(), check })
        .with(ShowSplit { github: github.clone(), db: db.clone(), links: links.clone() })
        .with(CarryOutSplit {
            github: github.clone(),
            mirrors: mirrors.clone(),
            policies: policies.clone(),
            db: db.clone(),
        })
        .with(FollowSplits {
            github: github.clone(),
            mirrors: mirrors.clone(),
            policies: policies.clone(),
            db: db.clone(),
        })
        .with(SuggestSplit { db: db.clone() })
        .with(CreatePullRequest { github: github.clone(), db: db.clone() })
        .with(ExplainReview { db: db.clone(), links })
        .with(PauseReviews { db: db.clone() })
        .with(DismissFindings { github: github.clone(), db: db.clone() })
        .with(PlanIgnoring { github: github.clone(), policies })
        .with(ProposeIgnoring { github: github.clone(), db: db.clone() })
        .with(CommitFixes { github: github.clone(), db: db.clone() })
        .with(DescribeChange { source: AnalyzeDiff { github: github.clone(), mirrors, engine, db: db.clone() } })
        .with(ApplyDescription { github: github.clone(), db: db.clone() })
        .with(Suggest { github: github.clone(), db: db.clone() })
        .with(AnswerQuestion { github: github.clone() })
        .with(FollowConversation { github: github.clone(), db: db.clone() })
        .with(FollowInstallation { github, db })
}

/// The same tools without clients: for checking workflows where none can be reached.
pub fn described() -> Registry {
    Registry::default()
        .describing::<LoadChange>()
        .describing::<AnalyzeDiff>()
        .describing::<AnalyzeRepository>()
        .describing::<SuggestPrBoundaries>()
        .describing::<ValidatePrGroups>()
        .describing::<GeneratePrMetadata>()
        .describing::<PlanReview>()
        .describing::<PostReview>()
        .describing::<ExplainSkip>()
        .describing::<HearCommands>()
        .describing::<AnswerCommand>()
        .describing::<TellProgress>()
        .describing::<Help>()
        .describing::<ShowConfig>()
        .describing::<ExplainRule>()
        .describing::<LastFailed>()
        .describing::<Rerun>()
        .describing::<LoadSplit>()
        .describing::<PlanSplit>()
        .describing::<CheckSplit>()
        .describing::<ShowSplit>()
        .describing::<CarryOutSplit>()
        .describing::<FollowSplits>()
        .describing::<SuggestSplit>()
        .describing::<CreatePullRequest>()
        .describing::<ExplainReview>()
        .describing::<PauseReviews>()
        .describing::<DismissFindings>()
        .describing::<PlanIgnoring>()
        .describing::<ProposeIgnoring>()
        .describing::<CommitFixes>()
        .describing::<DescribeChange>()
        .describing::<ApplyDescription>()
        .describing::<Suggest>()
        .describing::<AnswerQuestion>()
        .describing::<FollowConversation>()
        .describing::<FollowInstallation>()
}
