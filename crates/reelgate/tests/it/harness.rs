//! The platform in a temporary folder, and short words for what tests do with it.

use crate::fake_engine::FakeEngine;
use crate::neighbour::Names;
use axum::Router;
use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use reelgate::app::{App, Parts};
use reelgate::config::Config;
use reelgate::entropy::{Entropy, SeededEntropy};
use reelgate::work::{Step, deliver, rehearse, render, rescue, upstream};
use reelgate_core::key::{ApiKey, ENTROPY_BYTES};
use reelgate_core::ledger::{EntryKind, Funds};
use reelgate_core::{
    AccountId, Credits, Engine, EntryId, Guard, Job, JobId, KeyId, KeySettings, KeyStyle,
    ManualClock, Timestamp,
};
use reelgate_sandbox::Decoder;
use reelgate_store::{NewAccount, NewKey};
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;
use tower::ServiceExt as _;

/// 2026-06-03T10:00:00.000Z, the moment in the documents' examples.
pub(crate) const START_MS: i64 = 1_780_480_800_000;
/// How a reply shows [`START_MS`].
pub(crate) const START: &str = "2026-06-03T10:00:00.000Z";
/// Every account signs its webhooks with this.
pub(crate) const WEBHOOK_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// What [`TestApp::customer`] has.
pub(crate) const CREDITS: i64 = 1000;

/// What a test may choose about its platform.
pub(crate) struct Setup {
    pub(crate) config: Config,
    pub(crate) names: Arc<dyn reqwest::dns::Resolve>,
    /// What decodes files.
    pub(crate) decoder: Decoder,
    /// The engine instead of the scripted one.
    pub(crate) engine: Option<Arc<dyn Engine>>,
    /// The randomness instead of the seeded one.
    pub(crate) entropy: Option<Arc<dyn Entropy>>,
}

/// A running platform.
pub(crate) struct TestApp {
    pub(crate) app: Arc<App>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) engine: Arc<FakeEngine>,
    router: Router,
    data: TempDir,
}

/// Someone with an account and a key.
#[derive(Clone, Debug)]
pub(crate) struct Customer {
    pub(crate) account: AccountId,
    pub(crate) key: String,
    pub(crate) key_id: KeyId,
}

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// What decodes files: children of the real binary.
pub(crate) fn decoder() -> Decoder {
    Decoder::of(env!("CARGO_BIN_EXE_reelgate-decoder").into())
}

/// What a test leaves behind on purpose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Left {
    pub(crate) queued: u64,
    pub(crate) running: u64,
    pub(crate) deliveries: u64,
}

impl TestApp {
    /// A platform with the scripted engine that may not dial private addresses.
    pub(crate) async fn start() -> Self {
        Self::with(|_| ()).await
    }

    /// The same, which may talk to the servers of this test.
    pub(crate) async fn with_private_network() -> Self {
        Self::with(|setup| setup.config.outbound.allow_private = true).await
    }

    /// A platform with other settings.
    pub(crate) async fn with(choose: impl FnOnce(&mut Setup)) -> Self {
        let data = tempfile::tempdir().expect("a temporary folder");
        Self::on(data, START_MS, choose).await
    }

    async fn on(data: TempDir, now_ms: i64, choose: impl FnOnce(&mut Setup)) -> Self {
        let mut config = Config::for_data(&data.path().join("data"));
        config.jobs.heartbeat_ms = 5;
        // A test may ask as often as it likes; `limits` turns the counting on.
        config.limits.rate_limit = false;
        // Signed files differ from run to run; `credentials` turns signing on.
        config.credentials.sign = false;
        let mut setup = Setup {
            config,
            names: Arc::new(Names::default()),
            decoder: decoder(),
            engine: None,
            entropy: None,
        };
        choose(&mut setup);
        let clock = Arc::new(ManualClock::new(Timestamp::from_ms(now_ms)));
        let engine = Arc::new(FakeEngine::new());
        // Another start is another sequence: ids must not come twice.
        let seeded = Arc::new(SeededEntropy::new(now_ms.unsigned_abs()));
        let parts = Parts {
            clock: clock.clone(),
            entropy: setup.entropy.unwrap_or(seeded),
            names: setup.names,
            decoder: setup.decoder,
            engine: Some(setup.engine.unwrap_or_else(|| engine.clone())),
        };
        let app = App::open(setup.config, parts).await.expect("the platform starts");
        let router = reelgate::http::router(&app);
        Self { app, clock, engine, router, data }
    }

