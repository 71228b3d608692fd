//! Credentials in added lines. Rules are data in gitleaks' TOML format (`rules/secrets/*.toml`); what a pattern cannot
//! say (entropy, placeholders, checksums that need no network) is here.

pub mod allowlist;
pub mod checksum;
pub mod embedded;
pub mod entropy;
pub mod gitleaks;
pub mod placeholder;
pub mod rule;
pub mod rule_set;
pub mod scan;
pub mod verify;
