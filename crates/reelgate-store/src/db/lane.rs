//! A queue in front of PostgreSQL for an operation that has a form for many at once.
//!
//! One task takes whatever waits, runs it as one transaction and answers everyone after its commit.
//! Callers who hold a connection each would only wait for one another's row locks; here a busy
//! account costs no more than a thousand quiet ones.
//!
//! Those who were just answered tend to come back together, and the first of them would be a batch
//! alone, with a commit of its own. So after a batch of many the next one waits, for a moment,
//! until half as many are there; a lone caller waits for nobody.

use super::postgres::Postgres;
use super::{QUEUE_MAX, Tx};
use crate::error::StoreError;
use reelgate_core::engine::BoxFuture;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};
use tokio::time::timeout;

/// Items in one transaction, at most.
const BATCH_MAX: usize = 256;
/// How long a batch waits for company, at most.
const COMPANY_WAIT: Duration = Duration::from_millis(2);
/// How often, and after which waits, a database that went away while committing is asked what
/// became of it.
const BACK_WAITS_MS: [u64; 12] = [0, 50, 100, 200, 400, 800, 1600, 3200, 3200, 3200, 3200, 3200];

/// What an item came to; `None` means that it has to be done by itself.
pub(crate) type Outcomes<T> = Vec<Option<Result<T, StoreError>>>;

/// The form of an operation for many items. An outcome for each, in order; an error undoes all of
/// them, and then each is tried by itself, so that one item never fails its neighbours.
pub(crate) type Many<I, T> =
    for<'t> fn(&'t mut Tx, Vec<I>) -> BoxFuture<'t, Result<Outcomes<T>, StoreError>>;

/// The form for one item.
pub(crate) type One<I, T> = for<'t> fn(&'t mut Tx, I) -> BoxFuture<'t, Result<T, StoreError>>;

/// An operation in all its forms.
pub(crate) struct Forms<I, T> {
    pub(crate) many_postgres: Many<I, T>,
    pub(crate) many_sqlite: Many<I, T>,
    pub(crate) one: One<I, T>,
    /// For an item that may have been done already, because the connection was lost while it was
    /// committed: does it unless it was, and answers the same either way.
    pub(crate) again: One<I, T>,
}

/// The queue.
pub(crate) struct Queue<I, T> {
    postgres: Postgres,
    queue: mpsc::Sender<Waiting<I, T>>,
}

struct Waiting<I, T> {
    item: I,
    reply: oneshot::Sender<Result<T, StoreError>>,
    /// Closing the store waits for this place to be given back.
    _place: OwnedSemaphorePermit,
}

impl<I, T> Queue<I, T>
where
    I: Clone + Send + 'static,
    T: Send + 'static,
{
    pub(super) fn start(postgres: &Postgres, forms: Forms<I, T>) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE_MAX);
        tokio::spawn(serve(postgres.clone(), Arc::new(forms), waiting));
        Self { postgres: postgres.clone(), queue }
    }

    /// Waits for this item's outcome.
    pub(crate) async fn run(&self, item: I) -> Result<T, StoreError> {
        let place = self.postgres.place()?;
        let (reply, answer) = oneshot::channel();
        let waiting = Waiting { item, reply, _place: place };
        self.queue.try_send(waiting).map_err(|_| StoreError::Busy)?;
        let lost = || StoreError::database("postgres", "the queue was lost");
        answer.await.unwrap_or_else(|_| Err(lost()))
    }
}

