//! `pr-analyzer.plan_split`: how a branch is cut into slices. Its output is stored, so that a restarted process shows what was
//! planned, and no second plan.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    analyze_diff::renames,
    context::ToolContext,
    conversation::dismissed,
    cutting::{Cutting, blocking, sizes},
    error::ToolError,
    folders::with_folders,
    ground::ground,
    load_split::LoadedSplit,
    tool::{Access, Tool},
};
use crate::{
    analysis::engine::Engine,
    config::policy::Role,
    domain::{
        ids::SplitId,
        plan::Validation,
        split::{Split, SplitState},
    },
    git::mirror::Mirrors,
    github::{client::GitHub, permissions::Permissions},
    review::{evidence::keep_proven, plan::is_dismissed},
    split::{
        foresee,
        input::{Options, SplitInput},
        plan::plan,
    },
    store::db::Db,
};

pub struct PlanSplit {
    pub github: GitHub,
    pub mirrors: Mirrors,
    pub engine: Arc<Engine>,
    pub db: Db,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    change: LoadedSplit,
}

impl Tool for PlanSplit {
    const NAME: &'static str = "pr-analyzer.plan_split";
    const DESCRIPTION: &'static str = "Cuts a branch into slices that a reviewer would have chosen, proves that nothing is lost, and foresees what \
         GitHub would refuse. Changes nothing.";
    const ACCESS: Access = Access::Reads;
    const ROLE: Role = Role::Read;

    type Input = Input;
    type Output = Split;

    async fn run(&self, context: &ToolContext, Input { change }: Input) -> Result<Split, ToolError> {
        let repository = context.scope.repository(&self.github, Permissions::read_only())?;
        let settings_at = change.settings_at.as_ref();
        let commits = (&change.base_tip, &change.head, settings_at);
        let cutting = Cutting::fetch(&self.mirrors, &repository, commits, change.pull).await?;
        let policy = &change.policy.split;
        let (files, least) = (cutting.set.files.len(), policy.min_files);
        if change.by_push && files < least {
            let why = format!("{files} changed files are not many: `split.min_files` is {least}");
            return Err(ToolError::skip(why));
        }
        context.check()?;
        let options = Options {
            strategy: policy.strategy,
            granularity: policy.granularity,
            max_files: policy.max_files_per_pr,
            branch: change.branch.clone(),
            labels: repository.labels().await?.into_iter().map(|label| label.name).collect(),
            stacking: policy.stack.stacking(),
        };
        let around = (&cutting.mirror, &cutting.set);
        let rules = with_folders(change.policy.clone(), settings_at, around, &self.engine).await?.policy;
        let (engine, model) = (self.engine.clone(), context.blocking_model());
        let work = move || {
            let Cutting { mirror, set, surroundings, .. } = &cutting;
            let planned =
                plan(SplitInput { set, contents: mirror, surroundings, options: &options, model: model.as_ref() });
            let mut analysis = engine.analyze(set, mirror, &rules);
            keep_proven(&mut analysis, set, mirror);
            (cutting, planned, analysis.findings)
        };
        let (cutting, mut planned, mut findings) = blocking(work).await?;
        let dismissed = dismissed(&self.db, repository.id(), None).await?;
        let renames = renames(&cutting.set);
        findings.retain(|finding| !is_dismissed(finding, &dismissed, &renames));
        context.check()?;
        let (cutting, validation, _) = cutting.check(planned.clone(), sizes(policy), findings).await?;
        let id = SplitId(context.scope.execution.0);
        let around = (policy, change.is_private);
        let ground = ground(&repository, &self.db, (&planned, &cutting.set), id, around).await?;
        let Validation { mut problems, tree, .. } = validation;
        problems.extend(foresee::problems(&planned, &ground));
        planned.validation = Validation::of(problems, tree);
        Ok(Split {
            id,
            repository: repository.id(),
            branch: change.branch,
            pull: change.pull,
            base_branch: change.base_branch,
            base: cutting.base,
            head: cutting.head,
            plan: planned,
            state: SplitState::Planned,
            opened_by: None,
            slices: Vec::new(),
        })
    }
}
