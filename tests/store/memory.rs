//! What Seam remembers: installations, what was said on pull requests, sealed credentials.

use seam::{
    domain::{
        event::Account,
        finding::{Fingerprint, Severity},
        ids::{AccountId, CommentId, InstallationId, PullNumber, RepositoryId},
    },
    store::{
        credential,
        installation::{self, InstallationState},
        posted_finding::{self, PostedFinding, PostedState},
    },
};

use super::rows::at;
use crate::support::database::on_each_database;

const SHOP: RepositoryId = RepositoryId(42);
const PULL: PullNumber = PullNumber(12);

fn octo() -> Account {
    Account { id: AccountId(1), login: "octo".to_owned(), is_bot: false }
}

fn posted(code: &str, occurrence: u32) -> PostedFinding {
    PostedFinding {
        fingerprint: Fingerprint::of("py/eval", "", code),
        occurrence,
        path: "shop.py".to_owned(),
        line: Some(3),
        rule: Some("py/eval".to_owned()),
        severity: Some(Severity::Error),
        comment: Some(CommentId(9)),
        thread: Some("PRRT_x".to_owned()),
        state: PostedState::Open,
        resolved_by_person: false,
        outdated: false,
        head: "a".repeat(40).parse().unwrap(),
        updated_at: at(0),
    }
}

on_each_database!(an_installation_is_followed_from_installed_to_removed, async |db| {
    let id = InstallationId(7);
    assert_eq!(installation::get(&db, id).await.unwrap(), None);
    let state = async || installation::get(&db, id).await.unwrap().unwrap().state;
    installation::upsert(&db, id, &octo(), at(0)).await.unwrap();
    assert_eq!(state().await, InstallationState::Active);
    installation::suspend(&db, id, &octo(), at(1)).await.unwrap();
    let renamed = Account { login: "Octo-Org".to_owned(), ..octo() };
    installation::upsert(&db, id, &renamed, at(2)).await.unwrap();
    assert_eq!(state().await, InstallationState::Suspended);
    installation::unsuspend(&db, id, &renamed, at(3)).await.unwrap();
    assert_eq!(state().await, InstallationState::Active);
    installation::remove(&db, id, &renamed, at(4)).await.unwrap();
    assert_eq!(state().await, InstallationState::Removed);
    let listed = installation::list(&db).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!((&listed[0].account, listed[0].updated_at), (&renamed, at(4)));
    installation::upsert(&db, id, &renamed, at(5)).await.unwrap();
    assert_eq!(state().await, InstallationState::Active);
});

on_each_database!(what_was_said_on_a_pull_request_is_remembered_and_kept_up_to_date, async |db| {
    let twins = [posted("eval(x)", 0), posted("eval(x)", 1)];
    let bare = PostedFinding {
        line: None,
        rule: None,
        severity: None,
        comment: None,
        thread: None,
        path: "a.py".into(),
        ..posted("b", 0)
    };
    posted_finding::upsert(&db, SHOP, PULL, &[twins[0].clone(), twins[1].clone(), bare.clone()]).await.unwrap();
    let [first, second] = twins;
    assert_eq!(posted_finding::list(&db, SHOP, PULL).await.unwrap(), [bare, first.clone(), second]);
    assert_eq!(posted_finding::list(&db, SHOP, PullNumber(13)).await.unwrap(), []);

    let moved = PostedFinding { path: "z.py".into(), outdated: true, updated_at: at(9), ..first };
    posted_finding::upsert(&db, SHOP, PULL, std::slice::from_ref(&moved)).await.unwrap();
    assert_eq!(posted_finding::list(&db, SHOP, PULL).await.unwrap()[2], moved);
});

on_each_database!(a_thread_that_a_person_resolved_is_dismissed, async |db| {
    posted_finding::upsert(&db, SHOP, PULL, &[posted("x", 0)]).await.unwrap();
    let set = async |comment, state| {
        posted_finding::set_state(&db, SHOP, PULL, CommentId(comment), state, at(1)).await.unwrap()
    };
    assert!(set(9, PostedState::Dismissed).await);
    let now = &posted_finding::list(&db, SHOP, PULL).await.unwrap()[0];
    assert_eq!((now.state, now.resolved_by_person, now.updated_at), (PostedState::Dismissed, true, at(1)));
    assert!(!set(10, PostedState::Dismissed).await);
});

on_each_database!(a_sealed_credential_is_kept_byte_for_byte, async |db| {
    let sealed: Vec<u8> = (0..=255).collect();
    assert_eq!(credential::get(&db, "app").await.unwrap(), None);
    credential::put(&db, "app", b"older", at(0)).await.unwrap();
    credential::put(&db, "app", &sealed, at(1)).await.unwrap();
    assert_eq!(credential::get(&db, "app").await.unwrap(), Some(sealed));
    assert!(credential::remove(&db, "app").await.unwrap());
    assert!(!credential::remove(&db, "app").await.unwrap());
});
