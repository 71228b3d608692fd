//! Mirrors fetched from a real git server: what they bring, what they keep, and how they mend themselves.

use std::{fs, path::PathBuf, time::Duration};

use seam::{
    change::contents::Contents as _,
    domain::ids::{CommitSha, PullNumber, RepositoryId},
    git::{
        error::GitError,
        mirror::{Mirror, Mirrors},
        mirror_limits::MirrorLimits,
    },
};

use super::fixture::{Fixture, ID, files_below, name, noise};
use crate::fake_github::git_repository::Commit;

/// One line for each changed file, with both contents.
async fn tell(mirror: &Mirror, base: &CommitSha, head: &CommitSha) -> String {
    let changes = mirror.change_set(base, head).await.unwrap();
    let read = |content: Option<bytes::Bytes>| content.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let lines = changes.files.iter().map(|file| {
        let (old, new) = (read(mirror.base(file).unwrap()), read(mirror.head(file).unwrap()));
        let from = file.old_path.as_ref().map(|path| format!(" from {path:?}")).unwrap_or_default();
        format!("{} {:?}{from} ({:?}): {old:?} -> {new:?}", file.status.as_str(), file.path, file.kind)
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn packs(fixture: &Fixture) -> usize {
    let files = files_below(&fixture.mirror_path().join("objects/pack"));
    files.iter().filter(|path| path.extension().is_some_and(|ending| ending == "pack")).count()
}

#[tokio::test]
async fn a_pull_request_is_fetched_and_its_change_read() {
    let fixture = Fixture::new().await;
    let base = fixture.commit(&[], [("a.txt", "one\ntwo\n"), ("gone.txt", "x\n"), ("same/big.txt", "same\n")]);
    let main = fixture.commit(&[&base], [("other.txt", "on main\n")]);
    let change =
        Commit::new().message("Change a\n\nBecause.").write("a.txt", "one\n2\n").write("b/new.rs", "fn b() {}\n");
    let head = fixture.commit(&[&base], change.remove("gone.txt").rename("same/big.txt", "moved/big.txt"));
    let mirror = fixture.fetch(&[&main, &head]).await;
    assert_eq!(mirror.merge_base(&main, &head).await.unwrap(), Some(base.clone()));
    assert_eq!(mirror.commit_message(&head).await.unwrap().trim(), "Change a\n\nBecause.");
    insta::assert_snapshot!(tell(&mirror, &base, &head).await, @r#"
    modified "a.txt" (Text): Some("one\ntwo\n") -> Some("one\n2\n")
    added "b/new.rs" (Text): None -> Some("fn b() {}\n")
    removed "gone.txt" (Text): Some("x\n") -> None
    renamed "moved/big.txt" from "same/big.txt" (Text): Some("same\n") -> Some("same\n")
    "#);
    assert_eq!(mirror.file(&main, "other.txt").await.unwrap().as_deref(), Some(&b"on main\n"[..]));
    assert_eq!(mirror.file(&main, "same").await.unwrap(), None);
    assert_eq!(mirror.file(&main, "none/at/all").await.unwrap(), None);
}

#[tokio::test]
async fn a_mirror_may_lie_in_a_folder_with_a_relative_name() {
    let fixture = Fixture::new().await;
    let commit = fixture.commit(&[], [("a.txt", "one\n")]);
    let up: PathBuf = std::env::current_dir().unwrap().components().skip(1).map(|_| "..").collect();
    let folder = up.join(fixture.folder.path().strip_prefix("/").unwrap()).join("mirrors");
    let mirrors = Mirrors::new(folder, fixture.server.url().parse().unwrap(), MirrorLimits::default()).unwrap();
    let mirror = mirrors.fetch(ID, &name(), Some(&fixture.token()), std::slice::from_ref(&commit)).await.unwrap();
    assert_eq!(mirror.file(&commit, "a.txt").await.unwrap().as_deref(), Some(&b"one\n"[..]));
}

#[tokio::test]
async fn the_first_push_of_a_repository_is_compared_with_the_empty_tree() {
    let fixture = Fixture::new().await;
    let first = fixture
        .commit(&[], Commit::new().write("a", "1\n").symlink("link", "/etc/passwd").submodule("sub", &"1".repeat(40)));
    let nothing: CommitSha = "0".repeat(40).parse().unwrap();
    let mirror = fixture.fetch(&[&first, &nothing]).await;
    insta::assert_snapshot!(tell(&mirror, &nothing, &first).await, @r#"
    added "a" (Text): None -> Some("1\n")
    added "link" (Symlink): None -> Some("/etc/passwd")
    added "sub" (Submodule): None -> Some("Subproject commit 1111111111111111111111111111111111111111\n")
    "#);
}

#[tokio::test]
async fn only_the_blobs_of_the_change_are_fetched_and_a_second_look_asks_nobody() {
    let fixture = Fixture::new().await;
    let base = fixture
        .commit(&[], [("a.txt", "one\n"), ("untouched.txt", "never fetched\n"), (".gitattributes", "a.txt -diff\n")]);
    let head = fixture.commit(&[&base], [("a.txt", "two\n")]);
    let mirror = fixture.fetch(&[&base, &head]).await;
    let seen = tell(&mirror, &base, &head).await;
    assert!(seen.contains("(Binary)"), "{seen}");
    let listed =
        super::git::text(&fixture.mirror_path(), &["cat-file", "--batch-all-objects", "--batch-check=%(objecttype)"]);
    assert_eq!(listed.lines().filter(|kind| *kind == "blob").count(), 3, "a.txt twice, and .gitattributes");

    let Fixture { server, folder, mirrors, .. } = fixture;
    drop(server);
    let again = mirrors.fetch(ID, &name(), None, &[base.clone(), head.clone()]).await.unwrap();
    assert_eq!(tell(&again, &base, &head).await, seen);
    drop(folder);
}

#[tokio::test]
async fn a_mirror_that_was_damaged_is_fetched_anew_once() {
    let fixture = Fixture::new().await;
    let base = fixture.commit(&[], [("a.txt", "one\n")]);
    let head = fixture.commit(&[&base], [("a.txt", "two\n")]);
    let mirror = fixture.fetch(&[&base, &head]).await;
    let seen = tell(&mirror, &base, &head).await;
    drop(mirror);

    for damage in
        ["truncated packs", "garbage in packs", "no packs", "no HEAD", "garbage as configuration", "nothing left"]
    {
        let place = fixture.mirror_path();
        for file in files_below(&place.join("objects")) {
            let mut permissions = fs::metadata(&file).unwrap().permissions();
            #[expect(clippy::permissions_set_readonly_false, reason = "the file is thrown away in a moment")]
            permissions.set_readonly(false);
            fs::set_permissions(&file, permissions).unwrap();
            match damage {
                "truncated packs" if fs::metadata(&file).unwrap().len() < 30 => {}
                "truncated packs" => fs::write(&file, &fs::read(&file).unwrap()[..30]).unwrap(),
                "garbage in packs" => {
                    let mut bytes = fs::read(&file).unwrap();
                    let end = bytes.len() - bytes.len() / 2;
                    bytes.get_mut(12..end).unwrap_or_default().fill(0xAA);
                    fs::write(&file, bytes).unwrap();
                }
                "no packs" => fs::remove_file(&file).unwrap(),
                _ => {}
            }
        }
        match damage {
            "no HEAD" => fs::remove_file(place.join("HEAD")).unwrap(),
            "garbage as configuration" => fs::write(place.join("config"), b"[core\n\xff").unwrap(),
            "nothing left" => fs::remove_dir_all(&place).unwrap(),
            _ => {}
        }
        let mirror = fixture.fetch(&[&base, &head]).await;
        assert_eq!(tell(&mirror, &base, &head).await, seen, "{damage}");
    }
}

#[tokio::test]
async fn many_at_once_share_one_mirror_also_between_processes() {
    let fixture = Fixture::new().await;
    let mut commits = vec![fixture.commit(&[], [("a.txt", "0\n")])];
    for number in 1..6 {
        let text = format!("{number}\n");
        commits.push(fixture.commit(&[commits.last().unwrap()], [("a.txt", text.as_str())]));
    }
    let elsewhere =
        Mirrors::new(fixture.folder.path(), fixture.server.url().parse().unwrap(), MirrorLimits::default()).unwrap();
    let (token, name) = (fixture.token(), name());
    let work =
        commits.windows(2).flat_map(|pair| [(&fixture.mirrors, pair), (&elsewhere, pair)]).map(|(mirrors, pair)| {
            let (token, name) = (&token, &name);
            async move {
                let mirror = mirrors.fetch(ID, name, Some(token), pair).await.unwrap();
                mirror.change_set(&pair[0], &pair[1]).await.unwrap().files.len()
            }
        });
    assert_eq!(futures_util::future::join_all(work).await, [1; 10]);
}

#[tokio::test]
async fn packs_are_put_together_while_others_read() {
    let fixture = Fixture::new().await;
    let first = fixture.commit(&[], [("a.txt", "0\n")]);
    let reader = fixture.fetch(&[&first]).await;
    let mut last = first.clone();
    for number in 1..25 {
        let text = format!("{number}\n");
        let next = fixture.commit(&[&last], [("a.txt", text.as_str())]);
        fixture.fetch(&[&last, &next]).await.change_set(&last, &next).await.unwrap();
        last = next;
    }
    let repacked = async {
        while packs(&fixture) > 20 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), repacked).await.expect("packs are put together");
    assert_eq!(reader.file(&first, "a.txt").await.unwrap().as_deref(), Some(&b"0\n"[..]));
    let mirror = fixture.fetch(&[&first, &last]).await;
    assert_eq!(mirror.change_set(&first, &last).await.unwrap().files.len(), 1);
}

#[tokio::test]
async fn over_the_quota_the_least_recently_used_go_and_one_in_use_never() {
    let fixture = Fixture::with_limits(MirrorLimits { quota: 1, ..MirrorLimits::default() }).await;
    let commit = fixture.commit(&[], [("a.txt", "one\n")]);
    let fetch = async |id| {
        let commits = [commit.clone()];
        fixture.mirrors.fetch(RepositoryId(id), &name(), Some(&fixture.token()), &commits).await.unwrap()
    };
    let is_there = |id: i64| fixture.folder.path().join(format!("{id}.git")).exists();
    drop(fetch(1).await);
    let used = fetch(2).await;
    assert!(!is_there(1) && is_there(2), "the first was not in use any more");
    drop(fetch(3).await);
    assert!(is_there(2), "it is in use");
    assert_eq!(used.file(&commit, "a.txt").await.unwrap().as_deref(), Some(&b"one\n"[..]));
    drop(used);
    drop(fetch(4).await);
    assert!(!is_there(2) && !is_there(3));
}

#[tokio::test]
async fn a_commit_that_is_not_there_is_named() {
    let fixture = Fixture::new().await;
    let commit = fixture.commit(&[], [("a.txt", "one\n")]);
    let gone: CommitSha = "ab".repeat(20).parse().unwrap();
    let Err(error) = fixture.try_fetch(&[&commit, &gone]).await else { panic!("it was found") };
    assert!(matches!(error, GitError::NotFound { .. }), "{error:?}");
    insta::assert_snapshot!(error, @"the object abababababababababababababababababababab is not in the repository");
}

#[tokio::test]
async fn the_head_of_a_pull_request_is_asked_for_by_name_where_ids_are_refused() {
    let fixture = Fixture::new().await;
    let base = fixture.commit(&[], [("a.txt", "one\n")]);
    let head = fixture.commit(&[&base], [("a.txt", "two\n")]);
    fixture.repository.set_ref("refs/pull/12/head", &head.to_string());
    // What git answers of an id that no ref leads to: as if it were not there.
    let gone: CommitSha = "ab".repeat(20).parse().unwrap();
    let fetch = |commits: Vec<CommitSha>, pull| {
        let (mirrors, token) = (fixture.mirrors.clone(), fixture.token());
        async move { mirrors.fetch_pull(ID, &name(), Some(&token), &commits, Some(PullNumber(pull))).await }
    };
    let Err(error) = fetch(vec![head.clone(), gone.clone()], 12).await else { panic!("it was found") };
    insta::assert_snapshot!(error, @"the commit abababababababababababababababababababab is not in the repository");
    let mirror = fetch(vec![head.clone(), base.clone()], 12).await.unwrap();
    assert_eq!(mirror.change_set(&base, &head).await.unwrap().files.len(), 1);
    let Err(error) = fetch(vec![gone], 13).await else { panic!("it was found") };
    assert!(matches!(error, GitError::NotFound { .. }), "{error:?}");
}

#[tokio::test]
async fn one_huge_blob_is_left_out_and_the_rest_is_read() {
    let limits = MirrorLimits { blob_bytes: 200_000, ..MirrorLimits::default() };
    let fixture = Fixture::with_limits(limits).await;
    let base = fixture.commit(&[], [("a.txt", "one\n"), ("b.txt", "one\n")]);
    let head = fixture.commit(
        &[&base],
        Commit::new().write("a.txt", "two\n").write("huge.bin", noise(4_000_000)).write("b.txt", "two\n"),
    );
    let mirror = fixture.fetch(&[&base, &head]).await;
    let changes = mirror.change_set(&base, &head).await.unwrap();
    let told: Vec<_> =
        changes.files.iter().map(|file| format!("{:?} {:?} {}", file.path, file.kind, file.hunks.len())).collect();
    assert_eq!(told, ["\"a.txt\" Text 1", "\"b.txt\" Text 1", "\"huge.bin\" Unreadable 0"]);
}
