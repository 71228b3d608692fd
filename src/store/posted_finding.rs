//! Table `posted_finding`: what was said on a pull request, so that nothing is said twice and what is fixed is resolved.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::QueryBuilder;

use super::{
    columns::{Columns, without_nul},
    db::{Db, on_reader, on_tx, on_writer},
    error::StoreError,
    portions::portions,
};
use crate::domain::{
    acceptance::RuleOutcome,
    finding::{Fingerprint, Severity},
    ids::{CommentId, CommitSha, PullNumber, RepositoryId},
    life::Life,
};

/// One problem that was raised. Within a pull request its fingerprint and occurrence name it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PostedFinding {
    pub fingerprint: Fingerprint,
    /// Tells problems with the same fingerprint apart.
    pub occurrence: u32,
    pub path: String,
    /// Of the head; `None` when it is about the file.
    pub line: Option<u32>,
    pub rule: Option<String>,
    pub severity: Option<Severity>,
    pub comment: Option<CommentId>,
    /// GraphQL node id.
    pub thread: Option<String>,
    pub life: Life,
    /// How often it came back.
    pub returns: u32,
    pub resolved_by_person: bool,
    /// Not in the head when it was last looked for.
    pub gone: bool,
    /// Its lines changed.
    pub outdated: bool,
    /// The head at which it was last looked at.
    pub head: CommitSha,
    pub updated_at: DateTime<Utc>,
}

