//! Every delivery that was answered 202 has its effects exactly once, however often the program is killed.

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    panic::AssertUnwindSafe,
    time::Duration,
};

use chrono::TimeDelta;
use futures_util::FutureExt as _;
use seam::{
    domain::ids::DeliveryId,
    review::mark::Mark,
    store::{
        db::Db,
        delivery,
        execution::{self, Counts},
        queue,
    },
    telemetry::clock::Clock,
};
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

use super::{
    moment::Moment,
    people::{self, CART, Expected, PAGE, Story},
};
use crate::{
    fake_github::{
        acts::{pull::Pull, repo::Repo},
        fake::FakeGitHub,
        model::accounts::AccountKind,
        post::Receiver,
    },
    support::{
        database::TestDatabase,
        process::{Process, last_words},
        random::Random,
    },
};

/// How often it is killed; for a longer soak, `SEAM_TEST_KILLS` says another number.
const KILLS: usize = 6;
/// What repeats the moments of a run that failed.
const SEED: &str = "SEAM_TEST_KILLS_SEED";
/// How long the last process may take over what is left.
const PATIENCE: Duration = Duration::from_secs(600);

fn number(variable: &str) -> Option<u64> {
    env::var(variable).ok()?.parse().ok()
}

/// Two repositories of two installations, and a program that does not live long.
struct Town {
    fake: FakeGitHub,
    repos: [Repo; 2],
    database_url: String,
    data_dir: TempDir,
    random: Random,
    seed: u64,
    moments: Vec<Moment>,
}

impl Town {
    async fn new(database_url: &str) -> Self {
        let seed = number(SEED).unwrap_or_else(|| uuid::Uuid::new_v4().as_u64_pair().0 % 1_000_000);
        let mut fake = FakeGitHub::start(Clock::System).await;
        fake.without_limits();
        fake.world().add_account("acme", AccountKind::Organization);
        fake.install("acme").await;
        fake.deliver_by_itself();
        let repos = ["octo/shop", "acme/store"]
            .map(|name| fake.repository(name, [("shop/cart.py", CART), ("web/page.js", PAGE)]));
        let data_dir = tempfile::tempdir().unwrap();
        let (database_url, random) = (database_url.to_owned(), Random::new(seed));
        Self { fake, repos, database_url, data_dir, random, seed, moments: Vec::new() }
    }

    fn start(&self) -> Process {
        Process::start(&self.fake, &self.database_url, self.data_dir.path())
    }

    /// Alive until nothing is left to do.
    async fn let_it_rest(&self) {
        let mut process = self.start();
        let url = process.listening().await.expect("it listens");
        self.fake.send_webhooks_to(Receiver::Url(url));
        let db = Db::connect(&self.database_url).await.unwrap();
        let begun = Instant::now();
        loop {
            let missed = self.fake.shared.repeat_missed().await;
            let left = execution::counts(&db).await.unwrap();
            if missed == 0 && left.queued + left.running == 0 && self.nothing_is_under_way() {
                break;
            }
            process.still_runs();
            assert!(
                begun.elapsed() < PATIENCE,
                "{} wait and {} run: it does not come to rest",
                left.queued,
                left.running
            );
            sleep(Duration::from_millis(20)).await;
        }
        db.close().await;
        self.fake.send_webhooks_to(Receiver::Nobody);
        process.kill();
    }

    fn nothing_is_under_way(&self) -> bool {
        let world = self.fake.world();
        world.outbox.is_empty() && world.under_way == 0
    }

    /// As it is when nobody is killed; and as many pull requests as there will be lives, each told of its problem.
    async fn in_peace(&self, kills: usize) -> (Expected, Vec<Pull>) {
        let mut told = Vec::new();
        for life in 0..=kills {
            told.push(people::open(&self.repos[life % 2], &format!("told-{life}")).await);
        }
        let branch = people::push_branch(&self.repos[0], "peace").await;
        let only_second = Story::Opened(people::open_second(&self.repos[0], "second").await);
        self.let_it_rest().await;
        let pushed = told.pop().expect("there is one more than lives");
        let opened = Story::Opened(pushed.clone()).shown();
        people::push_second(&pushed).await;
        self.let_it_rest().await;
        let pushed = Story::Pushed(pushed).shown();
        let expected = Expected { opened, pushed, only_second: only_second.shown(), branch: branch.shown() };
        (expected, told)
    }

    /// A process lives until its moment comes, while people go on whether it lives or not.
    async fn one_life(&mut self, number: usize, told: Pull) -> Vec<Story> {
        let moment = Moment::some(&mut self.random, number);
        self.moments.push(moment);
        let mut process = self.start();
        let (listening, shared, repo) = (process.listening(), self.fake.shared.clone(), self.repos[number % 2].clone());
        let acts = tokio::spawn(async move {
            if let Some(url) = listening.await {
                shared.set_receiver(Receiver::Url(url));
                shared.repeat_missed().await;
            }
            people::one_of_each(&repo, number, told).await
        });
        moment.wait(&self.fake, &mut process);
        process.kill();
        self.fake.send_webhooks_to(Receiver::Nobody);
        acts.await.unwrap()
    }

