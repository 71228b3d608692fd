//! The workflows and tools that come with Seam, and an operator's folder beside them.

use std::fs;

use seam::{
    analysis::engine::Engine,
    config::links::Links,
    git::{mirror::Mirrors, mirror_limits::MirrorLimits},
    github::client::{GitHub, Settings},
    store::db::Db,
    telemetry::clock::Clock,
    tools::builtin::{self, Clients},
    workflow::library::Library,
};

use super::workshop::shown;
use crate::support::database::on_sqlite;

fn load(folder: Option<&std::path::Path>) -> Result<String, String> {
    let listed = |library: Library| library.all().iter().map(|one| format!("{} ({})\n", one.name, one.file)).collect();
    let told = |invalid: Vec<_>| invalid.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    Library::load(folder, &builtin::described()).map(listed).map_err(told)
}

#[test]
fn the_built_in_workflows_are_good() {
    shown!(load(None).unwrap(), @r"
    answer (built in: answer.yml)
    ask (built in: ask.yml)
    commands (built in: commands.yml)
    config (built in: config.yml)
    conversation (built in: conversation.yml)
    describe (built in: describe.yml)
    explain (built in: explain.yml)
    fix (built in: fix.yml)
    help (built in: help.yml)
    ignore (built in: ignore.yml)
    ignore-rule (built in: ignore-rule.yml)
    improve (built in: improve.yml)
    installation (built in: installation.yml)
    pause (built in: pause.yml)
    rerun (built in: rerun.yml)
    resolve (built in: resolve.yml)
    resume (built in: resume.yml)
    review (built in: review.yml)
    split (built in: split.yml)
    stack (built in: stack.yml)
    why (built in: why.yml)
    ");
}

#[test]
fn an_operator_adds_workflows_and_replaces_built_in_ones() {
    let folder = tempfile::tempdir().unwrap();
    let node = "nodes: [{ id: think, type: llm, prompt: hi, default: {} }]";
    fs::write(folder.path().join("mine.yml"), format!("name: mine\n{node}")).unwrap();
    fs::write(folder.path().join("other.yaml"), format!("name: review\n{node}")).unwrap();
    fs::write(folder.path().join("notes.txt"), "no workflow").unwrap();
    shown!(load(Some(folder.path())).unwrap().replace(folder.path().to_str().unwrap(), "DIR"), @r"
    answer (built in: answer.yml)
    ask (built in: ask.yml)
    commands (built in: commands.yml)
    config (built in: config.yml)
    conversation (built in: conversation.yml)
    describe (built in: describe.yml)
    explain (built in: explain.yml)
    fix (built in: fix.yml)
    help (built in: help.yml)
    ignore (built in: ignore.yml)
    ignore-rule (built in: ignore-rule.yml)
    improve (built in: improve.yml)
    installation (built in: installation.yml)
    mine (DIR/mine.yml)
    pause (built in: pause.yml)
    rerun (built in: rerun.yml)
    resolve (built in: resolve.yml)
    resume (built in: resume.yml)
    review (DIR/other.yaml)
    split (built in: split.yml)
    stack (built in: stack.yml)
    why (built in: why.yml)
    ");

    fs::write(folder.path().join("bad.yml"), "name: bad\nnodes: []\n").unwrap();
    fs::write(folder.path().join("binary.yml"), b"\xff\xfe").unwrap();
    shown!(load(Some(folder.path())).unwrap_err().replace(folder.path().to_str().unwrap(), "DIR"), @r"
    DIR/bad.yml: a workflow needs at least one node
    DIR/binary.yml: cannot be read: stream did not contain valid UTF-8
    ");
    let gone = load(Some(&folder.path().join("gone"))).unwrap_err();
    assert!(gone.contains("gone: cannot be read"), "{gone}");
}

#[tokio::test]
async fn what_is_described_is_what_can_be_run() {
    on_sqlite(async |db: Db| {
        seam::github::client::install_crypto_provider();
        let folder = tempfile::tempdir().unwrap();
        let url: url::Url = "http://127.0.0.1:9".parse().unwrap();
        let (_credentials, none) = tokio::sync::watch::channel(None);
        let clients = Clients {
            github: GitHub::new(Settings::new(url.clone()), none, Clock::System).unwrap(),
            mirrors: Mirrors::new(folder.path(), url.clone(), MirrorLimits::default()).unwrap(),
            engine: Engine::new().into(),
            db,
            links: Links::new(move || url.clone()),
            check: None,
        };
        let (run, described) = (builtin::registry(&clients), builtin::described());
        let names =
            |registry: &seam::tools::registry::Registry| registry.tools().map(|tool| tool.name).collect::<Vec<_>>();
        assert_eq!(names(&run), names(&described));
    })
    .await;
}
