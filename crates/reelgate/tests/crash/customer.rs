//! Somebody who orders clips, tries again when no answer comes, and remembers what was promised.

use crate::http::{Ask, ask};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What one customer ordered.
pub(crate) struct Customer {
    key: String,
    hook: String,
    /// Its database dies as well, not only the server.
    pub(crate) database_dies: bool,
    /// Every order by its idempotency key.
    pub(crate) orders: BTreeMap<String, Order>,
}

pub(crate) struct Order {
    body: String,
    /// The id, once an answer with it arrived.
    pub(crate) acknowledged: Option<String>,
    /// A cancel was answered with success.
    pub(crate) cancel_answered: bool,
}

impl Customer {
    pub(crate) fn new(key: &str, hook: &str) -> Self {
        Self {
            key: key.to_owned(),
            hook: hook.to_owned(),
            database_dies: false,
            orders: BTreeMap::new(),
        }
    }

    /// Writes an order down; nothing is sent yet.
    pub(crate) fn plan(&mut self, name: &str, seconds: u32, with_picture: bool) {
        let mut body = json!({
            "model": "native/preview",
            "prompt": format!("a boat on a lake, {name}"),
            "resolution": "480p",
            "duration_s": seconds,
            "audio": false,
            "callback_url": self.hook,
        });
        if with_picture {
            body["media"] = json!([{ "url": picture(name) }]);
        }
        let order = Order { body: body.to_string(), acknowledged: None, cancel_answered: false };
        self.orders.insert(name.to_owned(), order);
    }

    /// Sends an order; false when no answer came.
    pub(crate) fn order(&mut self, server: &str, name: &str) -> bool {
        let order = self.orders.get_mut(name).expect("planned");
        let answer = ask(
            server,
            &Ask {
                method: "POST",
                path: "/api/reelgate/v1/jobs",
                key: &self.key,
                idempotency: Some(name),
                body: &order.body,
            },
        );
        let Some(answer) = answer else { return false };
        // 409: the first request with this key is being answered. 503: busy.
        if answer.status != 409 && answer.status != 503 {
            let text = String::from_utf8_lossy(&answer.body);
            assert_eq!(answer.status, 202, "{name}: {text}");
            let id = answer.json()["id"].as_str().expect("an id").to_owned();
            let before = order.acknowledged.replace(id.clone());
            assert!(before.is_none_or(|before| before == id), "{name} became two jobs");
        }
        true
    }

    /// Cancels an order whose id is known; false when no answer came.
    pub(crate) fn cancel(&mut self, server: &str, name: &str) -> bool {
        let order = self.orders.get_mut(name).expect("planned");
        let Some(id) = &order.acknowledged else { return true };
        let path = format!("/api/reelgate/v1/jobs/{id}/cancel");
        let (method, key, body) = ("POST", self.key.as_str(), "");
        let asked = Ask { method, path: &path, key, idempotency: None, body };
        let Some(answer) = ask(server, &asked) else { return false };
        // A database that goes away while a cancel is committed leaves it open whether it was, and
        // asking again is safe.
        if self.database_dies && matches!(answer.status, 500 | 503) {
            return false;
        }
        assert!(matches!(answer.status, 200 | 409), "cancel: {}", answer.status);
        order.cancel_answered |= answer.status == 200;
        true
    }

    /// A job as the API shows it; nothing when no answer came.
    pub(crate) fn job(&self, server: &str, id: &str) -> Option<Value> {
        let path = format!("/api/reelgate/v1/jobs/{id}");
        let answer = self.get(server, &path)?;
        assert_eq!(answer.status, 200, "{id} is known");
        Some(answer.json())
    }

    pub(crate) fn get(&self, server: &str, path: &str) -> Option<crate::http::Answer> {
        let (method, key) = ("GET", self.key.as_str());
        ask(server, &Ask { method, path, key, idempotency: None, body: "" })
    }

    /// Whether every acknowledged job has ended; nothing when no answer came.
    pub(crate) fn all_ended(&self, server: &str) -> Option<bool> {
        for id in self.orders.values().filter_map(|order| order.acknowledged.as_ref()) {
            let job = self.job(server, id)?;
            if job["finished_at"].is_null() {
                return Some(false);
            }
        }
        Some(true)
    }
}

/// A picture of its own for each order, as a `data:` URI.
fn picture(name: &str) -> String {
    let shade = name.bytes().fold(7_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte));
    let (width, height) = (64, 64);
    let picture = reelgate_codec::Rgb { width, height, data: vec![shade; width * height * 3] };
    let png = reelgate_codec::encode_png(&picture).expect("a picture");
    format!("data:image/png;base64,{}", STANDARD.encode(png))
}
