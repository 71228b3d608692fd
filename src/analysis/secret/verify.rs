//! What can be said of a candidate offline, beyond its pattern.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use serde::Deserialize;
use serde_json::Value;

use super::checksum;

/// How a rule's candidates are verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verify {
    /// GitHub's and npm's tokens.
    Base62Crc,
    /// Grafana's service account tokens.
    HexCrc,
    /// The header of a JSON Web Token.
    Jwt,
    /// The body of a PEM private key.
    Pem,
    /// A name and a password in a URL.
    UrlCredentials,
    /// Name and password of HTTP Basic.
    BasicAuth,
    /// Characters that nobody chose: not words, not a path.
    RandomLooking,
    /// Characters that somebody chose so that nobody guesses them.
    Password,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The rule has no way to verify.
    Unknown,
    /// It is what it looks like; with a sentence for the message.
    Genuine(&'static str),
    /// It looks like one, and is of less use to a thief, or made up.
    Doubtful(&'static str),
    /// Not what the rule is about.
    Nothing,
}

impl Verify {
    pub fn check(self, secret: &str) -> Verdict {
        match self {
            Self::Base62Crc => by_checksum(checksum::ends_in_base62_crc(secret)),
            Self::HexCrc => by_checksum(checksum::ends_in_hex_crc(secret)),
            Self::Jwt => jwt(secret),
            Self::Pem => pem(secret),
            Self::UrlCredentials => url_credentials(secret),
            Self::BasicAuth => basic_auth(secret),
            Self::RandomLooking => random_looking(secret),
            Self::Password => password(secret),
        }
    }
}

fn by_checksum(is_right: bool) -> Verdict {
    if is_right {
        Verdict::Genuine("Its checksum is right.")
    } else {
        Verdict::Doubtful("Its checksum is wrong: it was made up or edited.")
    }
}

fn jwt(token: &str) -> Verdict {
    let json = |part: &str| serde_json::from_slice::<Value>(&URL_SAFE_NO_PAD.decode(part).ok()?).ok();
    let mut parts = token.split('.');
    let Some(header) = parts.next().and_then(json) else { return Verdict::Nothing };
    let Some(algorithm) = header.get("alg").and_then(Value::as_str) else { return Verdict::Nothing };
    if algorithm.eq_ignore_ascii_case("none") {
        return Verdict::Doubtful("It is not signed (`alg: none`).");
    }
    let claims = parts.next().and_then(json);
    let expires = claims.as_ref().and_then(|claims| claims.get("exp")).and_then(Value::as_i64);
    match expires {
        // No clock is asked: whatever ended before this program was written is long over.
        Some(end) if end < 1_735_689_600 => Verdict::Doubtful("It has expired."),
        _ => Verdict::Genuine("Its header can be read."),
    }
}

fn pem(block: &str) -> Verdict {
    if block.contains("ENCRYPTED") {
        return Verdict::Doubtful("It is encrypted with a passphrase.");
    }
    let Some((_, rest)) = block.split_once("KEY") else { return Verdict::Nothing };
    let Some((_, rest)) = rest.split_once("-----") else { return Verdict::Nothing };
    let body = rest.split("-----").next().unwrap_or_default();
    // Inside a JSON or source text the line ends are written `\n`.
    let body = body.replace("\\r", "").replace("\\n", "");
    let body: String = body.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '/')).collect();
    let whole = body.len() - body.len() % 4;
    match STANDARD_NO_PAD.decode(&body[..whole]) {
        Ok(bytes) if bytes.starts_with(b"openssh-key-v1\0") && !bytes[15..].starts_with(b"\0\0\0\x04none") => {
            Verdict::Doubtful("It is encrypted with a passphrase.")
        }
        Ok(bytes) if bytes.len() >= 32 && (bytes[0] == 0x30 || bytes.starts_with(b"openssh-key-v1\0")) => {
            Verdict::Genuine("Its body can be read.")
        }
        Ok(bytes) if bytes.len() >= 32 => Verdict::Doubtful("Its body is not that of a key."),
        _ => Verdict::Nothing,
    }
}

