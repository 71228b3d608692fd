//! What opening, following and closing slices work with: one repository, one performer, and the split that they change.

use sha2::{Digest as _, Sha256};

use super::{context::ToolContext, error::ToolError, ground, policy::Policies};
use crate::{
    config::policy::SplitPolicy,
    domain::{
        effect::{Effect, EffectKey, PlannedEffect, PullEdit},
        plan::Plan,
        split::Split,
    },
    effects::{performer::Performer, result::EffectResult},
    git::mirror::Mirrors,
    github::{client::GitHub, permissions::Permissions, repository::RepositoryClient},
    split::{
        stack_table,
        tracking::{self, Left},
    },
    store::{db::Db, split},
};

pub(super) struct Slicer<'a> {
    pub(super) context: &'a ToolContext,
    /// May read.
    pub(super) repository: RepositoryClient,
    pub(super) mirrors: &'a Mirrors,
    policies: &'a Policies,
    pub(super) db: &'a Db,
    github: &'a GitHub,
}

impl<'a> Slicer<'a> {
    pub(super) fn new(
        github: &'a GitHub,
        (mirrors, policies, db): (&'a Mirrors, &'a Policies, &'a Db),
        context: &'a ToolContext,
    ) -> Result<Self, ToolError> {
        let repository = context.scope.repository(github, Permissions::read_only())?;
        Ok(Self { context, repository, mirrors, policies, db, github })
    }

    /// Does one effect with a token that may do it for this plan, once. `name` tells it from the others of the split.
    pub(super) async fn perform(&self, split: &Split, name: &str, effect: Effect) -> Result<EffectResult, ToolError> {
        self.context.check()?;
        let key = EffectKey(format!("{name}:split/{}", split.id));
        let performer = self.performer(&split.plan)?;
        Ok(performer.perform(&PlannedEffect { key, effect }).await?)
    }

    fn performer(&self, plan: &Plan) -> Result<Performer, ToolError> {
        let repository = self.context.scope.repository(self.github, ground::permissions(plan))?;
        let clock = self.context.services.clock.clone();
        Ok(Performer::new(self.db.clone(), repository, self.context.scope.lease(), clock))
    }

    pub(super) async fn policy(&self) -> Result<SplitPolicy, ToolError> {
        let effective = self.policies.load(&self.repository, self.context.services.clock.now()).await?;
        Ok(effective.policy.split)
    }

    /// The same for an effect that may come to be another one: what was done under its name before does not stand for it.
    pub(super) async fn exactly(&self, split: &Split, name: &str, effect: Effect) -> Result<EffectResult, ToolError> {
        let text = serde_json::to_vec(&effect).expect("an effect is plain data");
        let digest = hex::encode(&Sha256::digest(text)[..8]);
        self.perform(split, &format!("{name}-{digest}"), effect).await
    }

    /// Does an effect that is wanted again and again, once in each execution. The world may change between two attempts of
    /// one execution.
    pub(super) async fn anew(&self, split: &Split, name: &str, effect: Effect) -> Result<EffectResult, ToolError> {
        self.exactly(split, &format!("{name}@{}", self.context.scope.execution), effect).await
    }

    pub(super) async fn remember(&self, split: &Split) -> Result<(), ToolError> {
        Ok(split::upsert(self.db, split, self.context.services.clock.now()).await?)
    }

    /// Writes the stack as it is now into every slice's pull request that says something else, and into the comment on the
    /// pull request that was cut.
    pub(super) async fn tell(&self, split: &Split, left: Option<&Left>) -> Result<(), ToolError> {
        for open in &split.slices {
            let Some(number) = open.pull else { continue };
            let there = self.repository.pull(number).await?.body.unwrap_or_default();
            let body = stack_table::renewed(split, &open.slice, &there);
            if body.trim_end() != there.replace("\r\n", "\n").trim_end() {
                let edit = PullEdit { body: Some(body), ..PullEdit::default() };
                let effect = Effect::EditPull { pull: number, edit };
                self.anew(split, &format!("body:{}", open.slice), effect).await?;
            }
        }
        let effect = match split.pull {
            Some(pull) => Effect::UpsertComment { pull, body: tracking::comment(split, left) },
            None => {
                let check = tracking::check_run(split, left);
                Effect::CompleteCheckRun { head: split.head.clone(), check }
            }
        };
        self.anew(split, "tracking", effect).await?;
        Ok(())
    }
}
