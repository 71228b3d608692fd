//! Check runs, with the limits of <https://docs.github.com/rest/checks/runs#create-a-check-run>.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::{
    super::{
        answer::{Answer, Reply},
        auth::Needs,
        call::Call,
        model::check_run::CheckRun,
        route::{Route, get, patch, post},
        shape, webhooks,
    },
    commits::no_commit,
};

const READ: Needs = Needs::Permissions("checks=read");
const WRITE: Needs = Needs::Permissions("checks=write");

pub(crate) const ROUTES: &[Route] = &[
    post("/repos/{owner}/{repo}/check-runs", WRITE, create),
    get("/repos/{owner}/{repo}/check-runs/{check_run_id}", READ, show),
    patch("/repos/{owner}/{repo}/check-runs/{check_run_id}", WRITE, update),
    get("/repos/{owner}/{repo}/check-runs/{check_run_id}/annotations", READ, annotations),
    get("/repos/{owner}/{repo}/commits/{ref}/check-runs", READ, list),
];

fn create(call: &mut Call<'_>) -> Reply {
    let head_sha = call.text("head_sha").unwrap_or_default().to_owned();
    let name = call.text("name").unwrap_or_default().to_owned();
    if name.is_empty() {
        return Err(Answer::error(422, "Invalid request.\n\n\"name\" wasn't supplied."));
    }
    if call.repository().git.resolve(&head_sha).as_ref() != Some(&head_sha) {
        return Err(no_commit(&head_sha));
    }
    let mut run = CheckRun {
        id: 0,
        name,
        head_sha,
        external_id: None,
        details_url: None,
        status: "queued".to_owned(),
        conclusion: None,
        started_at: call.now(),
        completed_at: None,
        title: None,
        summary: None,
        text: None,
        annotations: Vec::new(),
        actions: Vec::new(),
    };
    change(&mut run, &call.body, call.now())?;
    run.id = call.world.new_id();
    let (repository, id, author) = (call.repository_id(), run.id, call.login());
    call.world.repository_mut(repository).check_runs.push(run);
    webhooks::check_run(call.world, repository, id, "created", None, &author);
    let run = &call.repository().check_runs[find_place(call, id)?];
    Ok(Answer::created(shape::check_run::check_run(call.world, call.repository(), run)))
}

fn find_place(call: &Call<'_>, id: i64) -> Result<usize, Answer> {
    call.repository().check_runs.iter().position(|run| run.id == id).ok_or_else(Answer::not_found)
}

fn show(call: &mut Call<'_>) -> Reply {
    let run = &call.repository().check_runs[find_place(call, call.number("check_run_id")?)?];
    Ok(Answer::ok(shape::check_run::check_run(call.world, call.repository(), run)))
}

fn update(call: &mut Call<'_>) -> Reply {
    let id = call.number("check_run_id")?;
    let place = find_place(call, id)?;
    let mut run = call.repository().check_runs[place].clone();
    let was = run.status.clone();
    change(&mut run, &call.body, call.now())?;
    let (repository, author) = (call.repository_id(), call.login());
    let completed = was != "completed" && run.status == "completed";
    call.world.repository_mut(repository).check_runs[place] = run;
    if completed {
        webhooks::check_run(call.world, repository, id, "completed", None, &author);
    }
    show(call)
}

fn annotations(call: &mut Call<'_>) -> Reply {
    let run = &call.repository().check_runs[find_place(call, call.number("check_run_id")?)?];
    let shown =
        run.annotations.iter().map(|sent| shape::check_run::annotation(call.world, call.repository(), run, sent));
    Ok(Answer::list(shown.collect()))
}

/// Of each name the latest run, unless `filter=all`.
fn list(call: &mut Call<'_>) -> Reply {
    let repository = call.repository();
    let revision = call.part("ref");
    let commit = repository.git.resolve(revision).ok_or_else(|| no_commit(revision))?;
    let asked = |name: &str| call.query.get(name).map(String::as_str);
    let all = asked("filter") == Some("all");
    let of_commit: Vec<_> = repository.check_runs.iter().filter(|run| run.head_sha == commit).collect();
    let wanted = of_commit.iter().enumerate().filter(|(place, run)| {
        let newer = of_commit[place + 1..].iter().any(|newer| newer.name == run.name);
        (all || !newer)
            && asked("check_name").is_none_or(|name| run.name == name)
            && asked("status").is_none_or(|status| run.status == status)
    });
    let shown = wanted.map(|(_, run)| shape::check_run::check_run(call.world, repository, run)).collect();
    Ok(Answer::counted("check_runs", shown))
}