/// Takes `name:password@host`.
fn url_credentials(text: &str) -> Verdict {
    let Some((credentials, host)) = text.rsplit_once('@') else { return Verdict::Nothing };
    let Some((name, password)) = credentials.split_once(':') else { return Verdict::Nothing };
    let host = host.split([':', '/', '?']).next().unwrap_or_default().to_ascii_lowercase();
    let is_local = host.is_empty()
        || matches!(host.as_str(), "localhost" | "127.0.0.1" | "0.0.0.0" | "::1" | "host.docker.internal" | "host" | "hostname")
        // A name without a dot is a container on the same machine.
        || !host.contains('.')
        || ["example", "test", "invalid", "localhost", "local"].iter().any(|end| host.ends_with(&format!(".{end}")))
        || host.contains("example.");
    let is_usual = name.eq_ignore_ascii_case(password)
        || matches!(
            password.to_ascii_lowercase().as_str(),
            "password" | "pass" | "passwd" | "pwd" | "secret" | "token" | "root" | "admin" | "test" | "user" | "guest"
        );
    match (is_local, is_usual) {
        (_, true) | (true, _) => Verdict::Nothing,
        (false, false) => Verdict::Genuine("They are for a host that is not this machine."),
    }
}

fn basic_auth(encoded: &str) -> Verdict {
    let encoded = encoded.trim_end_matches('=');
    let decoded = STANDARD_NO_PAD.decode(encoded).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    match decoded.as_deref().and_then(|text| text.split_once(':')) {
        Some((name, password))
            if !password.is_empty() && name != password && !super::placeholder::is_placeholder(password) =>
        {
            Verdict::Genuine("It decodes to a name and a password.")
        }
        _ => Verdict::Nothing,
    }
}

/// Looks at the longest part that no punctuation interrupts: in what is random, kinds of characters alternate; in words,
/// paths and names of algorithms they do not for long.
fn random_looking(value: &str) -> Verdict {
    let parts = value.split(|c: char| !c.is_ascii_alphanumeric());
    let Some(part) = parts.max_by_key(|part| part.len()).filter(|part| part.len() >= 12) else {
        return Verdict::Nothing;
    };
    let kinds: Vec<u8> = part
        .bytes()
        .map(|byte| match byte {
            b'0'..=b'9' => 0,
            b'a'..=b'z' => 1,
            _ => 2,
        })
        .collect();
    let digits = kinds.iter().filter(|kind| **kind == 0).count();
    let changes = kinds.windows(2).filter(|pair| pair[0] != pair[1]).count();
    if digits < 2 || digits == part.len() || changes * 4 < part.len() { Verdict::Nothing } else { Verdict::Unknown }
}

/// A label, a key of translations or a name of a field has no digit and no special character in it.
fn password(value: &str) -> Verdict {
    let lower = value.to_ascii_lowercase();
    let has_letter = value.bytes().any(|byte| byte.is_ascii_alphabetic());
    let has_other = value.bytes().any(|byte| byte.is_ascii_digit() || b"!@#$%^&*+?~".contains(&byte));
    let is_name = ["passw", "pwd", "://", "::", "()", "->"].iter().any(|part| lower.contains(part));
    if has_letter && has_other && !is_name { Verdict::Unknown } else { Verdict::Nothing }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_paths_and_names_do_not_look_random() {
        for value in [
            "application/x-www-form-urlencoded",
            "sha256-rsa-pkcs1-v15",
            "com.corp.payments.TokenService2",
            "AUTH_TOKEN_HEADER_V2",
        ] {
            assert_eq!(Verify::RandomLooking.check(value), Verdict::Nothing, "{value}");
        }
        assert_eq!(Verify::RandomLooking.check("qK7x2Vb9LmZ0tRw5YpNcE"), Verdict::Unknown);
    }

    #[test]
    fn credentials_for_this_machine_are_nothing() {
        assert_eq!(Verify::UrlCredentials.check("postgres:hunter22@localhost:5432/db"), Verdict::Nothing);
        assert_eq!(Verify::UrlCredentials.check("guest:guest@mq.corp.io"), Verdict::Nothing);
        assert!(matches!(Verify::UrlCredentials.check("app:k3Jx9qL2@db.corp.io"), Verdict::Genuine(_)));
    }

    #[test]
    fn a_token_without_a_readable_header_is_no_jwt() {
        assert_eq!(Verify::Jwt.check("eyJhb.eyJ.x"), Verdict::Nothing);
    }
}
