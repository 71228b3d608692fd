//! Reviews: one body and many inline comments, taken all or not at all.

use serde_json::{Value, json};

use super::{
    super::{
        answer::{Answer, Reply},
        auth::Needs,
        call::{Call, MAX_BODY},
        diff::{Diff, Misplaced},
        model::{
            comments::{Lines, Review, ReviewComment, Side},
            repository::Repository,
        },
        route::{Route, get, post, put},
        shape, webhooks,
    },
    commits::no_commit,
};

const READ: Needs = Needs::Permissions("pull_requests=read");
const WRITE: Needs = Needs::Permissions("pull_requests=write");

pub(crate) const ROUTES: &[Route] = &[
    get("/repos/{owner}/{repo}/pulls/{pull_number}/reviews", READ, list),
    post("/repos/{owner}/{repo}/pulls/{pull_number}/reviews", WRITE, create),
    get("/repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}", READ, show),
    get("/repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}/comments", READ, comments),
    put("/repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}/dismissals", WRITE, dismiss),
];

/// GitHub publishes no number; above this it has been seen to refuse.
const MAX_COMMENTS: usize = 100;

fn list(call: &mut Call<'_>) -> Reply {
    let pull = call.pull(call.pull_number("pull_number")?);
    let shown = pull.reviews.iter().map(|one| shape::comment::review(call.world, call.repository(), pull, one));
    Ok(Answer::list(shown.collect()))
}

fn find(call: &Call<'_>) -> Result<(i64, Review), Answer> {
    let (number, id) = (call.pull_number("pull_number")?, call.number("review_id")?);
    let review = call.pull(number).reviews.iter().find(|review| review.id == id);
    Ok((number, review.ok_or_else(Answer::not_found)?.clone()))
}

fn show(call: &mut Call<'_>) -> Reply {
    let (number, review) = find(call)?;
    Ok(Answer::ok(shape::comment::review(call.world, call.repository(), call.pull(number), &review)))
}

/// In the old shape, which knows positions only.
fn comments(call: &mut Call<'_>) -> Reply {
    let (number, review) = find(call)?;
    let pull = call.pull(number);
    let of = pull.review_comments.iter().filter(|comment| comment.review == review.id);
    Ok(Answer::list(of.map(|one| shape::comment::review_comment(call.world, call.repository(), pull, one)).collect()))
}

fn create(call: &mut Call<'_>) -> Reply {
    let number = call.pull_number("pull_number")?;
    let author = call.login();
    let pull = call.pull(number);
    let state = match call.text("event") {
        None | Some("") => "PENDING",
        Some("COMMENT") => "COMMENTED",
        Some("REQUEST_CHANGES") => "CHANGES_REQUESTED",
        Some("APPROVE") => "APPROVED",
        Some(_) => return Err(Answer::unprocessable(&["Event is invalid"])),
    };
    if state == "PENDING" && pull.reviews.iter().any(|one| one.state == "PENDING" && one.author == author) {
        return Err(Answer::unprocessable(&["User can only have one pending review per pull request"]));
    }
    if pull.author == author && matches!(state, "APPROVED" | "CHANGES_REQUESTED") {
        let verb = if state == "APPROVED" { "approve" } else { "request changes on" };
        return Err(Answer::unprocessable(&[&format!("Can not {verb} your own pull request")]));
    }
    let body = call.text("body").unwrap_or_default().to_owned();
    if body.is_empty() && matches!(state, "COMMENTED" | "CHANGES_REQUESTED") {
        return Err(Answer::unprocessable(&["Body can't be blank"]));
    }
    short_enough(&body)?;

    let commit = commit_of(call, number)?;
    let asked = call.body["comments"].as_array().cloned().unwrap_or_default();
    if asked.len() > MAX_COMMENTS {
        return Err(Answer::unprocessable(&["Review comments is invalid and Review threads is invalid"]));
    }
    let placed = asked
        .iter()
        .map(|one| place_in_review(call.repository(), number, &commit, one))
        .collect::<Result<Vec<_>, _>>()?;

    let (id, now) = (call.world.new_id(), call.now());
    let submitted_at = (state != "PENDING").then_some(now);
    let (state, reactions) = (state.to_owned(), Vec::new());
    let (author_of, dismissed) = (author.clone(), None);
    let review = Review { id, author: author_of, body, state, commit_id: commit, submitted_at, reactions, dismissed };
    call.pull_mut(number).reviews.push(review.clone());
    let mut written = Vec::new();
    for placed in placed {
        let comment = placed.into_comment(call, number, id, &author);
        written.push(comment.id);
        call.pull_mut(number).add_comment(comment);
    }
    if review.state != "PENDING" {
        let repository = call.repository_id();
        webhooks::review(call.world, repository, number, id, "submitted", json!({}), &author);
        for comment in written {
            webhooks::review_comment(call.world, repository, number, comment, "created", json!({}), &author);
        }
    }
    Ok(Answer::ok(shape::comment::review(call.world, call.repository(), call.pull(number), &review)))
}

