//! `github.follow_installation`: remembers where the App is installed, as GitHub has it now. The event that tells of a
//! change may be late, or come before an older one; it only says where to look.

use std::collections::HashSet;

use anyhow::anyhow;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    context::ToolContext,
    error::ToolError,
    tool::{Access, Tool},
};
use crate::{
    config::policy::Role,
    domain::{event::Account, ids::InstallationId},
    github::{app::Installation, client::GitHub, users::User},
    store::{
        db::Db,
        error::StoreError,
        installation::{self, InstallationState},
    },
};

pub struct FollowInstallation {
    pub github: GitHub,
    pub db: Db,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Output {
    /// Whether the App is installed there now.
    installed: bool,
    suspended: bool,
}

impl Tool for FollowInstallation {
    const NAME: &'static str = "github.follow_installation";
    const DESCRIPTION: &'static str = "Remembers whether the App is installed on the account that the event is about.";
    const ACCESS: Access = Access::Reads;
    const ROLE: Role = Role::Admin;

    type Input = Input;
    type Output = Output;

    async fn run(&self, context: &ToolContext, Input {}: Input) -> Result<Output, ToolError> {
        let id =
            context.scope.installation.ok_or_else(|| ToolError::Fatal(anyhow!("the event names no installation")))?;
        let found = self.github.app().installation(id).await?;
        remember(&self.db, id, found.as_ref(), context.services.clock.now()).await?;
        Ok(Output {
            installed: found.is_some(),
            suspended: found.is_some_and(|installation| installation.suspended_at.is_some()),
        })
    }
}

/// Looks at all installations: also at those that nobody told of.
///
/// # Errors
/// When GitHub or the database fails.
pub async fn follow_all(github: &GitHub, db: &Db, now: DateTime<Utc>) -> anyhow::Result<()> {
    let found = github.app().installations().await?;
    let there: HashSet<InstallationId> = found.iter().map(|installation| installation.id).collect();
    for installation in &found {
        remember(db, installation.id, Some(installation), now).await?;
    }
    for gone in installation::list(db).await?.iter().filter(|known| !there.contains(&known.id)) {
        remember(db, gone.id, None, now).await?;
    }
    Ok(())
}

async fn remember(
    db: &Db,
    id: InstallationId,
    found: Option<&Installation>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let known = installation::get(db, id).await?;
    let account = found.and_then(|found| found.account.as_ref()).map(account);
    let Some(account) = account.or_else(|| known.as_ref().map(|known| known.account.clone())) else {
        return Ok(());
    };
    match (found, known) {
        (None, Some(known)) if known.state == InstallationState::Removed => Ok(()),
        (None, _) => installation::remove(db, id, &account, now).await,
        (Some(found), _) if found.suspended_at.is_some() => installation::suspend(db, id, &account, now).await,
        (Some(_), _) => installation::unsuspend(db, id, &account, now).await,
    }
}

fn account(user: &User) -> Account {
    Account { id: user.id, login: user.login.clone(), is_bot: user.is_bot() }
}
