//! What can go wrong on the way to an installed App, and what to do about each: one page each.

use axum::{http::StatusCode, response::Response};

use super::desk::{Desk, Problem};
use crate::github::error::GitHubError;

const NEW_LINK: &str =
    "Print a new link on the machine that Seam runs on (or in its container), and open it in this browser:";

/// Nobody told this browser the token.
pub(super) fn no_session(desk: &Desk) -> Response {
    let problem = Problem {
        title: "This page needs the link that Seam printed",
        what:
            "Set-up decides which GitHub App this server works as, so it is open only to who can run commands on the \
               server. The link holds a token that works once; the sign-in that it gives lasts a day."
                .to_owned(),
        todo: NEW_LINK,
        command: Some("seam setup"),
        link: None,
    };
    desk.problem(StatusCode::UNAUTHORIZED, &problem)
}

pub(super) fn old_token(desk: &Desk) -> Response {
    let problem = Problem {
        title: "This link was used before, or is old",
        what: "Its token works once, and for a day. If it was not you who used it, \
               somebody else has signed in: a look at the log tells when."
            .to_owned(),
        todo: NEW_LINK,
        command: Some("seam setup"),
        link: None,
    };
    desk.problem(StatusCode::FORBIDDEN, &problem)
}

/// GitHub led here without what it always sends.
pub(super) fn nothing_brought(desk: &Desk) -> Response {
    let problem = Problem {
        title: "GitHub sent nothing along",
        what: "This address is where GitHub leads after an App was registered, with a code. There is none here."
            .to_owned(),
        todo: "If you stopped on GitHub’s page, nothing was registered, and you can begin again.",
        command: None,
        link: Some((desk.pages.path("/setup"), "Back to set-up")),
    };
    desk.problem(StatusCode::BAD_REQUEST, &problem)
}

pub(super) fn wrong_state(desk: &Desk) -> Response {
    let problem = Problem {
        title: "This answer belongs to another sign-in",
        what: "What came back from GitHub was not asked for by this browser. It may come from a set-up page that was open \
               in another browser, or from somebody who wants this server to work as their App. Nothing was changed."
            .to_owned(),
        todo: "Begin again, here. An App that was registered meanwhile can be deleted on GitHub, under \
               Settings (yours, or the organisation’s), Developer settings, GitHub Apps.",
        command: None,
        link: Some((desk.pages.path("/setup"), "Back to set-up")),
    };
    desk.problem(StatusCode::BAD_REQUEST, &problem)
}

pub(super) fn expired_state(desk: &Desk) -> Response {
    let problem = Problem {
        title: "That took more than an hour",
        what: "GitHub’s code for a newly registered App is worth something for an hour only.".to_owned(),
        todo: "Delete the App on GitHub, under Settings (yours, or the organisation’s), Developer settings, GitHub Apps, and begin again.",
        command: None,
        link: Some((desk.pages.path("/setup"), "Back to set-up")),
    };
    desk.problem(StatusCode::BAD_REQUEST, &problem)
}

pub(super) fn set_up_already(desk: &Desk) -> Response {
    let problem = Problem {
        title: "Seam has an App already",
        what:
            "If you loaded this page twice, all is well. If another registration was finished while this one was under \
               way, Seam stays with the other App."
                .to_owned(),
        todo: "An App that is not wanted can be deleted on GitHub, under Settings (yours, or the organisation’s), Developer settings, GitHub Apps.",
        command: None,
        link: Some((desk.pages.path("/setup"), "See the App that is in use")),
    };
    desk.problem(StatusCode::CONFLICT, &problem)
}

/// Credentials are in use, and would be gone at the next start.
pub(super) fn not_kept(desk: &Desk) -> Response {
    let problem = Problem {
        title: "The App works, but its credentials could not be stored",
        what: "The database refused them, and GitHub tells them only once. Seam uses them until it is stopped."
            .to_owned(),
        todo: "Mend the database. Then make a new private key and a new webhook secret on the App’s page on GitHub, and \
               give them to Seam as `SEAM_GITHUB_APP_ID`, `SEAM_GITHUB_PRIVATE_KEY` and `SEAM_GITHUB_WEBHOOK_SECRET`; or delete the \
               App and begin again. This checks the database:",
        command: Some("seam doctor"),
        link: None,
    };
    desk.problem(StatusCode::INTERNAL_SERVER_ERROR, &problem)
}

/// The code could not be traded for credentials.
pub(super) fn no_credentials(desk: &Desk, error: &GitHubError) -> Response {
    let host = desk.web_url.host_str().unwrap_or("GitHub");
    tracing::warn!("the code of a new App could not be traded for its credentials: {error}");
    let begin_again = Some((desk.pages.path("/setup"), "Back to set-up"));
    let (status, problem) = match error {
        GitHubError::NotFound { .. } | GitHubError::Unprocessable { .. } => (
            StatusCode::BAD_REQUEST,
            Problem {
                title: "GitHub does not know this code (any more)",
                what: "A code works once, and for an hour after the App was registered.".to_owned(),
                todo: "Delete the App on GitHub, under Settings (yours, or the organisation’s), Developer settings, GitHub Apps, and begin again.",
                command: None,
                link: begin_again,
            },
        ),
        error if error.may_have_happened() => (
            StatusCode::BAD_GATEWAY,
            Problem {
                title: "GitHub’s answer was lost on the way",
                what: format!("{host} may have given out the credentials, and it does so only once ({error})."),
                todo: "Reload this page once. If GitHub does not know the code any more, delete the App there, under \
                       Settings (yours, or the organisation’s), Developer settings, GitHub Apps, and begin again.",
                command: None,
                link: begin_again,
            },
        ),
        error => (
            StatusCode::BAD_GATEWAY,
            Problem {
                title: "Seam could not fetch the App’s credentials",
                what: format!("The App is registered, but its credentials did not get here ({error})."),
                todo: "The code stays good for an hour. Reload this page when GitHub’s API can be reached. This tells \
                       what is in the way:",
                command: Some("seam doctor"),
                link: None,
            },
        ),
    };
    desk.problem(status, &problem)
}
