//! What comes in and what goes out, for the faces of all kinds.

use super::world::World;
use bytes::Bytes;
use reelgate_core::engine::BoxFuture;
use serde_json::{Value, json};

/// One request.
pub(super) struct Call {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) query: String,
    pub(super) key: Option<String>,
    pub(super) idempotency: Option<String>,
    pub(super) content_type: Option<String>,
    pub(super) body: Bytes,
}

/// One answer.
pub(super) enum Page {
    /// This.
    Full {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: Bytes,
        /// Half of the body is missing.
        cut: bool,
    },
    /// None: the connection ends.
    Break { after_ms: u64 },
}

/// How one kind of service answers.
pub(super) trait Face: Send + Sync {
    fn answer<'a>(&'a self, world: &'a World, call: &'a Call) -> BoxFuture<'a, Page>;
}

impl Page {
    pub(super) fn json(status: u16, body: &Value) -> Self {
        let headers = vec![("content-type", "application/json".to_owned())];
        Self::Full { status, headers, body: body.to_string().into(), cut: false }
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        if let Self::Full { headers, .. } = &mut self {
            headers.push((name, value.into()));
        }
        self
    }

    pub(super) fn bytes(kind: &str, body: Bytes, cut: bool) -> Self {
        let headers = vec![("content-type", kind.to_owned())];
        Self::Full { status: 200, headers, body, cut }
    }

    pub(super) fn missing() -> Self {
        Self::json(404, &json!({ "detail": "Not Found" }))
    }
}

impl Call {
    /// The body as JSON; null when it is none.
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The last segment of the path, when everything before it is this.
    pub(super) fn below<'a>(&'a self, prefix: &str) -> Option<&'a str> {
        let rest = self.path.strip_prefix(prefix)?.strip_prefix('/')?;
        (!rest.is_empty() && !rest.contains('/')).then_some(rest)
    }

    pub(super) fn is(&self, method: &str, path: &str) -> bool {
        self.method == method && self.path == path
    }
}

/// The text at a key of an object.
pub(super) fn text(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::as_str).unwrap_or("").to_owned()
}
