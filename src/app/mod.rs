//! The one place that builds clients, pool, registry and router.

pub mod master_key;
pub mod serving;
pub mod vault;
