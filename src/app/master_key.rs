//! The key that everything secret in the database is sealed under: from `SEAM_MASTER_KEY`, or the file `master.key` in the
//! data dir, made at the first start and readable by its owner only.

use std::{
    fs::{self, DirBuilder, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail, ensure};
use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::{ExposeSecret as _, ExposeSecretMut as _, SecretBox, SecretString};
use sha2::Sha256;
use zeroize::Zeroizing;

/// 32 random bytes.
pub struct MasterKey(SecretBox<[u8; 32]>);

impl MasterKey {
    /// The given one, or the file's; the file is made where there is none.
    ///
    /// # Errors
    /// When the key is not usable, or its file is open to others.
    pub fn load(given: Option<&SecretString>, data_dir: &Path) -> anyhow::Result<Self> {
        let path = Self::path(data_dir);
        if given.is_none() && !path.exists() {
            DirBuilder::new().recursive(true).mode(0o700).create(data_dir).with_context(|| {
                format!("cannot make the data dir {}; SEAM_DATA_DIR names another place", data_dir.display())
            })?;
            make(&path).with_context(|| format!("cannot write the master key {}", path.display()))?;
        }
        Self::find(given, data_dir)
    }

    /// The given one, or the file's.
    ///
    /// # Errors
    /// When there is none, it is not usable, or its file is open to others.
    pub fn find(given: Option<&SecretString>, data_dir: &Path) -> anyhow::Result<Self> {
        if let Some(given) = given {
            return Self::parse(given.expose_secret().trim())
                .context("SEAM_MASTER_KEY must be 64 hexadecimal digits; `openssl rand -hex 32` makes such a key");
        }
        let path = Self::path(data_dir);
        if !path.exists() {
            bail!(
                "there is no master key at {}: name the folder of the server (--data-dir), or give its SEAM_MASTER_KEY",
                path.display()
            );
        }
        check_file(&path)?;
        let text = fs::read_to_string(&path).map(Zeroizing::new);
        let text = text.with_context(|| format!("cannot read the master key {}", path.display()))?;
        Self::parse(text.trim())
            .with_context(|| format!("{} must hold 64 hexadecimal digits: bring it back from a backup", path.display()))
    }

    pub fn path(data_dir: &Path) -> PathBuf {
        data_dir.join("master.key")
    }

    /// # Errors
    /// When it is not 64 hexadecimal digits.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        let mut key = SecretBox::new(Box::new([0; 32]));
        // The error would quote what it found.
        let decoded = hex::decode_to_slice(text, key.expose_secret_mut());
        ensure!(decoded.is_ok(), "not a key");
        Ok(Self(key))
    }

    /// A key of its own for each purpose.
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.expose_secret()).expect("HMAC takes a key of any length");
        mac.update(b"seam ");
        mac.update(purpose.as_bytes());
        mac.finalize().into_bytes().into()
    }
}

/// Fails where others than the owner may read the file.
///
/// # Errors
/// Says what is wrong with it and how to mend it.
pub fn check_file(path: &Path) -> anyhow::Result<()> {
    let mode = fs::metadata(path).with_context(|| format!("cannot look at {}", path.display()))?.mode();
    if mode & 0o077 != 0 {
        bail!("{0} may be read by others (mode {1:o}): `chmod 600 {0}`", path.display(), mode & 0o777);
    }
    Ok(())
}

/// Two processes that start at once end up with the same key: whoever is first to give the file its name.
fn make(path: &Path) -> anyhow::Result<()> {
    let mut key = Zeroizing::new([0; 32]);
    getrandom::fill(key.as_mut_slice())?;
    let own = path.with_extension(uuid::Uuid::new_v4().simple().to_string());
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&own)?;
    file.write_all(Zeroizing::new(hex::encode(key.as_slice())).as_bytes())?;
    file.sync_all()?;
    let named = fs::hard_link(&own, path);
    fs::remove_file(&own)?;
    match named {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error.into()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::{os::unix::fs::PermissionsExt as _, thread};

    use super::*;

    #[test]
    fn the_first_start_makes_one_key_however_many_start_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = folder.path().join("data");
        let keys: Vec<_> = thread::scope(|scope| {
            let starts: Vec<_> =
                (0..4).map(|_| scope.spawn(|| MasterKey::load(None, &data_dir).unwrap().derive("test"))).collect();
            starts.into_iter().map(|start| start.join().unwrap()).collect()
        });
        assert!(keys.iter().all(|key| *key == keys[0]));
        assert_eq!(fs::metadata(MasterKey::path(&data_dir)).unwrap().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(&data_dir).unwrap().count(), 1);
    }

    #[test]
    fn a_key_that_others_may_read_is_refused_with_the_way_out() {
        let folder = tempfile::tempdir().unwrap();
        MasterKey::load(None, folder.path()).unwrap();
        fs::set_permissions(MasterKey::path(folder.path()), fs::Permissions::from_mode(0o640)).unwrap();
        let error = format!("{:#}", MasterKey::load(None, folder.path()).err().unwrap());
        let error = error.replace(folder.path().to_str().unwrap(), "DIR");
        insta::assert_snapshot!(error, @"DIR/master.key may be read by others (mode 640): `chmod 600 DIR/master.key`");
    }

    #[test]
    fn a_key_that_is_no_key_is_not_quoted() {
        let given = SecretString::from("not a key".to_owned());
        let error = format!("{:#}", MasterKey::load(Some(&given), Path::new("/nowhere")).err().unwrap());
        insta::assert_snapshot!(error, @"SEAM_MASTER_KEY must be 64 hexadecimal digits; `openssl rand -hex 32` makes such a key: not a key");
    }
}
