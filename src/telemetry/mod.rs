//! Clock, logs and metrics: what every room may use to tell the time and to tell what it does.

pub mod clock;
pub mod logs;
pub mod metrics;