/// Only what approves or asks for changes can be taken back.
fn dismiss(call: &mut Call<'_>) -> Reply {
    let (number, review) = find(call)?;
    if call.text("message").unwrap_or_default().is_empty() {
        return Err(Answer::unprocessable(&["Message can't be blank"]));
    }
    if !matches!(review.state.as_str(), "APPROVED" | "CHANGES_REQUESTED") {
        let state = review.state.to_lowercase();
        return Err(Answer::unprocessable(&[&format!("Can not dismiss a {state} pull request review")]));
    }
    let (message, by, repository) = (call.text("message").map(str::to_owned), call.login(), call.repository_id());
    let there = call.pull_mut(number).reviews.iter_mut().find(|one| one.id == review.id).expect("it was just found");
    (there.state, there.dismissed) = ("DISMISSED".to_owned(), message);
    let shown = there.clone();
    webhooks::review(call.world, repository, number, review.id, "dismissed", json!({}), &by);
    Ok(Answer::ok(shape::comment::review(call.world, call.repository(), call.pull(number), &shown)))
}

/// Reviews are refused in plain texts, where other bodies name the field.
fn short_enough(body: &str) -> Result<(), Answer> {
    if body.chars().count() > MAX_BODY {
        return Err(Answer::unprocessable(&[&format!("Body is too long (maximum is {MAX_BODY} characters)")]));
    }
    Ok(())
}

/// The commit a review or a comment speaks of: one of the pull request, its head by default.
pub(crate) fn commit_of(call: &Call<'_>, number: i64) -> Result<String, Answer> {
    let (repository, pull) = (call.repository(), call.pull(number));
    let Some(asked) = call.text("commit_id") else { return Ok(pull.head_sha.clone()) };
    let commit = repository.git.resolve(asked).filter(|commit| commit == asked).ok_or_else(|| no_commit(asked))?;
    let base = repository.merge_base(pull).unwrap_or_default();
    if repository.git.is_ancestor(&commit, &pull.head_sha) && !repository.git.is_ancestor(&commit, &base) {
        Ok(commit)
    } else {
        Err(Answer::unprocessable(&["Commit is not part of the pull request"]))
    }
}

/// A comment whose place was found.
pub(crate) struct Placed {
    pub(crate) path: String,
    pub(crate) body: String,
    /// `None` for a comment on the whole file.
    pub(crate) lines: Option<Lines>,
    pub(crate) diff_hunk: String,
    pub(crate) commit: String,
}

impl Placed {
    pub(crate) fn into_comment(self, call: &mut Call<'_>, number: i64, review: i64, author: &str) -> ReviewComment {
        let (repository, pull) = (call.repository(), call.pull(number));
        let head = pull.head_sha.clone();
        let current = match self.lines {
            Some(lines) if self.commit != head => {
                Diff::of_moves(&repository.git, &self.commit, &head).and_then(|moves| moves.follow(&self.path, lines))
            }
            same => same,
        };
        ReviewComment {
            id: call.world.new_id(),
            review,
            in_reply_to: None,
            author: author.to_owned(),
            body: self.body,
            path: self.path,
            original: self.lines,
            current,
            commit_id: head,
            original_commit_id: self.commit,
            diff_hunk: self.diff_hunk,
            created_at: call.now(),
            updated_at: call.now(),
            reactions: Vec::new(),
        }
    }
}

/// `line`, `side`, `start_line` and `start_side` of a comment.
pub(crate) fn lines(asked: &Value) -> Option<Lines> {
    let number = |field: &str| asked[field].as_u64().and_then(|number| u32::try_from(number).ok());
    let side = |field: &str| if asked[field] == "LEFT" { Side::Left } else { Side::Right };
    let own = side("side");
    let start =
        number("start_line").map(|line| (line, if asked["start_side"].is_null() { own } else { side("start_side") }));
    Some(Lines { start, line: number("line")?, side: own })
}

fn place_in_review(repository: &Repository, number: i64, commit: &str, asked: &Value) -> Result<Placed, Answer> {
    let path = asked["path"].as_str().unwrap_or_default();
    let body = asked["body"].as_str().unwrap_or_default();
    if body.is_empty() {
        return Err(Answer::unprocessable(&["Body can't be blank"]));
    }
    short_enough(body)?;
    let lines = lines(asked).ok_or_else(|| Answer::unprocessable(&["Line could not be resolved"]))?;
    let diff_hunk = diff_at(repository, number, commit).place(path, lines).map_err(|why| {
        // The whole review is refused, and GitHub does not say which comment it was.
        Answer::unprocessable(&[match why {
            Misplaced::Path => "Path could not be resolved",
            Misplaced::Line => "Line could not be resolved",
            Misplaced::StartLine => "Pull request review thread start line must be part of the same hunk as the line.",
            Misplaced::StartNotBefore => "Pull request review thread start line must precede the end line.",
        }])
    })?;
    let (path, body) = (path.to_owned(), body.to_owned());
    Ok(Placed { path, body, lines: Some(lines), diff_hunk, commit: commit.to_owned() })
}

/// The diff of a pull request as it was at one of its commits.
pub(crate) fn diff_at(repository: &Repository, number: i64, commit: &str) -> Diff {
    let base = repository.branch(&repository.pulls[&number].base_ref).unwrap_or_default();
    let merge_base = repository.git.merge_base(&base, commit).unwrap_or(base);
    Diff::between(&repository.git, &merge_base, commit)
}
