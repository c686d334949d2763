//! A store to test, and small helpers to fill it.

use crate::postgres;
use reelgate_core::check::Policy;
use reelgate_core::endpoint::Change;
use reelgate_core::ledger::Funds;
use reelgate_core::webhook::EventKind;
use reelgate_core::{
    AccountId, Channel, Credits, DeliveryId, Endpoint, EndpointId, EngineError, EntryId,
    FailureClass, Job, JobId, KeyId, KeySettings, KeyStyle, ModelId, Order, Output, Price,
    Priority, Ratio, Resolution, Size, State, Ticket, Timestamp, key,
};
use reelgate_store::{
    NewAccount, NewKey, Options, Outcome, Store, StoreError, Submission, Submitted,
};
use std::sync::atomic::{AtomicU64, Ordering};
use tempfile::TempDir;

/// When every test begins.
pub(crate) const START: Timestamp = Timestamp::from_ms(1_763_690_000_000);
/// A lease's length in most tests.
pub(crate) const LEASE_MS: i64 = 30_000;

/// An open store and what keeps it alive.
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) url: String,
    counter: AtomicU64,
    _folder: Option<TempDir>,
}

/// An account with a key.
#[derive(Clone, Copy)]
pub(crate) struct Owner {
    pub(crate) account: AccountId,
    pub(crate) key: KeyId,
}

pub(crate) fn on_sqlite(test: impl AsyncFn(&World)) {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite:{}", folder.path().join("store.db").display());
    run(url, Some(folder), test);
}

pub(crate) fn on_postgres(test: impl AsyncFn(&World)) {
    if let Some(url) = postgres::create_database() {
        run(url, None, test);
    }
}

fn run(url: String, folder: Option<TempDir>, test: impl AsyncFn(&World)) {
    let mut threads = tokio::runtime::Builder::new_multi_thread();
    let runtime = threads.worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let world = World { _folder: folder, ..World::at(url).await };
        test(&world).await;
        world.audit().await;
        world.store.close().await;
    });
}

pub(crate) async fn open(url: &str) -> Store {
    Store::open(&Options { url: url.to_owned(), lasting: true }).await.expect("the store opens")
}

impl World {
    /// What lies at this URL.
    pub(crate) async fn at(url: String) -> Self {
        let store = open(&url).await;
        Self { store, url, counter: AtomicU64::new(0), _folder: None }
    }

    pub(crate) fn entropy(&self) -> u64 {
        self.counter.fetch_add(1, Ordering::SeqCst)
    }

    pub(crate) fn entry_id(&self) -> EntryId {
        EntryId::new(START, self.entropy())
    }

    pub(crate) fn delivery_id(&self) -> DeliveryId {
        DeliveryId::new(START, self.entropy())
    }

    pub(crate) async fn audit(&self) {
        assert_eq!(self.store.audit().await.expect("an audit"), []);
    }

    /// Runs a statement past the store, as somebody with a database shell would.
    pub(crate) async fn by_hand(&self, sql: &str) -> Result<(), String> {
        if let Some(path) = self.url.strip_prefix("sqlite:") {
            let connection = rusqlite::Connection::open(path).expect("the file opens");
            connection.busy_timeout(std::time::Duration::from_secs(5)).expect("a setting");
            return connection.execute_batch(sql).map_err(|error| error.to_string());
        }
        let connect = tokio_postgres::connect(&self.url, tokio_postgres::NoTls);
        let (client, connection) = connect.await.expect("the server answers");
        let connection = tokio::spawn(connection);
        let result = client.batch_execute(sql).await.map_err(|error| error.to_string());
        drop(client);
        connection.await.expect("no panic").expect("closed in good order");
        result
    }

    /// An account with this many credits and a key.
    pub(crate) async fn owner(&self, name: &str, credits: i64) -> Owner {
        let id = AccountId::new(START, self.entropy());
        let new = NewAccount { id, name: name.to_owned(), webhook_secret: "whsec_x".to_owned() };
        let account = self.store.create_account(new, START).await.expect("an account").id;
        if credits > 0 {
            self.grant(account, credits).await;
        }
        let key = KeyId::new(START, self.entropy());
        let mut entropy = [0; key::ENTROPY_BYTES];
        entropy[..8].copy_from_slice(&self.entropy().to_le_bytes());
        let secret = key::ApiKey::new(KeyStyle::Sk, &entropy);
        let new = NewKey {
            id: key,
            account,
            hash: secret.hash(),
            hint: secret.hint(),
            style: KeyStyle::Sk,
            settings: KeySettings::default(),
        };
        self.store.create_key(new, START).await.expect("a key");
        Owner { account, key }
    }

    pub(crate) async fn grant(&self, account: AccountId, credits: i64) -> Funds {
        let amount = Credits::whole(credits);
        let grant = self.store.grant(self.entry_id(), account, amount, "a gift", START);
        grant.await.expect("a grant")
    }

    /// Balance and held amount in whole credits.
    pub(crate) async fn funds(&self, owner: Owner) -> (i64, i64) {
        let account = self.store.account(owner.account).await.expect("a read").expect("it exists");
        (account.funds.balance.whole_down(), account.funds.held.whole_down())
    }

