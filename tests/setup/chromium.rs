//! The pages in a real browser: Debian's chromium, where it is installed.

use std::{
    fs,
    io::Write as _,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
};

use axum::http::HeaderMap;
use chrono::TimeDelta;
use tokio::net::TcpListener;

use super::{
    browser::Page,
    server::{CONVERT, Server},
};
use crate::fake_github::faults::Fault;

/// `None`, and one line on the terminal, where there is no browser.
fn chromium() -> Option<&'static str> {
    let found = ["chromium", "chromium-browser"]
        .into_iter()
        .find(|name| Command::new(name).arg("--version").output().is_ok_and(|ran| ran.status.success()));
    if found.is_none() {
        // Not `eprintln!`: the test harness would keep it to itself.
        let _ =
            writeln!(std::io::stderr(), "note: the pages were not looked at in a browser: chromium is not installed");
    }
    found
}

/// What the browser made of a page: its DOM, and what it complained about.
struct Looked {
    dom: String,
    complaints: String,
}

fn look(chromium: &str, profile: &Path, url: &str, picture: &Path, width: u32) -> Looked {
    let common = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--hide-scrollbars",
        "--enable-logging=stderr",
        "--virtual-time-budget=2000",
    ];
    let run = |what: &str, url: &str| {
        let mut command = Command::new(chromium);
        command.args(common).arg(format!("--user-data-dir={}", profile.display()));
        let ran = command.arg(format!("--window-size={width},1600")).arg(what).arg(url).output().unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        (String::from_utf8_lossy(&ran.stdout).into_owned(), String::from_utf8_lossy(&ran.stderr).into_owned())
    };
    // The first visit may spend a token, so that the picture is of where it led.
    let (dom, complaints) = run("--dump-dom", url);
    let shown = url.split("?token=").next().unwrap();
    run(&format!("--screenshot={}", picture.display()), shown);
    let complaints = complaints.lines().filter(|line| line.contains("CONSOLE")).collect::<Vec<_>>().join("\n");
    Looked { dom, complaints }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pages_of_set_up_are_whole_in_a_real_browser() {
    let Some(chromium) = chromium() else { return };
    let server = Server::start().await;
    let link = server.link().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let root = format!("http://localhost:{}", listener.local_addr().unwrap().port());
    let service = server.app.router().into_make_service_with_connect_info::<SocketAddr>();
    let serving = tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });

    let profile = tempfile::tempdir().unwrap();
    let pictures = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("pages");
    fs::create_dir_all(&pictures).unwrap();
    let visit = |path: &str, name: &str, width| {
        let picture = pictures.join(format!("{name}.png"));
        let _ = fs::remove_file(&picture);
        let looked = look(chromium, profile.path(), &format!("{root}{path}"), &picture, width);
        assert_eq!(looked.complaints, "", "{path}: the browser refuses something of the page");
        let size = fs::metadata(&picture).unwrap().len();
        assert!(size > 20_000, "{}: an unstyled or empty page ({size} bytes)", picture.display());
        looked.dom
    };
    let register = visit(&link, "register", 1100);
    assert!(register.contains("Create GitHub App") && register.contains("What the App may do"), "{register}");
    visit("/setup", "register-narrow", 420);
    visit("/setup?address=nonsense", "register-wrong", 1100);
    visit("/setup/registered?code=a&state=b", "wrong-state", 1100);
    visit("/setup/installed", "installed", 1100);

    let page = Page { status: 200, location: None, headers: HeaderMap::new(), html: register };
    let back = server.browser().create_app(&page).await;
    // A picture takes two visits.
    server.fake.fail_next(CONVERT, Fault::Status(503), 2);
    let lost = visit(&back, "lost-network", 1100);
    assert!(lost.contains("answer was lost on the way"), "{lost}");
    server.clock.advance(TimeDelta::hours(2));
    let late = visit(&back, "expired-state", 1100);
    assert!(late.contains("That took more than an hour"), "{late}");
    let page = Page { html: visit("/setup", "register-again", 1100), ..page };
    let back = server.browser().create_app(&page).await;
    let done = visit(&back, "registered", 1100);
    assert!(done.contains("Install"), "{done}");
    visit("/", "start", 1100);
    serving.abort();
}
