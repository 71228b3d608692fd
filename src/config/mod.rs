//! The operator's settings (`seam.toml`, environment, flags) and a repository's policy (`.github/seam.yml`).

pub mod app_manifest;
pub mod effective;
pub mod folder_files;
pub mod github_settings;
pub mod links;
pub mod llm_settings;
pub mod located;
pub mod nearest;
pub mod policy;
pub mod policy_edit;
pub mod policy_file;
pub mod policy_layers;
pub mod policy_text;
pub mod rule_names;
pub mod schema;
pub mod settings;
pub mod sources;
pub mod split_check;
mod values;
mod variables;