    /// A waiting job that costs this many credits.
    pub(crate) fn new_job(&self, owner: Owner, credits: i64) -> Job {
        Job {
            id: JobId::new(START, self.entropy()),
            account: owner.account,
            key: owner.key,
            dialect: "open_v1".to_owned(),
            order: order(),
            price: Price { credits: Credits::whole(credits), version: "test".to_owned() },
            size: Size { width: 1280, height: 720 },
            seed: 7,
            state: State::Queued { not_before: START },
            attempt: 0,
            attempts_max: 3,
            leases: 0,
            ticket: Ticket::None,
            deadline: START.plus_ms(3_600_000),
            remaining: None,
            hidden: None,
            created: START,
            updated: START,
        }
    }

    /// Accepts a job that costs this many credits.
    pub(crate) async fn submit(&self, owner: Owner, credits: i64) -> Job {
        self.accept(self.new_job(owner, credits)).await
    }

    pub(crate) async fn accept(&self, job: Job) -> Job {
        match self.try_accept(job).await.expect("accepted") {
            Submitted::Accepted(job) => job,
            Submitted::Replayed(job) => panic!("{} was there before", job.id),
        }
    }

    pub(crate) async fn try_accept(&self, job: Job) -> Result<Submitted, StoreError> {
        let submission =
            Submission { job, idempotency: None, needs_purchase: false, daily_cap: None };
        self.store.submit(submission, START).await
    }

    /// Claims one job at `now`.
    pub(crate) async fn claim(&self, now: Timestamp) -> Option<Job> {
        self.store.claim(now, LEASE_MS, 1).await.expect("a claim").pop()
    }

    pub(crate) async fn finish(
        &self,
        job: &Job,
        outcome: Outcome,
        now: Timestamp,
    ) -> Result<Job, reelgate_core::job::Refusal> {
        let (entry, delivery) = (self.entry_id(), self.delivery_id());
        let finish = self.store.finish(job.id, job.leases, outcome, entry, delivery, now);
        finish.await.expect("the database works")
    }

    pub(crate) async fn cancel(
        &self,
        job: &Job,
        now: Timestamp,
    ) -> Result<Job, reelgate_core::job::Refusal> {
        let (entry, delivery) = (self.entry_id(), self.delivery_id());
        let cancel = self.store.cancel(job.account, job.id, entry, delivery, now);
        cancel.await.expect("the database works")
    }

    pub(crate) async fn rescue(&self, now: Timestamp) -> usize {
        self.store.rescue(now, &mut || self.entropy()).await.expect("a rescue")
    }

    /// An endpoint of this account that hears of these events.
    pub(crate) async fn endpoint(
        &self,
        owner: Owner,
        events: &[EventKind],
        now: Timestamp,
    ) -> Endpoint {
        let change = Change {
            url: Some("https://example.com/all".to_owned()),
            events: Some(events.to_vec()),
            ..Change::default()
        };
        let (id, policy) = (EndpointId::new(now, self.entropy()), Policy::default());
        let secret = "whsec_b25l".to_owned();
        let new =
            Endpoint::new(id, owner.account, secret, change, policy, now).expect("a good one");
        self.store.create_endpoint(new.clone()).await.expect("kept");
        new
    }

    pub(crate) async fn stored(&self, id: JobId) -> Job {
        self.store.job(id).await.expect("a read").expect("it exists")
    }
}

/// Words only.
pub(crate) fn order() -> Order {
    Order {
        model: ModelId::new("open_v1", "seedance-2.0"),
        prompt: "a \"quoted\" lighthouse,\nat dawn \u{1F305}".to_owned(),
        media: Vec::new(),
        ratio: Ratio::R16x9,
        resolution: Resolution::P720,
        duration_s: 5,
        reserved_s: None,
        seed: None,
        audio: true,
        fixed_lens: false,
        channel: Channel::Standard,
        callback_url: None,
        metadata: None,
        priority: Priority::Normal,
        size: None,
        expires_in_s: None,
        follow: false,
        extra: None,
        test: false,
        remote: false,
    }
}

pub(crate) fn output() -> Output {
    Output {
        video: "job/1.mp4".to_owned(),
        video_bytes: 1_234_567,
        video_sha256: "ab".repeat(32),
        poster: "job/1.jpg".to_owned(),
        thumbnail: Some("job/1.gif".to_owned()),
        last_frame: "job/1.png".to_owned(),
        size: Size { width: 1280, height: 720 },
        frames: 121,
        duration_ms: 5042,
        has_audio: true,
        engine: "procedural".to_owned(),
        removed: None,
    }
}

/// A clip, charged with this many credits.
pub(crate) fn clip(credits: i64) -> Outcome {
    Outcome::Clip { output: output(), charge: Credits::whole(credits) }
}

/// A failure that another attempt may mend.
pub(crate) fn passing(retry_at: Timestamp) -> Outcome {
    let error = EngineError::passing(FailureClass::Provider, "the provider is down");
    Outcome::Failed { error, retry_at }
}

/// A failure for good.
pub(crate) fn fatal() -> Outcome {
    let error = EngineError::fatal(FailureClass::Input, "the picture\0 cannot be used");
    Outcome::Failed { error, retry_at: START }
}
