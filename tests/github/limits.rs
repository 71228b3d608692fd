//! Rate limits: GitHub's word is obeyed, and Seam keeps below them by itself.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use seam::{
    domain::ids::{CommentId, PullNumber},
    github::{
        error::{GitHubError, Retry},
        repository::RepositoryClient,
    },
};
use serde_json::json;
use tokio::sync::Semaphore;

use super::server::{Reply, Server, TOKENS, noon, ok, pull, repository, status};

/// Answers the first call of each kind beside token requests with `limit`.
async fn limited(limit: impl Fn() -> Reply + Send + Sync + 'static) -> Server {
    Server::start(move |seen| match seen.line.as_str() {
        TOKENS => None,
        _ if seen.earlier == 0 => Some(limit()),
        _ => Some(ok(&pull(1))),
    })
    .await
}

async fn wait_of(repository: &RepositoryClient) -> (&'static str, Duration) {
    match repository.pull(PullNumber(1)).await.unwrap_err() {
        GitHubError::RateLimited { wait, .. } => ("primary", wait),
        GitHubError::SecondaryLimit { wait, .. } => ("secondary", wait),
        error => panic!("{error}"),
    }
}

#[tokio::test]
async fn a_secondary_limit_stops_all_calls_of_the_installation_for_as_long_as_it_says() {
    for code in [403, 429] {
        let body = json!({ "message": "You have exceeded a secondary rate limit" });
        let server = limited(move || status(code).header("retry-after", 30).json(&body)).await;
        let repository = server.repository();
        assert_eq!(wait_of(&repository).await, ("secondary", Duration::from_secs(30)));
        server.advance(TimeDelta::seconds(20));
        let error = repository.open_pulls().await.unwrap_err();
        assert_eq!(error.retry(), Retry::After(Duration::from_secs(10)));
        assert_eq!(server.calls().len(), 1, "the second call was not even sent");
        server.advance(TimeDelta::seconds(11));
        repository.pull(PullNumber(1)).await.unwrap();
    }
}

#[tokio::test]
async fn a_server_that_is_away_is_left_alone_for_as_long_as_it_says() {
    let server = limited(|| status(503).header("retry-after", 30)).await;
    let repository = server.repository();
    let error = repository.pull(PullNumber(1)).await.unwrap_err();
    assert!(matches!(error, GitHubError::Server { status: 503, .. }), "{error}");
    server.advance(TimeDelta::seconds(20));
    let error = repository.open_pulls().await.unwrap_err();
    insta::assert_snapshot!(error, @"GitHub is away, and wants no calls until 2026-07-14 12:00:30 UTC");
    assert_eq!((error.retry(), server.calls().len()), (Retry::WhenBack, 1), "the others were not even sent");
    server.advance(TimeDelta::seconds(11));
    repository.pull(PullNumber(1)).await.unwrap();
}

#[tokio::test]
async fn a_write_that_is_not_tried_again_in_time_may_have_happened() {
    let server = limited(|| status(500).header("retry-after", 30)).await;
    let error = server.repository().update_issue_comment(CommentId(5), "hello").await.unwrap_err();
    assert!(matches!(error, GitHubError::Server { status: 500, .. }) && error.may_have_happened(), "{error}");
    assert_eq!(server.calls().len(), 1);
}

#[tokio::test]
async fn a_limit_that_does_not_say_how_long_is_a_minute_and_grows() {
    let body = json!({ "message": "You have exceeded a secondary rate limit. Please wait a few minutes." });
    let server = Server::start(move |seen| (seen.line != TOKENS).then(|| status(403).json(&body))).await;
    let repository = server.repository();
    let mut waits = Vec::new();
    for _ in 0..6 {
        let (_, wait) = wait_of(&repository).await;
        waits.push(wait.as_secs());
        server.advance(TimeDelta::from_std(wait).unwrap() + TimeDelta::seconds(1));
    }
    assert_eq!(waits, [60, 120, 240, 480, 900, 900]);
}

#[tokio::test]
async fn a_used_up_limit_lasts_until_its_reset_on_githubs_clock() {
    // GitHub's clock is an hour ahead of this one.
    let date = noon() + TimeDelta::hours(1);
    let reset = (date + TimeDelta::minutes(7)).timestamp();
    let server = limited(move || {
        let reply = status(403).header("date", date.to_rfc2822()).header("x-ratelimit-remaining", 0);
        reply.header("x-ratelimit-reset", reset).json(&json!({ "message": "API rate limit exceeded" }))
    })
    .await;
    let repository = server.repository();
    assert_eq!(wait_of(&repository).await, ("primary", Duration::from_secs(420)));
    server.advance(TimeDelta::seconds(421));
    repository.pull(PullNumber(1)).await.unwrap();
}

#[tokio::test]
async fn the_last_call_of_the_hour_stops_the_next_one() {
    let server = limited(|| {
        let reset = (noon() + TimeDelta::minutes(3)).timestamp();
        ok(&pull(1)).header("x-ratelimit-remaining", 0).header("x-ratelimit-reset", reset)
    })
    .await;
    let repository = server.repository();
    repository.pull(PullNumber(1)).await.unwrap();
    let (which, _) = wait_of(&repository).await;
    assert_eq!((which, server.calls().len()), ("primary", 1));
}

