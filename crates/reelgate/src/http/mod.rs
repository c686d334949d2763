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
mod operator;
mod overview;
mod own;
mod owner;
pub mod pages;
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
mod studio;
pub mod submit;
mod teams;
mod top_up;
pub mod uploads;
mod upstream;
pub mod view;
mod wait;
mod watch;
mod webhooks;

pub use router::router;
