//! A GitHub in memory, with a real git server behind it.
//!
//! [`fake::FakeGitHub`] is the whole of it. People act through the handles of `acts`: the model and the git repository
//! change, and the App is told by a signed webhook. What the App then asks goes through `server`: one way for every
//! request, from the table in `route` to an answer that is checked against GitHub's own description.
//!
//! Nothing here knows of the test harness: the demo starts the same GitHub.

pub(crate) mod acts;
pub(crate) mod answer;
pub(crate) mod auth;
pub(crate) mod call;
pub(crate) mod diff;
pub(crate) mod fake;
pub(crate) mod faults;
pub(crate) mod git_repository;
pub(crate) mod git_server;
pub(crate) mod graphql;
pub(crate) mod journal;
pub(crate) mod key;
pub(crate) mod limits;
pub(crate) mod model;
pub(crate) mod official;
pub(crate) mod page;
pub(crate) mod post;
pub(crate) mod route;
pub(crate) mod routes;
pub(crate) mod server;
pub(crate) mod shape;
pub(crate) mod talk;
pub(crate) mod web;
pub(crate) mod webhooks;

#[cfg(test)]
mod tests;
