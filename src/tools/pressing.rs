//! Who may press a button: whoever may use the command that asks for the same.

use anyhow::anyhow;

use super::error::ToolError;
use crate::{
    commands::{judge::Need, registry},
    config::policy::Policy,
    domain::event::Account,
    github::repository::RepositoryClient,
    review::buttons::Button,
};

/// `actor`: whom the event names.
pub(super) async fn may_press(
    repository: &RepositoryClient,
    actor: Option<&Account>,
    button: Button,
    policy: &Policy,
) -> Result<(), ToolError> {
    let actor = actor.ok_or_else(|| ToolError::skip("the event does not say who asks"))?;
    let (command, word) = button.command();
    let (spec, way) = registry::find_use(command, word)
        .ok_or_else(|| ToolError::Fatal(anyhow!("there is no command `/{command} {word}`")))?;
    let need = Need::of_use(spec, way, policy).role;
    match repository.role_of(&actor.login).await? {
        Some(role) if role >= need => Ok(()),
        _ => Err(ToolError::skip(format!("{} lacks {} permission on the repository", actor.login, need.as_str()))),
    }
}
