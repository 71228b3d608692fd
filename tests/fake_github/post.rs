//! The post: webhooks signed and sent, and every attempt kept.

use std::collections::BTreeMap;

use axum::{
    Router,
    body::Body,
    http::{Method, Request},
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use tower::ServiceExt as _;

use super::{
    model::{
        delivery::{Delivery, Outgoing},
        world::World,
    },
    server::Shared,
};

/// Who gets the webhooks.
#[derive(Clone, Default)]
pub(crate) enum Receiver {
    #[default]
    Nobody,
    /// A router in this process, and the path of its webhook endpoint.
    Router(Router, &'static str),
    Url(String),
}

/// What becomes of the next webhooks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Post {
    #[default]
    Delivers,
    /// They are made and never sent, as when the receiver was down.
    Loses,
}

/// A webhook as it goes over the wire.
#[derive(Clone, Debug)]
pub(crate) struct Letter {
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
}

/// The headers and the body of a webhook, signed.
pub(crate) fn letter(outgoing: &Outgoing, guid: &str, app_id: i64, secret: &str) -> Letter {
    let body = outgoing.webhook.payload.to_string();
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length is a key");
    mac.update(body.as_bytes());
    let signature = hex::encode(mac.finalize().into_bytes());
    let headers = vec![
        ("accept", "*/*".to_owned()),
        ("content-type", "application/json".to_owned()),
        ("user-agent", "GitHub-Hookshot/fake".to_owned()),
        ("x-github-event", outgoing.webhook.event.to_owned()),
        ("x-github-delivery", guid.to_owned()),
        ("x-github-hook-id", "1".to_owned()),
        ("x-github-hook-installation-target-id", app_id.to_string()),
        ("x-github-hook-installation-target-type", "integration".to_owned()),
        ("x-hub-signature-256", format!("sha256={signature}")),
    ];
    Letter { headers, body }
}

impl Shared {
    /// Sends every waiting webhook in order, also those that arise meanwhile; gives how many there were.
    pub(crate) async fn deliver(&self) -> usize {
        let mut sent = 0;
        loop {
            let Some((outgoing, letter, guid)) = self.next_letter() else { return sent };
            sent += 1;
            let answered = match self.post() {
                Post::Delivers => send(self.receiver(), letter).await,
                Post::Loses => None,
            };
            let mut world = self.world();
            world.under_way -= 1;
            let delivery = Delivery {
                id: world.new_id(),
                guid,
                redelivery: outgoing.repeats.is_some(),
                webhook: outgoing.webhook,
                delivered_at: world.now(),
                answered,
            };
            world.deliveries.push(delivery);
        }
    }

    /// Sends again what nobody has taken yet, with the same GUIDs, as GitHub does when it is asked to; gives how many there
    /// were.
    pub(crate) async fn repeat_missed(&self) -> usize {
        let missed = self.queue_missed(&mut self.world());
        self.deliver().await;
        missed
    }

    fn queue_missed(&self, world: &mut World) -> usize {
        let mut missed: BTreeMap<&str, Option<&Delivery>> = BTreeMap::new();
        for delivery in &world.deliveries {
            let taken = delivery.answered.is_some_and(|status| status < 300);
            missed
                .entry(&delivery.guid)
                .and_modify(|known| *known = known.filter(|_| !taken))
                .or_insert((!taken).then_some(delivery));
        }
        let again: Vec<_> = missed.into_values().flatten().map(Outgoing::again).collect();
        let count = again.len();
        world.outbox.extend(again);
        count
    }

    fn next_letter(&self) -> Option<(Outgoing, Letter, String)> {
        let mut world = self.world();
        let outgoing = world.outbox.pop_front()?;
        let guid = outgoing.repeats.clone().unwrap_or_else(|| uuid::Uuid::new_v4().to_string());
        let app = world.app.as_ref()?;
        let letter = letter(&outgoing, &guid, app.id, &app.webhook_secret);
        world.under_way += 1;
        Some((outgoing, letter, guid))
    }
}

/// The status that was answered, if anything was.
async fn send(receiver: Receiver, letter: Letter) -> Option<u16> {
    match receiver {
        Receiver::Nobody => None,
        Receiver::Router(router, path) => {
            let mut request = Request::builder().method(Method::POST).uri(path);
            for (name, value) in &letter.headers {
                request = request.header(*name, value);
            }
            let request = request.body(Body::from(letter.body)).expect("its headers are plain text");
            let Ok(response) = router.oneshot(request).await;
            Some(response.status().as_u16())
        }
        Receiver::Url(url) => {
            let mut request = reqwest::Client::new().post(url).body(letter.body);
            for (name, value) in &letter.headers {
                request = request.header(*name, value);
            }
            Some(request.send().await.ok()?.status().as_u16())
        }
    }
}
