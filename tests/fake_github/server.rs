//! The API over HTTP: every request goes the same way, from its name in the table of routes to a recorded answer.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::{
    body::{Body as HttpBody, Bytes},
    extract::State,
    http::{HeaderMap, Method, Response, Uri, header},
};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{
    answer::{Answer, Body, Reply},
    auth::{self, Actor},
    call::Call,
    faults::{self, Fault, Faults},
    graphql,
    journal::{Asked, Journal},
    limits::{Cost, Limits, PRIMARY, Refused, Standing},
    model::world::World,
    official::openapi,
    page,
    post::{Post, Receiver},
    route::{self, Route},
};

/// Everything the servers share.
pub(crate) struct Shared {
    world: Mutex<World>,
    faults: Mutex<Faults>,
    journal: Mutex<Journal>,
    limits: Mutex<Limits>,
    receiver: Mutex<Receiver>,
    post: Mutex<Post>,
    /// Requests and answers are held against GitHub's descriptions.
    pub(crate) is_checked: AtomicBool,
}

impl Shared {
    pub(crate) fn new(world: World) -> Self {
        Self {
            world: Mutex::new(world),
            faults: Mutex::default(),
            journal: Mutex::default(),
            is_checked: AtomicBool::new(true),
            limits: Mutex::default(),
            receiver: Mutex::default(),
            post: Mutex::default(),
        }
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        lock(&self.world)
    }

    pub(crate) fn faults(&self) -> MutexGuard<'_, Faults> {
        lock(&self.faults)
    }

    pub(crate) fn journal(&self) -> MutexGuard<'_, Journal> {
        lock(&self.journal)
    }

    pub(crate) fn limits(&self) -> MutexGuard<'_, Limits> {
        lock(&self.limits)
    }

    pub(crate) fn receiver(&self) -> Receiver {
        lock(&self.receiver).clone()
    }

    pub(crate) fn set_receiver(&self, receiver: Receiver) {
        *lock(&self.receiver) = receiver;
    }

    pub(crate) fn post(&self) -> Post {
        *lock(&self.post)
    }

    pub(crate) fn set_post(&self, post: Post) {
        *lock(&self.post) = post;
    }

    pub(crate) fn problem(&self, text: String) {
        self.journal().problems.push(text);
    }
}

