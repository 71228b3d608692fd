//! Who asks for something in a comment, and what they may.

use crate::{
    commands::judge::Asker,
    domain::event::Account,
    github::{error::GitHubError, pulls::Pull, repository::RepositoryClient},
};

/// GitHub's word of this moment, kept with its `ETag`: it costs nothing when nothing has changed. Who cannot be asked about
/// may nothing.
pub(super) async fn asker(repository: &RepositoryClient, actor: &Account, pull: &Pull) -> Result<Asker, GitHubError> {
    Ok(Asker {
        login: actor.login.clone(),
        is_bot: actor.is_bot,
        role: if actor.is_bot { None } else { repository.role_of(&actor.login).await? },
        is_author: pull.user.as_ref().is_some_and(|user| user.id == actor.id),
    })
}
