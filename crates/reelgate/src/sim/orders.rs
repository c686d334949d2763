//! Who orders, through which API, and what they were promised.

use super::world::World;
use crate::fault;
use axum::body::Body;
use http::Request;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http_body_util::BodyExt as _;
use reelgate_core::check::Policy;
use reelgate_core::endpoint::Change;
use reelgate_core::key::{ApiKey, ENTROPY_BYTES};
use reelgate_core::{AccountId, Credits, Endpoint, EndpointId, JobId, KeyId, KeyStyle, Timestamp};
use reelgate_store::{NewAccount, NewKey};
use serde_json::{Value, json};
use tower::ServiceExt as _;

/// Enough for some orders, so that money runs out now and then.
const CREDITS: i64 = 400;
/// The receiver is on this machine.
const ALLOWED: Policy = Policy { allow_http: true, allow_data: false };

/// Somebody with money.
pub(super) struct Account {
    pub(super) id: AccountId,
    pub(super) granted: Credits,
    key: String,
}

/// An order that was sent, with or without an answer.
#[derive(Clone)]
pub(super) struct Order {
    pub(super) account: usize,
    path: &'static str,
    body: String,
    /// The key against doing it twice, where one was sent.
    pub(super) once: Option<String>,
    pub(super) has_hook: bool,
    /// When it was sent first.
    sent: Timestamp,
    /// The first answer that accepted it, and the job it named.
    pub(super) accepted: Option<(Vec<u8>, JobId)>,
    /// A cancel was answered with success.
    pub(super) cancel_answered: bool,
}

/// What came back; nothing when the process broke off.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) const fn is_success(&self) -> bool {
        self.status / 100 == 2
    }
}

impl World {
    /// An account with money and a key.
    pub(super) async fn add_account(&mut self) -> Result<(), String> {
        let (app, now) = (self.app().clone(), self.app().now());
        let id = AccountId::new(now, app.entropy.bits());
        let name = format!("account-{}", self.accounts.len());
        let new = NewAccount { id, name, webhook_secret: "whsec_c2lt".to_owned() };
        let granted = Credits::whole(CREDITS);
        let opened = app.store.open_account(new, app.entry_id(), granted, "sim", now).await;
        opened.map_err(|error| error.to_string())?;
        let mut entropy = [0; ENTROPY_BYTES];
        app.entropy.fill(&mut entropy);
        let key = ApiKey::new(KeyStyle::Sk, &entropy);
        let new = NewKey {
            id: KeyId::new(now, app.entropy.bits()),
            account: id,
            hash: key.hash(),
            hint: key.hint(),
            style: KeyStyle::Sk,
            label: String::new(),
        };
        app.store.create_key(new, now).await.map_err(|error| error.to_string())?;
        self.accounts.push(Account { id, granted, key: key.reveal().to_owned() });
        self.listen(id).await
    }

    /// An account's endpoint that hears of everything.
    async fn listen(&mut self, account: AccountId) -> Result<(), String> {
        let (app, now) = (self.app().clone(), self.app().now());
        let url = Some(format!("{}/all", self.receiver.url));
        let (change, policy) = (Change { url, ..Change::default() }, ALLOWED);
        let id = EndpointId::new(now, app.entropy.bits());
        let new = Endpoint::new(id, account, "whsec_c2lt".to_owned(), change, policy, now);
        let new = new.map_err(|error| error.to_string())?;
        app.store.create_endpoint(new).await.map_err(|error| error.to_string())
    }

    /// More money for somebody.
    pub(super) async fn grant(&mut self) -> Result<(), String> {
        let at = self.dice.below(self.accounts.len());
        let (app, amount) = (self.app().clone(), Credits::whole(100));
        let entry = app.entry_id();
        let granted = app.store.grant(entry, self.accounts[at].id, amount, "more", app.now()).await;
        granted.map_err(|error| error.to_string())?;
        let account = &mut self.accounts[at];
        account.granted = account.granted.checked_add(amount).ok_or("too much money")?;
        Ok(())
    }