/// Takes over what a request says, or refuses it as a whole.
fn change(run: &mut CheckRun, body: &Value, now: DateTime<Utc>) -> Result<(), Answer> {
    let text = |field: &str| body[field].as_str().map(str::to_owned);
    run.name = text("name").unwrap_or_else(|| run.name.clone());
    run.external_id = text("external_id").or(run.external_id.take());
    run.details_url = text("details_url").or(run.details_url.take());
    run.status = text("status").unwrap_or_else(|| run.status.clone());
    if let Some(conclusion) = text("conclusion") {
        (run.conclusion, run.status) = (Some(conclusion), "completed".to_owned());
    } else if body["status"] == "completed" {
        return Err(refused("\"conclusion\" wasn't supplied."));
    }
    if run.status == "completed" {
        let time = |field: &str| body[field].as_str().and_then(|text| text.parse::<DateTime<Utc>>().ok());
        run.started_at = time("started_at").unwrap_or(run.started_at);
        run.completed_at = time("completed_at").or(run.completed_at).or(Some(now));
    }
    if let Some(output) = body.get("output") {
        change_output(run, output)?;
    }
    if let Some(actions) = body["actions"].as_array() {
        if actions.len() > 3 {
            return Err(refused(&format!("No more than 3 items are allowed; {} were supplied.", actions.len())));
        }
        for (field, limit) in [("label", 20), ("description", 40), ("identifier", 20)] {
            short_enough(actions, field, limit)?;
        }
        run.actions.clone_from(actions);
    }
    Ok(())
}

fn change_output(run: &mut CheckRun, output: &Value) -> Result<(), Answer> {
    let text = |field: &str| output[field].as_str().map(str::to_owned);
    let (title, summary) = (text("title").or(run.title.take()), text("summary").or(run.summary.take()));
    let (Some(title), Some(summary)) = (title, summary) else {
        return Err(refused("\"title\", \"summary\" weren't supplied."));
    };
    for (field, content) in [("summary", Some(&summary)), ("text", text("text").as_ref())] {
        if content.is_some_and(|content| content.chars().count() > 65_535) {
            return Err(refused(&format!("Only 65535 characters are allowed for {field}.")));
        }
    }
    (run.title, run.summary, run.text) = (Some(title), Some(summary), text("text").or(run.text.take()));
    if let Some(annotations) = output["annotations"].as_array() {
        if annotations.len() > 50 {
            return Err(refused(&format!("No more than 50 items are allowed; {} were supplied.", annotations.len())));
        }
        for (field, limit) in [("title", 255), ("message", 65_536), ("raw_details", 65_536)] {
            short_enough(annotations, field, limit)?;
        }
        let columns = |one: &Value| !one["start_column"].is_null() || !one["end_column"].is_null();
        if annotations.iter().any(|one| columns(one) && one["start_line"] != one["end_line"]) {
            return Err(refused("Annotation columns may only be given where start_line is end_line."));
        }
        if annotations.iter().any(|one| one["end_line"].as_u64() < one["start_line"].as_u64() || one["start_line"] == 0)
        {
            return Err(refused("Annotation lines are out of order."));
        }
        run.annotations.extend(annotations.iter().cloned());
    }
    Ok(())
}

fn short_enough(items: &[Value], field: &str, limit: usize) -> Result<(), Answer> {
    let longest = items.iter().filter_map(|item| item[field].as_str()).map(|text| text.chars().count()).max();
    match longest.filter(|longest| *longest > limit) {
        Some(longest) => {
            Err(refused(&format!("Only {limit} characters are allowed for {field}; {longest} were supplied.")))
        }
        None => Ok(()),
    }
}

fn refused(why: &str) -> Answer {
    Answer::error(422, &format!("Invalid request.\n\n{why}"))
}
