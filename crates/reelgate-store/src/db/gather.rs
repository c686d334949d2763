//! Where callers of an operation on SQLite meet, to have it done for many of them at once.
//!
//! Whoever comes first sends the writer one message; those who come until the writer gets to it
//! join in. So an idle store adds no wait, and a busy one reads and writes shared rows once.

use super::lane::{Forms, Outcomes};
use super::writer::{self, Message, Task};
use super::{QUEUE_MAX, Tx};
use crate::error::StoreError;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

/// Items in one round, at most.
const ROUND_MAX: usize = 256;

/// The meeting point.
pub(crate) struct Gather<I, T>(Arc<Shared<I, T>>);

struct Shared<I, T> {
    forms: Forms<I, T>,
    waiting: Mutex<Vec<Waiting<I, T>>>,
    queue: mpsc::Sender<Message>,
    runtime: Handle,
}

struct Waiting<I, T> {
    item: I,
    outcome: Option<Result<T, StoreError>>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<I, T> Gather<I, T>
where
    I: Clone + Send + 'static,
    T: Send + 'static,
{
    pub(super) fn new(queue: mpsc::Sender<Message>, forms: Forms<I, T>) -> Self {
        let runtime = Handle::current();
        Self(Arc::new(Shared { forms, waiting: Mutex::default(), queue, runtime }))
    }

    /// Waits for this item's outcome.
    pub(super) async fn run(&self, item: I) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.0.join(Waiting { item, outcome: None, reply })?;
        answer.await.unwrap_or_else(|_| Err(super::sqlite::stopped()))
    }
}

impl<I, T> Shared<I, T>
where
    I: Clone + Send + 'static,
    T: Send + 'static,
{
    fn join(self: &Arc<Self>, new: Waiting<I, T>) -> Result<(), StoreError> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() >= QUEUE_MAX {
            return Err(StoreError::Busy);
        }
        // Whoever finds others here knows that their message is on its way.
        if waiting.is_empty() {
            self.send()?;
        }
        waiting.push(new);
        Ok(())
    }

    fn send(self: &Arc<Self>) -> Result<(), StoreError> {
        let round = Round { shared: Arc::clone(self), taken: Vec::new() };
        self.queue.try_send(Message::Run(Box::new(round))).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => StoreError::Busy,
            mpsc::error::TrySendError::Closed(_) => super::sqlite::stopped(),
        })
    }

    /// Those of one round. The rest gets a message of its own, or joins where the queue is full.
    fn take(self: &Arc<Self>) -> Vec<Waiting<I, T>> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let mut taken = std::mem::take(&mut *waiting);
        if taken.len() > ROUND_MAX && self.send().is_ok() {
            *waiting = taken.split_off(ROUND_MAX);
        }
        taken
    }
}

/// One message: whoever waits when the writer gets to it.
struct Round<I, T> {
    shared: Arc<Shared<I, T>>,
    taken: Vec<Waiting<I, T>>,
}

impl<I, T> Task for Round<I, T>
where
    I: Clone + Send + 'static,
    T: Send + 'static,
{
    fn is_wanted(&self) -> bool {
        true
    }

    fn run(&mut self, tx: &mut Tx, is_first: bool) -> Result<(), StoreError> {
        self.taken = self.shared.take();
        self.taken.retain(|waiting| !waiting.reply.is_closed());
        let many = self.shared.forms.many_sqlite;
        let items: Vec<I> = self.taken.iter().map(|waiting| waiting.item.clone()).collect();
        let count = items.len();
        let mut outcomes: Outcomes<T> = Vec::new();
        writer::undone_alone(tx, is_first, |tx| match writer::run_ready(many(tx, items)) {
            Ok(done) => {
                outcomes = done;
                true
            }
            Err(error) => {
                tracing::debug!(%error, items = count, "a round is done one by one");
                false
            }
        })?;
        outcomes.resize_with(count, || None);
        for (waiting, outcome) in self.taken.iter_mut().zip(outcomes) {
            waiting.outcome = outcome;
            if waiting.outcome.is_none() {
                let (one, item) = (self.shared.forms.one, waiting.item.clone());
                writer::undone_alone(tx, false, |tx| {
                    let outcome = writer::run_ready(one(tx, item));
                    waiting.outcome.insert(outcome).is_ok()
                })?;
            }
        }
        Ok(())
    }

    fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
        let Self { shared, taken } = *self;
        // On the runtime's own threads: to wake a task of theirs from here costs a system call.
        shared.runtime.spawn(async move {
            for Waiting { item, outcome, reply } in taken {
                // What is shared with the caller is the caller's alone then.
                drop(item);
                // Nobody may be waiting any more; what was committed stays committed.
                let _ = reply.send(writer::answer_of(outcome, committed.clone()));
            }
        });
    }
}