    /// A new order through one of the APIs.
    pub(super) async fn submit(&mut self) -> Result<(), String> {
        let dialect = self.dice.below(4);
        let has_hook = dialect != 3 && !self.dice.one_in(3);
        let hook = has_hook.then(|| self.receiver.url.clone());
        let number = self.orders.len();
        let (path, body) = body(dialect, &format!("a boat on a lake, {number}"), hook.as_deref());
        let order = Order {
            account: self.dice.below(self.accounts.len()),
            path,
            body: body.to_string(),
            once: (!self.dice.one_in(4)).then(|| format!("order-{number}")),
            has_hook,
            sent: self.app().now(),
            accepted: None,
            cancel_answered: false,
        };
        self.note(format!("order {number} through {path}"));
        self.orders.push(order);
        self.send(number).await
    }

    /// An order that was sent before is sent again.
    pub(super) async fn replay(&mut self) -> Result<(), String> {
        let keyed: Vec<usize> = self
            .orders
            .iter()
            .enumerate()
            .filter(|(_, order)| self.is_remembered(order))
            .map(|(at, _)| at)
            .collect();
        if keyed.is_empty() {
            return Ok(());
        }
        let number = *self.dice.one_of(&keyed);
        self.note(format!("order {number} again"));
        if self.dice.one_in(4) {
            return self.send_changed(number).await;
        }
        self.send(number).await
    }

    /// Whether the platform must still know the order's key.
    pub(super) fn is_remembered(&self, order: &Order) -> bool {
        let age_ms = self.latest.since_ms(order.sent);
        order.once.is_some() && age_ms < reelgate_core::idempotency::KEEP_MS / 2
    }

    /// Sends an order, and keeps or compares what was promised.
    pub(super) async fn send(&mut self, number: usize) -> Result<(), String> {
        let order = self.orders[number].clone();
        let request = self.post(order.account, order.path, order.once.as_deref(), &order.body);
        let Some(answer) = self.ask(request).await? else { return Ok(()) };
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        self.note(format!("  {} {text}", answer.status));
        if !answer.is_success() {
            return match (answer.status, self.is_broken()) {
                // Too poor; or broken off, which the caller sees as a fault of the server.
                (402, _) | (500, true) if order.accepted.is_none() => Ok(()),
                (500, true) => Ok(()),
                _ => Err(format!("order {number} is answered {}: {text}", answer.status)),
            };
        }
        let id = self.id_in(&text).ok_or_else(|| format!("no id in {text}"))?;
        match order.accepted {
            None => self.orders[number].accepted = Some((answer.body, id)),
            Some((first, _)) if first == answer.body => {}
            Some((first, _)) => {
                let first = String::from_utf8_lossy(&first);
                return Err(format!("order {number} replayed as {text} instead of {first}"));
            }
        }
        Ok(())
    }

    /// The key of an accepted order with another body must be refused.
    async fn send_changed(&mut self, number: usize) -> Result<(), String> {
        let order = self.orders[number].clone();
        let body = order.body.replace("lake", "river");
        if order.accepted.is_none() {
            return Ok(());
        }
        let request = self.post(order.account, order.path, order.once.as_deref(), &body);
        match self.ask(request).await? {
            Some(answer) if (400..500).contains(&answer.status) => Ok(()),
            // The process broke off before it came to the key.
            Some(answer) if answer.status == 500 && self.is_broken() => Ok(()),
            Some(answer) => Err(format!("a changed order {number} is answered {}", answer.status)),
            None => Ok(()),
        }
    }

    /// Cancels something that was accepted.
    pub(super) async fn cancel(&mut self) -> Result<(), String> {
        let Some((number, id)) = self.any_accepted() else { return Ok(()) };
        self.note(format!("cancel of order {number}"));
        let account = self.orders[number].account;
        let path = format!("/api/reelgate/v1/jobs/job_{id}/cancel");
        let request = self.post(account, &path, None, "");
        let Some(answer) = self.ask(request).await? else { return Ok(()) };
        self.note(format!("  {}", answer.status));
        match answer.status {
            200 => self.orders[number].cancel_answered = true,
            409 => {}
            other => return Err(format!("a cancel of order {number} is answered {other}")),
        }
        Ok(())
    }

