//! What GitHub sends, and what Seam answers and understands.

mod endpoint;
mod fuzz;
mod installations;
mod payloads;
mod sender;
