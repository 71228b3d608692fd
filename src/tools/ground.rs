//! What is known of a repository before its slices are opened: what GitHub would refuse there.

use super::error::ToolError;
use crate::{
    change::change_set::{ChangeSet, RepoPath},
    config::policy::SplitPolicy,
    domain::{ids::SplitId, plan::Plan, split::SliceState},
    github::{
        error::GitHubError,
        permissions::{Access, Permission, Permissions},
        repository::RepositoryClient,
    },
    split::{
        atoms::paths,
        foresee::{Ground, touches_workflows},
    },
    store::{db::Db, split},
};

/// `own`: the split that is to be opened, whose own slices do not count.
pub(super) async fn ground(
    repository: &RepositoryClient,
    db: &Db,
    (plan, set): (&Plan, &ChangeSet),
    own: SplitId,
    (policy, is_private): (&SplitPolicy, bool),
) -> Result<Ground, ToolError> {
    let mut forbidden = Vec::new();
    for slice in plan.opened() {
        if rules(repository, &slice.branch).await?.iter().any(|rule| rule == "creation") {
            forbidden.push(slice.branch.clone());
        }
        // Rules speak of patterns, mostly: where the first branch may be made, so may the others of its folder.
        if forbidden.is_empty() {
            break;
        }
    }
    let others = split::open(db, repository.id()).await?;
    let open = others.iter().filter(|split| split.id != own).flat_map(|split| &split.slices);
    Ok(Ground {
        may_write_workflows: may_write_workflows(repository).await?,
        is_private,
        unspeakable: set
            .files
            .iter()
            .flat_map(paths)
            .filter(|path| path.to_utf8().is_none())
            .map(RepoPath::display)
            .collect(),
        forbidden,
        max_open_pulls: policy.max_open_prs,
        open_pulls: open.filter(|slice| matches!(slice.state, SliceState::Draft | SliceState::Open)).count(),
    })
}

/// An enterprise server may be too old to know of rules.
async fn rules(repository: &RepositoryClient, branch: &str) -> Result<Vec<String>, ToolError> {
    match repository.rules_of_branch(branch).await {
        Ok(rules) => Ok(rules),
        Err(GitHubError::NotFound { .. } | GitHubError::Forbidden { .. }) => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

async fn may_write_workflows(repository: &RepositoryClient) -> Result<bool, ToolError> {
    let installation = repository.github().app().installation(repository.installation()).await?;
    let granted = installation.map(|installation| installation.permissions).unwrap_or_default();
    let wanted = Permissions::default().write(Permission::Workflows);
    Ok(wanted.limited_to(&granted).allows(Permission::Workflows, Access::Write))
}

/// The token that opens these slices: for workflow files only where it has to be.
pub(super) fn permissions(plan: &Plan) -> Permissions {
    let permissions = Permissions::for_split();
    if plan.opened().any(touches_workflows) { permissions.write(Permission::Workflows) } else { permissions }
}
