//! A pull request on the fake GitHub, an execution that is running, and the effects it might want.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use seam::{
    domain::{
        anchor::{Anchor, Side},
        effect::{
            Annotation, CheckName, CheckRunReport, Conclusion, Effect, EffectKey, InlineComment, PlannedEffect, Verdict,
        },
        execution::{NewExecution, Priority, Supersede},
        finding::{Fingerprint, Severity},
        ids::{CommentId, CommitSha, InstallationId, PullNumber, RepositoryId},
    },
    effects::performer::Performer,
    github::{
        client::{GitHub, Settings, install_crypto_provider},
        jwt::AppCredentials,
        permissions::Permissions,
        repository::RepositoryClient,
    },
    store::{db::Db, enqueue, queue, queue::Lease},
    telemetry::clock::Clock,
};
use secrecy::SecretString;
use serde_json::Value;
use tokio::sync::watch;

use crate::fake_github::{
    acts::{pull::Pull, repo::Repo},
    fake::FakeGitHub,
    git_repository::Commit,
};

pub(crate) const LEASE: Duration = Duration::from_secs(60);

pub(crate) struct Desk {
    pub(crate) fake: FakeGitHub,
    pub(crate) repo: Repo,
    pub(crate) pull: Pull,
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) repository: RepositoryClient,
    _credentials: watch::Sender<Option<AppCredentials>>,
}

/// 14 July 2026, noon.
fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_784_030_400, 0).unwrap()
}

impl Desk {
    /// Pull request 1 of `octo/shop` changes lines 2 and 12 of `shop.py` (20 lines) and adds `new.py`.
    pub(crate) async fn new(db: Db) -> Self {
        install_crypto_provider();
        let clock = Clock::manual(noon());
        let fake = FakeGitHub::start(clock.clone()).await;
        let old: String = (1..=20).map(|line| format!("line {line}\n")).collect();
        let new = old.replace("line 2\n", "second\n").replace("line 12\n", "twelfth\n");
        let repo = fake.repository("octo/shop", [("shop.py", old.as_str())]);
        let pull = repo.open_pull("topic", Commit::new().write("shop.py", new).write("new.py", "import os\n")).await;
        let mut settings = Settings::new(fake.api_url().parse().unwrap());
        settings.backoff = Duration::from_millis(1);
        settings.tries = 1;
        settings.patience = Duration::ZERO;
        let app = fake.credentials();
        let credentials = watch::Sender::new(Some(AppCredentials {
            issuer: app.client_id,
            private_key: SecretString::from(app.private_key),
        }));
        let github = GitHub::new(settings, credentials.subscribe(), clock.clone()).unwrap();
        let installation = InstallationId(*fake.world().installations.keys().next().unwrap());
        let repository = github.repository(
            installation,
            RepositoryId(repo.id()),
            "octo/shop".parse().unwrap(),
            Permissions::for_review(),
        );
        Self { fake, repo, pull, db, clock, repository, _credentials: credentials }
    }

    /// An execution that was just claimed.
    pub(crate) async fn execution(&self) -> Lease {
        self.execution_in(&self.db).await
    }

    pub(crate) async fn execution_in(&self, db: &Db) -> Lease {
        let new = NewExecution {
            workflow: "review".to_owned(),
            lane: None,
            supersede: Supersede::Never,
            priority: Priority::Push,
            installation: Some(self.repository.installation()),
            repository: Some(self.repository.id()),
            repo: Some(self.repository.name().clone()),
            input: Value::Null,
            delivery: None,
            once: None,
            after: None,
        };
        enqueue::enqueue(db, &[new], self.clock.now()).await.unwrap();
        self.claim(db).await
    }

    async fn claim(&self, db: &Db) -> Lease {
        Lease::from(&queue::claim(db, "worker", LEASE, self.clock.now()).await.unwrap().unwrap())
    }

    /// The worker fell silent, and another one takes over.
    pub(crate) async fn take_over(&self) -> Lease {
        self.clock.advance(TimeDelta::seconds(61));
        queue::reap_expired(&self.db, 99, self.clock.now()).await.unwrap();
        self.claim(&self.db).await
    }

    pub(crate) fn performer(&self, held: Lease) -> Performer {
        Performer::new(self.db.clone(), self.repository.clone(), held, self.clock.clone())
    }

