//! Git LFS pointers: small texts that stand for a large file kept elsewhere.
//! Source: <https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md>.

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_names_its_version_its_hash_and_its_size() {
        let hash = "ab".repeat(32);
        let pointer = format!("version https://git-lfs.github.com/spec/v1\noid sha256:{hash}\nsize 12345\n");
        assert!(is_pointer(pointer.as_bytes()));
        assert!(!is_pointer(pointer.replace("size", "sise").as_bytes()));
        assert!(!is_pointer(b"version 1\n"));
        assert!(!is_pointer(b""));
        assert!(!is_pointer(&[0xFF; 40]));
    }
}
