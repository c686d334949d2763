//! What a database holds before it is measured: accounts with keys and credits, and jobs.

use reelgate_core::idempotency::{Fingerprint, IdempotencyKey};
use reelgate_core::key::{ApiKey, ENTROPY_BYTES};
use reelgate_core::{
    AccountId, Channel, Credits, EntryId, Job, JobId, KeyId, KeySettings, KeyStyle, ModelId, Order,
    Price, Priority, Ratio, Resolution, Size, State, Ticket, Timestamp,
};
use reelgate_store::{NewAccount, NewKey, Options, Store, StoreError, Submission};
use std::future::Future;
use std::io::{Error, Result};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

/// What each account begins with: enough for every run.
const CREDITS: Credits = Credits::whole(1_000_000_000);
/// Accounts made, and jobs submitted, at the same time: the store commits that many together.
const TOGETHER: u64 = 512;

static ENTROPY: AtomicU64 = AtomicU64::new(0);

/// An account and its key.
#[derive(Clone, Debug)]
pub(crate) struct Owner {
    pub(crate) account: AccountId,
    pub(crate) key: KeyId,
    /// What its requests carry.
    pub(crate) secret: String,
}

pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_ms(i64::try_from(since.as_millis()).unwrap_or(0))
}

pub(crate) fn entropy() -> u64 {
    crate::mix(ENTROPY.fetch_add(1, Ordering::Relaxed))
}

pub(crate) fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()
}

pub(crate) async fn open(url: &str) -> Result<Store> {
    Store::open(&Options { url: url.to_owned(), lasting: true }).await.map_err(Error::other)
}

/// Makes an empty database with accounts in it, and jobs that wait.
pub(crate) fn prepare(url: &str, accounts: u64, jobs: u64) -> Result<(Vec<Owner>, Vec<JobId>)> {
    runtime()?.block_on(async {
        let store = open(url).await?;
        let owners = owners(&store, accounts).await?;
        let made = submit(&store, &owners, jobs).await?;
        store.close().await;
        Ok((owners, made))
    })
}

async fn owners(store: &Store, accounts: u64) -> Result<Vec<Owner>> {
    let store = store.clone();
    let made = together(accounts, move |n| {
        let store = store.clone();
        async move { owner(&store, n).await }
    });
    Ok(made.await?.0)
}

async fn owner(store: &Store, n: u64) -> std::result::Result<Owner, StoreError> {
    let account = AccountId::new(now(), entropy());
    let new = NewAccount { id: account, name: format!("a{n}"), webhook_secret: String::new() };
    store.create_account(new, now()).await?;
    store.grant(EntryId::new(now(), entropy()), account, CREDITS, "", now()).await?;
    let mut random = [0; ENTROPY_BYTES];
    for byte in &mut random {
        *byte = entropy().to_le_bytes()[0];
    }
    let secret = ApiKey::new(KeyStyle::Sk, &random);
    let id = KeyId::new(now(), entropy());
    let (hash, hint, settings) = (secret.hash(), secret.hint(), KeySettings::default());
    let new = NewKey { id, account, hash, hint, style: KeyStyle::Sk, settings };
    store.create_key(new, now()).await?;
    Ok(Owner { account, key: id, secret: secret.reveal().to_owned() })
}

/// Submits jobs straight to the store, for the accounts in turn.
pub(crate) async fn submit(store: &Store, owners: &[Owner], jobs: u64) -> Result<Vec<JobId>> {
    let (store, owners) = (store.clone(), Arc::new(owners.to_vec()));
    let made = together(jobs, move |n| {
        let (store, owners) = (store.clone(), Arc::clone(&owners));
        async move {
            loop {
                let new = submission(&owners[slot(n, owners.len())]);
                let id = new.job.id;
                match store.submit(new, now()).await {
                    // Two of one millisecond drew the same: as the server, with another.
                    Err(StoreError::Taken) => {}
                    stored => return stored.map(|_| id),
                }
            }
        }
    });
    Ok(made.await?.0)
}

/// Runs `count` operations, many at a time; answers what they did and how long all of it took.
async fn together<T, F>(
    count: u64,
    operation: impl Fn(u64) -> F + Send + Sync + 'static,
) -> Result<(Vec<T>, Duration)>
where
    T: Send + 'static,
    F: Future<Output = std::result::Result<T, StoreError>> + Send,
{
    spread(TOGETHER, count, operation).await
}

/// Runs `count` operations, `callers` at a time.
pub(crate) async fn spread<T, F>(
    callers: u64,
    count: u64,
    operation: impl Fn(u64) -> F + Send + Sync + 'static,
) -> Result<(Vec<T>, Duration)>
where
    T: Send + 'static,
    F: Future<Output = std::result::Result<T, StoreError>> + Send,
{
    let (next, operation) = (Arc::new(AtomicU64::new(0)), Arc::new(operation));
    let begun = Instant::now();
    let tasks = (0..callers).map(|_| {
        let (next, operation) = (Arc::clone(&next), Arc::clone(&operation));
        tokio::spawn(async move {
            let mut done = Vec::new();
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                if n >= count {
                    return Ok(done);
                }
                done.push(operation(n).await?);
            }
        })
    });
    let mut all = Vec::new();
    for task in tasks.collect::<Vec<_>>() {
        let done: std::result::Result<Vec<T>, StoreError> = task.await.map_err(Error::other)?;
        all.extend(done.map_err(Error::other)?);
    }
    Ok((all, begun.elapsed()))
}

pub(crate) fn submission(owner: &Owner) -> Submission {
    let now = now();
    let order = Order {
        model: ModelId::new("open_v1", "seedance-2.0"),
        prompt: crate::PROMPT.to_owned(),
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
    };
    let job = Job {
        id: JobId::new(now, entropy()),
        account: owner.account,
        key: owner.key,
        dialect: "open_v1".to_owned(),
        order,
        price: Price { credits: Credits::whole(40), version: "bench".to_owned() },
        size: Size { width: 1280, height: 720 },
        seed: 1,
        state: State::Queued { not_before: now },
        attempt: 0,
        attempts_max: 3,
        leases: 0,
        ticket: Ticket::None,
        deadline: now.plus_ms(48 * 3_600_000),
        remaining: None,
        hidden: None,
        created: now,
        updated: now,
    };
    let key = IdempotencyKey::parse(&crate::uuid(entropy()));
    let idempotency = key.ok().map(|key| (key, Fingerprint([7; 32])));
    Submission { job, idempotency, needs_purchase: false, daily_cap: None }
}

pub(crate) fn slot(n: u64, of: usize) -> usize {
    usize::try_from(n).unwrap_or(0) % of.max(1)
}
