//! Seals what the database must not hold in clear: XChaCha20-Poly1305 under the master key, with the row's name as
//! associated data, so that a sealed value cannot be moved to another row.

use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Generate as _, Payload},
};
use secrecy::SecretString;
use zeroize::Zeroizing;

use super::master_key::MasterKey;

/// The first byte of what is sealed in this way.
const VERSION: u8 = 1;
const NONCE: usize = 24;

/// It was sealed under another master key or another name, or is damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("what is stored was sealed under another master key, or is damaged")]
pub struct CannotOpen;

#[derive(Clone)]
pub struct Vault {
    cipher: XChaCha20Poly1305,
}

impl Vault {
    pub fn new(key: &MasterKey) -> Self {
        Self { cipher: XChaCha20Poly1305::new(&key.derive("seal").into()) }
    }

    /// `name` is the row's; the same is needed to open it.
    pub fn seal(&self, name: &str, plain: &[u8]) -> Vec<u8> {
        let nonce = XNonce::generate();
        let sealed = self
            .cipher
            .encrypt(&nonce, Payload { msg: plain, aad: name.as_bytes() })
            .expect("what is sealed is shorter than 256 GiB");
        [&[VERSION], nonce.as_slice(), &sealed].concat()
    }

    /// # Errors
    /// When it was not sealed by this key under this name.
    pub fn open(&self, name: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, CannotOpen> {
        let [VERSION, rest @ ..] = sealed else { return Err(CannotOpen) };
        let (nonce, sealed) = rest.split_at_checked(NONCE).ok_or(CannotOpen)?;
        let nonce = XNonce::try_from(nonce).map_err(|_| CannotOpen)?;
        let plain = self.cipher.decrypt(&nonce, Payload { msg: sealed, aad: name.as_bytes() });
        plain.map(Zeroizing::new).map_err(|_| CannotOpen)
    }

    /// As [`Vault::open`], for a text.
    ///
    /// # Errors
    /// When it was not sealed by this key under this name.
    pub fn open_text(&self, name: &str, sealed: &[u8]) -> Result<SecretString, CannotOpen> {
        let plain = self.open(name, sealed)?;
        str::from_utf8(&plain).map(SecretString::from).map_err(|_| CannotOpen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vault(digit: &str) -> Vault {
        Vault::new(&MasterKey::parse(&digit.repeat(64)).unwrap())
    }

    #[test]
    fn what_is_sealed_opens_under_the_same_key_and_name_only() {
        let sealed = vault("1").seal("app", b"plain text");
        assert_eq!(vault("1").open("app", &sealed).unwrap().as_slice(), b"plain text");
        assert_eq!(vault("2").open("app", &sealed), Err(CannotOpen));
        assert_eq!(vault("1").open("another row", &sealed), Err(CannotOpen));
        assert!(!sealed.windows(5).any(|bytes| bytes == b"plain"));
        assert_ne!(sealed, vault("1").seal("app", b"plain text"), "a nonce is never used twice");
    }

    #[test]
    fn damage_is_noticed_wherever_it_is() {
        let sealed = vault("1").seal("app", b"plain text");
        for index in 0..sealed.len() {
            let mut damaged = sealed.clone();
            damaged[index] ^= 1;
            assert_eq!(vault("1").open("app", &damaged), Err(CannotOpen), "byte {index}");
            assert_eq!(vault("1").open("app", &sealed[..index]), Err(CannotOpen), "cut at {index}");
        }
    }
}
