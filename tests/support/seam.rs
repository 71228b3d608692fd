//! The whole of Seam against the fake GitHub: a test acts as people do, lets Seam work until nothing is left to do, and
//! looks at what people see.
//!
//! `scenario!(name, async |seam| { ... })` makes the tests `name::sqlite` and `name::postgres`.

use std::{
    collections::{BTreeSet, HashMap},
    panic::AssertUnwindSafe,
    path::Path,
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt as _;
use seam::{
    app::{basis::Basis, serving::App},
    config::{settings::Settings, sources::Flags},
    domain::execution::Execution,
    github::client::{self, GitHub},
    sandbox::runner::Sandbox,
    store::{self, db::Db},
    telemetry::clock::Clock,
    workflow::worker::Workers,
};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use super::{database::TestDatabase, model::FakeModel};
use crate::fake_github::{acts::repo::Repo, fake::FakeGitHub, post::Receiver};

macro_rules! scenario {
    ($name:ident, async |$seam:ident| $body:expr) => {
        mod $name {
            use super::*;

            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn sqlite() {
                $crate::support::seam::on_sqlite(async |$seam: &mut Seam| $body).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn postgres() {
                $crate::support::seam::on_postgres(async |$seam: &mut Seam| $body).await;
            }
        }
    };
}

pub(crate) use scenario;

/// What the repository of every scenario holds at first.
const FILES: [(&str, &str); 3] = [
    ("README.md", "# Shop\n"),
    ("shop/cart.py", "def total(prices):\n    return sum(prices)\n"),
    ("web/page.js", "export function greet(name) {\n  return `Hello ${name}`;\n}\n"),
];

/// Waits for retries at most so often: an hour each.
const PATIENCE: usize = 40;

/// Seam, its GitHub with one repository `octo/shop`, and a clock that only the test moves.
pub(crate) struct Seam {
    pub(crate) github: FakeGitHub,
    pub(crate) shop: Repo,
    pub(crate) clock: Clock,
    app: App,
    data_dir: TempDir,
    database_url: String,
    /// What the operator sets besides.
    variables: Vec<(&'static str, String)>,
    /// Executions before the scenario began.
    beginnings: usize,
}

pub(crate) async fn on_sqlite(body: impl AsyncFnOnce(&mut Seam)) {
    run(TestDatabase::sqlite(), body).await;
}

pub(crate) async fn on_postgres(body: impl AsyncFnOnce(&mut Seam)) {
    if let Some(database) = TestDatabase::postgres().await {
        run(database, body).await;
    }
}

async fn run(database: TestDatabase, body: impl AsyncFnOnce(&mut Seam)) {
    let mut seam = Seam::start(&database).await;
    let whole = async {
        body(&mut seam).await;
        assert_eq!(seam.unfinished().await, 0, "something is left to do:\n{}", seam.log().await);
    };
    let ended = AssertUnwindSafe(whole).catch_unwind().await;
    seam.db().close().await;
    database.remove().await;
    if let Err(panic) = ended {
        // What the fake has to say would be a second panic.
        seam.github.forgive();
        std::panic::resume_unwind(panic);
    }
}

impl Seam {
    async fn start(database: &TestDatabase) -> Self {
        let clock = Clock::manual(DateTime::<Utc>::from_timestamp(1_790_000_000, 0).unwrap());
        let github = FakeGitHub::start(clock.clone()).await;
        let data_dir = tempfile::tempdir().unwrap();
        let app = start_process(&github, &database.url, data_dir.path(), clock.clone(), &[]).await;
        let shop = github.repository("octo/shop", FILES);
        let database_url = database.url.clone();
        let mut seam = Self { github, shop, clock, app, data_dir, database_url, variables: Vec::new(), beginnings: 0 };
        seam.github.deliver().await;
        seam.settle().await;
        seam.beginnings = seam.log().await.lines().count();
        seam
    }

    pub(crate) fn workers(&self) -> &Workers {
        self.app.workers()
    }

    pub(crate) fn db(&self) -> &Db {
        self.app.db()
    }

    /// Lets Seam work until nothing is left to do, webhooks of its own acts included; retries wait in no time.
    pub(crate) async fn settle(&self) {
        for _ in 0..PATIENCE {
            self.work().await;
            if self.unfinished().await == 0 {
                return;
            }
            self.clock.advance(TimeDelta::hours(1));
        }
        panic!("Seam does not come to rest:\n{}", self.log().await);
    }

    /// Lets Seam do what can be done now.
    pub(crate) async fn work(&self) {
        loop {
            let done = self.app.workers().run_until_idle().await.unwrap();
            if self.github.deliver().await == 0 && done == 0 {
                return;
            }
        }
    }

    /// Lets Seam work until it has made `calls` of this name, and kills it there; the lease of what it did runs out.
    pub(crate) async fn work_until_killed(&mut self, call: &str, calls: usize) {
        let before = self.github.arrived(call);
        let workers = self.app.workers().clone();
        let working = tokio::spawn(async move { workers.run(CancellationToken::new()).await });
        let arrived = async {
            while self.github.arrived(call) < before + calls {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), arrived).await.expect("Seam makes the call");
        working.abort();
        let _ = working.await;
        self.clock.advance(TimeDelta::minutes(10));
        self.restart().await;
    }

    /// Another process on the same database and data.
    pub(crate) async fn restart(&mut self) {
        let (url, folder, clock) = (&self.database_url, self.data_dir.path(), self.clock.clone());
        self.app = start_process(&self.github, url, folder, clock, &self.variables).await;
    }

    /// An operator sets a variable and starts Seam again.
    pub(crate) async fn set(&mut self, variable: &'static str, value: impl Into<String>) {
        self.variables.push((variable, value.into()));
        self.restart().await;
    }

    /// An operator has a language model and starts Seam again.
    pub(crate) async fn ask(&mut self, model: &FakeModel) {
        self.variables.extend(model.variables());
        self.restart().await;
    }

    /// An operator adds a workflow and starts Seam again.
    pub(crate) async fn add_workflow(&mut self, text: &str) {
        let folder = self.data_dir.path().join("workflows");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("own.yml"), text).unwrap();
        self.restart().await;
    }

    /// Executions that wait or run.
    async fn unfinished(&self) -> i64 {
        let counts = store::execution::counts(self.db()).await.unwrap();
        counts.queued + counts.running
    }

    /// Every execution of the scenario with how it ended, oldest first.
    pub(crate) async fn log(&self) -> String {
        let filter = store::execution::Filter { limit: 1_000, ..Default::default() };
        let mut all = store::execution::list(self.db(), &filter).await.unwrap();
        all.sort_by_key(|one| one.id);
        let line = |one: &Execution| {
            let reason = one.reason.as_ref().map_or(String::new(), |reason| format!(": {reason}"));
            let event = one.input["event"].as_str().unwrap_or_default();
            format!("{} {event} {}{reason}\n", one.workflow, one.status.as_str())
        };
        all.iter().skip(self.beginnings).map(line).collect()
    }

    /// Every delivery that started nothing, and why.
    pub(crate) async fn skipped(&self) -> String {
        let later = self.clock.now() + TimeDelta::days(1);
        let all = store::delivery::list(self.db(), later, 1_000).await.unwrap();
        let line = |one: &seam::domain::delivery::Delivery| {
            let action = one.action.as_ref().map_or(String::new(), |action| format!(".{action}"));
            Some(format!("{}{action}: {}\n", one.event, one.reason.as_ref()?))
        };
        let lines: BTreeSet<_> = all.iter().filter_map(line).collect();
        lines.into_iter().collect()
    }
}

/// Seam as the operator's variables describe it, with less patience than a server has.
async fn start_process(
    fake: &FakeGitHub,
    database_url: &str,
    data_dir: &Path,
    clock: Clock,
    more: &[(&'static str, String)],
) -> App {
    let own = fake.credentials();
    let mut variables: HashMap<&str, String> = HashMap::from([
        ("DATABASE_URL", database_url.to_owned()),
        ("SEAM_DATA_DIR", data_dir.display().to_string()),
        ("SEAM_GITHUB_API_URL", fake.api_url().to_owned()),
        ("SEAM_GITHUB_URL", fake.web_url().to_owned()),
        ("SEAM_GITHUB_APP_ID", own.app_id.to_string()),
        ("SEAM_GITHUB_PRIVATE_KEY", own.private_key),
        ("SEAM_GITHUB_WEBHOOK_SECRET", own.webhook_secret),
    ]);
    variables.extend(more.iter().cloned());
    let settings = Settings::read(&Flags::default(), &|name| variables.get(name).cloned()).unwrap();
    let mut basis = Basis::open(settings, clock.clone()).await.unwrap();
    let patience = client::Settings {
        timeout: Duration::from_secs(8),
        backoff: Duration::from_millis(1),
        // A manual clock does not move while somebody waits.
        patience: Duration::ZERO,
        ..client::Settings::new(basis.settings.github.api_url.clone())
    };
    basis.github = GitHub::new(patience, basis.keyring.credentials(), clock).unwrap();
    // This process is a test, and no Seam.
    basis.sandbox = Sandbox::by(env!("CARGO_BIN_EXE_seam"));
    // A server asks by itself who it is.
    basis.keyring.learn(&basis.github.app().app().await.unwrap());
    let app = App::on(basis).unwrap();
    fake.send_webhooks_to(Receiver::Router(app.router(), "/webhooks/github"));
    app
}
