//! The real program, killed at random moments while GitHub delivers to it.

mod exactly_once;
mod moment;
mod people;
