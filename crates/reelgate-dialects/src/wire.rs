//! A request and an answer as bytes, without any HTTP library's types in the way.

use http::{HeaderMap, Method, StatusCode};
use std::collections::BTreeMap;

/// A request that matched one of a dialect's routes.
#[derive(Clone, Debug)]
pub struct WireRequest {
    /// Path parameters by the name they have in the route.
    pub path: BTreeMap<String, String>,
    /// Query parameters in the order given, decoded.
    pub query: Vec<(String, String)>,
    /// Headers.
    pub headers: HeaderMap,
    /// The body, within the size limit.
    pub body: Vec<u8>,
}

/// An answer, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireResponse {
    /// The status.
    pub status: StatusCode,
    /// Headers beyond the content type, such as `Retry-After`.
    pub headers: HeaderMap,
    /// The body, JSON.
    pub body: Vec<u8>,
}

/// One route of a dialect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path, with parameters in braces: `/api/v1/tasks/{id}`.
    pub path: &'static str,
    /// What it does; handed back to [`crate::Dialect::parse`].
    pub operation: Operation,
    /// Whether it may be called without a key.
    pub public: bool,
}

/// What a route does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// Accepts an order.
    Submit,
    /// Shows a job.
    Get,
    /// Stops a job.
    Cancel,
    /// Lists models.
    Models,
}
