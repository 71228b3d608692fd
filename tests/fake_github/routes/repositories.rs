//! Repositories, their branches and who may do what on them.

use serde_json::{Value, json};

use super::super::{
    answer::{Answer, Reply},
    auth::Needs,
    call::Call,
    route::{Route, get},
    shape,
};

pub(crate) const ROUTES: &[Route] = &[
    get("/repos/{owner}/{repo}", Needs::Permissions("metadata=read"), show),
    get("/repos/{owner}/{repo}/branches/{branch}", Needs::Permissions("contents=read"), branch),
    get("/repos/{owner}/{repo}/git/ref/{ref}", Needs::Permissions("contents=read"), git_ref),
    get("/repos/{owner}/{repo}/rules/branches/{branch}", Needs::Permissions("metadata=read"), rules),
    get("/repos/{owner}/{repo}/collaborators/{username}/permission", Needs::Permissions("metadata=read"), permission),
];

fn show(call: &mut Call<'_>) -> Reply {
    Ok(Answer::ok(shape::repository::full(call.world, call.repository())))
}

fn branch(call: &mut Call<'_>) -> Reply {
    let repository = call.repository();
    let name = call.part("branch");
    let head = repository.branch(name).ok_or_else(|| Answer::error(404, "Branch not found"))?;
    let url = format!("{}/branches/{name}", shape::repository::url(call.world, repository));
    let html = format!("{}/tree/{name}", shape::repository::html_url(call.world, repository));
    Ok(Answer::ok(json!({
        "name": name,
        "commit": shape::commit::listed(call.world, repository, &head),
        "_links": { "self": url, "html": html },
        "protected": repository.protected.contains(name),
        "protection": { "enabled": repository.protected.contains(name) },
        "protection_url": format!("{url}/protection"),
    })))
}

fn git_ref(call: &mut Call<'_>) -> Reply {
    let repository = call.repository();
    let name = format!("refs/{}", call.part("ref"));
    let commit = repository.git.resolve(&name).ok_or_else(Answer::not_found)?;
    let url = shape::repository::url(call.world, repository);
    Ok(Answer::ok(json!({
        "ref": name,
        "node_id": format!("REF_fake{commit}"),
        "url": format!("{url}/git/{name}"),
        "object": { "type": "commit", "sha": commit, "url": format!("{url}/git/commits/{commit}") },
    })))
}

/// Those of rulesets; older branch protections are told to admins only.
fn rules(call: &mut Call<'_>) -> Reply {
    let repository = call.repository();
    let protected = repository.restriction(call.part("branch")).is_some_and(|restriction| restriction.by_ruleset);
    let rule = |kind: &str| json!({ "type": kind, "ruleset_source_type": "Repository", "ruleset_source": repository.full_name(), "ruleset_id": 7 });
    Ok(Answer::list(if protected { vec![rule("creation")] } else { Vec::new() }))
}

/// `none` for whoever may not even read; 404 for nobody at all.
fn permission(call: &mut Call<'_>) -> Reply {
    let login = call.part("username");
    if !call.world.accounts.contains_key(login) {
        return Err(Answer::error(404, &format!("{login} is not a user")));
    }
    let role = call.repository().role(login);
    let (permission, role_name) = role.map_or(("none", "none"), |role| (role.permission(), role.name()));
    let mut user = shape::account::simple(call.world, login);
    user["role_name"] = json!(role_name);
    user["email"] = Value::Null;
    user["name"] = Value::Null;
    let may = |level: &str| role.is_some_and(|role| role.permission() == level || role.permission() == "admin");
    user["permissions"] = json!({
        "pull": role.is_some(), "triage": may("write"), "push": may("write"), "maintain": may("admin"), "admin": may("admin"),
    });
    Ok(Answer::ok(json!({ "permission": permission, "role_name": role_name, "user": user })))
}
