//! A payload of the usual size and make.

use serde_json::{Value, json};

/// As GitHub sends it: mostly addresses, and the repository three times.
pub(crate) fn pull_request(number: usize) -> Value {
    let sha =
        |seed: usize| format!("{:040x}", (number as u128 + 1) * (seed as u128 + 1) * 0x9e37_79b9_7f4a_7c15_f39c_c060);
    let repository = repository();
    let user = user("octo-contributor", 583_231);
    let api = format!("https://api.github.com/repos/octo-org/web-shop/pulls/{number}");
    let side = |label: &str, seed| json!({ "label": format!("octo-org:{label}"), "ref": label, "sha": sha(seed), "user": user, "repo": repository });
    json!({
        "action": "synchronize",
        "number": number + 1,
        "before": sha(1),
        "after": sha(2),
        "pull_request": {
            "url": api, "id": 1_990_000_000 + number, "node_id": "PR_kwDOJx2bVM52nq1k", "number": number + 1,
            "html_url": format!("https://github.com/octo-org/web-shop/pull/{number}"),
            "diff_url": format!("https://github.com/octo-org/web-shop/pull/{number}.diff"),
            "patch_url": format!("https://github.com/octo-org/web-shop/pull/{number}.patch"),
            "issue_url": format!("https://api.github.com/repos/octo-org/web-shop/issues/{number}"),
            "state": "open", "locked": false, "title": "Take the currency from the order, not from the session",
            "user": user,
            "body": "The session may hold another currency than the order when a customer has two tabs open.\r\n\r\n\
                This takes it from the order, everywhere.\r\n\r\n- [x] tests\r\n- [ ] changelog\r\n",
            "created_at": "2026-11-02T09:14:33Z", "updated_at": "2026-11-03T16:01:12Z", "closed_at": null,
            "merged_at": null, "merge_commit_sha": sha(3), "assignee": null, "assignees": [], "requested_reviewers": [user],
            "requested_teams": [], "labels": [], "milestone": null, "draft": false,
            "commits_url": format!("{api}/commits"), "review_comments_url": format!("{api}/comments"),
            "review_comment_url": "https://api.github.com/repos/octo-org/web-shop/pulls/comments{/number}",
            "comments_url": format!("https://api.github.com/repos/octo-org/web-shop/issues/{number}/comments"),
            "statuses_url": format!("https://api.github.com/repos/octo-org/web-shop/statuses/{}", sha(2)),
            "head": side("take-currency-from-order", 2), "base": side("main", 1),
            "_links": {
                "self": { "href": api }, "html": { "href": format!("https://github.com/octo-org/web-shop/pull/{number}") },
                "issue": { "href": format!("https://api.github.com/repos/octo-org/web-shop/issues/{number}") },
                "comments": { "href": format!("https://api.github.com/repos/octo-org/web-shop/issues/{number}/comments") },
                "review_comments": { "href": format!("{api}/comments") },
                "commits": { "href": format!("{api}/commits") },
            },
            "author_association": "CONTRIBUTOR", "auto_merge": null, "active_lock_reason": null, "merged": false,
            "mergeable": null, "rebaseable": null, "mergeable_state": "unknown", "merged_by": null, "comments": 3,
            "review_comments": 5, "maintainer_can_modify": false, "commits": 4, "additions": 112, "deletions": 57,
            "changed_files": 9,
        },
        "repository": repository,
        "organization": {
            "login": "octo-org", "id": 9_919, "node_id": "MDEyOk9yZ2FuaXphdGlvbjk5MTk=",
            "url": "https://api.github.com/orgs/octo-org", "repos_url": "https://api.github.com/orgs/octo-org/repos",
            "events_url": "https://api.github.com/orgs/octo-org/events", "hooks_url": "https://api.github.com/orgs/octo-org/hooks",
            "issues_url": "https://api.github.com/orgs/octo-org/issues", "description": "Shops for everybody.",
        },
        "sender": user,
        "installation": { "id": 41_234_567, "node_id": "MDIzOkludGVncmF0aW9uSW5zdGFsbGF0aW9uNDEyMzQ1Njc=" },
    })
}

