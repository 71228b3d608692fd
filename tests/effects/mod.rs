//! Every effect happens once, whatever happens in between.

mod crashes;
mod desk;
mod refusals;
mod slices;
mod turns;
