//! Users, organisations and bots.

use serde_json::{Value, json};

use super::super::model::{accounts::AccountKind, repository::Repository, world::World};

/// `simple-user`.
pub(crate) fn simple(world: &World, login: &str) -> Value {
    let account = world.account(login);
    let url = format!("{}/users/{}", world.api_url, login.replace('[', "%5B").replace(']', "%5D"));
    let page = login.strip_suffix("[bot]").map_or(login.to_owned(), |slug| format!("apps/{slug}"));
    json!({
        "login": login,
        "id": account.id,
        "node_id": format!("U_fake{}", account.id),
        "avatar_url": format!("{}/avatars/u/{}", world.web_url, account.id),
        "gravatar_id": "",
        "url": url,
        "html_url": format!("{}/{page}", world.web_url),
        "followers_url": format!("{url}/followers"),
        "following_url": format!("{url}/following{{/other_user}}"),
        "gists_url": format!("{url}/gists{{/gist_id}}"),
        "starred_url": format!("{url}/starred{{/owner}}{{/repo}}"),
        "subscriptions_url": format!("{url}/subscriptions"),
        "organizations_url": format!("{url}/orgs"),
        "repos_url": format!("{url}/repos"),
        "events_url": format!("{url}/events{{/privacy}}"),
        "received_events_url": format!("{url}/received_events"),
        "type": account.kind.as_str(),
        "site_admin": false,
    })
}

/// `public-user`.
pub(crate) fn public(world: &World, login: &str) -> Value {
    let mut user = simple(world, login);
    for field in ["name", "company", "location", "email", "hireable", "bio"] {
        user[field] = Value::Null;
    }
    user["blog"] = json!("");
    for field in ["public_repos", "public_gists", "followers", "following"] {
        user[field] = json!(0);
    }
    user["created_at"] = json!("2020-01-01T00:00:00Z");
    user["updated_at"] = json!("2020-01-01T00:00:00Z");
    user
}

/// What a webhook says of the organisation that owns a repository; nothing for a person's.
pub(crate) fn organization(world: &World, repository: &Repository) -> Option<Value> {
    let account = world.account(&repository.owner);
    let url = format!("{}/orgs/{}", world.api_url, account.login);
    (account.kind == AccountKind::Organization).then(|| {
        json!({
            "login": account.login,
            "id": account.id,
            "node_id": format!("O_fake{}", account.id),
            "url": url,
            "repos_url": format!("{url}/repos"),
            "events_url": format!("{url}/events"),
            "hooks_url": format!("{url}/hooks"),
            "issues_url": format!("{url}/issues"),
            "members_url": format!("{url}/members{{/member}}"),
            "public_members_url": format!("{url}/public_members{{/member}}"),
            "avatar_url": format!("{}/avatars/u/{}", world.web_url, account.id),
            "description": "",
        })
    })
}

/// `author_association`: computed without a viewer, so that a private member is no MEMBER.
pub(crate) fn association(repository: &Repository, login: &str) -> &'static str {
    if repository.owner == login {
        "OWNER"
    } else if repository.collaborators.contains_key(login) {
        "COLLABORATOR"
    } else {
        "NONE"
    }
}
