//! Effects against the fake GitHub, with faults.
