//! The one place that builds clients, pool, registry and router.

pub mod serving;
