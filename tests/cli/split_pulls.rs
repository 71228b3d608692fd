//! `seam split --create-prs`, from a clone of a repository on GitHub.

use chrono::Utc;
use seam::telemetry::clock::Clock;

use super::terminal::{Ran, Terminal};
use crate::fake_github::{acts::repo::Repo, fake::FakeGitHub};

/// A person with a clone, and a big change that is not committed.
struct Desk {
    fake: FakeGitHub,
    shop: Repo,
    terminal: Terminal,
    token: String,
}

impl Desk {
    async fn new() -> Self {
        let fake = FakeGitHub::start(Clock::manual(Utc::now())).await;
        let shop = fake.repository("octo/shop", [("README.md", "# Shop\n")]);
        let token = fake.token("octo");
        let terminal = Terminal::in_empty_repository();
        let address = fake.web_url().replace("http://", &format!("http://x-access-token:{token}@"));
        terminal.git(&["remote", "add", "origin", &format!("{address}/octo/shop.git")]);
        terminal.git(&["pull", "--quiet", "origin", "main"]);
        terminal.git(&["fetch", "--quiet", "origin"]);
        terminal.git(&["checkout", "--quiet", "-b", "topic"]);
        terminal.git(&["config", "user.name", "Ada"]);
        terminal.git(&["config", "user.email", "ada@example.com"]);
        terminal.write(&[
            ("billing/rates.py", "def rate_of_country(country):\n    return RATES_BY_COUNTRY[country]\n"),
            ("billing/tables.py", "RATES_BY_COUNTRY = {'dk': 25, 'de': 19}\n"),
            ("report/totals.py", "from billing.rates import rate_of_country\n\n\ndef total(price):\n    return price * rate_of_country('dk')\n"),
            ("web/help.md", "# Help\n\nTelephone the harbour office.\n"),
        ]);
        Self { fake, shop, terminal, token }
    }

    fn split(&self, more: &[&str]) -> Ran {
        let mut arguments = vec!["split", "--strategy", "directory", "--create-prs"];
        arguments.extend(more);
        let path = std::env::var("PATH").unwrap();
        let environment =
            [("PATH", path.as_str()), ("GITHUB_TOKEN", &self.token), ("GITHUB_API_URL", self.fake.api_url())];
        tokio::task::block_in_place(|| self.terminal.seam_with(&self.terminal.root(), &arguments, &environment))
    }

