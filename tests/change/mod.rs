//! Change sets and mirrors of real git repositories.

mod mirror;
