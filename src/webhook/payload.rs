//! From a delivery's body to an [`Event`]: what is used is taken, the rest is ignored, and nothing that GitHub may add
//! or leave out makes a delivery fail.

use serde::de::IgnoredAny;

use super::fields::{Envelope, Payload};
use crate::domain::event::{Event, EventKind};

/// The body is not a JSON object.
#[derive(Debug, thiserror::Error)]
pub enum Malformed {
    #[error("the body is not JSON: {0}")]
    NotJson(#[from] serde_json::Error),
    #[error("the body is not a JSON object")]
    NotAnObject,
}

/// What was understood of a payload.
#[derive(Debug, PartialEq)]
pub struct Understood {
    pub event: Event,
    /// Why an event of a known name became [`EventKind::Unknown`].
    pub problem: Option<String>,
}

/// Turns the body of a delivery into an event. `name` is `X-GitHub-Event`.
///
/// # Errors
/// Only when the body is not a JSON object: what has an unexpected shape is an event of unknown kind.
pub fn parse(name: &str, body: &[u8]) -> Result<Understood, Malformed> {
    if body.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') {
        serde_json::from_slice::<IgnoredAny>(body)?;
        return Err(Malformed::NotAnObject);
    }
    if !Payload::KNOWN.contains(&name) {
        return Ok(Understood { event: envelope(body)?.event(name, EventKind::Unknown), problem: None });
    }
    let problem = match serde_json::from_slice::<Payload>(body) {
        Ok(mut payload) => match payload.kind(name) {
            Some(kind) => {
                return Ok(Understood { event: payload.into_envelope().event(name, kind), problem: None });
            }
            None => "fields that this event always has are missing".to_owned(),
        },
        Err(error) => {
            // The error quotes what it found, however long that is.
            let error: String = error.to_string().chars().take(150).collect();
            format!("the payload has an unexpected shape: {error}")
        }
    };
    Ok(Understood { event: envelope(body)?.event(name, EventKind::Unknown), problem: Some(problem) })
}

/// The fields that every event has; none of them where even these have an unexpected shape.
fn envelope(body: &[u8]) -> Result<Envelope, Malformed> {
    if let Ok(envelope) = serde_json::from_slice(body) {
        return Ok(envelope);
    }
    serde_json::from_slice::<IgnoredAny>(body)?;
    Ok(Envelope::default())
}
