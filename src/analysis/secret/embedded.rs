//! The one list of the secret rules that are part of Seam. A test compares it with the folder.

macro_rules! embedded {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../../rules/secrets/", $name, ".toml")))),*]
    };
}

/// Name and text of each file of `rules/secrets`.
pub const FILES: &[(&str, &str)] = embedded!["source-control", "cloud", "services", "keys", "generic"];
