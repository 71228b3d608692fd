//! Git LFS pointers: small texts that stand for a large file kept elsewhere.
//! Source: <https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md>.

use sha2::{Digest as _, Sha256};

/// A pointer is smaller than this.
const MAX_POINTER_BYTES: usize = 1024;

/// Whether a file's content is a pointer.
pub fn is_pointer(content: &[u8]) -> bool {
    if content.len() >= MAX_POINTER_BYTES {
        return false;
    }
    let Ok(text) = std::str::from_utf8(content) else { return false };
    let mut lines = text.lines();
    let version = lines.next().and_then(|line| line.strip_prefix("version "));
    let has =
        |key: &str| text.lines().skip(1).any(|line| line.strip_prefix(key).is_some_and(|value| !value.is_empty()));
    version.is_some_and(|version| version.ends_with("/spec/v1") || version.ends_with("/spec/1"))
        && has("oid sha256:")
        && has("size ")
}

/// The pointer that stands for `content`.
pub fn pointer(content: &[u8]) -> Vec<u8> {
    let hash = hex::encode(Sha256::digest(content));
    format!("version https://git-lfs.github.com/spec/v1\noid sha256:{hash}\nsize {}\n", content.len()).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_names_its_version_its_hash_and_its_size() {
        let pointer = String::from_utf8(pointer(b"hello")).unwrap();
        insta::assert_snapshot!(pointer, @r"
        version https://git-lfs.github.com/spec/v1
        oid sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824
        size 5
        ");
        assert!(is_pointer(pointer.as_bytes()));
        assert!(!is_pointer(pointer.replace("size", "sise").as_bytes()));
        assert!(!is_pointer(b"version 1\n"));
        assert!(!is_pointer(b""));
        assert!(!is_pointer(&[0xFF; 40]));
    }
}