    /// What the dead one held is anybody's: as if the time of its leases were over.
    async fn let_leases_run_out(&self) {
        let db = Db::connect(&self.database_url).await.unwrap();
        queue::reap_expired(&db, i32::MAX, Clock::System.now() + TimeDelta::hours(1)).await.unwrap();
        db.close().await;
    }

    async fn every_execution_ended_well(&self) {
        let db = Db::connect(&self.database_url).await.unwrap();
        assert_eq!(execution::counts(&db).await.unwrap(), Counts::default());
        db.close().await;
    }

    /// Whatever stories it belongs to: no review, thread, reply or summary is there a second time, and of each execution one
    /// check run.
    fn nothing_is_there_twice(&self) {
        let world = self.fake.world();
        for repository in world.repositories.values() {
            let mut seen: BTreeMap<String, usize> = BTreeMap::new();
            let mut see = |what: String| *seen.entry(what).or_default() += 1;
            for run in &repository.check_runs {
                see(format!("check run of {} by {:?}", run.head_sha, run.details_url));
            }
            for pull in repository.pulls.values() {
                let reviews = pull.reviews.iter().map(|review| &review.body);
                let comments = pull.review_comments.iter().map(|comment| &comment.body);
                let summaries = pull.issue_comments.iter().map(|comment| &comment.body);
                for mark in reviews.chain(comments).chain(summaries).filter_map(|body| Mark::ending(body)) {
                    see(format!("#{} {mark}", pull.number));
                }
            }
            let twice: Vec<_> = seen.into_iter().filter(|(_, count)| *count > 1).collect();
            assert!(twice.is_empty(), "there more than once: {twice:#?}");
        }
    }

    /// What is not seen twice is counted.
    fn every_thread_was_resolved_once(&self) {
        let calls = self.fake.arrived("POST /graphql resolveReviewThread");
        let world = self.fake.world();
        let threads = world.repositories.values().flat_map(|one| one.pulls.values()).flat_map(|pull| &pull.threads);
        assert_eq!(calls, threads.filter(|thread| thread.resolved_by.is_some()).count());
    }

    /// At last; and what was answered is stored, whether it has effects or not.
    async fn every_delivery_was_taken(&self) {
        let (mut sent, mut taken) = (BTreeSet::new(), BTreeSet::new());
        for delivery in &self.fake.world().deliveries {
            sent.insert(delivery.guid.clone());
            if delivery.answered.is_some_and(|status| status < 300) {
                taken.insert(delivery.guid.clone());
            }
        }
        let lost: Vec<_> = sent.difference(&taken).collect();
        assert!(lost.is_empty(), "never taken: {lost:?}");
        let db = Db::connect(&self.database_url).await.unwrap();
        for guid in taken {
            let id = DeliveryId(guid);
            assert!(delivery::get(&db, &id).await.unwrap().is_some(), "{id} was answered and is not there");
        }
        db.close().await;
    }
}

impl Drop for Town {
    #[expect(clippy::print_stdout, reason = "what somebody needs who wants to know why a test failed")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("{}\nIt was killed {:?}", last_words(self.data_dir.path(), 60), self.moments);
            println!("{SEED}={} repeats these moments", self.seed);
        }
    }
}

async fn survive(database: TestDatabase) {
    let ended = AssertUnwindSafe(town_on(&database.url)).catch_unwind().await;
    database.remove().await;
    if let Err(panic) = ended {
        std::panic::resume_unwind(panic);
    }
}

async fn town_on(database_url: &str) {
    let kills = number("SEAM_TEST_KILLS").map_or(KILLS, |kills| usize::try_from(kills).unwrap());
    let mut town = Town::new(database_url).await;
    let (expected, told) = town.in_peace(kills).await;
    insta::allow_duplicates! {
        insta::assert_snapshot!(expected.opened, @r#"
        check Seam: failure: 1 error
        shop/cart.py:6 py/eval-nonliteral
        reviews: ["COMMENTED"], comments: 0
        "#);
        insta::assert_snapshot!(expected.pushed, @r#"
        check Seam: neutral: 1 fixed, 0 open, 1 new
        shop/cart.py:6 (outdated) py/eval-nonliteral, resolved by seam[bot]
          seam[bot]: Fixed as of HEAD.
        web/page.js:2 gen/debug-leftover
        reviews: ["COMMENTED", "COMMENTED"], comments: 0
        "#);
        insta::assert_snapshot!(expected.branch, @"check Seam: 1 error");
    }
    let mut stories = Vec::new();
    for (life, told) in told.into_iter().enumerate() {
        stories.extend(town.one_life(life, told).await);
        if town.random.one_in(2) {
            town.let_leases_run_out().await;
        }
    }
    town.let_leases_run_out().await;
    town.let_it_rest().await;

    town.every_delivery_was_taken().await;
    town.every_execution_ended_well().await;
    town.nothing_is_there_twice();
    town.every_thread_was_resolved_once();
    for story in &stories {
        story.check(&expected);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sqlite() {
    survive(TestDatabase::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn postgres() {
    if let Some(database) = TestDatabase::postgres().await {
        survive(database).await;
    }
}