    fn pulls(&self) -> String {
        let shown = |number| {
            let pull = self.shop.pull(number).now();
            let draft = if pull.draft { ", draft" } else { "" };
            format!("#{number} {}: {} -> {}{draft} {:?}\n", pull.title, pull.head_ref, pull.base_ref, pull.labels)
        };
        (1..=self.shop.count_pulls()).map(shown).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn slices_become_draft_pull_requests_once() {
    let desk = Desk::new().await;
    desk.shop.with_stacks();
    desk.fake.world().repository_mut(desk.shop.id()).labels.insert("documentation".to_owned());
    let ran = desk.split(&[]);
    let without_commit = |line: &str| line.split(" at ").next().unwrap_or_default().to_owned();
    let told: Vec<_> = ran.err.replace(desk.fake.web_url(), "http://HOST").lines().map(without_commit).collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    seam: made seam/topic/1-add-rates-by-country-in-billing
    seam: made seam/topic/2-add-2-files
    seam: http://HOST/octo/shop/pull/1 Add RATES_BY_COUNTRY in billing
    seam: http://HOST/octo/shop/pull/2 Add 2 files
    ");
    insta::assert_snapshot!(desk.pulls(), @r"
    #1 Add RATES_BY_COUNTRY in billing: seam/topic/1-add-rates-by-country-in-billing -> main, draft {}
    #2 Add 2 files: seam/topic/2-add-2-files -> seam/topic/1-add-rates-by-country-in-billing, draft {}
    ");
    let world = desk.fake.world();
    let stacks: Vec<_> =
        world.repository(desk.shop.id()).stacks.iter().flatten().map(|stack| stack.pulls.clone()).collect();
    drop(world);
    assert_eq!(stacks, [[1, 2]]);
    insta::assert_snapshot!(desk.shop.pull(1).now().body.unwrap().split("---").nth(1).unwrap(), @r"
    Cut from `topic` by Seam:

    | | Slice | On | State |
    |--|--|--|--|
    | 1 | **#1 Add RATES_BY_COUNTRY in billing** | `main` | draft |
    | 2 | #2 Add 2 files | #1 | draft |

    <!-- seam:slice:0/s1 -->
    ");
    // Again, there is nothing left to do.
    let before = desk.pulls();
    let again = desk.split(&[]);
    assert_eq!((again.code, desk.pulls()), (0, before), "{again}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_shows_every_call_and_makes_none() {
    let desk = Desk::new().await;
    desk.terminal.git(&["remote", "set-head", "origin", "main"]);
    let ran = desk.split(&["--dry-run"]);
    let base = &desk.shop.branch("main")[..7];
    insta::assert_snapshot!(ran.err.replace(base, "BASE"), @r#"
    seam: would make seam/topic/1-add-rates-by-country-in-billing on BASE
    seam: would make seam/topic/2-add-2-files on seam/topic/1-add-rates-by-country-in-billing
    seam: git push --atomic origin seam/topic/1-add-rates-by-country-in-billing seam/topic/2-add-2-files
    seam: GET /repos/octo/shop
    seam: GET /repos/octo/shop/labels
    seam: GET /repos/octo/shop/pulls?state=open&head=octo:seam/topic/1-add-rates-by-country-in-billing
    seam: POST /repos/octo/shop/pulls {"title":"Add RATES_BY_COUNTRY in billing","head":"seam/topic/1-add-rates-by-country-in-billing","base":"main","draft":true}
    seam: POST /repos/octo/shop/issues/N/labels, where labels of the repository fit
    seam: GET /repos/octo/shop/pulls?state=open&head=octo:seam/topic/2-add-2-files
    seam: POST /repos/octo/shop/pulls {"title":"Add 2 files","head":"seam/topic/2-add-2-files","base":"seam/topic/1-add-rates-by-country-in-billing","draft":true}
    seam: POST /repos/octo/shop/issues/N/labels, where labels of the repository fit
    seam: PATCH /repos/octo/shop/pulls/N, the whole stack in the words of seam/topic/1-add-rates-by-country-in-billing
    seam: PATCH /repos/octo/shop/pulls/N, the whole stack in the words of seam/topic/2-add-2-files
    seam: POST /repos/octo/shop/stacks, of seam/topic/1-add-rates-by-country-in-billing, seam/topic/2-add-2-files
    "#);
    assert_eq!((desk.shop.branches(), desk.fake.asked("").len()), (vec!["main".to_owned()], 0));
    let told = ran.err.matches(" /repos/").count();
    desk.terminal.git(&["remote", "set-head", "origin", "--delete"]);
    let unknown = desk.split(&["--dry-run"]);
    assert!(unknown.err.contains(r#""base":"{default_branch}""#), "{unknown}");
    desk.split(&[]);
    // No label fits here.
    assert_eq!(desk.fake.asked("").len() + 2, told, "{:?}", desk.fake.asked(""));
}

#[tokio::test(flavor = "multi_thread")]
async fn slices_are_merged_into_the_branch_that_was_compared_with() {
    let desk = Desk::new().await;
    desk.shop.point("release", &desk.shop.branch("main")).await;
    desk.terminal.git(&["fetch", "--quiet", "origin"]);
    let ran = desk.split(&["--base", "origin/release"]);
    assert_eq!(ran.code, 0, "{ran}");
    assert_eq!(desk.shop.pull(1).now().base_ref, "release");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_is_said_before_anything_is_made() {
    let desk = Desk::new().await;
    let path = std::env::var("PATH").unwrap();
    let without = |arguments: &[&str]| {
        let environment = [("PATH", path.as_str()), ("GITHUB_API_URL", desk.fake.api_url())];
        tokio::task::block_in_place(|| desk.terminal.seam_with(&desk.terminal.root(), arguments, &environment))
    };
    let ran = without(&["split", "--strategy", "directory", "--create-prs", "--remote", "fork"]);
    insta::assert_snapshot!(format!("{}exit {}", ran.err, ran.code), @r"
    seam: there is no remote fork; name one with --remote: git remote failed: error: No such remote 'fork'
    exit 2
    ");
    let ran = without(&["split", "--strategy", "directory", "--create-prs"]);
    insta::assert_snapshot!(format!("{}exit {}", ran.err, ran.code), @r"
    seam: there is no token for GitHub: set GITHUB_TOKEN, or sign in with `gh auth login`
    exit 2
    ");
    assert_eq!(desk.terminal.git(&["for-each-ref", "--format=%(refname:short)", "refs/heads"]), "main\ntopic");
}
