//! Where a permission that is missing is granted.

use super::error::ToolError;
use crate::{
    config::app_manifest::Access,
    github::repository::RepositoryClient,
    review::lack::{Lack, Undone, wanted},
};

/// `needs`: as in [`crate::github::error::GitHubError::lacking`].
pub(super) async fn of(repository: &RepositoryClient, undone: Undone, needs: String) -> Result<Lack, ToolError> {
    let own = repository.github().app().own().await?;
    let asks_for = |(name, access): &(&str, Access)| own.permissions.get(*name).is_some_and(|it| access.is_in(it));
    let page = match wanted(&needs).iter().all(asks_for) {
        // The App asks for it: the owner of the installation has not accepted that yet, or took it back.
        true => repository.github().app().installation(repository.installation()).await?.map(|it| it.html_url),
        false => None,
    };
    Ok(Lack { undone, page: page.unwrap_or_else(|| own.permissions_page()), needs })
}
