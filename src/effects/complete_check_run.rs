//! The check run of a commit, with its annotations in as many requests as GitHub wants. It stays in progress until the
//! last of them, so that what a crash left is seen to be unfinished, and is finished.

use super::{attempt::Attempt, error::EffectError, result::EffectResult};
use crate::{
    domain::{
        effect::{Annotation, CheckRunReport},
        ids::CommitSha,
    },
    github::checks::{ANNOTATIONS_AT_ONCE, CheckOutput, CheckRun, CheckRunChange, CheckStatus},
};

/// GitHub takes 65,535 characters of text.
const MAX_TEXT: usize = 60_000;

pub(super) async fn perform(
    attempt: &Attempt<'_>,
    head: &CommitSha,
    check: &CheckRunReport,
) -> Result<EffectResult, EffectError> {
    let begun = if attempt.is_fresh() { None } else { existing(attempt, head, check).await? };
    let (mut run, mut sent) = match begun {
        Some(run) => {
            let sent = run.output.annotations_count;
            (run, sent)
        }
        None => match create(attempt, head, check).await {
            // It names no annotation that it does not take.
            Err(error) if error.is_unprocessable() && !check.annotations.is_empty() => {
                create(attempt, head, &without_annotations(check)).await?
            }
            created => created?,
        },
    };
    while run.status != CheckStatus::Completed && sent <= check.annotations.len() {
        let change = change(check, sent);
        run = match attempt.write(attempt.repository().update_check_run(run.id, &change)).await {
            Err(error) if error.is_unprocessable() && sent < check.annotations.len() => {
                let rest = check.annotations.get(sent..).unwrap_or_default().to_vec();
                let listed = without_annotations(&CheckRunReport { annotations: rest, ..check.clone() });
                attempt.write(attempt.repository().update_check_run(run.id, &self::change(&listed, 0))).await?
            }
            updated => updated?,
        };
        sent += ANNOTATIONS_AT_ONCE;
    }
    Ok(result(&run))
}

/// It is there and completed.
pub(super) async fn find(
    attempt: &Attempt<'_>,
    head: &CommitSha,
    check: &CheckRunReport,
) -> Result<Option<EffectResult>, EffectError> {
    let run = existing(attempt, head, check).await?;
    Ok(run.filter(|run| run.status == CheckStatus::Completed).as_ref().map(result))
}

async fn existing(
    attempt: &Attempt<'_>,
    head: &CommitSha,
    check: &CheckRunReport,
) -> Result<Option<CheckRun>, EffectError> {
    let runs = attempt.repository().check_runs(head, check.name.as_str()).await?;
    // Other Apps may have runs of this name, with whatever id.
    let own = attempt.own().await?;
    let ours = |run: &CheckRun| own.is_app(run.app.as_ref().map(|app| app.id));
    Ok(runs.into_iter().find(|run| run.external_id.as_deref() == Some(attempt.key().0.as_str()) && ours(run)))
}

async fn create(
    attempt: &Attempt<'_>,
    head: &CommitSha,
    check: &CheckRunReport,
) -> Result<(CheckRun, usize), EffectError> {
    let (change, key, name) = (change(check, 0), &attempt.key().0, check.name.as_str());
    let run = attempt.write(attempt.repository().create_check_run(name, head, key, &change)).await?;
    Ok((run, ANNOTATIONS_AT_ONCE))
}

/// The request after `sent` annotations: with the last of them the run is completed.
fn change(check: &CheckRunReport, sent: usize) -> CheckRunChange {
    let rest = check.annotations.get(sent..).unwrap_or_default();
    let batch: Vec<Annotation> = rest.iter().take(ANNOTATIONS_AT_ONCE).cloned().collect();
    let is_last = batch.len() == rest.len();
    CheckRunChange {
        status: Some(if is_last { CheckStatus::Completed } else { CheckStatus::InProgress }),
        conclusion: is_last.then_some(check.conclusion),
        details_url: check.details_url.clone(),
        output: Some(CheckOutput {
            title: check.title.clone(),
            summary: check.summary.clone(),
            text: check.text.clone(),
            annotations: batch,
        }),
        actions: if is_last { check.actions.clone() } else { Vec::new() },
    }
}

/// The same with the annotations as a list in its text.
fn without_annotations(check: &CheckRunReport) -> CheckRunReport {
    let mut text = check.text.clone().unwrap_or_default();
    for annotation in &check.annotations {
        let line = format!("\n- `{}` line {}: {}", annotation.path, annotation.start_line, annotation.title);
        if text.len() + line.len() > MAX_TEXT {
            break;
        }
        text.push_str(&line);
    }
    CheckRunReport { annotations: Vec::new(), text: Some(text), ..check.clone() }
}

fn result(run: &CheckRun) -> EffectResult {
    EffectResult::CheckRun { check_run: run.id, url: run.html_url.clone() }
}
