//! Every table on both databases.

mod chain;
mod crash;
mod crowd;
mod effects;
mod ingest;
mod leases;
mod line;
mod memory;
mod people;
mod processes;
mod retention;
mod rows;
mod schedule;
mod steps;
mod wakeups;
mod wishes;
