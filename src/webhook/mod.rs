//! Receives GitHub's webhooks: verify, understand, store, answer. Nothing is done about a delivery here; what is
//! answered 202 is in the database, and workers go on from there.

mod body;
mod fields;
pub mod payload;
pub mod receive;
mod shape;
pub mod signature;
