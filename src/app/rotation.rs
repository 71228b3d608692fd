//! Changes the webhook secret, at GitHub and here, without losing a delivery. The new one is accepted before GitHub is told
//! of it, the old one for a day after; whoever is interrupted in between is let in by both, and goes on where it stopped.

use std::time::Duration;

use anyhow::{Context as _, bail};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

use super::{
    basis::Basis,
    kept::{self, Kept},
    vault::Vault,
};
use crate::store::credential;

/// Others may change the row at the same time.
const TRIES: usize = 5;

/// `settle`: how long other processes of this database may take to notice a new secret.
///
/// # Errors
/// When there is no App to rotate for, its secret is given by the settings, or GitHub or the database fails.
pub async fn rotate(basis: &Basis, settle: Duration) -> anyhow::Result<()> {
    if basis.settings.github.app.is_some() || basis.settings.github.webhook_secret.is_some() {
        bail!(
            "the webhook secret is given by SEAM_GITHUB_WEBHOOK_SECRET, which only you can change: give the present one as \
             SEAM_GITHUB_WEBHOOK_SECRET_PREVIOUS and a new one (`openssl rand -hex 32`) as SEAM_GITHUB_WEBHOOK_SECRET, \
             start Seam again, and then set the new one on the App's page on GitHub"
        );
    }
    let mut next = None;
    change(basis, |kept| next = Some(kept.begin_rotation(new_secret))).await?;
    let next = next.context("no secret was made")?;
    tokio::time::sleep(settle).await;
    basis.github.app().set_hook_secret(&next).await.context(
        "GitHub was not told of the new webhook secret, or did not say so: both are accepted, run this again",
    )?;
    let now = basis.clock.now();
    change(basis, |kept| kept.finish_rotation(now)).await
}

/// Changes what is kept; anew where another process changed it meanwhile.
async fn change(basis: &Basis, mut change: impl FnMut(&mut Kept)) -> anyhow::Result<()> {
    let vault = Vault::new(&basis.key);
    for _ in 0..TRIES {
        let sealed = credential::get(&basis.db, kept::ROW).await?;
        let Some(sealed) = sealed else { bail!("no GitHub App is set up here: `seam setup` prints the link") };
        let mut kept = Kept::open(&vault, &sealed)?;
        change(&mut kept);
        if credential::replace(&basis.db, kept::ROW, &sealed, &kept.seal(&vault), basis.clock.now()).await? {
            return Ok(());
        }
    }
    bail!("other processes keep changing the credentials: try again")
}

fn new_secret() -> String {
    let mut bytes = Zeroizing::new([0; 32]);
    getrandom::fill(bytes.as_mut_slice()).expect("the system has random numbers");
    URL_SAFE_NO_PAD.encode(bytes.as_slice())
}
