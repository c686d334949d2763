//! The Reelgate server and its command line.
//!
//! This crate runs what the others decide, remember, translate and render. It is a library only so
//! that its tests can drive the same parts as the binary does.

pub mod agents;
pub mod app;
pub mod cli;
pub mod config;
pub mod credentials;
pub mod entropy;
pub mod fault;
pub mod http;
pub mod media;
pub mod outbound;
pub mod people;
pub mod secrets;
#[cfg(feature = "simulation")]
pub mod sim;
pub mod stand_in;
pub mod work;
