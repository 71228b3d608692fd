//! The API, one file per topic. A route that is not here is an error of the test that needs it.

pub(crate) mod accounts;
pub(crate) mod app;
pub(crate) mod checks;
pub(crate) mod commits;
pub(crate) mod contents;
pub(crate) mod deliveries;
pub(crate) mod git_data;
pub(crate) mod issue_comments;
pub(crate) mod labels;
pub(crate) mod pulls;
pub(crate) mod reactions;
pub(crate) mod repositories;
pub(crate) mod review_comments;
pub(crate) mod reviews;
pub(crate) mod stacks;
