//! What Seam remembers: installations, what was said on pull requests, sealed credentials.

use seam::{
    domain::{
        acceptance::RuleOutcome,
        event::Account,
        finding::{Fingerprint, Severity},
        ids::{AccountId, CommentId, InstallationId, PullNumber, RepositoryId},
        life::Life,
    },
    store::{
        credential,
        installation::{self, InstallationState},
        posted_finding::{self, PostedFinding},
        review_round::{self, ReviewRound},
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
        life: Life::Open,
        returns: 0,
        resolved_by_person: false,
        gone: false,
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

    let moved = PostedFinding {
        path: "z.py".into(),
        life: Life::Outdated,
        returns: 2,
        gone: true,
        outdated: true,
        updated_at: at(9),
        ..first
    };
    posted_finding::upsert(&db, SHOP, PULL, std::slice::from_ref(&moved)).await.unwrap();
    assert_eq!(posted_finding::list(&db, SHOP, PULL).await.unwrap()[2], moved);
});

on_each_database!(what_a_person_did_is_known_by_the_comment, async |db| {
    posted_finding::upsert(&db, SHOP, PULL, &[posted("x", 0)]).await.unwrap();
    let of = async |comment| posted_finding::of_comment(&db, SHOP, PULL, CommentId(comment)).await.unwrap();
    assert_eq!(of(9).await, Some(posted("x", 0)));
    posted_finding::set_life(&db, SHOP, PULL, CommentId(9), Life::Dismissed, true, at(1)).await.unwrap();
    let now = of(9).await.unwrap();
    assert_eq!((now.life, now.resolved_by_person, now.updated_at), (Life::Dismissed, true, at(1)));
    assert_eq!(of(10).await, None);
});

on_each_database!(what_became_of_the_comments_of_a_rule_is_counted, async |db| {
    let ended = |occurrence, life, resolved_by_person, gone| PostedFinding {
        comment: Some(CommentId(i64::from(occurrence))),
        life,
        resolved_by_person,
        gone,
        ..posted("x", occurrence)
    };
    let silent = PostedFinding { comment: None, life: Life::Fixed, ..posted("y", 0) };
    let other = PostedFinding { rule: Some("py/exec".to_owned()), life: Life::Dismissed, ..posted("z", 0) };
    let all = [
        ended(0, Life::Open, false, false),
        ended(1, Life::Fixed, false, true),
        ended(2, Life::Outdated, false, true),
        ended(3, Life::Dismissed, true, false),
        // Resolved, and mended.
        ended(4, Life::Dismissed, true, true),
        // Disliked, and gone all the same.
        ended(5, Life::Dismissed, false, true),
        silent,
        other,
    ];
    posted_finding::upsert(&db, SHOP, PULL, &all).await.unwrap();
    let outcome = |rule: &str, fixed, dismissed| RuleOutcome { rule: rule.to_owned(), fixed, dismissed };
    let outcomes = posted_finding::outcomes(&db, SHOP).await.unwrap();
    assert_eq!(outcomes, [outcome("py/eval", 2, 2), outcome("py/exec", 0, 1)]);
    assert_eq!(posted_finding::outcomes(&db, RepositoryId(7)).await.unwrap(), []);
});

on_each_database!(pushes_are_counted_until_a_person_is_heard_of, async |db| {
    let finish = async |head: char, by_push| {
        let round = ReviewRound {
            head: head.to_string().repeat(40).parse().unwrap(),
            basis: "settings".to_owned(),
            partly: vec!["a \"b\".bin".to_owned()],
            unheard: 0,
            at: at(3),
        };
        review_round::finish(&db, SHOP, PULL, &round, by_push).await.unwrap();
        let stored = review_round::get(&db, SHOP, PULL).await.unwrap().unwrap();
        assert_eq!(stored, ReviewRound { unheard: stored.unheard, ..round });
        stored.unheard
    };
    assert_eq!(review_round::get(&db, SHOP, PULL).await.unwrap(), None);
    // Opened, two pushes, the second one reviewed again after a crash, and once more because somebody asked.
    let counted = [('a', false), ('b', true), ('c', true), ('c', true), ('c', false)];
    let mut seen = Vec::new();
    for (head, by_push) in counted {
        seen.push(finish(head, by_push).await);
    }
    assert_eq!(seen, [0, 1, 2, 2, 2]);
    review_round::heard(&db, SHOP, PULL).await.unwrap();
    assert_eq!(finish('d', true).await, 1);
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