fn user(login: &str, id: u64) -> Value {
    let mut user = json!({
        "login": login, "id": id, "node_id": "MDQ6VXNlcjU4MzIzMQ==", "gravatar_id": "", "type": "User", "site_admin": false,
        "avatar_url": format!("https://avatars.githubusercontent.com/u/{id}?v=4"),
        "url": format!("https://api.github.com/users/{login}"), "html_url": format!("https://github.com/{login}"),
        "user_view_type": "public",
    });
    for name in [
        "followers",
        "following{/other_user}",
        "gists{/gist_id}",
        "starred{/owner}{/repo}",
        "subscriptions",
        "orgs",
        "repos",
        "events{/privacy}",
        "received_events",
    ] {
        let key = name.split('{').next().unwrap();
        user[format!("{key}_url")] = format!("https://api.github.com/users/{login}/{name}").into();
    }
    user
}

fn repository() -> Value {
    let mut repository = json!({
        "id": 641_240_915, "node_id": "R_kgDOJjiXUw", "name": "web-shop", "full_name": "octo-org/web-shop", "private": true,
        "owner": user("octo-org", 9_919), "html_url": "https://github.com/octo-org/web-shop",
        "description": "The shop that the whole company lives on", "fork": false,
        "url": "https://api.github.com/repos/octo-org/web-shop", "created_at": "2023-05-16T04:41:52Z",
        "updated_at": "2026-11-01T22:15:08Z", "pushed_at": "2026-11-03T16:01:11Z", "homepage": "https://shop.example",
        "git_url": "git://github.com/octo-org/web-shop.git", "ssh_url": "git@github.com:octo-org/web-shop.git",
        "clone_url": "https://github.com/octo-org/web-shop.git", "svn_url": "https://github.com/octo-org/web-shop",
        "size": 48_211, "stargazers_count": 12, "watchers_count": 12, "language": "TypeScript", "has_issues": true,
        "has_projects": true, "has_downloads": true, "has_wiki": false, "has_pages": false, "has_discussions": false,
        "forks_count": 3, "mirror_url": null, "archived": false, "disabled": false, "open_issues_count": 41, "license": null,
        "allow_forking": true, "is_template": false, "web_commit_signoff_required": false, "topics": ["shop", "web"],
        "visibility": "private", "forks": 3, "open_issues": 41, "watchers": 12, "default_branch": "main",
        "allow_squash_merge": true, "allow_merge_commit": true, "allow_rebase_merge": true, "allow_auto_merge": true,
        "delete_branch_on_merge": true, "allow_update_branch": true, "custom_properties": {},
    });
    for name in [
        "forks",
        "keys{/key_id}",
        "collaborators{/collaborator}",
        "teams",
        "hooks",
        "issues/events{/number}",
        "events",
        "assignees{/user}",
        "branches{/branch}",
        "tags",
        "git/blobs{/sha}",
        "git/tags{/sha}",
        "git/refs{/sha}",
        "git/trees{/sha}",
        "statuses/{sha}",
        "languages",
        "stargazers",
        "contributors",
        "subscribers",
        "subscription",
        "commits{/sha}",
        "git/commits{/sha}",
        "comments{/number}",
        "issues/comments{/number}",
        "contents/{+path}",
        "compare/{base}...{head}",
        "merges",
        "{archive_format}{/ref}",
        "downloads",
        "issues{/number}",
        "pulls{/number}",
        "milestones{/number}",
        "notifications{?since,all,participating}",
        "labels{/name}",
        "releases{/id}",
        "deployments",
    ] {
        let key = name.split(['{', '.']).next().unwrap().trim_end_matches('/').replace('/', "_");
        repository[format!("{key}_url")] = format!("https://api.github.com/repos/octo-org/web-shop/{name}").into();
    }
    repository
}