/// Stores what was raised or has changed, all or nothing. No two may have the same name.
pub async fn upsert(
    db: &Db,
    repository: RepositoryId,
    pull: PullNumber,
    findings: &[PostedFinding],
) -> Result<(), StoreError> {
    let mut tx = db.begin().await?;
    for portion in portions(findings) {
        on_tx!(&mut tx, connection => {
            let mut query = QueryBuilder::new("insert into posted_finding (repository_id, pull, fingerprint, occurrence,
                path, line, rule, severity, comment_id, thread_node_id, state, returns,
                resolved_by_person, gone, outdated, head_sha, updated_at) ");
            query.push_values(portion, |mut row, finding| {
                row.push_bind(repository.0)
                    .push_bind(pull.0)
                    .push_bind(finding.fingerprint.as_str())
                    .push_bind(i64::from(finding.occurrence))
                    .push_bind(without_nul(&finding.path))
                    .push_bind(finding.line.map(i64::from))
                    .push_bind(finding.rule.as_deref().map(without_nul))
                    .push_bind(finding.severity.map(Severity::as_str))
                    .push_bind(finding.comment.map(|id| id.0))
                    .push_bind(finding.thread.as_deref().map(without_nul))
                    .push_bind(finding.life.as_str())
                    .push_bind(i64::from(finding.returns))
                    .push_bind(finding.resolved_by_person)
                    .push_bind(finding.gone)
                    .push_bind(finding.outdated)
                    .push_bind(finding.head.as_str())
                    .push_bind(finding.updated_at.timestamp_millis());
            });
            query.push(" on conflict (repository_id, pull, fingerprint, occurrence) do update set
                path = excluded.path, line = excluded.line, rule = excluded.rule, severity = excluded.severity,
                comment_id = excluded.comment_id, thread_node_id = excluded.thread_node_id, state = excluded.state,
                returns = excluded.returns, resolved_by_person = excluded.resolved_by_person, gone = excluded.gone,
                outdated = excluded.outdated, head_sha = excluded.head_sha, updated_at = excluded.updated_at");
            query.build().execute(connection).await?;
        });
    }
    tx.commit().await
}

/// Everything that was said on a pull request.
pub async fn list(db: &Db, repository: RepositoryId, pull: PullNumber) -> Result<Vec<PostedFinding>, StoreError> {
    const LIST: &str = "select * from posted_finding where repository_id = $1 and pull = $2
        order by path, line, fingerprint, occurrence";
    on_reader!(db, pool => {
        sqlx::query(LIST).bind(repository.0).bind(pull.0).fetch_all(pool).await?.iter().map(from_row).collect()
    })
}

/// The problem that a comment is about. `comment` must be the first of its thread.
pub async fn of_comment(
    db: &Db,
    repository: RepositoryId,
    pull: PullNumber,
    comment: CommentId,
) -> Result<Option<PostedFinding>, StoreError> {
    const GET: &str = "select * from posted_finding where repository_id = $1 and pull = $2 and comment_id = $3";
    on_reader!(db, pool => {
        let query = sqlx::query(GET).bind(repository.0).bind(pull.0).bind(comment.0);
        query.fetch_optional(pool).await?.as_ref().map(from_row).transpose()
    })
}

/// What became of the comments of each rule in a repository, as far as something did. Whoever resolves a thread and
/// mends the code took what it said.
pub async fn outcomes(db: &Db, repository: RepositoryId) -> Result<Vec<RuleOutcome>, StoreError> {
    const OUTCOMES: &str = "select rule,
            sum(case when state = 'fixed' or (resolved_by_person and gone) then 1 else 0 end) as fixed,
            sum(case when state = 'fixed' or (resolved_by_person and gone) then 0 else 1 end) as dismissed
        from posted_finding
        where repository_id = $1 and state in ('fixed', 'dismissed') and rule is not null and comment_id is not null
        group by rule order by rule";
    on_reader!(db, pool => {
        let rows = sqlx::query(OUTCOMES).bind(repository.0).fetch_all(pool).await?;
        rows.iter().map(outcome).collect()
    })
}

fn outcome(row: &impl Columns) -> Result<RuleOutcome, StoreError> {
    let count = |column: &str| -> Result<u32, StoreError> {
        let number: i64 = row.get(column)?;
        u32::try_from(number).map_err(|error| StoreError::unreadable(column, error))
    };
    Ok(RuleOutcome { rule: row.get("rule")?, fixed: count("fixed")?, dismissed: count("dismissed")? })
}

/// What a person did about the problem that a comment is about.
pub async fn set_life(
    db: &Db,
    repository: RepositoryId,
    pull: PullNumber,
    comment: CommentId,
    life: Life,
    resolved_by_person: bool,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    const SET: &str = "update posted_finding set state = $4, resolved_by_person = $5, updated_at = $6
        where repository_id = $1 and pull = $2 and comment_id = $3";
    on_writer!(db, pool => {
        let query = sqlx::query(SET)
            .bind(repository.0)
            .bind(pull.0)
            .bind(comment.0)
            .bind(life.as_str())
            .bind(resolved_by_person)
            .bind(now.timestamp_millis());
        query.execute(pool).await?;
        Ok(())
    })
}

fn from_row(row: &impl Columns) -> Result<PostedFinding, StoreError> {
    let small =
        |column: &str, number: i64| u32::try_from(number).map_err(|error| StoreError::unreadable(column, error));
    let fingerprint: String = row.get("fingerprint")?;
    let head: String = row.get("head_sha")?;
    let severity: Option<String> = row.get("severity")?;
    let line: Option<i64> = row.get("line")?;
    Ok(PostedFinding {
        fingerprint: fingerprint.parse().map_err(|error| StoreError::unreadable("fingerprint", error))?,
        occurrence: small("occurrence", row.get("occurrence")?)?,
        path: row.get("path")?,
        line: line.map(|line| small("line", line)).transpose()?,
        rule: row.get("rule")?,
        severity: severity.map(|_| row.variant("severity")).transpose()?,
        comment: row.optional_id("comment_id", CommentId)?,
        thread: row.get("thread_node_id")?,
        life: row.variant("state")?,
        returns: small("returns", row.get("returns")?)?,
        resolved_by_person: row.get("resolved_by_person")?,
        gone: row.get("gone")?,
        outdated: row.get("outdated")?,
        head: head.parse().map_err(|error| StoreError::unreadable("head_sha", error))?,
        updated_at: row.time("updated_at")?,
    })
}
