//! Failures on request: the next calls that match are answered wrongly, late, or not at all.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::answer::Answer;

/// How a call fails.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// Nothing is done, and this status is answered with GitHub's words for it.
    Status(u16),
    /// Nothing is done; 403 with `retry-after`.
    SecondaryLimit { retry_after: u64 },
    /// Nothing is done; 403 with no requests left until this many seconds from now.
    PrimaryLimit { reset_in: i64 },
    /// Nothing is done, and nothing is answered until the client gives up.
    Timeout,
    /// All is done, late.
    Slow(Duration),
    /// All is done, when the test lets it be. The client may have given up by then.
    Held(CancellationToken),
    /// All is done, and 502 is answered.
    DropAfterWork,
    /// All is done, and nothing is answered until the client gives up.
    HangAfterWork,
}

/// Which calls: a method and a path template, as `POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews`. A `*` at the
/// end stands for any rest. GraphQL calls are `POST /graphql NAME`, by the operation's name or its first field.
#[derive(Debug)]
pub(crate) struct Planned {
    matcher: String,
    fault: Fault,
    times: u32,
}

/// The failures still to come.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Planned>);

impl Faults {
    pub(crate) fn plan(&mut self, matcher: &str, fault: Fault, times: u32) {
        self.0.push(Planned { matcher: matcher.to_owned(), fault, times });
    }

    /// The fault of this call, which is then one fewer.
    pub(crate) fn take(&mut self, call: &str) -> Option<Fault> {
        let planned = self.0.iter_mut().find(|planned| {
            planned.times > 0
                && match planned.matcher.strip_suffix('*') {
                    Some(start) => call.starts_with(start),
                    None => planned.matcher == call,
                }
        })?;
        planned.times -= 1;
        Some(planned.fault.clone())
    }

    /// What was planned and not met is not planned any more.
    pub(crate) fn forget(&mut self) {
        self.0.clear();
    }

    /// Those that no call met: a test that plans a failure wants it to happen.
    pub(crate) fn unmet(&self) -> Vec<String> {
        let unmet = self.0.iter().filter(|planned| planned.times > 0);
        unmet.map(|planned| format!("{:?} was planned for {} and never met", planned.fault, planned.matcher)).collect()
    }
}

/// GitHub's words for a status.
pub(crate) fn words(status: u16) -> Answer {
    let message = match status {
        401 => "Bad credentials",
        403 => "Resource not accessible by integration",
        404 => "Not Found",
        409 => "Conflict",
        422 => "Validation Failed",
        429 => "API rate limit exceeded",
        _ => "Server Error",
    };
    Answer::error(status, message)
}

pub(crate) fn secondary_limit(retry_after: u64) -> Answer {
    let message = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
    Answer::error(403, message).with("retry-after", retry_after.to_string())
}