    /// Ends this process's part without any goodbye and starts again on the same folder, a moment
    /// later. Attempts that were running must have been dropped by the test.
    pub(crate) async fn restart_after_ms(self, ms: i64) -> Self {
        let (now_ms, config) = (self.app.now().ms() + ms, self.app.config.clone());
        self.app.store.close().await;
        let Self { data, app, router, .. } = self;
        drop((app, router));
        Self::on(data, now_ms, |setup| setup.config = config).await
    }

    /// An account with [`CREDITS`] and a key.
    pub(crate) async fn customer(&self) -> Customer {
        self.customer_with(CREDITS, KeyStyle::Sk).await
    }

    pub(crate) async fn customer_with(&self, credits: i64, style: KeyStyle) -> Customer {
        let bits = self.app.entropy.bits();
        let new = NewAccount {
            id: AccountId::new(self.app.now(), bits),
            name: format!("customer-{bits:x}"),
            webhook_secret: WEBHOOK_SECRET.to_owned(),
        };
        let made = self.app.store.create_account(new, self.app.now()).await.expect("an account");
        if credits > 0 {
            self.grant(made.id, credits).await;
        }
        self.key_of(made.id, style).await
    }

    pub(crate) async fn grant(&self, account: AccountId, credits: i64) {
        let (entry, amount) = (self.app.entry_id(), Credits::whole(credits));
        let granted = self.app.store.grant(entry, account, amount, "test", self.app.now()).await;
        granted.expect("a grant");
    }

    /// One more key of an account.
    pub(crate) async fn key_of(&self, account: AccountId, style: KeyStyle) -> Customer {
        self.key_with(account, style, Guard::default()).await
    }

    /// One more key of an account, with guard rails.
    pub(crate) async fn key_with(
        &self,
        account: AccountId,
        style: KeyStyle,
        guard: Guard,
    ) -> Customer {
        let mut entropy = [0; ENTROPY_BYTES];
        self.app.entropy.fill(&mut entropy);
        let key = ApiKey::new(style, &entropy);
        let key_id = KeyId::new(self.app.now(), self.app.entropy.bits());
        let new = NewKey {
            id: key_id,
            account,
            hash: key.hash(),
            hint: key.hint(),
            style,
            settings: KeySettings { guard, ..KeySettings::default() },
        };
        self.app.store.create_key(new, self.app.now()).await.expect("a key");
        Customer { account, key: key.reveal().to_owned(), key_id }
    }

    pub(crate) async fn get(&self, path: &str, who: &Customer) -> Answer {
        self.send(request(Method::GET, path, Some(&who.key), "")).await
    }

    pub(crate) async fn get_without_key(&self, path: &str) -> Answer {
        self.send(request(Method::GET, path, None, "")).await
    }

    pub(crate) async fn post(&self, path: &str, who: &Customer, body: &Value) -> Answer {
        self.send(request(Method::POST, path, Some(&who.key), &body.to_string())).await
    }

    pub(crate) async fn post_once(
        &self,
        path: &str,
        who: &Customer,
        idempotency_key: &str,
        body: &str,
    ) -> Answer {
        let mut request = request(Method::POST, path, Some(&who.key), body);
        let value = idempotency_key.parse().expect("a header's value");
        request.headers_mut().insert("idempotency-key", value);
        self.send(request).await
    }

