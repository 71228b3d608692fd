//! Users by name, and what the API says of itself.

use serde_json::json;

use super::super::{
    answer::{Answer, Reply},
    auth::Needs,
    call::Call,
    limits::PRIMARY,
    route::{Route, get},
    shape,
};

pub(crate) const ROUTES: &[Route] =
    &[get("/users/{username}", Needs::Nothing, user), get("/rate_limit", Needs::Nothing, rate_limit)];

fn user(call: &mut Call<'_>) -> Reply {
    let login = call.part("username");
    if !call.world.accounts.contains_key(login) {
        return Err(Answer::not_found());
    }
    Ok(Answer::ok(shape::account::public(call.world, login)))
}

fn rate_limit(call: &mut Call<'_>) -> Reply {
    let all = json!({ "limit": PRIMARY, "remaining": PRIMARY, "used": 0, "reset": call.now().timestamp() + 3600 });
    Ok(Answer::ok(json!({ "resources": { "core": all, "search": all, "graphql": all }, "rate": all })))
}
