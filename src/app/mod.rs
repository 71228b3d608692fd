//! The one place that builds clients, pool, registry and router.

pub mod basis;
mod catch_up;
pub mod checkup;
mod chores;
mod connections;
mod data_dir;
mod grants;
mod health;
mod hook_check;
pub mod inventory;
mod kept;
pub mod keyring;
pub mod master_key;
pub mod rotation;
pub mod serving;
pub mod setup_token;
pub mod vault;
