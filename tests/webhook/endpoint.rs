//! What `POST /webhooks/github` answers, and what is in the database then.

use std::convert::Infallible;

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use seam::{
    domain::{delivery::DeliveryStatus, ids::DeliveryId},
    store::{delivery, execution},
};

use super::sender::{SECRET, Sender, secrets, sign};
use crate::support::database::on_each_database;

const PUSH: &str = r#"{"ref":"refs/heads/main","before":"0000000000000000000000000000000000000000",
    "after":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","installation":{"id":3},
    "repository":{"id":5,"full_name":"octo-org/app","pushed_at":1700000000}}"#;

on_each_database!(a_signed_delivery_is_stored_once_and_answered_when_it_is, async |db| {
    let sender = Sender::new(db.clone());
    let (status, body) = sender.send(Sender::request("guid-1", "push", PUSH)).await;
    assert_eq!((status.as_u16(), body.as_str()), (202, r#"{"status":"stored"}"#));
    let (status, body) = sender.send(Sender::request("guid-1", "push", PUSH)).await;
    assert_eq!((status.as_u16(), body.as_str()), (200, r#"{"status":"duplicate"}"#));

    let id = DeliveryId("guid-1".to_owned());
    let stored = delivery::get(&db, &id).await.unwrap().unwrap();
    assert_eq!(
        (stored.event.as_str(), stored.repository.unwrap().0, stored.status),
        ("push", 5, DeliveryStatus::Accepted)
    );
    assert_eq!(delivery::payload(&db, &id).await.unwrap().unwrap(), PUSH.as_bytes(), "the raw body is kept");
    let started = execution::list(&db, &execution::Filter::default()).await.unwrap();
    assert_eq!(started.len(), 1);
    assert_eq!(started[0].delivery, Some(id));
});

on_each_database!(what_starts_nothing_is_stored_with_its_reason, async |db| {
    let sender = Sender::new(db.clone());
    for (id, event, body) in
        [("a", "star", r#"{"action":"created"}"#), ("b", "push", r#"{"ref":7}"#), ("c", "a_new_event_of_2031", "{}")]
    {
        let (status, _) = sender.send(Sender::request(id, event, body)).await;
        assert_eq!(status, 202, "{event}");
    }
    let mut reasons = Vec::new();
    for id in ["a", "b", "c"] {
        let stored = delivery::get(&db, &DeliveryId(id.to_owned())).await.unwrap().unwrap();
        assert_eq!(stored.status, DeliveryStatus::Skipped);
        reasons.push(stored.reason.unwrap());
    }
    insta::assert_snapshot!(reasons.join("\n"), @"
    nothing to do for star.created
    the payload has an unexpected shape: invalid type: integer `7`, expected a string at line 1 column 8
    nothing to do for a_new_event_of_2031
    ");
});

on_each_database!(each_refusal_says_what_is_wrong_and_stores_nothing, async |db| {
    let sender = Sender::new(db.clone());
    let request = || Sender::request("guid", "push", PUSH);
    let mut unsigned = request();
    unsigned.headers_mut().remove("x-hub-signature-256");
    let mut signed_by_another = request();
    signed_by_another.headers_mut().insert("x-hub-signature-256", sign("another", PUSH.as_bytes()).parse().unwrap());
    let mut changed = request();
    *changed.body_mut() = Body::from(PUSH.replace("main", "mine"));
    let mut nameless = request();
    nameless.headers_mut().remove("x-github-event");
    let mut oddly_named = request();
    oddly_named.headers_mut().insert("x-github-event", "push; drop table".parse().unwrap());
    let mut without_id = request();
    without_id.headers_mut().remove("x-github-delivery");
    let mut form = Sender::request("guid", "push", "payload=%7B%7D");
    form.headers_mut().insert("content-type", "application/x-www-form-urlencoded".parse().unwrap());
    let no_json = Sender::request("guid", "push", "payload=%7B%7D");
    let list = Sender::request("guid", "push", "[]");
    let mut announced_too_large = request();
    announced_too_large.headers_mut().insert("content-length", "26214401".parse().unwrap());
    let mut too_large = request();
    let chunk = Bytes::from(vec![b' '; 1 << 20]);
    *too_large.body_mut() = Body::from_stream(stream::iter((0..26).map(move |_| Ok::<_, Infallible>(chunk.clone()))));
    let mut cut_off = request();
    let pieces = [Ok(Bytes::from("{")), Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset))];
    *cut_off.body_mut() = Body::from_stream(stream::iter(pieces));

    let mut answers = Vec::new();
    for refused in [
        unsigned,
        signed_by_another,
        changed,
        nameless,
        oddly_named,
        without_id,
        form,
        no_json,
        list,
        announced_too_large,
        too_large,
        cut_off,
    ] {
        let (status, body) = sender.send(refused).await;
        answers.push(format!("{} {body}", status.as_u16()));
    }
    insta::assert_snapshot!(answers.join("\n"), @r#"
    401 {"error":"X-Hub-Signature-256 is missing, or was not made with the webhook's secret"}
    401 {"error":"X-Hub-Signature-256 is missing, or was not made with the webhook's secret"}
    401 {"error":"X-Hub-Signature-256 is missing, or was not made with the webhook's secret"}
    400 {"error":"X-GitHub-Event is missing, or is no name of an event"}
    400 {"error":"X-GitHub-Event is missing, or is no name of an event"}
    400 {"error":"X-GitHub-Delivery is missing, or is no id"}
    400 {"error":"the webhook must send application/json: change its content type on the App's page"}
    400 {"error":"the body is not JSON: expected value at line 1 column 1"}
    400 {"error":"the body is not a JSON object"}
    413 {"error":"the body is larger than 25 MB"}
    413 {"error":"the body is larger than 25 MB"}
    400 {"error":"the body did not arrive completely, or not in time"}
    "#);
    assert_eq!(delivery::get(&db, &DeliveryId("guid".to_owned())).await.unwrap().map(|it| it.id), None);
});

on_each_database!(two_secrets_are_accepted_while_one_takes_over_from_the_other, async |db| {
    let sender = Sender::new(db);
    let signed_with = |secret: &str, id: &str| {
        let mut request = Sender::request(id, "push", PUSH);
        request.headers_mut().insert("x-hub-signature-256", sign(secret, PUSH.as_bytes()).parse().unwrap());
        request
    };
    let mut seen = Vec::new();
    for (number, active) in [&[SECRET][..], &["next", SECRET], &["next"], &[]].into_iter().enumerate() {
        sender.secrets.send_replace(secrets(active));
        let (old, _) = sender.send(signed_with(SECRET, &format!("old-{number}"))).await;
        let (new, _) = sender.send(signed_with("next", &format!("new-{number}"))).await;
        seen.push((old.as_u16(), new.as_u16()));
    }
    assert_eq!(seen, [(202, 401), (202, 202), (401, 202), (404, 404)]);
});

on_each_database!(a_delivery_that_cannot_be_stored_is_answered_503, async |db| {
    let sender = Sender::new(db.clone());
    db.close().await;
    let (status, body) = sender.send(Sender::request("guid", "push", PUSH)).await;
    insta::assert_snapshot!(format!("{} {body}", status.as_u16()), @r#"503 {"error":"the delivery cannot be stored at the moment; deliver it again"}"#);
});
