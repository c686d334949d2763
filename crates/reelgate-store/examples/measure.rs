//! How many jobs a second a database accepts, claims, ends and shows.
//!
//! `cargo run --release -p reelgate-store --example measure -- sqlite:/tmp/m.db 256 100000 1000`
//! takes the database's URL (an empty one), how many callers wait at the same time, how many jobs
//! to accept and for how many accounts.

#![expect(clippy::disallowed_methods, reason = "measuring is about the real clock")]
#![expect(clippy::print_stdout, reason = "a program for people")]

use reelgate_core::idempotency::{Fingerprint, IdempotencyKey};
use reelgate_core::{
    AccountId, Channel, Credits, DeliveryId, EngineError, EntryId, FailureClass, Job, JobId,
    KeyHash, KeyId, KeyStyle, ModelId, Order, Price, Ratio, Resolution, Size, State, Ticket,
    Timestamp,
};
use reelgate_store::{NewAccount, NewKey, Options, Outcome, Store, Submission};
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Instant, SystemTime};

static ENTROPY: AtomicU64 = AtomicU64::new(0);

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_ms(i64::try_from(since.as_millis()).unwrap_or(0))
}

fn entropy() -> u64 {
    ENTROPY.fetch_add(1, Ordering::Relaxed)
}

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next().expect("the database's URL");
    let mut number = |name| arguments.next().and_then(|n| n.parse().ok()).expect(name);
    let (waiters, jobs, accounts): (u64, u64, u64) =
        (number("callers"), number("jobs"), number("accounts"));
    let store = Store::open(&Options { url }).await.expect("the store opens");
    let owners = Arc::new(owners(&store, accounts).await);
    let done = Arc::new(std::sync::Mutex::new(Vec::new()));

    let (store_, owners_) = (store.clone(), Arc::clone(&owners));
    spread("submit", waiters, jobs, move |n| {
        let (store, (account, key)) = (store_.clone(), owners_[slot(n, accounts)]);
        async move {
            let submission = submission(account, key);
            store.submit(submission, now()).await.map(drop)
        }
    })
    .await;

    let listed = store.jobs(owners[0].0, None, 1000).await.expect("a page");
    let store_ = store.clone();
    spread("read", waiters, jobs, move |n| {
        let (store, id) = (store_.clone(), listed[slot(n, listed.len() as u64)].id);
        async move { store.job(id).await.map(drop) }
    })
    .await;

    let (store_, done_) = (store.clone(), Arc::clone(&done));
    let claims = jobs / 2 / 32;
    spread("claim of 32", 4, claims, move |_| {
        let (store, done) = (store_.clone(), Arc::clone(&done_));
        async move {
            let claimed = store.claim(now(), 3_600_000, 32).await?;
            done.lock().expect("not poisoned").extend(claimed);
            Ok(())
        }
    })
    .await;

    let claimed = std::mem::take(&mut *done.lock().expect("not poisoned"));
    let (store_, claimed) = (store.clone(), Arc::new(claimed));
    spread("finish", waiters, claimed.len() as u64, move |n| {
        let (store, job) = (store_.clone(), claimed[slot(n, claimed.len() as u64)].clone());
        async move { finish(&store, &job).await }
    })
    .await;

    let start = Instant::now();
    println!("audit: {:?} in {:?}", store.audit().await, start.elapsed());
    println!("{:?}", store.stats().await);
    store.close().await;
}

async fn owners(store: &Store, accounts: u64) -> Vec<(AccountId, KeyId)> {
    let one = async |n: u64| {
        let account = AccountId::new(now(), entropy());
        let new = NewAccount { id: account, name: format!("a{n}"), webhook_secret: String::new() };
        store.create_account(new, now()).await.expect("an account");
        let amount = Credits::whole(1_000_000);
        store.grant(EntryId::new(now(), entropy()), account, amount, "", now()).await.expect("ok");
        let id = KeyId::new(now(), entropy());
        let hash = KeyHash::from_hex(&format!("{n:064x}")).expect("a hash");
        let (hint, label) = (String::new(), String::new());
        let new = NewKey { id, account, hash, hint, style: KeyStyle::Sk, label };
        store.create_key(new, now()).await.expect("a key");
        (account, id)
    };
    futures_util::future::join_all((0..accounts).map(one)).await
}

fn submission(account: AccountId, key: KeyId) -> Submission {
    let now = now();
    let order = Order {
        model: ModelId::new("open_v1", "seedance-2.0"),
        prompt: "a lighthouse at dawn, waves, slow push in, warm light ".repeat(4),
        media: Vec::new(),
        ratio: Ratio::R16x9,
        resolution: Resolution::P720,
        duration_s: 5,
        seed: None,
        audio: true,
        fixed_lens: false,
        channel: Channel::Standard,
        callback_url: None,
        metadata: None,
    };
    let job = Job {
        id: JobId::new(now, entropy()),
        account,
        key,
        dialect: "open_v1".to_owned(),
        order,
        price: Price { credits: Credits::whole(1), version: "m".to_owned() },
        size: Size { width: 1280, height: 720 },
        seed: 1,
        state: State::Queued { not_before: now },
        attempt: 0,
        attempts_max: 3,
        leases: 0,
        ticket: Ticket::None,
        deadline: now.plus_ms(3_600_000),
        created: now,
        updated: now,
    };
    let mixed = entropy().wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let key = IdempotencyKey::parse(&format!("{mixed:016x}-{mixed:016x}")).expect("a key");
    let idempotency = Some((key, Fingerprint([7; 32])));
    Submission { job, hold_entry: EntryId::new(now, entropy()), idempotency }
}

async fn finish(store: &Store, job: &Job) -> Result<(), reelgate_store::StoreError> {
    let error = EngineError::fatal(FailureClass::Input, "measured");
    let outcome = Outcome::Failed { error, retry_at: now() };
    let entry = EntryId::new(now(), entropy());
    let delivery = DeliveryId::new(now(), entropy());
    store.finish(job.id, job.leases, outcome, entry, delivery, now()).await.map(drop)
}

/// Runs `all` operations, `waiters` at a time, and prints their rate and waiting times.
async fn spread<F>(
    name: &str,
    waiters: u64,
    all: u64,
    operation: impl Fn(u64) -> F + Send + Sync + 'static,
) where
    F: Future<Output = Result<(), reelgate_store::StoreError>> + Send,
{
    let (next, operation) = (Arc::new(AtomicU64::new(0)), Arc::new(operation));
    let start = Instant::now();
    let tasks = (0..waiters).map(|_| {
        let (next, operation) = (Arc::clone(&next), Arc::clone(&operation));
        tokio::spawn(async move {
            let mut waits = Vec::new();
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                if n >= all {
                    return waits;
                }
                let begun = Instant::now();
                operation(n).await.expect("it works");
                waits.push(begun.elapsed());
            }
        })
    });
    let mut waits = Vec::new();
    for task in tasks.collect::<Vec<_>>() {
        waits.extend(task.await.expect("no panic"));
    }
    let per_s = waits.len() as f64 / start.elapsed().as_secs_f64();
    waits.sort_unstable();
    let at = |percent: usize| waits.get(waits.len() * percent / 100).copied().unwrap_or_default();
    println!("{name}: {per_s:.0}/s, p50 {:?}, p99 {:?}", at(50), at(99));
}

fn slot(n: u64, of: u64) -> usize {
    usize::try_from(n % of.max(1)).unwrap_or(0)
}