#[tokio::test]
async fn a_short_wait_is_waited() {
    let body = json!({ "message": "secondary rate limit" });
    for code in [429, 503] {
        let body = body.clone();
        let mut server = limited(move || status(code).header("retry-after", 1).json(&body)).await;
        server.settings.patience = Duration::from_secs(60);
        server.clock = seam::telemetry::clock::Clock::System;
        server.repository().pull(PullNumber(1)).await.unwrap();
        assert_eq!(server.calls().len(), 2);
    }
}

#[tokio::test]
async fn one_installation_does_not_stop_another() {
    let server = Server::start(|seen| match seen.header("authorization") {
        _ if seen.line.ends_with("access_tokens") && !seen.line.contains("/7/") => {
            Some(ok(&json!({ "token": "other", "expires_at": noon() + TimeDelta::hours(1) })))
        }
        Some("Bearer other") => Some(ok(&pull(1))),
        _ if seen.line == TOKENS => None,
        _ => Some(status(429).header("retry-after", 60)),
    })
    .await;
    let github = server.client();
    let first = repository(&github);
    wait_of(&first).await;
    let second = github.repository(
        seam::domain::ids::InstallationId(8),
        first.id(),
        first.name().clone(),
        first.permissions().clone(),
    );
    second.pull(PullNumber(1)).await.unwrap();
}

#[tokio::test]
async fn writes_stay_below_eighty_a_minute_and_five_hundred_an_hour() {
    let comment = json!({ "id": 5, "created_at": "2026-07-14T12:00:00Z", "html_url": "" });
    let server = Server::start(move |seen| (seen.line != TOKENS).then(|| status(201).json(&comment))).await;
    let repository = server.repository();
    let mut per_minute = Vec::new();
    for _ in 0..60 {
        let before = server.calls().len();
        for _ in 0..60 {
            while repository.create_issue_comment(PullNumber(1), "hello").await.is_ok() {}
            server.advance(TimeDelta::seconds(1));
        }
        per_minute.push(server.calls().len() - before);
    }
    assert!(per_minute.iter().all(|writes| *writes < 80), "{per_minute:?}");
    assert!((400..500).contains(&per_minute.iter().sum::<usize>()), "{per_minute:?}");
}

#[tokio::test]
async fn processes_that_share_a_database_stay_below_the_limits_together() {
    let comment = json!({ "id": 5, "created_at": "2026-07-14T12:00:00Z", "html_url": "" });
    let server = Server::start(move |seen| (seen.line != TOKENS).then(|| status(201).json(&comment))).await;
    let replicas: Vec<_> = (0..3)
        .map(|_| {
            let github = server.client();
            github.share_limits_among(3);
            repository(&github)
        })
        .collect();
    let mut per_minute = Vec::new();
    for _ in 0..10 {
        let before = server.calls().len();
        for _ in 0..60 {
            for replica in &replicas {
                while replica.create_issue_comment(PullNumber(1), "hello").await.is_ok() {}
            }
            server.advance(TimeDelta::seconds(1));
        }
        per_minute.push(server.calls().len() - before);
    }
    assert!(per_minute.iter().all(|writes| *writes < 80), "{per_minute:?}");
    assert!(per_minute[0] > 50, "each has its share: {per_minute:?}");
}

#[tokio::test]
async fn reads_stay_below_nine_hundred_points_a_minute() {
    let server = Server::start(|seen| (seen.line != TOKENS).then(|| ok(&pull(1)))).await;
    let repository = server.repository();
    for _ in 0..60 {
        while repository.pull(PullNumber(1)).await.is_ok() {}
        server.advance(TimeDelta::seconds(1));
    }
    assert!((700..900).contains(&server.calls().len()), "{}", server.calls().len());
}

#[tokio::test]
async fn no_more_than_ten_calls_of_an_installation_are_under_way() {
    let gate = Arc::new(Semaphore::new(0));
    let behind = Arc::clone(&gate);
    let server = Server::start(move |seen| (seen.line != TOKENS).then(|| ok(&pull(1)).behind(&behind))).await;
    let repository = server.repository();
    repository.token().await.unwrap();
    let calls: Vec<_> = (0..15)
        .map(|_| {
            let repository = repository.clone();
            tokio::spawn(async move { repository.pull(PullNumber(1)).await.map(drop) })
        })
        .collect();
    server.settle_at(1 + 10).await;
    gate.add_permits(15);
    for call in calls {
        call.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn calls_and_what_is_left_are_counted() {
    let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
    let handle = recorder.handle();
    let _recording = metrics::set_default_local_recorder(&recorder);
    let server = Server::start(|seen| match seen.earlier {
        _ if seen.line == TOKENS => None,
        0 => Some(status(502)),
        _ => Some(ok(&pull(1)).header("x-ratelimit-remaining", 4998)),
    })
    .await;
    server.repository().pull(PullNumber(1)).await.unwrap();
    let rendered = handle.render();
    let mut counted: Vec<_> = rendered.lines().filter(|line| line.starts_with("seam_")).collect();
    counted.sort_unstable();
    insta::assert_snapshot!(counted.join("\n"), @r#"
    seam_github_rate_limit_remaining{installation="7"} 4998
    seam_github_requests_total{endpoint="GET /repos/{owner}/{repo}/pulls/{pull_number}",status="200"} 1
    seam_github_requests_total{endpoint="GET /repos/{owner}/{repo}/pulls/{pull_number}",status="502"} 1
    seam_github_requests_total{endpoint="POST /app/installations/{installation_id}/access_tokens",status="201"} 1
    "#);
}
