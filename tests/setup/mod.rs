//! From nothing to an installed App.
