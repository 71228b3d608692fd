//! What a person sees, as text: for snapshots. Hidden marks are left out, addresses of this run are made the same.

use std::collections::BTreeMap;

use super::super::model::{
    check_run::CheckRun,
    comments::{Lines, Reaction, ReviewComment},
    pull::PullState,
    world::World,
};

/// The page of a pull request: check runs, reviews with their threads, and the conversation.
pub(crate) fn pull(world: &World, repository: i64, number: i64) -> String {
    let pull = world.pull(repository, number);
    let state = match &pull.state {
        PullState::Open if pull.draft => "draft",
        PullState::Open => "open",
        PullState::Closed { .. } => "closed",
        PullState::Merged { .. } => "merged",
    };
    let mut text = format!("#{number} {} ({state})\n", pull.title);
    text.push_str(&checks(world, repository, &pull.head_sha));
    for review in pull.reviews.iter().filter(|review| !review.body.is_empty()) {
        text.push_str(&format!("\n{} {} at {}\n", review.author, review.state, &review.commit_id[..7]));
        text.push_str(&indented(&review.body, 1));
        text.push_str(&reactions(&review.reactions, 1));
        if let Some(why) = &review.dismissed {
            text.push_str(&format!("  dismissed: {why}\n"));
        }
    }
    for thread in &pull.threads {
        let comments = pull.comments_of(thread);
        let Some(root) = comments.first() else { continue };
        let resolved = thread.resolved_by.as_ref().map_or(String::new(), |by| format!(", resolved by {by}"));
        text.push_str(&format!("\n{}{resolved}\n", place(root)));
        for comment in &comments {
            text.push_str(&format!("  {}:\n{}", comment.author, indented(&comment.body, 2)));
            text.push_str(&reactions(&comment.reactions, 2));
        }
    }
    for comment in &pull.issue_comments {
        text.push_str(&format!("\n{} wrote\n{}", comment.author, indented(&comment.body, 1)));
        text.push_str(&reactions(&comment.reactions, 1));
    }
    steady(world, &text)
}

/// The check runs of a commit: of each name the newest, as the page shows them.
pub(crate) fn checks(world: &World, repository: i64, head: &str) -> String {
    let newest: BTreeMap<&str, &CheckRun> = world
        .repository(repository)
        .check_runs
        .iter()
        .filter(|run| run.head_sha == head)
        .map(|run| (run.name.as_str(), run))
        .collect();
    let text: String = newest.into_values().map(check_run).collect();
    steady(world, &text)
}

fn check_run(run: &CheckRun) -> String {
    let result = run.conclusion.as_deref().unwrap_or(&run.status);
    let title = run.title.as_deref().unwrap_or_default();
    let mut text = format!("check {}: {result}: {title}\n", run.name);
    for part in [&run.summary, &run.text].into_iter().flatten() {
        text.push_str(&indented(part, 1));
    }
    for annotation in &run.annotations {
        let field = |name: &str| annotation[name].as_str().unwrap_or_default();
        let line = format!(
            "{} {}:{} {}: {}",
            field("annotation_level"),
            field("path"),
            annotation["start_line"],
            field("title"),
            field("message")
        );
        text.push_str(&indented(&line, 1));
    }
    text
}

/// `path:line`, or where it was, for an outdated comment.
fn place(comment: &ReviewComment) -> String {
    let lines = |lines: Lines| {
        let side = if lines.side == super::super::model::comments::Side::Left { " (removed)" } else { "" };
        match lines.start {
            Some((start, _)) => format!("{start}-{}{side}", lines.line),
            None => format!("{}{side}", lines.line),
        }
    };
    match (comment.original, comment.current) {
        (None, _) => format!("{} (file)", comment.path),
        (Some(_), Some(current)) => format!("{}:{}", comment.path, lines(current)),
        (Some(original), None) => format!("{}:{} (outdated)", comment.path, lines(original)),
    }
}

fn reactions(reactions: &[Reaction], depth: usize) -> String {
    let margin = "  ".repeat(depth);
    reactions.iter().map(|(_, login, content)| format!("{margin}[{content} by {login}]\n")).collect()
}

/// Without what a browser hides: HTML comments, and the lines that only they stood on.
fn visible(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("<!--") {
        shown.push_str(before);
        rest = after.split_once("-->").map_or("", |(_, after)| after);
    }
    shown.push_str(rest);
    shown.trim_end().to_owned()
}

fn indented(text: &str, depth: usize) -> String {
    let margin = "  ".repeat(depth);
    visible(text).lines().map(|line| format!("{}\n", format!("{margin}{line}").trim_end())).collect()
}

/// Ports differ from run to run.
fn steady(world: &World, text: &str) -> String {
    text.replace(&world.web_url, "https://github.test").replace(&world.api_url, "https://api.github.test")
}
