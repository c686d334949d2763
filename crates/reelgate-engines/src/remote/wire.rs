//! What goes to an upstream and what comes back, as values: the server sends and receives.

use serde_json::Value;

/// How a request is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Makes or asks.
    Post,
    /// Changes.
    Put,
    /// Removes.
    Delete,
}

/// One request to an upstream. The key is added by the transport and is in no value here.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// How.
    pub method: Method,
    /// Where, behind the engine's base address: begins with a slash.
    pub path: String,
    /// Further headers.
    pub headers: Vec<(&'static str, String)>,
    /// What.
    pub body: Body,
}

/// A request's body.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// None.
    Empty,
    /// JSON.
    Json(Value),
    /// `multipart/form-data`.
    Form(Vec<Part>),
}

/// A field of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// What is in it.
    pub content: Content,
}

/// A field's content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Text.
    Text(String),
    /// A file.
    File {
        /// Its name for the upstream.
        name: String,
        /// Its media type.
        mime: &'static str,
        /// Itself.
        bytes: Vec<u8>,
    },
}

/// What an upstream answered.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    /// HTTP status.
    pub status: u16,
    /// The seconds in `Retry-After`, where it has them.
    pub retry_after_s: Option<u32>,
    /// The body, as far as it was read.
    pub body: &'a [u8],
}

impl Request {
    /// A request without a body.
    #[must_use]
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), headers: Vec::new(), body: Body::Empty }
    }

    /// A GET.
    #[must_use]
    pub fn get(path: impl Into<String>) -> Self {
        Self::new(Method::Get, path)
    }

    /// A POST with JSON.
    #[must_use]
    pub fn post(path: impl Into<String>, body: Value) -> Self {
        Self { body: Body::Json(body), ..Self::new(Method::Post, path) }
    }

    /// The same with one more header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

impl Part {
    /// A field with text.
    #[must_use]
    pub fn text(name: &str, text: impl Into<String>) -> Self {
        Self { name: name.to_owned(), content: Content::Text(text.into()) }
    }
}

impl Answer<'_> {
    /// Whether the status is a success.
    #[must_use]
    pub const fn is_success(&self) -> bool {
        self.status >= 200 && self.status < 300
    }

    /// The body as JSON; null when it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(self.body).unwrap_or(Value::Null)
    }
}

/// The text at a JSON pointer; a number counts as its digits.
#[must_use]
pub fn text_at(value: &Value, pointer: &str) -> Option<String> {
    match value.pointer(pointer)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// An id that may stand in a path: whatever an upstream says, a request goes nowhere else.
#[must_use]
pub fn safe_id(id: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':' | '~');
    let fine = !id.is_empty() && id.len() <= 200 && id.chars().all(plain) && !id.contains("..");
    fine.then(|| id.to_owned())
}
