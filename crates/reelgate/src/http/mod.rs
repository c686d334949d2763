//! The server's front: every route, and the one pipeline behind all of them.

pub mod actions;
pub mod auth;
mod derive;
pub mod files;
pub mod gateway;
pub mod health;
pub mod limit;
pub mod listen;
pub mod once;
pub mod openapi;
mod own;
mod owner;
pub mod pages;
mod pass_on;
pub mod peer;
mod people;
pub mod places;
pub mod polls;
mod records;
pub mod references;
mod rehearse;
pub mod reply;
pub mod router;
pub mod session;
pub mod submit;
pub mod uploads;
mod upstream;
pub mod view;
mod wait;
mod watch;
mod webhooks;

pub use router::router;
