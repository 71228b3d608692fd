//! The names of all settings: as variables, and as keys of `seam.toml`.

use super::sources::Name;

pub(super) const LISTEN: Name = Name { variable: "SEAM_LISTEN", key: Some("listen") };
pub(super) const DATABASE_URL: Name = Name { variable: "DATABASE_URL", key: Some("database_url") };
pub(super) const DATA_DIR: Name = Name { variable: "SEAM_DATA_DIR", key: Some("data_dir") };
pub(super) const PUBLIC_URL: Name = Name { variable: "SEAM_PUBLIC_URL", key: Some("public_url") };
pub(super) const WORKERS: Name = Name { variable: "SEAM_WORKERS", key: Some("workers") };
pub(super) const REDIS_URL: Name = Name { variable: "SEAM_REDIS_URL", key: Some("redis_url") };
/// Not in a file: it would lie beside what it locks.
pub(super) const MASTER_KEY: Name = Name { variable: "SEAM_MASTER_KEY", key: None };
pub(super) const APP_ID: Name = Name { variable: "SEAM_GITHUB_APP_ID", key: Some("github.app_id") };
pub(super) const PRIVATE_KEY: Name = Name { variable: "SEAM_GITHUB_PRIVATE_KEY", key: Some("github.private_key") };
pub(super) const WEBHOOK_SECRET: Name =
    Name { variable: "SEAM_GITHUB_WEBHOOK_SECRET", key: Some("github.webhook_secret") };
pub(super) const PREVIOUS_WEBHOOK_SECRET: Name =
    Name { variable: "SEAM_GITHUB_WEBHOOK_SECRET_PREVIOUS", key: Some("github.webhook_secret_previous") };
pub(super) const API_URL: Name = Name { variable: "SEAM_GITHUB_API_URL", key: Some("github.api_url") };
pub(super) const WEB_URL: Name = Name { variable: "SEAM_GITHUB_URL", key: Some("github.url") };
pub(super) const LOG: Name = Name { variable: "SEAM_LOG", key: Some("log.filter") };
pub(super) const LOG_FORMAT: Name = Name { variable: "SEAM_LOG_FORMAT", key: Some("log.format") };
pub(super) const LLM_PROVIDER: Name = Name { variable: "SEAM_LLM_PROVIDER", key: Some("llm.provider") };
pub(super) const LLM_MODEL: Name = Name { variable: "SEAM_LLM_MODEL", key: Some("llm.model") };
pub(super) const LLM_API_KEY: Name = Name { variable: "SEAM_LLM_API_KEY", key: Some("llm.api_key") };
pub(super) const LLM_BASE_URL: Name = Name { variable: "SEAM_LLM_BASE_URL", key: Some("llm.base_url") };

pub(super) const SPLIT_CHECK: Name = Name { variable: "SEAM_SPLIT_CHECK", key: Some("split.check") };
pub(super) const SPLIT_CHECK_PATHS: Name = Name { variable: "SEAM_SPLIT_CHECK_PATHS", key: Some("split.check_paths") };
pub(super) const SPLIT_CHECK_ENV: Name = Name { variable: "SEAM_SPLIT_CHECK_ENV", key: Some("split.check_env") };
pub(super) const SPLIT_CHECK_TIMEOUT: Name =
    Name { variable: "SEAM_SPLIT_CHECK_TIMEOUT", key: Some("split.check_timeout") };
pub(super) const SPLIT_CHECK_MEMORY: Name =
    Name { variable: "SEAM_SPLIT_CHECK_MEMORY", key: Some("split.check_memory") };

pub(super) const ALL: [Name; 24] = [
    LISTEN,
    DATABASE_URL,
    DATA_DIR,
    PUBLIC_URL,
    WORKERS,
    REDIS_URL,
    MASTER_KEY,
    APP_ID,
    PRIVATE_KEY,
    WEBHOOK_SECRET,
    PREVIOUS_WEBHOOK_SECRET,
    API_URL,
    WEB_URL,
    LOG,
    LOG_FORMAT,
    LLM_PROVIDER,
    LLM_MODEL,
    LLM_API_KEY,
    LLM_BASE_URL,
    SPLIT_CHECK,
    SPLIT_CHECK_PATHS,
    SPLIT_CHECK_ENV,
    SPLIT_CHECK_TIMEOUT,
    SPLIT_CHECK_MEMORY,
];
