//! Repositories.

use serde_json::{Map, Value, json};

use super::{
    super::model::{repository::Repository, world::World},
    account, time,
};

/// Every URL of a repository that only adds a suffix to its own.
const SUFFIXES: [(&str, &str); 37] = [
    ("forks_url", "/forks"),
    ("keys_url", "/keys{/key_id}"),
    ("collaborators_url", "/collaborators{/collaborator}"),
    ("teams_url", "/teams"),
    ("hooks_url", "/hooks"),
    ("issue_events_url", "/issues/events{/number}"),
    ("events_url", "/events"),
    ("assignees_url", "/assignees{/user}"),
    ("branches_url", "/branches{/branch}"),
    ("tags_url", "/tags"),
    ("blobs_url", "/git/blobs{/sha}"),
    ("git_tags_url", "/git/tags{/sha}"),
    ("git_refs_url", "/git/refs{/sha}"),
    ("trees_url", "/git/trees{/sha}"),
    ("statuses_url", "/statuses/{sha}"),
    ("languages_url", "/languages"),
    ("stargazers_url", "/stargazers"),
    ("contributors_url", "/contributors"),
    ("subscribers_url", "/subscribers"),
    ("subscription_url", "/subscription"),
    ("commits_url", "/commits{/sha}"),
    ("git_commits_url", "/git/commits{/sha}"),
    ("comments_url", "/comments{/number}"),
    ("issue_comment_url", "/issues/comments{/number}"),
    ("contents_url", "/contents/{+path}"),
    ("compare_url", "/compare/{base}...{head}"),
    ("merges_url", "/merges"),
    ("archive_url", "/{archive_format}{/ref}"),
    ("downloads_url", "/downloads"),
    ("issues_url", "/issues{/number}"),
    ("pulls_url", "/pulls{/number}"),
    ("milestones_url", "/milestones{/number}"),
    ("notifications_url", "/notifications{?since,all,participating}"),
    ("labels_url", "/labels{/name}"),
    ("releases_url", "/releases{/id}"),
    ("deployments_url", "/deployments"),
    ("url", ""),
];

/// API address of a repository.
pub(crate) fn url(world: &World, repository: &Repository) -> String {
    format!("{}/repos/{}", world.api_url, repository.full_name())
}

/// Address of its page.
pub(crate) fn html_url(world: &World, repository: &Repository) -> String {
    format!("{}/{}", world.web_url, repository.full_name())
}

/// `repository`, as in lists and inside pull requests and webhooks.
pub(crate) fn plain(world: &World, repository: &Repository) -> Value {
    let own = url(world, repository);
    let mut urls: Map<String, Value> =
        SUFFIXES.iter().map(|(name, suffix)| ((*name).to_owned(), json!(format!("{own}{suffix}")))).collect();
    let page = html_url(world, repository);
    let open = repository.pulls.values().filter(|pull| pull.is_open()).count();
    let Value::Object(rest) = json!({
        "id": repository.id,
        "node_id": format!("R_fake{}", repository.id),
        "name": repository.name,
        "full_name": repository.full_name(),
        "private": repository.private,
        "visibility": if repository.private { "private" } else { "public" },
        "owner": account::simple(world, &repository.owner),
        "html_url": page,
        "fork": repository.parent.is_some(),
        "created_at": time(repository.created_at),
        "updated_at": time(repository.created_at),
        "pushed_at": time(repository.created_at),
        "git_url": format!("{page}.git").replacen("http", "git", 1),
        "ssh_url": format!("git@ssh.invalid:{}.git", repository.full_name()),
        "clone_url": format!("{page}.git"),
        "svn_url": page,
        "size": 1,
        "open_issues_count": open,
        "open_issues": open,
        "topics": [],
        "custom_properties": {},
        "default_branch": repository.default_branch,
    }) else {
        unreachable!("it is written as an object")
    };
    urls.extend(rest);
    let same = |names: &[&str], value: Value| {
        names.iter().map(|name| ((*name).to_owned(), value.clone())).collect::<Map<_, _>>()
    };
    urls.extend(same(&["description", "homepage", "language", "mirror_url", "license"], Value::Null));
    urls.extend(same(&["stargazers_count", "watchers_count", "watchers", "forks_count", "forks"], json!(0)));
    urls.extend(same(&["has_issues", "has_downloads", "allow_forking"], json!(true)));
    urls.extend(same(&["has_projects", "has_wiki", "has_pages", "has_discussions"], json!(false)));
    urls.extend(same(&["archived", "disabled", "is_template", "web_commit_signoff_required"], json!(false)));
    Value::Object(urls)
}

/// `full-repository`: one repository asked for by name.
pub(crate) fn full(world: &World, repository: &Repository) -> Value {
    let mut full = plain(world, repository);
    full["network_count"] = json!(0);
    full["subscribers_count"] = json!(0);
    full["permissions"] = json!({ "admin": false, "maintain": false, "push": false, "triage": false, "pull": false });
    if let Some(parent) = repository.parent {
        full["parent"] = plain(world, world.repository(parent));
        full["source"] = full["parent"].clone();
    }
    full
}

/// In a webhook `push`, where times are numbers and an organisation is named.
pub(crate) fn in_push(world: &World, repository: &Repository) -> Value {
    let mut pushed = plain(world, repository);
    let seconds = json!(repository.created_at.timestamp());
    for field in ["created_at", "pushed_at"] {
        pushed[field] = seconds.clone();
    }
    pushed["url"] = json!(html_url(world, repository));
    pushed["stargazers"] = json!(0);
    pushed["master_branch"] = json!(repository.default_branch);
    if account::organization(world, repository).is_some() {
        pushed["organization"] = json!(repository.owner);
    }
    pushed["owner"]["name"] = json!(repository.owner);
    pushed["owner"]["email"] = Value::Null;
    pushed
}

/// The few fields that installation webhooks and lists of repositories of an installation have.
pub(crate) fn brief(repository: &Repository) -> Value {
    json!({
        "id": repository.id,
        "node_id": format!("R_fake{}", repository.id),
        "name": repository.name,
        "full_name": repository.full_name(),
        "private": repository.private,
    })
}
