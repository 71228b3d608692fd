//! `commands.help`: what a person may ask Seam for on a pull request.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    answer::Answer,
    asker::asker,
    context::ToolContext,
    error::ToolError,
    policy::Policies,
    tool::{Access, Tool},
};
use crate::{
    commands::{
        judge::{Asker, Need, enabled, may},
        registry::{ALL, Offer},
    },
    config::policy::{Policy, Role},
    domain::{event::Account, ids::PullNumber},
    github::{client::GitHub, permissions::Permissions},
    review::markdown::{cell, prose, shorten},
};

pub struct Help {
    pub github: GitHub,
    pub policies: Policies,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    pull_number: PullNumber,
    actor: Account,
}

impl Tool for Help {
    const NAME: &'static str = "commands.help";
    const DESCRIPTION: &'static str = "Lists the commands that a person may use on a pull request.";
    const ACCESS: Access = Access::Reads;
    const ROLE: Role = Role::Read;

    type Input = Input;
    type Output = Answer;

    async fn run(&self, context: &ToolContext, input: Input) -> Result<Answer, ToolError> {
        let repository = context.scope.repository(&self.github, Permissions::read_only())?;
        let policy = self.policies.load(&repository, context.services.clock.now()).await?.policy;
        let asker = asker(&repository, &input.actor, &repository.pull(input.pull_number).await?).await?;
        let app = self.github.app().own().await?;
        Ok(Answer { text: render(&asker, &policy, &context.services.offers, &app.slug) })
    }
}

fn render(asker: &Asker, policy: &Policy, offers: &[Offer], slug: &str) -> String {
    let slash = if policy.commands.bare { "/" } else { "/seam " };
    let own = ALL.into_iter().flat_map(|spec| spec.uses.iter().map(move |way| (spec, way)));
    let own = own.filter(|(spec, way)| may(asker, policy, &Need::of_use(spec, way, policy)));
    let own = own.map(|(spec, way)| (way.usage(spec), way.help.to_owned()));
    let offered = enabled(offers, policy)
        .filter(|offer| may(asker, policy, &Need::of_offer(offer, policy)))
        .map(|offer| (offer.command.clone(), cell(&prose(&shorten(&offer.description, 300)))));
    let mut text = String::from("| | |\n|--|--|\n");
    for (usage, help) in own.chain(offered) {
        text.push_str(&format!("| `{slash}{usage}` | {help} |\n"));
    }
    let other = if policy.commands.bare { "`/seam NAME` and `@SLUG NAME` do" } else { "`@SLUG NAME` does" };
    text.push_str(&format!("\n{} the same.", other.replace("SLUG", slug)));
    text
}
