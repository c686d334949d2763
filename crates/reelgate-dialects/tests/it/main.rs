//! The dialects from outside: bytes in, bytes out.
//!
//! `golden` plays the request and response pairs of `tests/golden/<dialect>/*.json`; `fields` tries
//! every field with values it refuses; `routes` checks what the dialects promise about themselves,
//! `openapi` what their documents promise (`schema` decides whether a value fits), and `webhooks`
//! how endpoints are spoken of. `world`, `own`, `people` and `operator` are the rest of the
//! platform, as small as possible.

mod contract;
mod draft;
mod fields;
mod golden;
mod openapi;
mod operator;
mod own;
mod people;
mod routes;
mod schema;
mod webhooks;
mod world;
