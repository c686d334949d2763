//! The four APIs side by side, for what holds for each of them in its own words.

use Api::{Native, OpenV1, TaskQuery, TasksV1};
use serde_json::{Value, json};

/// An API as this table needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Api {
    OpenV1,
    TaskQuery,
    TasksV1,
    Native,
}

pub(crate) const APIS: [Api; 4] = [OpenV1, TaskQuery, TasksV1, Native];

impl Api {
    pub(crate) fn submit(self) -> &'static str {
        match self {
            OpenV1 => "/api/open/v1/video/generations",
            TaskQuery => "/api/video/seedance/gen",
            TasksV1 => "/api/v1/video/seedance2",
            Native => "/api/reelgate/v1/jobs",
        }
    }

    pub(crate) fn look(self, id: &str) -> String {
        match self {
            OpenV1 => format!("/api/open/v1/video/generations/{id}"),
            TaskQuery => format!("/api/task/query?task_id={id}"),
            TasksV1 => format!("/api/v1/tasks/{id}"),
            Native => format!("/api/reelgate/v1/jobs/{id}"),
        }
    }

    /// A good order.
    pub(crate) fn order(self) -> Value {
        match self {
            OpenV1 => json!({ "model": "seedance-2.0", "prompt": "A river" }),
            TaskQuery => json!({ "content": [{ "type": "text", "text": "A beach" }] }),
            TasksV1 => json!({ "prompt": "A glass train" }),
            Native => json!({ "prompt": "A lighthouse" }),
        }
    }

    /// What the order costs.
    pub(crate) fn price(self) -> i64 {
        match self {
            OpenV1 => 40,
            TaskQuery => 50,
            TasksV1 => 30,
            Native => 5,
        }
    }

    /// The same order with other words.
    pub(crate) fn saying(self, prompt: Value) -> Value {
        let mut order = self.order();
        match self {
            TaskQuery => order["content"][0]["text"] = prompt,
            OpenV1 | TasksV1 | Native => order["prompt"] = prompt,
        }
        order
    }

    /// The same order with these fields.
    pub(crate) fn with(self, fields: Value) -> Value {
        let mut order = self.order();
        for (name, value) in fields.as_object().expect("fields") {
            order[name] = value.clone();
        }
        order
    }

    /// The same order with references.
    pub(crate) fn showing(self, urls: &[&str]) -> Value {
        match self {
            OpenV1 => self.with(json!({ "mediaUrls": urls })),
            TaskQuery => {
                let mut order = self.order();
                let items = order["content"].as_array_mut().expect("a list");
                let image = |url| json!({ "type": "image_url", "image_url": { "url": url } });
                items.extend(urls.iter().map(image));
                order
            }
            TasksV1 => self.with(json!({ "mode": "media-to-video", "media_urls": urls })),
            Native => {
                let media: Vec<_> = urls.iter().map(|url| json!({ "url": url })).collect();
                self.with(json!({ "media": media }))
            }
        }
    }

    /// The status and code of a refusal that says this.
    pub(crate) fn refusal(self, kind: &str, message: &str) -> (u16, Value) {
        let (status, code) = match (self, kind) {
            (_, "invalid") => (400, "invalid_request"),
            (_, "unauthorized") => (401, "unauthorized"),
            (_, "not_found") => (404, "not_found"),
            (TaskQuery | TasksV1, "too_large" | "media_type") => (400, "invalid_request"),
            (_, "too_large") => (413, "payload_too_large"),
            (_, "media_type") => (415, "unsupported_media_type"),
            (_, other) => panic!("no such kind here: {other}"),
        };
        let error = json!({ "code": code, "message": message });
        let body = match self {
            OpenV1 => json!({ "success": false, "error": error }),
            TaskQuery => json!({ "code": 1, "message": message }),
            TasksV1 | Native => json!({ "error": error }),
        };
        (status, body)
    }
}
