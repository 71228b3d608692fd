//! The one GitHub client: App authentication, rate limits, retries by type of call, typed answers and errors.
//!
//! A call is a [`request`] value. [`send`] gives it credentials ([`jwt`], [`tokens`]), a turn ([`limits`]) and its tries;
//! [`transport`] takes it to GitHub through octocrab, and [`answer`] says what came back. [`client`] holds it all together.
//! Every other file is one topic of GitHub's API, as methods of [`app::AppClient`] or [`repository::RepositoryClient`].

pub mod client;
pub mod error;
pub mod jwt;
pub mod permissions;
pub mod repository;

mod answer;
mod etags;
mod limits;
mod pages;
mod request;
mod send;
mod tokens;
mod transport;

pub mod app;
pub mod branches;
pub mod checks;
pub mod collaborators;
pub mod comments;
pub mod commits;
pub mod contents;
pub mod deliveries;
pub mod git_data;
mod graphql;
pub mod hook;
pub mod labels;
pub mod manifest;
pub mod pulls;
pub mod reactions;
pub mod reviews;
pub mod rules;
pub mod stacks;
pub mod threads;
pub mod users;
