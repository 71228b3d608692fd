//! The main job, with no GitHub account: starts the fake GitHub of the tests with a real git repository in it, starts
//! Seam, opens a pull request with problems in it, and prints the review that Seam posted.

#![expect(clippy::print_stdout, reason = "it is there to print")]

#[expect(dead_code, clippy::unwrap_used, reason = "the tests use more of it, and fail where they must")]
#[path = "../tests/fake_github/mod.rs"]
mod fake_github;

use std::{
    collections::HashMap,
    io::IsTerminal as _,
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use fake_github::{acts::pull::Pull, fake::FakeGitHub, post::Receiver};
use seam::{
    app::serving::App,
    config::{settings::Settings, sources::Flags},
    telemetry::clock::Clock,
};
use tokio::net::TcpListener;

const CART: &str = "\
def total(prices):
    return sum(prices)
";

const CART_CHANGED: &str = "\
import subprocess


def total(prices):
    return sum(prices)


def price(formula):
    return eval(formula)


def print_receipt(printer, text):
    subprocess.run(f'lpr -P {printer} {text}', shell=True)
";

const PAGE: &str = "\
export function greet(name) {
  return `Hello ${name}`;
}
";

const PAGE_CHANGED: &str = "\
export function greet(name) {
  debugger;
  document.getElementById('greeting').innerHTML = name;
  return `Hello ${name}`;
}
";

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let data_dir = tempfile::tempdir()?;
    let mut github = FakeGitHub::start(Clock::System).await;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}", listener.local_addr()?);
    let app = App::build(settings(&github, &address, &data_dir.path().display().to_string())?, Clock::System).await?;
    let sign_in = app.sign_in_link().await?;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = tokio::spawn(app.serve(listener, async { drop(stopped.await) }));
    github.send_webhooks_to(Receiver::Url(format!("{address}/webhooks/github")));
    github.deliver_by_itself();
    println!("A GitHub without an account:  {}", github.web_url());
    println!("Seam:                         {address}\n");

    let shop = github.repository("octo/shop", [("shop/cart.py", CART), ("web/page.js", PAGE)]);
    println!("Ada opens a pull request on octo/shop ...");
    let opened = Instant::now();
    let pull = shop
        .new_pull("receipts", [("shop/cart.py", CART_CHANGED), ("web/page.js", PAGE_CHANGED)])
        .titled("Print receipts and greet customers")
        .open()
        .await;
    let run = reviewed(&pull).await?;
    println!("... and {} ms later it looks like this:\n\n{}", opened.elapsed().as_millis(), pull.shown());
    println!("The run, step by step: {run}\n(sign in first: {sign_in})");

    if std::io::stdin().is_terminal() {
        println!("\nSeam keeps running. Ctrl-C ends it.");
        tokio::signal::ctrl_c().await?;
    }
    // Nobody listens any more when the server has already failed, which the next line tells.
    let _ = stop.send(());
    server.await?
}

fn settings(github: &FakeGitHub, address: &str, data_dir: &str) -> anyhow::Result<Settings> {
    let own = github.credentials();
    let variables: HashMap<&str, String> = HashMap::from([
        ("SEAM_DATA_DIR", data_dir.to_owned()),
        ("SEAM_PUBLIC_URL", address.to_owned()),
        ("SEAM_GITHUB_API_URL", github.api_url().to_owned()),
        ("SEAM_GITHUB_URL", github.web_url().to_owned()),
        ("SEAM_GITHUB_APP_ID", own.app_id.to_string()),
        ("SEAM_GITHUB_PRIVATE_KEY", own.private_key),
        ("SEAM_GITHUB_WEBHOOK_SECRET", own.webhook_secret),
    ]);
    Settings::read(&Flags::default(), &|name| variables.get(name).cloned()).context("the demo's own settings")
}

/// Waits for the check run of the pull request's head; gives the address of the run it links to.
async fn reviewed(pull: &Pull) -> anyhow::Result<String> {
    for _ in 0..600 {
        if let Some(check) = pull.check_runs().into_iter().find(|check| check.status == "completed") {
            return check.details_url.context("the check run has no address");
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    bail!("Seam has not reviewed the pull request within a minute")
}
