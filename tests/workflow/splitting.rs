//! The example workflow of splitting, with the tools that do the work.

use std::{fs, process::Command, sync::Arc};

use seam::{
    analysis,
    domain::execution::{NewExecution, Priority, Supersede},
    git::{mirror::Mirrors, mirror_limits::MirrorLimits},
    github::client::{GitHub, Settings},
    store::{db::Db, enqueue},
    telemetry::clock::Clock,
    tools::{
        analyze_repository::AnalyzeRepository, generate_pr_metadata::GeneratePrMetadata, policy::Policies,
        suggest_pr_boundaries::SuggestPrBoundaries, validate_pr_groups::ValidatePrGroups,
    },
    workflow::{engine::Engine, library::Library, load::load},
};
use serde_json::{Value, json};

use super::{
    pr_creation,
    workshop::{Call, Workshop},
};
use crate::support::database::on_sqlite;

fn git(folder: &std::path::Path, arguments: &[&str]) {
    let done = Command::new("git")
        .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.com"])
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .status()
        .unwrap();
    assert!(done.success(), "git {arguments:?}");
}

#[tokio::test]
async fn the_example_of_the_contract_splits_a_real_repository() {
    on_sqlite(async |db: Db| {
        seam::github::client::install_crypto_provider();
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("shop");
        fs::create_dir_all(root.join("docs")).unwrap();
        git(&root, &["init", "--quiet", "--initial-branch=main"]);
        fs::write(root.join("till.py"), "def total():\n    return 1\n").unwrap();
        fs::write(root.join("docs/help.md"), "Ask.\n").unwrap();
        git(&root, &["add", "--all"]);
        git(&root, &["commit", "--quiet", "--message=first"]);
        fs::write(root.join("till.py"), "def grand_total(formula):\n    return eval(formula)\n").unwrap();
        fs::write(root.join("docs/help.md"), "Telephone the harbour office.\n").unwrap();

        let url: url::Url = "https://github.example".parse().unwrap();
        let (_credentials, none) = tokio::sync::watch::channel(None);
        let github = GitHub::new(Settings::new(url.clone()), none, Clock::System).unwrap();
        let mirrors = Mirrors::new(folder.path().join("mirrors"), url, MirrorLimits::default()).unwrap();
        let rules = Arc::new(analysis::engine::Engine::new());
        let mut shop = Workshop::new(&db, Call::default(), "nodes: [{ id: a, type: tool, tool: test.call }]");
        let registry = pr_creation::registry()
            .with(AnalyzeRepository { github: github.clone(), mirrors: mirrors.clone() })
            .with(SuggestPrBoundaries { github: github.clone(), mirrors: mirrors.clone() })
            .with(ValidatePrGroups { github, mirrors, policies: Policies { db: db.clone(), engine: rules } })
            .with(GeneratePrMetadata);
        let flow = load("pr_creation.yml", pr_creation::FILE, &registry).unwrap_or_else(|error| panic!("{error}"));
        shop.engine = Engine { registry, library: Library::of(vec![flow]), ..shop.engine };
        let new = NewExecution {
            workflow: "pr_creation_workflow".to_owned(),
            lane: None,
            priority: Priority::Command,
            supersede: Supersede::Never,
            installation: None,
            repository: None,
            repo: None,
            input: json!({ "repo_path": root }),
            delivery: None,
            once: None,
            after: None,
        };
        let id = enqueue::enqueue(&db, &[new], shop.clock.now()).await.unwrap()[0];
        shop.drain().await;
        assert_eq!(shop.ended(id).await, "succeeded", "{}", shop.steps(id).await);
        let steps = shop.steps(id).await;
        let of = |step: &str| -> Value {
            let line = steps.lines().find_map(|line| line.strip_prefix(&format!("{step}: "))).unwrap();
            serde_json::from_str(line).unwrap()
        };
        assert_eq!(of("analyze_repo")["files"], 2);
        let validation = of("validate_groups");
        assert_eq!(validation["tree_identical"], true);
        let problems = validation["problems"].as_array().unwrap().iter();
        let told: Vec<_> = problems.map(|problem| problem["message"].as_str().unwrap()).collect();
        insta::assert_snapshot!(told.join("\n"), @r"
        code without a test in the same slice
        `till.py` line 2: `eval` or `exec` runs a text that is not a literal: whoever can influence it runs code here. Where the text is only data, use `ast.literal_eval` or `json.loads`; otherwise choose from a fixed table of functions. (py/eval-nonliteral)
        ");
        let opened = of("create_prs");
        let opened: Vec<&str> = opened
            .as_array()
            .unwrap()
            .iter()
            .map(|pull| pull["create_github_pr"]["opened"].as_str().unwrap())
            .collect();
        assert_eq!(opened.len(), 2);
        assert!(
            opened.iter().all(|opened| opened.contains("seam/main/") && opened.ends_with("-> main, draft")),
            "{opened:?}"
        );
    })
    .await;
}
