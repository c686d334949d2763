//! The one thread that writes to a SQLite file, and how it commits many operations together.
//!
//! It takes whatever waits, runs each operation so that it can be undone alone, commits once and
//! only then answers everyone: while one commit reaches the disk, the next batch collects by
//! itself, so an idle store adds no wait and a busy one pays for one flush instead of hundreds. An
//! operation that fails is undone alone; its neighbours never notice.
//!
//! A panic in an operation ends this thread: SQLite undoes the open transaction, every waiter hears
//! of it because its channel closes, every later write is refused, and [`super::Db::is_stopped`]
//! turns true so that the server can end its process and be started afresh. To go on after a panic
//! would mean to trust a connection whose state nobody knows.

use super::Tx;
use crate::error::StoreError;
use reelgate_core::engine::BoxFuture;
use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};
use tokio::sync::{mpsc, oneshot};

/// Operations in one commit, at most.
const BATCH_MAX: usize = 256;

/// What the writer is asked to do.
pub(super) enum Message {
    Run(Box<dyn Task>),
    Close(oneshot::Sender<()>),
}

/// An operation and whoever waits for it, without their types.
pub(super) trait Task: Send {
    /// Whether somebody still waits; an operation that has not begun is dropped when not.
    fn is_wanted(&self) -> bool;
    /// Runs it, so that its failure leaves no trace; `is_first` when nothing else was done in this
    /// transaction. An error means that the batch is lost.
    fn run(&mut self, tx: &mut Tx, is_first: bool) -> Result<(), StoreError>;
    /// Answers, now that its batch has been committed or lost.
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
}

/// An operation and whoever waits for it.
pub(super) struct Waiting<T, F> {
    operation: Option<F>,
    /// None until it was run.
    outcome: Option<Result<T, StoreError>>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, F> Waiting<T, F> {
    pub(super) fn new(operation: F, reply: oneshot::Sender<Result<T, StoreError>>) -> Self {
        Self { operation: Some(operation), outcome: None, reply }
    }
}

impl<T, F> Task for Waiting<T, F>
where
    T: Send,
    F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, StoreError>> + Send,
{
    fn is_wanted(&self) -> bool {
        !self.reply.is_closed()
    }

    fn run(&mut self, tx: &mut Tx, is_first: bool) -> Result<(), StoreError> {
        let Some(operation) = self.operation.take() else { return Ok(()) };
        undone_alone(tx, is_first, |tx| self.outcome.insert(run_ready(operation(tx))).is_ok())
    }

    fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
        // Nobody may be waiting any more; what was committed stays committed.
        let _ = self.reply.send(answer_of(self.outcome, committed));
    }
}

/// What to answer once the fate of the batch is known.
pub(super) fn answer_of<T>(
    outcome: Option<Result<T, StoreError>>,
    committed: Result<(), StoreError>,
) -> Result<T, StoreError> {
    match (outcome, committed) {
        // An operation that failed by itself has a better answer than the batch around it.
        (Some(Err(error)), _) | (_, Err(error)) => Err(error),
        (Some(outcome), Ok(())) => outcome,
        (None, Ok(())) => Err(StoreError::Busy),
    }
}

/// The result of a future that never waits, as none does on SQLite.
pub(super) fn run_ready<T>(
    future: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => Err(StoreError::database("sqlite", "an operation waited for something")),
    }
}

/// Serves the queue until it is closed; answers who asked for that.
pub(super) fn serve(
    mut tx: Tx,
    mut queue: mpsc::Receiver<Message>,
    commits: &AtomicU64,
) -> Option<oneshot::Sender<()>> {
    while let Some(message) = queue.blocking_recv() {
        let closing = match message {
            Message::Run(task) => batch(&mut tx, &mut queue, task, commits),
            Message::Close(done) => Some(done),
        };
        if closing.is_some() {
            drain(&mut tx, &mut queue, commits);
            return closing;
        }
    }
    None
}

/// One commit. Answers who asked to close the store, when that was met on the way.
fn batch(
    tx: &mut Tx,
    queue: &mut mpsc::Receiver<Message>,
    first: Box<dyn Task>,
    commits: &AtomicU64,
) -> Option<oneshot::Sender<()>> {
    let mut ran = Vec::new();
    let mut closing = None;
    let mut next = Some(first);
    let mut fate = command(tx, "BEGIN IMMEDIATE");
    while let Some(mut task) = next.take() {
        if fate.is_ok() && task.is_wanted() {
            fate = task.run(tx, ran.is_empty());
        }
        ran.push(task);
        // Once the batch is lost there is no sense in making it larger.
        if fate.is_ok() && ran.len() < BATCH_MAX {
            match queue.try_recv() {
                Ok(Message::Run(task)) => next = Some(task),
                Ok(Message::Close(done)) => closing = Some(done),
                Err(_) => {}
            }
        }
    }
    if fate.is_ok() {
        fate = command(tx, "COMMIT");
    }
    // Before anyone hears of it, so that nobody is shown what was before; also when it failed in a
    // way that may have happened.
    commits.fetch_add(1, Ordering::SeqCst);
    if fate.is_err() && !is_idle(tx) {
        // Nothing more can be done about a rollback that fails; the next BEGIN will say so.
        let _ = command(tx, "ROLLBACK");
    }
    for task in ran {
        task.answer(fate.clone());
    }
    closing
}

/// Runs `body` so that nothing is left of it when it answers false. An error means that the batch
/// is lost.
///
/// The first of a transaction is undone with the transaction itself: a savepoint copies every page
/// that is touched after it.
pub(super) fn undone_alone(
    tx: &mut Tx,
    is_first: bool,
    body: impl FnOnce(&mut Tx) -> bool,
) -> Result<(), StoreError> {
    if is_first {
        if body(tx) {
            return Ok(());
        }
        if !is_idle(tx) {
            command(tx, "ROLLBACK")?;
        }
        return command(tx, "BEGIN IMMEDIATE");
    }
    command(tx, "SAVEPOINT operation")?;
    if !body(tx) {
        command(tx, "ROLLBACK TO operation")?;
    }
    command(tx, "RELEASE operation")
}

/// What was queued behind the request to close was accepted, so it is done.
fn drain(tx: &mut Tx, queue: &mut mpsc::Receiver<Message>, commits: &AtomicU64) {
    queue.close();
    while let Ok(message) = queue.try_recv() {
        if let Message::Run(task) = message {
            batch(tx, queue, task, commits);
        }
    }
}

fn command(tx: &mut Tx, sql: &'static str) -> Result<(), StoreError> {
    match tx {
        Tx::Sqlite(connection) => super::sqlite::execute(connection, sql, &[]).map(drop),
        Tx::Postgres(_) => Err(StoreError::database("sqlite", "handed another database")),
    }
}

fn is_idle(tx: &Tx) -> bool {
    matches!(tx, Tx::Sqlite(connection) if connection.is_autocommit())
}
