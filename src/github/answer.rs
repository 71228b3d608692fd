//! One answer of GitHub, and what it means when it is not a success.

use std::{fmt::Display, str::FromStr};

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderMap, StatusCode};
use secrecy::SecretString;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use url::Url;

use super::{
    error::{GitHubError, Happened},
    request::{Kind, Request},
};

#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// An error's body. `errors` holds texts or `{resource, field, code, message}`.
#[derive(Default, Deserialize)]
#[serde(default)]
struct ErrorBody {
    message: String,
    errors: Vec<Value>,
}

impl Answer {
    pub(crate) fn json<T: DeserializeOwned>(&self, request: &Request) -> Result<T, GitHubError> {
        serde_json::from_slice(&self.body).map_err(|error| unreadable(request, &error))
    }

    /// An answer that is one word.
    pub(crate) fn word<T: FromStr<Err: Display>>(&self, request: &Request) -> Result<T, GitHubError> {
        String::from_utf8_lossy(&self.body).trim().parse().map_err(|error| unreadable(request, &error))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        self.header(name)?.trim().parse().ok()
    }

    /// GitHub's own time, to the second.
    pub(crate) fn date(&self) -> Option<DateTime<Utc>> {
        DateTime::parse_from_rfc2822(self.header("date")?).ok().map(|date| date.to_utc())
    }

    /// The address of the page that follows, from the `Link` header.
    pub(crate) fn next_page(&self) -> Option<Url> {
        self.header("link")?.split(',').find_map(|link| {
            let (target, parameters) = link.split_once(';')?;
            let next = parameters.split(';').any(|parameter| matches!(parameter.trim(), "rel=\"next\"" | "rel=next"));
            let target = target.trim().strip_prefix('<')?.strip_suffix('>')?;
            next.then(|| target.parse().ok())?
        })
    }

    /// Success stays, everything else becomes an error. `now`: on Seam's clock.
    pub(crate) fn check(self, request: &Request, now: DateTime<Utc>) -> Result<Self, GitHubError> {
        if self.status.is_success() {
            return Ok(self);
        }
        let endpoint = request.endpoint;
        let body: ErrorBody = serde_json::from_slice(&self.body).unwrap_or_default();
        let message = shortened(&body.message);
        Err(match self.status {
            StatusCode::UNAUTHORIZED => GitHubError::Unauthorized { endpoint, message },
            StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS => {
                self.limit(&message, now).unwrap_or_else(|| match &message {
                    message if message.contains("suspended") => GitHubError::Suspended,
                    _ => GitHubError::Forbidden {
                        endpoint,
                        missing: self.header("x-accepted-github-permissions").map(shortened),
                        message,
                    },
                })
            }
            StatusCode::NOT_FOUND | StatusCode::GONE => GitHubError::NotFound { endpoint },
            StatusCode::CONFLICT => GitHubError::Conflict { endpoint, message },
            StatusCode::UNPROCESSABLE_ENTITY => {
                let details = body.errors.iter().take(20).map(detail);
                GitHubError::Unprocessable { endpoint, messages: std::iter::once(message).chain(details).collect() }
            }
            status if status.is_server_error() => {
                GitHubError::Server { endpoint, status: status.as_u16(), happened: happened(request) }
            }
            status if status.is_redirection() => GitHubError::Redirected { endpoint },
            status => GitHubError::Refused { endpoint, status: status.as_u16(), message },
        })
    }

    /// Whether a 403 or 429 is about limits, in the order that GitHub gives: `retry-after`, then a used-up limit with its
    /// reset, then the words.
    fn limit(&self, message: &str, now: DateTime<Utc>) -> Option<GitHubError> {
        let until = |wait: TimeDelta| (now + wait, wait.to_std().unwrap_or_default());
        if let Some(wait) = self.retry_after() {
            let (until, wait) = until(wait);
            return Some(GitHubError::SecondaryLimit { until, wait });
        }
        if self.number("x-ratelimit-remaining") == Some(0) {
            let (until, wait) = until(self.until_reset(now));
            return Some(GitHubError::RateLimited { until, wait });
        }
        let words = message.to_ascii_lowercase();
        let limited = self.status == StatusCode::TOO_MANY_REQUESTS
            || words.contains("secondary rate limit")
            || words.contains("abuse detection");
        limited.then(|| {
            let (until, wait) = until(TimeDelta::seconds(60));
            GitHubError::SecondaryLimit { until, wait }
        })
    }

    /// How long GitHub wants to be left alone.
    pub(crate) fn retry_after(&self) -> Option<TimeDelta> {
        self.number("retry-after").map(|seconds| TimeDelta::seconds(seconds.clamp(1, 3600)))
    }

    /// How long until the limit is full again: reckoned on GitHub's clock, so that a wrong one here does not matter.
    pub(crate) fn until_reset(&self, now: DateTime<Utc>) -> TimeDelta {
        let their_now = self.date().unwrap_or(now).timestamp();
        let seconds = self.number("x-ratelimit-reset").map_or(60, |reset| reset.saturating_sub(their_now));
        TimeDelta::seconds(seconds.clamp(1, 3600))
    }
}

