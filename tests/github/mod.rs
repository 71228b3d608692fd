//! The client against faults.