/// A test that failed inside leaves the lock poisoned; the others of its kind are reported all the same.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// A request, read.
pub(crate) struct Incoming {
    pub(crate) method: String,
    /// With `/repositories/{id}` written as `/repos/{owner}/{repo}`.
    pub(crate) path: String,
    pub(crate) query: BTreeMap<String, String>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Incoming {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

pub(crate) async fn api(
    State(shared): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response<HttpBody> {
    let query = uri.query().unwrap_or_default();
    let body = match serde_json::from_slice(&bytes) {
        Ok(body) => body,
        Err(_) if bytes.is_empty() => Value::Null,
        Err(_) => return write(Answer::error(400, "Problems parsing JSON")),
    };
    let incoming = Incoming {
        method: method.to_string(),
        path: current_path(&shared, uri.path()),
        query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        headers,
        body,
    };
    let (call, route) = match (incoming.path.as_str(), route::find(&incoming.method, &incoming.path)) {
        ("/graphql", _) => (format!("POST /graphql {}", graphql::name(&incoming.body)), None),
        (_, Some((route, parts))) => (format!("{} {}", route.method, route.path), Some((route, parts))),
        (path, None) => (format!("{} {path}", incoming.method), None),
    };
    shared.journal().arrived.push(call.clone());
    let fault = shared.faults().take(&call);
    let answer = match fault {
        Some(Fault::Status(status)) => faults::words(status),
        Some(Fault::SecondaryLimit { retry_after }) => faults::secondary_limit(retry_after),
        Some(Fault::PrimaryLimit { reset_in }) => primary_limit(shared.world().now().timestamp() + reset_in),
        Some(Fault::Timeout) => std::future::pending().await,
        Some(Fault::Slow(by)) => {
            tokio::time::sleep(by).await;
            answer(&shared, &incoming, &call, route)
        }
        Some(Fault::Held(release)) => {
            release.cancelled().await;
            answer(&shared, &incoming, &call, route)
        }
        Some(Fault::DropAfterWork) => {
            answer(&shared, &incoming, &call, route);
            faults::words(502)
        }
        Some(Fault::HangAfterWork) => {
            answer(&shared, &incoming, &call, route);
            std::future::pending().await
        }
        None => answer(&shared, &incoming, &call, route),
    };
    let path = uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    shared.journal().asked.push(Asked { call, path, status: answer.status });
    write(answer)
}

/// `/repositories/{id}/...` means the repository of that id, whatever it is called now.
fn current_path(shared: &Shared, path: &str) -> String {
    let Some(rest) = path.strip_prefix("/repositories/") else { return path.to_owned() };
    let (id, rest) = rest.split_once('/').map_or((rest, String::new()), |(id, rest)| (id, format!("/{rest}")));
    let world = shared.world();
    match id.parse::<i64>().ok().and_then(|id| world.repositories.get(&id)) {
        Some(repository) => format!("/repos/{}{rest}", repository.full_name()),
        None => path.to_owned(),
    }
}

type Found = (&'static Route, BTreeMap<&'static str, String>);

/// The answer, with all headers, checked against GitHub's description as the request is.
fn answer(shared: &Shared, incoming: &Incoming, call: &str, route: Option<Found>) -> Answer {
    let Some((route, parts)) = route else {
        if incoming.path == "/graphql" {
            return finish(shared, incoming, |world, actor| graphql::answer(shared, world, actor, &incoming.body));
        }
        shared.problem(format!("unknown request: {call}"));
        return Answer::not_found();
    };
    if !shared.is_checked.load(Ordering::Relaxed) {
        return finish(shared, incoming, |world, actor| run(world, actor, incoming, route, parts));
    }
    for problem in openapi::check_request(route.method, route.path, &incoming.query, &incoming.body) {
        shared.problem(format!("{call}: {problem}"));
    }
    let answer = finish(shared, incoming, |world, actor| run(world, actor, incoming, route, parts));
    for problem in openapi::check_answer(route.method, route.path, &answer) {
        shared.problem(format!("{call}: the fake's answer {}: {problem}", answer.status));
    }
    answer
}

/// Who asks and whether they may ask so often come before the work; pages, tags and limits after it.
fn finish(shared: &Shared, incoming: &Incoming, work: impl FnOnce(&mut World, Actor) -> Reply) -> Answer {
    let mut world = shared.world();
    if incoming.header("user-agent").is_none_or(str::is_empty) {
        let why = "Request forbidden by administrative rules. Please make sure your request has a User-Agent header";
        return Answer::error(403, why);
    }
    if incoming.header("x-github-api-version").is_some_and(|version| version != "2022-11-28" && version != "2026-03-10")
    {
        return Answer::error(400, "The given API version is not supported.");
    }
    let actor = match auth::authenticate(&world, incoming.header("authorization")) {
        Ok(actor) => actor,
        Err(refusal) => return refusal,
    };
    let standing = standing(shared, &world, &actor, incoming);
    let answer = match standing.and_then(|standing| standing.refused.map(|refused| (standing, refused))) {
        Some((standing, Refused::Primary)) => return primary_limit(standing.reset),
        Some((_, Refused::Secondary { retry_after })) => return faults::secondary_limit(retry_after),
        None => work(&mut world, actor).unwrap_or_else(|refusal| refusal),
    };
    let answer = page::paged(answer, &world, incoming);
    let answer = if incoming.method == "GET" { tagged(answer, incoming.header("if-none-match")) } else { answer };
    match standing {
        Some(standing) => with_standing(answer, standing),
        None => answer,
    }
}

fn standing(shared: &Shared, world: &World, actor: &Actor, incoming: &Incoming) -> Option<Standing> {
    let Actor::Installation { token } = actor else { return None };
    let installation = world.tokens[token].installation;
    Some(shared.limits().count(installation, Cost::of(&incoming.method, &incoming.path), world.now()))
}

fn with_standing(answer: Answer, standing: Standing) -> Answer {
    answer
        .with("x-ratelimit-limit", PRIMARY.to_string())
        .with("x-ratelimit-remaining", PRIMARY.saturating_sub(standing.used).to_string())
        .with("x-ratelimit-used", standing.used.to_string())
        .with("x-ratelimit-reset", standing.reset.to_string())
        .with("x-ratelimit-resource", "core")
}

fn primary_limit(reset: i64) -> Answer {
    let answer = Answer::error(403, "API rate limit exceeded for installation.");
    with_standing(answer, Standing { used: PRIMARY, reset, refused: None })
}

/// Finds the repository of the path, asks whether the actor may, and lets the route answer.
fn run(
    world: &mut World,
    actor: Actor,
    incoming: &Incoming,
    route: &'static Route,
    path: BTreeMap<&'static str, String>,
) -> Reply {
    let mut repository = None;
    if let (Some(owner), Some(name)) = (path.get("owner"), path.get("repo")) {
        let full_name = format!("{owner}/{name}");
        if let Some(moved) = world.repository_once_named(&full_name) {
            return Err(moved_to(world, moved.id, &full_name, incoming));
        }
        let found = world.repository_named(&full_name).map(|repository| repository.id);
        repository = Some(found.ok_or_else(Answer::not_found)?);
    }
    auth::authorize(world, &actor, route.needs, repository)?;
    let accept = incoming.header("accept").unwrap_or_default().to_owned();
    let (query, body) = (incoming.query.clone(), incoming.body.clone());
    (route.answer)(&mut Call { world, actor, path, query, body, accept, repository })
}

/// A renamed repository answers under its id.
fn moved_to(world: &World, id: i64, old_name: &str, incoming: &Incoming) -> Answer {
    let rest = incoming.path.strip_prefix(&format!("/repos/{old_name}")).unwrap_or_default();
    let location = format!("{}/repositories/{id}{rest}", world.api_url);
    let status = if incoming.method == "GET" { 301 } else { 307 };
    Answer::error(status, "Moved Permanently").with("location", location)
}

/// With an `ETag`; 304 for who has seen it.
fn tagged(answer: Answer, seen: Option<&str>) -> Answer {
    let Body::Json(body) = &answer.body else { return answer };
    if answer.status != 200 {
        return answer;
    }
    let tag = format!("\"{}\"", hex::encode(Sha256::digest(body.to_string())));
    if seen.is_some_and(|seen| seen.trim_start_matches("W/") == tag) {
        return Answer::not_modified().with("etag", tag);
    }
    answer.with("etag", tag)
}

fn write(answer: Answer) -> Response<HttpBody> {
    let mut response =
        Response::builder().status(answer.status).header("x-github-media-type", "github.v3; format=json");
    for (name, value) in &answer.headers {
        response = response.header(*name, value);
    }
    let body = match answer.body {
        Body::Empty => HttpBody::empty(),
        Body::Text(text) => HttpBody::from(text),
        Body::Json(json) => {
            response = response.header(header::CONTENT_TYPE, "application/json; charset=utf-8");
            HttpBody::from(json.to_string())
        }
        Body::List(..) => unreachable!("lists are paged before they are written"),
    };
    response.body(body).expect("its headers are plain text")
}
