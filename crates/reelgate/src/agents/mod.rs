//! What agents and their makers read and call: the documentation as plain text, a skill in one
//! file, and tools over the Model Context Protocol.
//!
//! All of it is made from the pages in `docs/`, the OpenAPI document of our own API and that API
//! itself, so none of it can say anything else than they do.

pub mod api;
pub mod mcp;
pub mod pages;
mod tools;