fn unreadable(request: &Request, error: &dyn Display) -> GitHubError {
    GitHubError::Decode { endpoint: request.endpoint, message: error.to_string(), happened: happened(request) }
}

/// What a failure after sending means for this request.
pub(crate) fn happened(request: &Request) -> Happened {
    match request.kind {
        Kind::Read => Happened::No,
        Kind::Set | Kind::Create => Happened::Maybe,
    }
}

/// A field that is a secret, as `deserialize_with`.
pub(crate) fn secret<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<SecretString, D::Error> {
    String::deserialize(deserializer).map(SecretString::from)
}

/// The same for a field that may be `null`.
pub(crate) fn optional_secret<'de, D>(deserializer: D) -> Result<Option<SecretString>, D::Error>
where
    D: serde::Deserializer<'de>,
{
    Ok(Option::<String>::deserialize(deserializer)?.map(SecretString::from))
}

fn detail(error: &Value) -> String {
    let text = |name: &str| error.get(name).and_then(Value::as_str);
    match (error.as_str(), text("message"), text("field"), text("code")) {
        (Some(plain), ..) => shortened(plain),
        (None, Some(message), Some(field), _) => shortened(&format!("{field}: {message}")),
        (None, Some(message), None, _) => shortened(message),
        (None, None, Some(field), Some(code)) => shortened(&format!("{field}: {code}")),
        _ => shortened(&error.to_string()),
    }
}

/// GitHub's words in our errors and logs: one line, not too long.
pub(crate) fn shortened(text: &str) -> String {
    text.chars().take(300).map(|character| if character.is_control() { ' ' } else { character }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, headers: &[(&'static str, &str)], body: &str) -> Answer {
        Answer {
            status: StatusCode::from_u16(status).unwrap(),
            headers: headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect(),
            body: Bytes::copy_from_slice(body.as_bytes()),
        }
    }

    fn error(status: u16, headers: &[(&'static str, &str)], body: &str) -> GitHubError {
        let request = Request::new("POST /it", &[]);
        answer(status, headers, body).check(&request, DateTime::UNIX_EPOCH).unwrap_err()
    }

    #[test]
    fn the_errors_say_what_to_do() {
        let told = |error: GitHubError| format!("{error} | {:?} | {}", error.retry(), error.may_have_happened());
        let cases = [
            error(
                403,
                &[("x-accepted-github-permissions", "pull_requests=write")],
                r#"{"message":"Resource not accessible by integration"}"#,
            ),
            error(403, &[], r#"{"message":"This installation has been suspended"}"#),
            error(403, &[("retry-after", "30")], r#"{"message":"You have exceeded a secondary rate limit"}"#),
            error(403, &[], r#"{"message":"You have exceeded a secondary rate limit"}"#),
            error(
                429,
                &[
                    ("x-ratelimit-remaining", "0"),
                    ("x-ratelimit-reset", "1000"),
                    ("date", "Thu, 01 Jan 1970 00:15:00 GMT"),
                ],
                "",
            ),
            error(429, &[], "<html>"),
            error(404, &[], ""),
            error(409, &[], r#"{"message":"Git Repository is empty."}"#),
            error(422, &[], r#"{"message":"Unprocessable Entity","errors":["Line could not be resolved"]}"#),
            error(
                422,
                &[],
                r#"{"message":"Validation Failed","errors":[{"resource":"X","field":"path","code":"invalid"},7]}"#,
            ),
            error(502, &[], "Server Error"),
            error(418, &[], r#"{"message":"a\nb"}"#),
        ];
        insta::assert_snapshot!(cases.map(told).join("\n"), @r"
        not permitted at POST /it: Resource not accessible by integration (needs pull_requests=write) | Never | false
        the installation is suspended | Never | false
        too many calls at once, to be continued at 1970-01-01 00:00:30 UTC | After(30s) | false
        too many calls at once, to be continued at 1970-01-01 00:01:00 UTC | After(60s) | false
        the rate limit is used up until 1970-01-01 00:01:40 UTC | After(100s) | false
        too many calls at once, to be continued at 1970-01-01 00:01:00 UTC | After(60s) | false
        not found at POST /it | Never | false
        conflict at POST /it: Git Repository is empty. | Soon | false
        GitHub does not take what was sent to POST /it: Unprocessable Entity; Line could not be resolved | Never | false
        GitHub does not take what was sent to POST /it: Validation Failed; path: invalid; 7 | Never | false
        GitHub answered 502 at POST /it | WhenBack | true
        GitHub answered 418 at POST /it: a b | Never | false
        ");
    }

    #[test]
    fn the_next_page_is_read_from_the_link_header() {
        let link = r#"<https://api.github.com/x?page=1>; rel="prev", <https://api.github.com/x?page=3>; rel="next""#;
        assert_eq!(answer(200, &[("link", link)], "").next_page().unwrap().as_str(), "https://api.github.com/x?page=3");
        for none in ["", "garbage", "<https://a/>; rel=\"last\"", "<not a url>; rel=\"next\""] {
            assert_eq!(answer(200, &[("link", none)], "").next_page(), None);
        }
    }
}
