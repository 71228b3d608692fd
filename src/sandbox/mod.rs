//! Runs programs that nobody vouches for, as the build of a pull request is. They see the system read-only, write to one folder,
//! reach no network and none of Seam's variables, and end when their time, memory, disk or number is up. Linux alone.
//!
//! `seam` starts itself as `seam sandbox`, which gives up all that a program shall not have ([`inside`]) and then starts it.
//! What was given up cannot be had back, by whoever it starts. The kernel has to keep to all of it: where it cannot, nothing
//! is run.

mod confinement;
pub mod error;
pub mod folder;
mod group;
pub mod inside;
pub mod job;
mod machine;
mod output;
mod removal;
mod room;
pub mod runner;
mod system_calls;
mod user;
