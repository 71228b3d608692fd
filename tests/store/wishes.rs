//! What people asked for: problems they do not want to hear of, pull requests they want left alone.

use seam::{
    domain::{
        finding::Fingerprint,
        ids::{PullNumber, RepositoryId},
    },
    store::{
        dismissal::{self, Dismissal, DismissedBy},
        pause::{self, Pause},
    },
};

use super::rows::at;
use crate::support::database::on_each_database;

const SHOP: RepositoryId = RepositoryId(42);
const STORE: RepositoryId = RepositoryId(43);
const PULL: PullNumber = PullNumber(12);

fn dismissed(code: &str, path: &str) -> Dismissal {
    Dismissal {
        fingerprint: Fingerprint::of("py/eval", "", code),
        path: path.to_owned(),
        rule: Some("py/eval".to_owned()),
        pull: PULL,
        way: DismissedBy::Resolved,
        by: "ada".to_owned(),
        reason: None,
        at: at(1),
    }
}

on_each_database!(a_dismissal_holds_in_its_repository_for_its_file_until_it_is_lifted, async |db| {
    let (one, other) = (dismissed("eval(x)", "a.py"), dismissed("eval(x)", "b.py"));
    assert!(dismissal::dismiss(&db, SHOP, &one).await.unwrap());
    assert!(dismissal::dismiss(&db, SHOP, &other).await.unwrap());
    let get = async |repository, path| dismissal::get(&db, repository, &one.fingerprint, path).await.unwrap();
    assert_eq!(get(SHOP, "a.py").await, Some(one.clone()));
    assert_eq!(get(SHOP, "c.py").await, None);
    assert_eq!(get(STORE, "a.py").await, None);
    assert_eq!(dismissal::list(&db, SHOP).await.unwrap(), [one.clone(), other]);

    // The first person stays; only words are added.
    let later = Dismissal {
        way: DismissedBy::Command,
        by: "grace".to_owned(),
        reason: Some("trusted".to_owned()),
        at: at(2),
        ..one.clone()
    };
    assert!(!dismissal::dismiss(&db, SHOP, &later).await.unwrap());
    assert_eq!(get(SHOP, "a.py").await, Some(Dismissal { reason: later.reason, ..one.clone() }));

    assert!(dismissal::lift(&db, SHOP, &one.fingerprint, "a.py").await.unwrap());
    assert!(!dismissal::lift(&db, SHOP, &one.fingerprint, "a.py").await.unwrap());
    assert_eq!(get(SHOP, "a.py").await, None);
});

on_each_database!(a_persons_pause_is_ended_by_nobody_else, async |db| {
    let (ada, seam) = (Some("ada"), None);
    let pause = async |by, millis| pause::pause(&db, SHOP, PULL, by, at(millis)).await.unwrap();
    let now = async || pause::get(&db, SHOP, PULL).await.unwrap();
    assert_eq!(now().await, None);
    assert!(pause(seam, 1).await);
    assert_eq!(now().await, Some(Pause { pull: PULL, by: None, at: at(1) }));
    assert!(pause(ada, 2).await);
    assert!(!pause(seam, 3).await);
    assert!(!pause::resume_own(&db, SHOP, PULL).await.unwrap());
    assert_eq!(now().await, Some(Pause { pull: PULL, by: Some("ada".to_owned()), at: at(2) }));
    assert_eq!(pause::list(&db, SHOP).await.unwrap().len(), 1);
    assert_eq!(pause::list(&db, STORE).await.unwrap(), []);
    assert!(pause::resume(&db, SHOP, PULL).await.unwrap());
    assert!(!pause::resume(&db, SHOP, PULL).await.unwrap());

    assert!(pause(seam, 4).await);
    assert!(pause::resume_own(&db, SHOP, PULL).await.unwrap());
    assert_eq!(now().await, None);
});
