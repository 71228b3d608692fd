//! The App itself, its installations and their tokens, and how a manifest becomes an App.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::super::{
    answer::{Answer, Reply},
    auth::{self, Actor, Needs},
    call::Call,
    key::app_key,
    model::{
        accounts::AccountKind,
        app::{App, Installation, Level, Permissions, Token},
    },
    route::{Route, delete, get, patch, post},
    shape,
};

pub(crate) const ROUTES: &[Route] = &[
    get("/app", Needs::Jwt, show),
    get("/app/hook/config", Needs::Jwt, hook),
    patch("/app/hook/config", Needs::Jwt, change_hook),
    get("/app/installations", Needs::Jwt, installations),
    get("/app/installations/{installation_id}", Needs::Jwt, installation),
    post("/app/installations/{installation_id}/access_tokens", Needs::Jwt, create_token),
    get("/repos/{owner}/{repo}/installation", Needs::Jwt, installation_of_repository),
    get("/orgs/{org}/installation", Needs::Jwt, installation_of_organization),
    get("/users/{username}/installation", Needs::Jwt, installation_of_user),
    delete("/installation/token", Needs::Token, revoke_token),
    get("/installation/repositories", Needs::Token, repositories),
    post("/app-manifests/{code}/conversions", Needs::Nothing, convert_manifest),
];

/// The App whose JWT was verified.
fn own<'a>(call: &'a Call<'_>) -> Result<&'a App, Answer> {
    call.world.app.as_ref().ok_or_else(Answer::not_found)
}

fn show(call: &mut Call<'_>) -> Reply {
    Ok(Answer::ok(shape::app::integration(call.world, own(call)?)))
}

fn hook(call: &mut Call<'_>) -> Reply {
    Ok(Answer::ok(shape::app::hook(own(call)?)))
}

/// From now on webhooks are signed with the new secret.
fn change_hook(call: &mut Call<'_>) -> Reply {
    let (url, secret) = (call.text("url").map(str::to_owned), call.text("secret").map(str::to_owned));
    let app = call.world.app.as_mut().ok_or_else(Answer::not_found)?;
    app.webhook_url = url.unwrap_or_else(|| app.webhook_url.clone());
    app.webhook_secret = secret.unwrap_or_else(|| app.webhook_secret.clone());
    hook(call)
}

fn installations(call: &mut Call<'_>) -> Reply {
    let app = own(call)?;
    let all = call.world.installations.values();
    Ok(Answer::list(all.map(|one| shape::app::installation(call.world, app, one)).collect()))
}

fn shown(call: &Call<'_>, found: impl Fn(&&Installation) -> bool) -> Reply {
    let installation = call.world.installations.values().find(found).ok_or_else(Answer::not_found)?;
    Ok(Answer::ok(shape::app::installation(call.world, own(call)?, installation)))
}

fn installation(call: &mut Call<'_>) -> Reply {
    let id = call.number("installation_id")?;
    shown(call, |one| one.id == id)
}

fn installation_of_repository(call: &mut Call<'_>) -> Reply {
    let owner = call.repository().owner.clone();
    shown(call, |one| one.account == owner)
}

fn installation_of_organization(call: &mut Call<'_>) -> Reply {
    let login = call.part("org").to_owned();
    shown(call, |one| one.account == login)
}

fn installation_of_user(call: &mut Call<'_>) -> Reply {
    let login = call.part("username").to_owned();
    shown(call, |one| one.account == login)
}

/// Narrowed to the repositories and permissions asked for: never more than granted.
fn create_token(call: &mut Call<'_>) -> Reply {
    let id = call.number("installation_id")?;
    let installation = call.world.installations.get(&id).ok_or_else(Answer::not_found)?.clone();
    auth::not_suspended(&installation)?;
    let permissions = match call.body.get("permissions").and_then(Value::as_object) {
        None => installation.permissions.clone(),
        Some(asked) => {
            let mut permissions = Permissions::new();
            for (name, level) in asked {
                let level = level.as_str().and_then(Level::parse).ok_or_else(|| too_much(name))?;
                let granted =
                    if name == "metadata" { Some(Level::Read) } else { installation.permissions.get(name).copied() };
                if granted.is_none_or(|granted| granted < level) {
                    return Err(too_much(name));
                }
                permissions.insert(name.clone(), level);
            }
            permissions
        }
    };
    let repositories = asked_repositories(call, &installation)?;
    let expires_at = call.now() + auth::lifetime();
    let token = Token { installation: id, permissions, repositories, expires_at };
    let text = auth::mint(call.world, token.clone());
    let mut answer = json!({
        "token": text,
        "expires_at": shape::time(expires_at),
        "permissions": shape::app::permissions(&token.permissions),
        "repository_selection": if token.repositories.is_some() { "selected" } else { "all" },
    });
    if let Some(ids) = &token.repositories {
        let shown = ids.iter().map(|id| shape::repository::plain(call.world, call.world.repository(*id)));
        answer["repositories"] = json!(shown.collect::<Vec<_>>());
    }
    Ok(Answer::created(answer))
}

