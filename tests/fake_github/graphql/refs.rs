//! Branches that move together, or not at all.

use serde_json::{Value, json};

use super::{
    super::{
        acts::branches::{delete_branch, move_branch},
        model::{app::Level, repository::Repository, world::World},
        webhooks::zero,
    },
    Refusal,
    mutations::{bot, forbidden},
    queries::not_found,
};

struct Move {
    branch: String,
    before: Option<String>,
    after: String,
    force: bool,
}

/// `updateRefs`: every one is looked at before any moves.
pub(super) fn update(world: &mut World, token: &str, input: &Value) -> Result<Value, Refusal> {
    let id = input["repositoryId"].as_str().unwrap_or_default();
    let reached = |one: &&Repository| format!("R_fake{}", one.id) == id && world.reaches(&world.tokens[token], one.id);
    let repository = world.repositories.values().find(reached).ok_or_else(|| not_found(id))?.id;
    let granted = &world.tokens[token].permissions;
    if granted.get("contents") != Some(&Level::Write) {
        return Err(forbidden());
    }
    let workflows = granted.get("workflows") == Some(&Level::Write);
    let moves: Vec<Move> = input["refUpdates"].as_array().into_iter().flatten().filter_map(read).collect();
    for one in &moves {
        check(world.repository(repository), one, workflows)?;
    }
    let sender = bot(world);
    for one in &moves {
        if one.after == zero() {
            delete_branch(world, repository, &one.branch, &sender);
        } else {
            move_branch(world, repository, &one.branch, &one.after, &sender);
        }
    }
    Ok(json!({ "__typename": "UpdateRefsPayload" }))
}

fn read(update: &Value) -> Option<Move> {
    let text = |name: &str| update[name].as_str().map(str::to_owned);
    let branch = text("name")?.strip_prefix("refs/heads/")?.to_owned();
    Some(Move { branch, before: text("beforeOid"), after: text("afterOid")?, force: update["force"] == true })
}

fn check(of: &Repository, one: &Move, workflows: bool) -> Result<(), Refusal> {
    let refuse = |message: String| Err(Refusal("UNPROCESSABLE", message));
    let Move { branch, before, after, force } = one;
    let now = of.branch(branch).unwrap_or_else(zero);
    if before.as_ref().is_some_and(|before| *before != now) {
        return refuse(format!("Reference refs/heads/{branch} does not point at the expected object"));
    }
    if after == &zero() {
        return Ok(());
    }
    if of.git.resolve(after).as_ref() != Some(after) {
        return refuse(format!("No commit found for SHA: {after}"));
    }
    // Git keeps branches as files: one name cannot be a folder of another.
    let clashes = |other: &str| other.starts_with(&format!("{branch}/")) || branch.starts_with(&format!("{other}/"));
    let others = of.git.git(&["for-each-ref", "--format=%(refname:strip=2)", "refs/heads"]);
    if now == zero() && others.lines().any(clashes) {
        return refuse("Reference update failed".to_owned());
    }
    if let Some(restriction) = of.restriction(branch) {
        return refuse(match restriction.by_ruleset {
            true => "Repository rule violations found\n\nCannot create ref due to creations being restricted.\n\n"
                .to_owned(),
            false => "Reference update failed".to_owned(),
        });
    }
    if now != zero() && !force && !of.git.is_ancestor(&now, after) {
        return refuse("Update is not a fast forward".to_owned());
    }
    let parent = if now == zero() { of.branch(&of.default_branch) } else { Some(now) };
    let start = parent.and_then(|parent| of.git.merge_base(&parent, after)).unwrap_or_default();
    let changed = of.git.git(&["diff", "--name-only", &start, after]);
    match changed.lines().find(|path| path.starts_with(".github/workflows/")) {
        Some(path) if !workflows => refuse(format!(
            "refusing to allow a GitHub App to create or update workflow `{path}` without `workflows` permission"
        )),
        _ => Ok(()),
    }
}
