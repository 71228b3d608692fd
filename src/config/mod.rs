//! The operator's settings (`seam.toml`, environment, flags) and a repository's policy (`.github/seam.yml`).

pub mod app_manifest;
pub mod nearest;
pub mod pages;
pub mod policy;
pub mod settings;
pub mod sources;
