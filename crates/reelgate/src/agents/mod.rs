//! Tools for agents over the Model Context Protocol. What they read is in `http/pages.rs`.
//!
//! The tools are made from the OpenAPI document of our own API and call that API, so they can
//! neither say nor do anything else than it does.

pub mod api;
pub mod mcp;
mod tools;
