//! Servers and repositories that are not our friends.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    http::{StatusCode, header},
    response::IntoResponse as _,
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use seam::{
    domain::ids::CommitSha,
    git::{
        error::{GitError, Remedy},
        mirror::Mirrors,
        mirror_limits::MirrorLimits,
    },
};
use secrecy::SecretString;

use super::fixture::{Fixture, ID, files_below, name, noise};
use crate::fake_github::{git_repository::Commit, git_server};

async fn serve(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    format!("http://{address}")
}

async fn error_from(url: &str, limits: MirrorLimits) -> GitError {
    let folder = tempfile::tempdir().unwrap();
    let mirrors = Mirrors::new(folder.path(), url.parse().unwrap(), limits).unwrap();
    let token = SecretString::from(["let", "me", "in"].join("-"));
    let commit: CommitSha = "ab".repeat(20).parse().unwrap();
    match mirrors.fetch(ID, &name(), Some(&token), &[commit]).await {
        Ok(_) => panic!("{url} gave something"),
        Err(error) => error,
    }
}

#[tokio::test]
async fn each_refusal_says_what_helps() {
    let mut told = Vec::new();
    for status in [401, 403, 404, 410, 429, 500, 503] {
        let answer = move || async move { StatusCode::from_u16(status).unwrap() };
        let error = error_from(&serve(Router::new().fallback(answer)).await, MirrorLimits::default()).await;
        let kind = format!("{error:?}");
        told.push(format!("{status} {} {:?}", kind.split(' ').next().unwrap(), error.remedy()));
    }
    let nobody = error_from("http://127.0.0.1:1", MirrorLimits::default()).await;
    told.push(format!("nobody {:?}: {}", nobody.remedy(), nobody.to_string().contains("cannot be reached")));
    let nonsense = serve(Router::new().fallback(|| async { "hello" })).await;
    let nonsense = error_from(&nonsense, MirrorLimits::default()).await;
    told.push(format!("nonsense {nonsense}"));
    insta::assert_snapshot!(told.join("\n"), @r"
    401 Unauthorized RenewToken
    403 Unauthorized RenewToken
    404 RepositoryNotFound Reload
    410 Failed TryLater
    429 Unavailable WhenBack
    500 Failed TryLater
    503 Unavailable WhenBack
    nobody WhenBack: true
    nonsense git or its server failed: inflate: data stream error (incorrect header check)
    ");
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_the_token_goes_nowhere_else() {
    let heard = Arc::new(AtomicUsize::new(0));
    let count = heard.clone();
    let other = serve(Router::new().fallback(move || {
        count.fetch_add(1, Ordering::SeqCst);
        async { StatusCode::OK }
    }))
    .await;
    for status in [StatusCode::MOVED_PERMANENTLY, StatusCode::FOUND, StatusCode::TEMPORARY_REDIRECT] {
        let target = format!("{other}/octo/shop.git/info/refs?service=git-upload-pack");
        let url = serve(Router::new().fallback(move || async move { (status, [(header::LOCATION, target)]) })).await;
        let error = error_from(&url, MirrorLimits::default()).await;
        assert!(matches!(error, GitError::Moved { .. }), "{error:?}");
        assert_eq!(error.remedy(), Remedy::Reload);
    }
    assert_eq!(heard.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_server_that_says_nothing_is_left_after_a_while() {
    let silence = serve(Router::new().fallback(|| async { std::future::pending::<StatusCode>().await })).await;
    let limits = MirrorLimits { timeout: Duration::from_millis(300), ..MirrorLimits::default() };
    let error = error_from(&silence, limits).await;
    assert!(matches!(error, GitError::Timeout { .. }), "{error:?}");
    let left = |line: &str| line.contains(&silence);
    let gone = async {
        while command_lines().iter().any(|line| left(line)) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), gone).await.expect("git and its helpers are killed");
}

/// What `ps` shows to everybody.
fn command_lines() -> Vec<String> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let read = processes.filter_map(|process| fs::read(process.path().join("cmdline")).ok());
    read.map(|line| String::from_utf8_lossy(&line).replace('\0', " ")).collect()
}

#[tokio::test]
async fn the_token_is_in_no_process_list_and_in_no_file() {
    let repository_folder = tempfile::tempdir().unwrap();
    let repository =
        crate::fake_github::git_repository::GitRepository::create(repository_folder.path().join("shop.git"));
    let base: CommitSha = repository.commit(&[], [("a.txt", "one\n")]).parse().unwrap();
    let head: CommitSha = repository.commit(&[base.as_str()], [("a.txt", "two\n")]).parse().unwrap();
    let token = ["ghs", "very", "secret"].join("_");
    let encoded = BASE64_STANDARD.encode(format!("x-access-token:{token}"));
    let shown = Arc::new(Mutex::new((0, Vec::new())));
    let (seen, right, path) = (shown.clone(), token.clone(), repository.path().to_owned());
    let secrets = [token.clone(), encoded];
    let look_for = secrets.clone();
    let gate: git_server::Gate = Arc::new(move |_, _, given| {
        // While git talks to us, everybody may look at it.
        let mut seen = seen.lock().unwrap();
        seen.0 += 1;
        seen.1.extend(command_lines().into_iter().filter(|line| look_for.iter().any(|secret| line.contains(secret))));
        if given == Some(&right) { Ok(path.clone()) } else { Err((StatusCode::UNAUTHORIZED, "who are you?")) }
    });
    let url = serve(git_server::routes(gate)).await;
    let folder = tempfile::tempdir().unwrap();
    let mirrors = Mirrors::new(folder.path(), url.parse().unwrap(), MirrorLimits::default()).unwrap();
    let given = SecretString::from(token);
    let mirror = mirrors.fetch(ID, &name(), Some(&given), &[base.clone(), head.clone()]).await.unwrap();
    mirror.change_set(&base, &head).await.unwrap();
    {
        let seen = shown.lock().unwrap();
        assert!(seen.0 >= 4, "{}", seen.0);
        assert_eq!(seen.1, Vec::<String>::new());
    }
    for file in files_below(folder.path()) {
        let bytes = fs::read(&file).unwrap();
        let found = secrets.iter().any(|secret| bytes.windows(secret.len()).any(|window| window == secret.as_bytes()));
        assert!(!found, "{} holds the token", file.display());
    }
    let wrong = SecretString::from("wrong-token".to_owned());
    let other: CommitSha = "ab".repeat(20).parse().unwrap();
    let Err(error) = mirrors.fetch(ID, &name(), Some(&wrong), &[other]).await else { panic!("let in") };
    assert_eq!(error.remedy(), Remedy::RenewToken, "{error:?}");
    assert!(!format!("{error:?} {error}").contains("wrong-token"));
}

#[tokio::test]
async fn what_the_server_says_is_bounded_and_the_token_is_cut_out_of_it() {
    // A server that repeats what it was given.
    let echo = |headers: axum::http::HeaderMap| async move {
        let given =
            headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        let text = format!("{given} {}", "x".repeat(100_000));
        (StatusCode::FORBIDDEN, [(header::CONTENT_TYPE, "text/plain".to_owned())], text).into_response()
    };
    let error = error_from(&serve(Router::new().fallback(echo)).await, MirrorLimits::default()).await;
    let told = format!("{error} {error:?}");
    let encoded = BASE64_STANDARD.encode("x-access-token:let-me-in");
    assert!(!told.contains(&encoded) && !told.contains("let-me-in"), "{told}");
    assert!(told.len() < 3000, "{}", told.len());
}

#[tokio::test]
async fn trees_with_names_that_escape_are_refused() {
    let fixture = Fixture::new().await;
    let blob = String::from_utf8(fixture.repository.git_with(&["hash-object", "-w", "--stdin"], b"x\n")).unwrap();
    let id: Vec<u8> = (0..20).map(|at| u8::from_str_radix(&blob[2 * at..2 * at + 2], 16).unwrap()).collect();
    for evil in ["..", ".git", ".", "a/b", ".GIT"] {
        let tree = [b"100644 ", evil.as_bytes(), b"\0", &id].concat();
        let tree = fixture.repository.git_with(&["hash-object", "-w", "-t", "tree", "--literally", "--stdin"], &tree);
        let tree = String::from_utf8(tree).unwrap().trim().to_owned();
        let author = "A <a@example.com> 1 +0000";
        let commit = format!("tree {tree}\nauthor {author}\ncommitter {author}\n\nx\n");
        let commit = fixture
            .repository
            .git_with(&["hash-object", "-w", "-t", "commit", "--literally", "--stdin"], commit.as_bytes());
        let commit: CommitSha = String::from_utf8(commit).unwrap().trim().parse().unwrap();
        let Err(error) = fixture.try_fetch(&[&commit]).await else { panic!("{evil} was let in") };
        assert!(matches!(error, GitError::Malformed { .. }), "{evil}: {error:?}");
        assert_eq!(error.remedy(), Remedy::GiveUp);
    }
}

#[tokio::test]
async fn submodules_and_their_commands_are_never_followed() {
    let fixture = Fixture::new().await;
    let trap = fixture.folder.path().join("trapped");
    let modules = format!("[submodule \"a\"]\n\tpath = a\n\turl = ext::sh -c touch% {}\n", trap.display());
    let base = fixture.commit(&[], [("a.txt", "one\n")]);
    let head = fixture.commit(
        &[&base],
        Commit::new()
            .write(".gitmodules", modules)
            .submodule("a", &"2".repeat(40))
            .write(".gitattributes", "* filter=evil\n"),
    );
    let mirror = fixture.fetch(&[&base, &head]).await;
    assert_eq!(mirror.change_set(&base, &head).await.unwrap().files.len(), 3);
    assert!(!trap.exists());
}

#[tokio::test]
async fn hooks_in_a_mirror_do_not_run() {
    let fixture = Fixture::new().await;
    let base = fixture.commit(&[], [("a.txt", "one\n")]);
    fixture.fetch(&[&base]).await;
    let trap = fixture.folder.path().join("trapped");
    let hooks = fixture.mirror_path().join("hooks");
    fs::create_dir(&hooks).unwrap();
    for hook in ["reference-transaction", "post-merge", "pre-auto-gc", "post-checkout"] {
        fs::write(hooks.join(hook), format!("#!/bin/sh\ntouch {}\n", trap.display())).unwrap();
        fs::set_permissions(hooks.join(hook), fs::Permissions::from_mode(0o755)).unwrap();
    }
    let head = fixture.commit(&[&base], [("a.txt", "two\n")]);
    fixture.fetch(&[&head]).await;
    assert!(!trap.exists());
}

#[tokio::test]
async fn other_transports_than_the_servers_own_are_closed() {
    let fixture = Fixture::new().await;
    let commit = fixture.commit(&[], [("a.txt", "one\n")]);
    let folder = tempfile::tempdir().unwrap();
    let file = format!("file://{}", fixture.repository.path().parent().unwrap().parent().unwrap().display());
    for url in [file, "ssh://localhost".to_owned(), "ext::sh".to_owned(), "git://localhost".to_owned()] {
        let mirrors = Mirrors::new(folder.path(), url.parse().unwrap(), MirrorLimits::default());
        let Err(error) = mirrors else { panic!("{url} was taken") };
        assert_eq!(error.remedy(), Remedy::GiveUp);
    }
    drop(commit);
}

#[tokio::test]
async fn more_history_than_allowed_is_not_fetched() {
    let limits = MirrorLimits { history_bytes: 100_000, ..MirrorLimits::default() };
    let fixture = Fixture::with_limits(limits).await;
    let noise: String = noise(300_000).into_iter().map(|byte| char::from(b'a' + byte % 26)).collect();
    let commit = fixture.commit(&[], Commit::new().message(&noise).write("a", "1\n"));
    let Err(error) = fixture.try_fetch(&[&commit]).await else { panic!("it was fetched") };
    assert!(matches!(error, GitError::TooLarge { .. }), "{error:?}");
    assert!(
        !fixture.mirror_path().join("objects/pack").read_dir().unwrap().flatten().any(|file| file
            .metadata()
            .unwrap()
            .len()
            > 100_000)
    );
}