fn too_much(_permission: &str) -> Answer {
    Answer::error(422, "The permissions requested are not granted to this installation.")
}

fn asked_repositories(call: &Call<'_>, installation: &Installation) -> Result<Option<BTreeSet<i64>>, Answer> {
    let by_id = call.body.get("repository_ids").and_then(Value::as_array);
    let by_name = call.body.get("repositories").and_then(Value::as_array);
    let (Some(asked), wanted) = (by_id.or(by_name), by_id.is_some()) else { return Ok(None) };
    if asked.len() > 500 {
        return Err(Answer::error(422, "Too many repositories for installation"));
    }
    let is_covered = |id| call.world.installation_of(id).is_some_and(|one| one.id == installation.id);
    let own: Vec<_> = call.world.repositories.values().filter(|one| is_covered(one.id)).collect();
    let find = |value: &Value| {
        let same = |one: &&&super::super::model::repository::Repository| {
            if wanted { Some(one.id) == value.as_i64() } else { Some(one.name.as_str()) == value.as_str() }
        };
        own.iter().find(same).map(|one| one.id)
    };
    let missing =
        "There is at least one repository that does not exist or is not accessible to the parent installation.";
    asked.iter().map(find).collect::<Option<_>>().map(Some).ok_or_else(|| Answer::error(422, missing))
}

fn revoke_token(call: &mut Call<'_>) -> Reply {
    if let Actor::Installation { token } = &call.actor {
        call.world.tokens.remove(token);
    }
    Ok(Answer::no_content())
}

fn repositories(call: &mut Call<'_>) -> Reply {
    let Actor::Installation { token } = &call.actor else { return Err(Answer::not_found()) };
    let token = &call.world.tokens[token];
    let reached = call.world.repositories.values().filter(|one| call.world.reaches(token, one.id));
    let shown = reached.map(|one| shape::repository::plain(call.world, one)).collect();
    let mut answer = Answer::counted("repositories", shown);
    answer.extra = Some(Box::new(("repository_selection", json!("all"))));
    Ok(answer)
}

/// Once, within an hour; the App then exists.
/// Source: <https://docs.github.com/apps/sharing-github-apps/registering-a-github-app-from-a-manifest>.
fn convert_manifest(call: &mut Call<'_>) -> Reply {
    let code = call.part("code").to_owned();
    let (manifest, made_at) = call.world.manifests.remove(&code).ok_or_else(Answer::not_found)?;
    if call.now() - made_at > TimeDelta::hours(1) {
        return Err(Answer::not_found());
    }
    let app = register(call, &manifest);
    let mut shown = shape::app::integration(call.world, &app);
    shown["client_secret"] = json!(["client", "secret", "of", "the", "fake"].join("-"));
    shown["webhook_secret"] = json!(app.webhook_secret);
    shown["pem"] = json!(app_key().pem);
    call.world.app = Some(app);
    Ok(Answer::created(shown))
}

fn register(call: &mut Call<'_>, manifest: &Value) -> App {
    let name = manifest["name"].as_str().unwrap_or("Seam").to_owned();
    let slug = name.to_lowercase().replace(' ', "-");
    let permissions = manifest["default_permissions"].as_object().into_iter().flatten();
    let granted = permissions.filter_map(|(name, level)| Some((name.clone(), Level::parse(level.as_str()?)?)));
    let events = manifest["default_events"].as_array().into_iter().flatten();
    let id = call.world.new_id();
    let app = App {
        id,
        client_id: format!("Iv23fake{id}"),
        slug,
        name,
        owner: manifest["owner"].as_str().unwrap_or("octo").to_owned(),
        permissions: granted.collect(),
        events: events.filter_map(|event| event.as_str().map(str::to_owned)).collect(),
        webhook_url: manifest["hook_attributes"]["url"].as_str().unwrap_or_default().to_owned(),
        webhook_secret: format!("hook{id}"),
        created_at: call.now(),
    };
    call.world.add_account(&app.bot(), AccountKind::Bot);
    app
}
