//! Mirrors fetched from a real git server.

use seam::{
    change::contents::Contents as _,
    domain::ids::{CommitSha, RepositoryId},
    git::mirror::{Mirror, MirrorLimits, Mirrors},
};
use secrecy::SecretString;
use tempfile::TempDir;

use crate::fake_github::{
    git_repository::{Commit, GitRepository},
    git_server::GitServer,
};

struct Fixture {
    server: GitServer,
    repository: GitRepository,
    _folder: TempDir,
    mirrors: Mirrors,
}

impl Fixture {
    async fn new(limits: MirrorLimits) -> Self {
        let server = GitServer::start().await;
        let repository = server.create("octo/shop");
        let folder = tempfile::tempdir().unwrap();
        let mirrors = Mirrors::new(folder.path(), server.url().parse().unwrap(), limits).unwrap();
        Self { server, repository, _folder: folder, mirrors }
    }

    async fn fetch(&self, commits: &[&CommitSha]) -> Mirror {
        let token = SecretString::from(self.server.token());
        let commits: Vec<_> = commits.iter().map(|commit| (*commit).clone()).collect();
        self.mirrors.fetch(RepositoryId(7), &"octo/shop".parse().unwrap(), Some(&token), &commits).await.unwrap()
    }

    fn commit(&self, parents: &[&CommitSha], commit: impl Into<Commit>) -> CommitSha {
        let parents: Vec<_> = parents.iter().map(|parent| parent.as_str()).collect();
        self.repository.commit(&parents, commit).parse().unwrap()
    }
}

#[tokio::test]
async fn a_pull_request_is_fetched_and_its_change_read() {
    let fixture = Fixture::new(MirrorLimits::default()).await;
    let base = fixture.commit(&[], [("a.txt", "one\ntwo\n"), ("gone.txt", "x\n"), ("same/big.txt", "same\n")]);
    let main = fixture.commit(&[&base], [("other.txt", "on main\n")]);
    let head = fixture.commit(
        &[&base],
        Commit::new()
            .message("Change a\n\nBecause.")
            .write("a.txt", "one\n2\n")
            .write("b/new.rs", "fn b() {}\n")
            .remove("gone.txt"),
    );
    let mirror = fixture.fetch(&[&main, &head]).await;
    assert_eq!(mirror.merge_base(&main, &head).await.unwrap(), Some(base.clone()));
    assert_eq!(mirror.commit_message(&head).await.unwrap().trim(), "Change a\n\nBecause.");
    let changes = mirror.change_set(&base, &head).await.unwrap();
    let told: Vec<_> = changes
        .files
        .iter()
        .map(|file| {
            let read = |content: Option<bytes::Bytes>| content.map(|bytes| String::from_utf8(bytes.to_vec()).unwrap());
            let (base, head) = (mirror.base(file).unwrap(), mirror.head(file).unwrap());
            format!("{} {:?}: {:?} -> {:?}", file.status.as_str(), file.path, read(base), read(head))
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    modified "a.txt": Some("one\ntwo\n") -> Some("one\n2\n")
    added "b/new.rs": None -> Some("fn b() {}\n")
    removed "gone.txt": Some("x\n") -> None
    "#);
    assert_eq!(mirror.file(&main, "other.txt").await.unwrap().as_deref(), Some(&b"on main\n"[..]));
    assert_eq!(mirror.file(&main, "same").await.unwrap(), None);
    assert_eq!(mirror.file(&main, "none/at/all").await.unwrap(), None);
}
