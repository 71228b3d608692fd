//! The fake refuses what GitHub refuses.

mod access;
mod client;
mod conversation;
mod descriptions;
mod hooks;
mod reviews;
mod stacked;
mod transport;
