//! Which secrets Seam works with, where each comes from and how old it is; never what it is.

use std::fs;

use chrono::{DateTime, Utc};

use super::{
    basis::Basis,
    kept::{self, Kept},
    master_key::MasterKey,
    vault::Vault,
};
use crate::store::credential;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    pub name: String,
    /// A variable, a file, or the database.
    pub place: String,
    /// `None`: nobody knows.
    pub since: Option<DateTime<Utc>>,
}

/// # Errors
/// When the database fails.
pub async fn list(basis: &Basis) -> anyhow::Result<Vec<Secret>> {
    let settings = &basis.settings;
    let secret = |name: &str, place: &str, since| Secret { name: name.to_owned(), place: place.to_owned(), since };
    let mut all = vec![match settings.master_key {
        Some(_) => secret("master key", "SEAM_MASTER_KEY", None),
        None => {
            let path = MasterKey::path(&settings.data_dir);
            let made = fs::metadata(&path).and_then(|file| file.modified()).ok().map(DateTime::from);
            secret("master key", &path.display().to_string(), made)
        }
    }];
    let given = [
        ("private key", "SEAM_GITHUB_PRIVATE_KEY", settings.github.app.is_some()),
        ("webhook secret", "SEAM_GITHUB_WEBHOOK_SECRET", settings.github.webhook_secret.is_some()),
        (
            "webhook secret, previous",
            "SEAM_GITHUB_WEBHOOK_SECRET_PREVIOUS",
            settings.github.previous_webhook_secret.is_some(),
        ),
    ];
    all.extend(given.iter().filter(|(.., is_given)| *is_given).map(|(name, place, _)| secret(name, place, None)));
    let now = basis.clock.now();
    for (row, updated_at) in credential::names(&basis.db).await? {
        let sealed = if row == kept::ROW { credential::get(&basis.db, &row).await? } else { None };
        match sealed.and_then(|sealed| Kept::open(&Vault::new(&basis.key), &sealed).ok()) {
            Some(kept) => {
                all.extend(kept.inventory(now).into_iter().map(|(name, since)| secret(name, "database", since)))
            }
            None => all.push(secret(&row, "database", Some(updated_at))),
        }
    }
    Ok(all)
}
