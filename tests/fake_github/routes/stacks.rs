//! Native stacks of pull requests.

use serde_json::{Value, json};

use super::super::{
    answer::{Answer, Reply},
    auth::Needs,
    call::Call,
    model::{pull::Pull, repository::Stack},
    route::{Route, get, post},
    shape,
};

const READ: Needs = Needs::Permissions("pull_requests=read");
const WRITE: Needs = Needs::Permissions("pull_requests=write");

pub(crate) const ROUTES: &[Route] = &[
    get("/repos/{owner}/{repo}/stacks", READ, list),
    post("/repos/{owner}/{repo}/stacks", WRITE, create),
    post("/repos/{owner}/{repo}/stacks/{stack_number}/unstack", WRITE, unstack),
];

/// 404 where the repository has none.
fn stacks<'a>(call: &'a Call<'_>) -> Result<&'a [Stack], Answer> {
    call.repository().stacks.as_deref().ok_or_else(Answer::not_found)
}

/// Newest first.
fn list(call: &mut Call<'_>) -> Reply {
    let asked = call.query.get("pull_request").and_then(|number| number.parse::<i64>().ok());
    let wanted = |stack: &&Stack| asked.is_none_or(|number| stack.pulls.contains(&number));
    Ok(Answer::list(stacks(call)?.iter().rev().filter(wanted).map(|stack| shown(call, stack)).collect()))
}

fn shown(call: &Call<'_>, stack: &Stack) -> Value {
    let of = call.repository();
    let pulls: Vec<&Pull> = stack.pulls.iter().map(|number| call.pull(*number)).collect();
    let brief = |pull: &&Pull| {
        let (mut brief, whole) =
            (shape::pull::minimal(call.world, of, pull), shape::pull::listed(call.world, of, pull));
        for field in ["node_id", "title", "state", "merged_at", "draft", "html_url", "user"] {
            brief[field] = whole[field].clone();
        }
        brief
    };
    json!({
        "id": 9_000 + stack.number,
        "number": stack.number,
        "node_id": format!("S_fake{}", stack.number),
        "url": format!("{}/stacks/{}", shape::repository::url(call.world, of), stack.number),
        "base": { "ref": pulls.first().map(|pull| pull.base_ref.clone()) },
        "open": pulls.iter().any(|pull| pull.is_open()),
        "created_at": shape::time(of.created_at),
        "pull_requests": pulls.iter().map(brief).collect::<Vec<_>>(),
    })
}

fn create(call: &mut Call<'_>) -> Reply {
    let stacked: Vec<i64> = stacks(call)?.iter().flat_map(|stack| stack.pulls.clone()).collect();
    let pulls: Vec<i64> =
        call.body["pull_requests"].as_array().into_iter().flatten().filter_map(Value::as_i64).collect();
    let refuse = |message: &str| Err(Answer::error(422, message));
    if !(2..=100).contains(&pulls.len()) {
        return refuse("A stack has between 2 and 100 pull requests");
    }
    let repository = call.repository_id();
    for number in &pulls {
        let pull = call.repository().pulls.get(number).ok_or_else(Answer::not_found)?;
        if !pull.is_open() || pull.head_repository != repository {
            return refuse("Pull requests of a stack must be open and from this repository");
        }
        if stacked.contains(number) {
            return refuse("Pull request is already part of a stack");
        }
    }
    if pulls.windows(2).any(|pair| call.pull(pair[1]).base_ref != call.pull(pair[0]).head_ref) {
        return refuse("Pull requests must form a chain: each base ref must match the head ref of the one below");
    }
    let number = call.world.new_id();
    let stack = Stack { number, pulls };
    let of = call.world.repository_mut(repository);
    of.stacks.get_or_insert_default().push(stack.clone());
    Ok(Answer::created(shown(call, &stack)))
}

fn unstack(call: &mut Call<'_>) -> Reply {
    let number = call.number("stack_number")?;
    stacks(call)?.iter().find(|stack| stack.number == number).ok_or_else(Answer::not_found)?;
    let repository = call.repository_id();
    let of = call.world.repository_mut(repository);
    of.stacks.get_or_insert_default().retain(|stack| stack.number != number);
    Ok(Answer::no_content())
}
