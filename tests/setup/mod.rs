//! From nothing to an installed App.

mod browser;
mod checkup;
mod chromium;
mod credentials;
mod doors;
mod pages;
mod registration;
mod rotation;
mod server;
