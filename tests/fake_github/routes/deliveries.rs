//! What became of the App's webhooks, and sending one again.

use serde_json::{Value, json};

use super::super::{
    answer::{Answer, Reply},
    auth::Needs,
    call::Call,
    model::delivery::{Delivery, Outgoing},
    route::{Route, get, post},
    shape,
};

pub(crate) const ROUTES: &[Route] = &[
    get("/app/hook/deliveries", Needs::Jwt, list),
    get("/app/hook/deliveries/{delivery_id}", Needs::Jwt, show),
    post("/app/hook/deliveries/{delivery_id}/attempts", Needs::Jwt, redeliver),
];

/// Newest first, paged by a cursor: the id of the last one seen.
fn list(call: &mut Call<'_>) -> Reply {
    let number = |name: &str| call.query.get(name).and_then(|text| text.trim_start_matches("v1_").parse::<i64>().ok());
    let size = usize::try_from(number("per_page").unwrap_or(30)).unwrap_or(30).min(100);
    let cursor = number("cursor");
    let wanted = |delivery: &&Delivery| match call.query.get("status").map(String::as_str) {
        Some("success") => delivery.answered.is_some_and(|code| code < 400),
        Some("failure") => delivery.answered.is_none_or(|code| code >= 400),
        _ => true,
    };
    let newest = call.world.deliveries.iter().rev().filter(|one| cursor.is_none_or(|cursor| one.id < cursor));
    let mut kept: Vec<_> = newest.filter(wanted).take(size + 1).collect();
    let more = kept.len() > size;
    kept.truncate(size);
    // `Answer::list` would page these a second time.
    let answer = Answer::ok(Value::Array(kept.iter().map(|one| shape::app::delivery(one)).collect()));
    Ok(match kept.last().filter(|_| more) {
        Some(last) => {
            let status = call.query.get("status").map(|status| format!("&status={status}")).unwrap_or_default();
            let next =
                format!("{}/app/hook/deliveries?per_page={size}&cursor=v1_{}{status}", call.world.api_url, last.id);
            answer.with("link", format!("<{next}>; rel=\"next\""))
        }
        None => answer,
    })
}

fn find<'a>(call: &'a Call<'_>) -> Result<&'a Delivery, Answer> {
    let id = call.number("delivery_id")?;
    call.world.deliveries.iter().find(|delivery| delivery.id == id).ok_or_else(Answer::not_found)
}

fn show(call: &mut Call<'_>) -> Reply {
    let delivery = find(call)?;
    let mut shown = shape::app::delivery(delivery);
    shown["url"] = json!("");
    shown["request"] = json!({
        "headers": { "X-GitHub-Delivery": delivery.guid, "X-GitHub-Event": delivery.webhook.event },
        "payload": delivery.webhook.payload,
    });
    shown["response"] = json!({ "headers": null, "payload": null });
    Ok(Answer::ok(shown))
}

/// The same GUID again, soon.
fn redeliver(call: &mut Call<'_>) -> Reply {
    let again = Outgoing::again(find(call)?);
    call.world.outbox.push_back(again);
    Ok(Answer::accepted())
}