    pub(crate) fn head(&self) -> CommitSha {
        self.pull.head().parse().unwrap()
    }

    /// What a person sees, without what differs from run to run.
    pub(crate) fn shown(&self) -> String {
        self.pull.shown().replace(self.head().short(), "HEAD")
    }

    /// A review with these comments.
    pub(crate) fn review(&self, comments: &[InlineComment]) -> PlannedEffect {
        let key = format!("review:1@{}:{}", self.head(), comments.first().map_or("", |one| one.fingerprint.as_str()));
        PlannedEffect {
            effect: Effect::CreateReview {
                pull: PullNumber(1),
                commit: self.head(),
                verdict: Verdict::Comment,
                body: format!("I looked.\n\n<!-- seam:{key} -->"),
                comments: comments.to_vec(),
            },
            key: EffectKey(key),
        }
    }

    pub(crate) fn file_comment(&self, path: &str) -> PlannedEffect {
        let fingerprint = Fingerprint::of("big", "", path);
        PlannedEffect {
            key: EffectKey(format!("file-comment:1@{}:{path}", self.head())),
            effect: Effect::CreateFileComment {
                pull: PullNumber(1),
                commit: self.head(),
                path: path.to_owned(),
                body: format!("This file is big.\n\n<!-- seam:finding:{fingerprint} -->"),
                fingerprint,
            },
        }
    }

    pub(crate) fn summary(&self, text: &str) -> PlannedEffect {
        PlannedEffect {
            key: EffectKey(format!("summary:1@{}:{}", self.head(), text.len())),
            effect: Effect::UpsertComment { pull: PullNumber(1), body: format!("{text}\n\n<!-- seam:summary:1 -->") },
        }
    }

    pub(crate) fn check_run(&self, annotations: usize) -> PlannedEffect {
        let annotation = |line| Annotation {
            path: "shop.py".to_owned(),
            start_line: line,
            end_line: line,
            severity: Severity::Warning,
            title: format!("Problem {line}"),
            message: "Look.".to_owned(),
        };
        PlannedEffect {
            key: EffectKey(format!("check-run:{}:{annotations}", self.head())),
            effect: Effect::CompleteCheckRun {
                head: self.head(),
                check: CheckRunReport {
                    name: CheckName::Review,
                    conclusion: Conclusion::Neutral,
                    title: format!("{annotations} problems"),
                    summary: "As follows.".to_owned(),
                    text: None,
                    details_url: None,
                    annotations: (1..=annotations).map(|line| annotation(u32::try_from(line).unwrap())).collect(),
                    actions: Vec::new(),
                },
            },
        }
    }

    /// The first thread of the pull request: its comment and its node id.
    pub(crate) fn thread(&self) -> (CommentId, String) {
        let thread = self.pull.threads().into_iter().next().unwrap();
        (CommentId(thread.root), thread.node_id)
    }

    pub(crate) fn reply(&self) -> PlannedEffect {
        let (comment, _) = self.thread();
        let key = format!("reply:{comment}@{}", self.head());
        let body = format!("Fixed.\n\n<!-- seam:{key} -->");
        let effect = Effect::ReplyInThread { pull: PullNumber(1), comment, body };
        PlannedEffect { key: EffectKey(key), effect }
    }

    pub(crate) fn resolve(&self) -> PlannedEffect {
        let (_, thread) = self.thread();
        PlannedEffect { key: EffectKey(format!("resolve:{thread}")), effect: Effect::ResolveThread { thread } }
    }

    /// The writes that GitHub was asked for so far.
    pub(crate) fn writes(&self) -> Vec<String> {
        let is_write = |call: &str| {
            call.starts_with("POST /repos")
                || call.starts_with("PATCH")
                || call.contains("resolve")
                || call.contains("updateRefs")
        };
        self.fake.asked("").into_iter().map(|asked| asked.call).filter(|call| is_write(call)).collect()
    }
}

/// A comment on one line or several of the head.
pub(crate) fn comment(path: &str, start_line: u32, line: u32) -> InlineComment {
    let fingerprint = Fingerprint::of("rule", path, &format!("{start_line} {line}"));
    InlineComment {
        path: path.to_owned(),
        anchor: Anchor { side: Side::Right, start_line, line },
        body: format!("Better so:\n\n```suggestion\nx\n```\n\n<!-- seam:finding:{fingerprint} -->"),
        fingerprint,
    }
}