    /// Reads something that was accepted.
    pub(super) async fn look(&mut self) -> Result<(), String> {
        let Some((number, id)) = self.any_accepted() else { return Ok(()) };
        let path = format!("/api/reelgate/v1/jobs/job_{id}");
        match self.get(self.orders[number].account, &path).await? {
            Some(answer) if answer.is_success() => Ok(()),
            Some(answer) => Err(format!("order {number} is answered {}", answer.status)),
            None => Ok(()),
        }
    }

    pub(super) async fn get(
        &mut self,
        account: usize,
        path: &str,
    ) -> Result<Option<Answer>, String> {
        let request = Request::get(path)
            .header(AUTHORIZATION, format!("Bearer {}", self.accounts[account].key))
            .body(Body::empty());
        self.ask(request).await
    }

    fn any_accepted(&mut self) -> Option<(usize, JobId)> {
        let accepted: Vec<(usize, JobId)> = self
            .orders
            .iter()
            .enumerate()
            .filter_map(|(at, order)| order.accepted.as_ref().map(|(_, id)| (at, *id)))
            .collect();
        (!accepted.is_empty()).then(|| *self.dice.one_of(&accepted))
    }

    fn post(
        &self,
        account: usize,
        path: &str,
        once: Option<&str>,
        body: &str,
    ) -> http::Result<Request<Body>> {
        let mut request = Request::post(path)
            .header(AUTHORIZATION, format!("Bearer {}", self.accounts[account].key))
            .header(CONTENT_TYPE, "application/json");
        if let Some(key) = once {
            request = request.header("idempotency-key", key);
        }
        request.body(Body::from(body.to_owned()))
    }

    /// Sends a request; nothing comes back when the process broke off on the way.
    async fn ask(&self, request: http::Result<Request<Body>>) -> Result<Option<Answer>, String> {
        let request = request.map_err(|error| error.to_string())?;
        let router = self.process.router.clone();
        let task = tokio::spawn(async move {
            let response = match router.oneshot(request).await {
                Ok(response) => response,
                Err(never) => match never {},
            };
            let status = response.status().as_u16();
            let body =
                response.into_body().collect().await.map(http_body_util::Collected::to_bytes);
            body.map(|body| Answer { status, body: body.to_vec() })
        });
        match task.await {
            Ok(Ok(answer)) => Ok(Some(answer)),
            Ok(Err(error)) => Err(format!("half an answer: {error}")),
            Err(_) if self.process.armed && !fault::is_armed() => Ok(None),
            Err(error) => Err(format!("a request broke off: {error}")),
        }
    }

    fn id_in(&self, text: &str) -> Option<JobId> {
        let body: Value = serde_json::from_str(text).ok()?;
        let shown = [&body["id"], &body["requestId"], &body["data"]["task_id"]];
        let shown = shown.into_iter().find_map(Value::as_str)?;
        self.process.app.dialects.first()?.read_id(shown)
    }
}

/// An order as one of the APIs wants it: the address and the body.
fn body(dialect: usize, prompt: &str, hook: Option<&str>) -> (&'static str, Value) {
    let (path, hook_name, mut body) = match dialect {
        0 => (
            "/api/open/v1/video/generations",
            "webhookUrl",
            json!({ "model": "seedance-2.0-fast", "prompt": prompt, "duration": 4,
                    "resolution": "480p" }),
        ),
        1 => (
            "/api/video/seedance/gen",
            "callback_url",
            json!({ "content": [{ "type": "text", "text": prompt }], "duration": 5 }),
        ),
        2 => (
            "/api/reelgate/v1/jobs",
            "callback_url",
            json!({ "prompt": prompt, "duration_s": 1, "resolution": "480p", "audio": false }),
        ),
        _ => (
            "/api/v1/video/seedance2",
            "",
            json!({ "prompt": prompt, "quality_tier": "mini", "duration": 4,
                    "generate_audio": false }),
        ),
    };
    if let Some(hook) = hook {
        body[hook_name] = json!(hook);
    }
    (path, body)
}