    /// The beginning of an answer whose body may go on for long.
    pub(crate) async fn open(&self, request: Request<Body>) -> http::Response<Body> {
        self.router.clone().oneshot(request).await.expect("routers do not fail")
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.expect("routers do not fail");
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("a whole body").to_bytes().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// Does everything that is due now.
    pub(crate) async fn drain(&self) {
        loop {
            let rescued = rescue::step(&self.app).await.expect("rescue");
            let rendered = Box::pin(render::step(&self.app)).await.expect("render");
            let rehearsed = rehearse::step(&self.app).await.expect("rehearse");
            let made = match self.app.upstreams.is_empty() {
                true => Step::Idle,
                false => Box::pin(upstream::step(&self.app)).await.expect("upstream"),
            };
            let delivered = deliver::step(&self.app).await.expect("deliver");
            if [rescued, rendered, rehearsed, made, delivered] == [Step::Idle; 5] {
                return;
            }
        }
    }

    /// Moves time on, then does everything that is due.
    pub(crate) async fn drain_after_ms(&self, ms: i64) {
        self.clock.advance_ms(ms);
        self.drain().await;
    }

    /// Starts one attempt beside the test; await the handle to see it end.
    pub(crate) fn render_beside(&self) -> tokio::task::JoinHandle<Step> {
        let app = Arc::clone(&self.app);
        tokio::spawn(async move { Box::pin(render::step(&app)).await.expect("render") })
    }

    /// The job behind an id of any API.
    pub(crate) async fn job(&self, shown: &str) -> Job {
        let id = self.job_id(shown);
        self.app.store.job(id).await.expect("the store").expect("such a job")
    }

    pub(crate) fn job_id(&self, shown: &str) -> JobId {
        self.app.dialects[0].read_id(shown).expect("an id")
    }

    /// The id of a job as the named API shows it.
    pub(crate) fn shown(&self, job: JobId, dialect: &str) -> String {
        self.app.dialect(dialect).expect("such an API").show_id(job)
    }

    pub(crate) async fn funds(&self, who: &Customer) -> Funds {
        let account = self.app.store.account(who.account).await.expect("the store");
        account.expect("such an account").funds
    }

    /// Balance and held amount in whole credits.
    pub(crate) async fn money(&self, who: &Customer) -> (i64, i64) {
        let funds = self.funds(who).await;
        (funds.balance.whole_up(), funds.held.whole_up())
    }

    /// Every movement of an account's money, oldest first; those of one moment in a job's order.
    pub(crate) async fn entries(&self, who: &Customer) -> Vec<EntryKind> {
        let before: Option<EntryId> = None;
        let entries = self.app.store.statement(who.account, before, 100).await;
        let mut entries = entries.expect("entries");
        let rank = |kind| EntryKind::ALL.iter().position(|one| *one == kind);
        entries.sort_by_key(|entry| (entry.at, entry.job, rank(entry.kind)));
        entries.iter().map(|entry| entry.kind).collect()
    }

    pub(crate) async fn jobs(&self, who: &Customer) -> Vec<Job> {
        self.app.store.jobs(who.account, None, 100).await.expect("jobs")
    }

    /// Everything that was stored under `media/`, by name.
    pub(crate) fn media_files(&self) -> Vec<String> {
        let root = self.data.path().join("data/media");
        let mut files = Vec::new();
        collect_files(&root, &root, &mut files);
        files.sort();
        files
    }

    /// Downloads what a link in an answer leads to.
    pub(crate) async fn download(&self, url: &str) -> Answer {
        self.send(request(Method::GET, &path_of(url), None, "")).await
    }

    pub(crate) async fn audit(&self) {
        let violations = self.app.store.audit().await.expect("an audit");
        assert!(violations.is_empty(), "{violations:#?}");
    }

    /// Ends a test: every promise holds, nothing is left queued, running or unsent.
    pub(crate) async fn finish(self) {
        self.finish_leaving(Left::default()).await;
    }

    pub(crate) async fn finish_leaving(self, expected: Left) {
        self.audit().await;
        let stats = self.app.store.stats().await.expect("stats");
        let left = Left {
            queued: stats.queued,
            running: stats.running,
            deliveries: stats.deliveries_pending,
        };
        assert_eq!(left, expected);
        let scratch = std::fs::read_dir(self.data.path().join("data/scratch"));
        let scratch: Vec<_> = scratch.into_iter().flatten().collect();
        assert!(scratch.is_empty(), "working files were left: {scratch:?}");
        self.app.store.close().await;
    }
}

impl Answer {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("text")
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("plain text"))
    }

    /// The status and the body are these, fields in this order.
    #[track_caller]
    pub(crate) fn is(&self, status: u16, body: &Value) {
        assert_eq!((self.status.as_u16(), self.text()), (status, body.to_string().as_str()));
        assert_eq!(self.header("content-type"), Some("application/json"));
    }

    /// The text at this place of the body: `/data/task_id`.
    #[track_caller]
    pub(crate) fn at(&self, pointer: &str) -> String {
        let body = self.json();
        let found = body.pointer(pointer).and_then(Value::as_str);
        found.unwrap_or_else(|| panic!("no text at {pointer} of {body}")).to_owned()
    }
}

/// A request as a client sends it.
pub(crate) fn request(method: Method, path: &str, key: Option<&str>, body: &str) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(key) = key {
        request = request.header(AUTHORIZATION, format!("Bearer {key}"));
    }
    if !body.is_empty() {
        request = request.header(CONTENT_TYPE, "application/json");
    }
    request.body(Body::from(body.to_owned())).expect("a request")
}

/// A URL without scheme and host.
pub(crate) fn path_of(url: &str) -> String {
    let rest = url.split_once("://").expect("an absolute URL").1;
    rest[rest.find('/').expect("a path")..].to_owned()
}

/// Bytes inside a `data:` URI.
pub(crate) fn data_uri(mime: &str, bytes: &[u8]) -> String {
    format!("data:{mime};base64,{}", STANDARD.encode(bytes))
}

fn collect_files(root: &Path, folder: &Path, files: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect_files(root, &path, files);
        } else {
            let name = path.strip_prefix(root).expect("inside the folder");
            files.push(name.display().to_string());
        }
    }
}
