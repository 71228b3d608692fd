//! The client against servers that answer well, badly, late and not at all.

mod answers;
mod credentials;
mod limits;
mod retries;
mod server;
