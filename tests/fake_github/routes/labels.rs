//! Labels of a repository and of its pull requests.

use serde_json::Value;

use super::super::{
    answer::{Answer, Reply},
    auth::Needs,
    call::Call,
    route::{Route, get, post},
    shape,
};

pub(crate) const ROUTES: &[Route] = &[
    get("/repos/{owner}/{repo}/labels", Needs::Permissions("issues=read; pull_requests=read"), list),
    post(
        "/repos/{owner}/{repo}/issues/{issue_number}/labels",
        Needs::Permissions("issues=write; pull_requests=write"),
        add,
    ),
];

fn list(call: &mut Call<'_>) -> Reply {
    let api = shape::repository::url(call.world, call.repository());
    Ok(Answer::list(call.repository().labels.iter().map(|name| shape::pull::label(&api, name)).collect()))
}

/// A label that is not there yet is made.
fn add(call: &mut Call<'_>) -> Reply {
    let number = call.pull_number("issue_number")?;
    let wanted: Vec<String> =
        call.body["labels"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
    let repository = call.repository_id();
    call.world.repository_mut(repository).labels.extend(wanted.iter().cloned());
    call.pull_mut(number).labels.extend(wanted);
    let api = shape::repository::url(call.world, call.repository());
    Ok(Answer::list(call.pull(number).labels.iter().map(|name| shape::pull::label(&api, name)).collect()))
}
