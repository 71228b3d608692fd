//! Language models: what one is to the rest of the house, and those of providers.

pub mod blocking;
pub mod connected;
pub mod model;
