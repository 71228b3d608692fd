//! The App's private key: made when the tests run, so that no key ever lies in the repository.

use std::sync::OnceLock;

use aws_lc_rs::{
    encoding::{AsDer as _, Pkcs8V1Der},
    rsa::{KeyPair, KeySize},
    signature::KeyPair as _,
};
use base64::{Engine as _, prelude::BASE64_STANDARD};

pub(crate) struct AppKey {
    /// As GitHub gives it: PKCS#1 in PEM.
    pub(crate) pem: String,
    /// The public half: PKCS#1 in DER.
    pub(crate) public: Vec<u8>,
}

/// The one key of this process: making one takes a while.
pub(crate) fn app_key() -> &'static AppKey {
    static KEY: OnceLock<AppKey> = OnceLock::new();
    KEY.get_or_init(|| {
        let pair = KeyPair::generate(KeySize::Rsa2048).expect("2,048 bits are allowed");
        let wrapped: Pkcs8V1Der<'static> = pair.as_der().expect("a fresh key can be written");
        let encoded = BASE64_STANDARD.encode(pkcs1(wrapped.as_ref()));
        let kind = "RSA PRIVATE KEY";
        let lines: Vec<&str> =
            encoded.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
        let pem = format!("-----BEGIN {kind}-----\n{}\n-----END {kind}-----\n", lines.join("\n"));
        AppKey { pem, public: pair.public_key().as_ref().to_vec() }
    })
}

/// PKCS#8 holds PKCS#1 as its last field, an octet string: after the version and the algorithm.
fn pkcs1(pkcs8: &[u8]) -> &[u8] {
    const ALGORITHM_END: [u8; 2] = [0x05, 0x00];
    let octets =
        pkcs8.windows(2).position(|window| window == ALGORITHM_END).expect("rsaEncryption takes no parameters");
    // Tag, the length's length (0x82: two bytes) and the length.
    &pkcs8[octets + 2 + 4..]
}
