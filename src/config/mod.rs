//! The operator's settings (`seam.toml`, environment, flags) and a repository's policy (`.github/seam.yml`).

pub mod policy;
