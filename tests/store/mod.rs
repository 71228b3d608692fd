//! Every table on both databases.

mod ingest;
mod queue;
mod rows;
