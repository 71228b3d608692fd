//! A big change becomes draft pull requests, which follow each other to the end.

mod abandoning;
mod advice;
mod checking;
mod following;
mod independent;
mod killed;
mod opening;
mod planning;
mod pushes;

use crate::{
    fake_github::{
        acts::{pull::Pull, repo::Repo},
        git_repository::Commit,
        model::pull::PullState,
    },
    support::seam::Seam,
};

/// By folder, so that these tests hang on no weights.
const POLICY: &str = "split: { strategy: directory, min_files: 4 }\n";

/// Three folders; what `report` adds uses what `billing` adds, and shows a page of `docs`.
fn big() -> Commit {
    Commit::new()
        .message("Bill by country")
        .write("billing/rates.py", "def rate_of_country(country):\n    return RATES_BY_COUNTRY[country]\n")
        .write("billing/tables.py", "RATES_BY_COUNTRY = {'dk': 25, 'de': 19}\n")
        .write("docs/billing.md", "# Billing\n\nHow invoices are made.\n")
        .write("docs/index.md", "# Index\n\nSee billing.\n")
        .write("report/totals.py", "from billing.rates import rate_of_country\n\n\ndef total(price):\n    return price * rate_of_country('dk')\n")
        .write("report/summary.py", "from billing.rates import rate_of_country\n\nPAGE = 'docs/billing.md'\n\n\ndef line(country):\n    return rate_of_country(country)\n")
}

/// A pull request with a big change, after the policy was set.
async fn big_pull(seam: &Seam) -> Pull {
    seam.shop.commit("main", [(".github/seam.yml", POLICY)]);
    let pull = seam.shop.open_pull("topic", big()).await;
    seam.settle().await;
    pull
}

/// Somebody writes a command, and Seam does what there is to do.
async fn say(seam: &Seam, pull: &Pull, command: &str) {
    pull.comment("ada", command).await;
    seam.settle().await;
}

/// The pull requests of a repository, each with what its own diff shows.
fn stack(shop: &Repo) -> String {
    let (git, mut text) = (shop.git(), String::new());
    for number in 1..=shop.count_pulls() {
        let pull = shop.pull(number).now();
        let state = match pull.state {
            PullState::Open if pull.draft => "draft",
            PullState::Open => "open",
            PullState::Closed { .. } => "closed",
            PullState::Merged { .. } => "merged",
        };
        text.push_str(&format!("#{number} {} {state}: {} -> {}\n", pull.title, pull.head_ref, pull.base_ref));
        if pull.is_open() {
            let fork = git.merge_base(&shop.branch(&pull.base_ref), &pull.head_sha).unwrap();
            let names = git.git(&["diff", "--name-only", &fork, &pull.head_sha]);
            text.push_str(&format!("   {}\n", names.lines().collect::<Vec<_>>().join(" ")));
        }
    }
    text
}

/// The three slices are open, and each shows its own change.
fn assert_drafts(shop: &Repo) {
    insta::allow_duplicates! {
        insta::assert_snapshot!(stack(shop), @r"
        #1 Pull in topic open: topic -> main
           billing/rates.py billing/tables.py docs/billing.md docs/index.md report/summary.py report/totals.py
        #2 Add RATES_BY_COUNTRY in billing draft: seam/topic/1-add-rates-by-country-in-billing -> main
           billing/rates.py billing/tables.py
        #3 Add 2 files in docs draft: seam/topic/2-add-2-files-in-docs -> seam/topic/1-add-rates-by-country-in-billing
           docs/billing.md docs/index.md
        #4 Add billing in report draft: seam/topic/3-add-billing-in-report -> seam/topic/2-add-2-files-in-docs
           report/summary.py report/totals.py
        ");
    }
}

/// The lowest slice is merged, and the others show their own change and nothing else.
fn assert_lowest_is_merged(shop: &Repo) {
    insta::allow_duplicates! {
        insta::assert_snapshot!(stack(shop), @r"
        #1 Pull in topic open: topic -> main
           billing/rates.py billing/tables.py docs/billing.md docs/index.md report/summary.py report/totals.py
        #2 Add RATES_BY_COUNTRY in billing merged: seam/topic/1-add-rates-by-country-in-billing -> main
        #3 Add 2 files in docs draft: seam/topic/2-add-2-files-in-docs -> main
           docs/billing.md docs/index.md
        #4 Add billing in report draft: seam/topic/3-add-billing-in-report -> seam/topic/2-add-2-files-in-docs
           report/summary.py report/totals.py
        ");
    }
}

/// The last comment of the App.
fn last_answer(pull: &Pull) -> String {
    let said = pull.conversation().into_iter().rfind(|comment| comment.author == "seam[bot]");
    said.map(|comment| visible(&comment.body)).unwrap_or_default()
}

fn visible(text: &str) -> String {
    text.lines().filter(|line| !line.starts_with("<!--")).collect::<Vec<_>>().join("\n").trim_end().to_owned()
}

/// The comment that shows the plan: its id and its text.
fn plan_comment(pull: &Pull) -> (i64, String) {
    let of = pull.conversation().into_iter().find(|comment| comment.body.contains("<!-- seam:split-plan:"));
    of.map(|comment| (comment.id, comment.body)).expect("the plan is shown")
}

async fn opened(seam: &Seam) -> Pull {
    let pull = big_pull(seam).await;
    say(seam, &pull, "/split").await;
    say(seam, &pull, "/split apply").await;
    pull
}