async fn serve<I, T>(
    postgres: Postgres,
    forms: Arc<Forms<I, T>>,
    mut queue: mpsc::Receiver<Waiting<I, T>>,
) where
    I: Clone + Send + 'static,
    T: Send + 'static,
{
    let mut batch = Vec::new();
    let mut hoped = 1;
    while queue.recv_many(&mut batch, BATCH_MAX).await > 0 {
        let more = async {
            while batch.len() < hoped {
                let room = BATCH_MAX - batch.len();
                if queue.recv_many(&mut batch, room).await == 0 {
                    return;
                }
            }
        };
        let _ = timeout(COMPANY_WAIT, more).await;
        hoped = (batch.len() / 2).max(1);
        batch.retain(|waiting: &Waiting<I, T>| !waiting.reply.is_closed());
        if batch.is_empty() {
            continue;
        }
        if batch.len() == 1
            && let Some(waiting) = batch.pop()
        {
            // Awaited, not set free: what arrives in the meantime is the next batch.
            alone(postgres.clone(), Arc::clone(&forms), waiting).await;
            continue;
        }
        let items = batch.iter().map(|waiting| waiting.item.clone()).collect();
        match together(&postgres, &forms, items).await {
            Ended::Outcomes(outcomes) => {
                for (waiting, outcome) in batch.drain(..).zip(outcomes) {
                    match outcome {
                        // Nobody may be waiting any more; what was committed stays committed.
                        Some(outcome) => drop(waiting.reply.send(outcome)),
                        None => free(alone(postgres.clone(), Arc::clone(&forms), waiting)),
                    }
                }
            }
            Ended::Refused(error) => {
                for waiting in batch.drain(..) {
                    let _ = waiting.reply.send(Err(error.clone()));
                }
            }
            Ended::InDoubt => {
                for waiting in batch.drain(..) {
                    free(in_doubt(postgres.clone(), Arc::clone(&forms), waiting));
                }
            }
        }
    }
}

fn free(work: impl Future<Output = ()> + Send + 'static) {
    drop(tokio::spawn(work));
}

/// How a batch ended.
enum Ended<T> {
    Outcomes(Outcomes<T>),
    /// None of it happened, and trying one by one would not help.
    Refused(StoreError),
    /// The commit failed: all of it may have happened.
    InDoubt,
}

async fn together<I, T>(postgres: &Postgres, forms: &Forms<I, T>, items: Vec<I>) -> Ended<T>
where
    I: Clone + Send + 'static,
    T: Send + 'static,
{
    let count = items.len();
    let many = forms.many_postgres;
    let decided = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&decided);
    let result = postgres.transaction(move |tx| {
        Box::pin(async move {
            let outcomes = many(tx, items).await?;
            seen.store(true, Ordering::SeqCst);
            Ok(outcomes)
        })
    });
    match result.await {
        Ok(outcomes) => Ended::Outcomes(outcomes),
        Err(error) if decided.load(Ordering::SeqCst) => {
            tracing::warn!(%error, items = count, "whether a batch was committed is looked up");
            Ended::InDoubt
        }
        Err(error @ StoreError::Unavailable(_)) => Ended::Refused(error),
        Err(error) => {
            tracing::debug!(%error, items = count, "a batch is done one by one");
            Ended::Outcomes((0..count).map(|_| None).collect())
        }
    }
}

async fn alone<I, T>(postgres: Postgres, forms: Arc<Forms<I, T>>, waiting: Waiting<I, T>)
where
    I: Clone + Send + 'static,
    T: Send + 'static,
{
    let (one, item) = (forms.one, waiting.item.clone());
    let outcome = postgres.transaction(move |tx| one(tx, item)).await;
    match outcome {
        Err(StoreError::Database(error)) => {
            tracing::warn!(error, "whether an item was committed is looked up");
            free(in_doubt(postgres, forms, waiting));
        }
        outcome => drop(waiting.reply.send(outcome)),
    }
}

/// Waits for the database to come back and asks it; a caller who hears that nothing is known would
/// try again and pay twice.
async fn in_doubt<I, T>(postgres: Postgres, forms: Arc<Forms<I, T>>, waiting: Waiting<I, T>)
where
    I: Clone + Send + 'static,
    T: Send + 'static,
{
    let again = forms.again;
    let mut last = StoreError::Busy;
    for wait_ms in BACK_WAITS_MS {
        tokio::time::sleep(Duration::from_millis(wait_ms)).await;
        let item = waiting.item.clone();
        match postgres.transaction(move |tx| again(tx, item)).await {
            Err(
                error @ (StoreError::Unavailable(_) | StoreError::Database(_) | StoreError::Busy),
            ) => last = error,
            outcome => {
                let _ = waiting.reply.send(outcome);
                return;
            }
        }
    }
    let lost = format!("went away while committing and is not back: {last}");
    let lost = StoreError::database("postgres", lost);
    let _ = waiting.reply.send(Err(lost));
}
