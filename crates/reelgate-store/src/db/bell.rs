//! A bell between processes on one PostgreSQL database: whoever queues a job rings, and workers of
//! other processes look at once instead of at their next poll.
//!
//! It is a hint and never the truth: what is rung while a connection is down is lost, and polling
//! finds the job. It rings outside of the transactions that queue jobs, because a commit with a
//! notification in it takes a lock on the whole database and keeps it until its flush is done.

use super::postgres_tls::Address;
use futures_util::StreamExt as _;
use futures_util::stream;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::AbortHandle;
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};
use tokio_postgres::{AsyncMessage, Error, NoTls, Socket};

/// A process rings at most this often; what comes in between is one ring after it.
const QUIET: Duration = Duration::from_millis(50);
/// Waits before a connection that was lost is tried again: doubled each time.
const BACK_MIN: Duration = Duration::from_millis(100);
const BACK_MAX: Duration = Duration::from_secs(5);
/// A ring that was not flushed to disk is as good.
const LISTEN: &str = "SET synchronous_commit = off; LISTEN reelgate_jobs";
const RING: &str = "NOTIFY reelgate_jobs";

/// The bell; silent until somebody rings or listens.
pub(super) struct Bell {
    address: Address,
    shared: Arc<Shared>,
    task: OnceLock<AbortHandle>,
}

#[derive(Default)]
struct Shared {
    /// This process has something to tell.
    rung: Notify,
    /// Another one told something.
    heard: Notify,
}

impl Bell {
    pub(super) fn new(address: Address) -> Self {
        Self { address, shared: Arc::default(), task: OnceLock::new() }
    }

    /// Tells other processes, soon and without waiting for it.
    pub(super) fn ring(&self) {
        self.start();
        self.shared.rung.notify_one();
    }

    /// Waits until another process rings.
    pub(super) async fn heard(&self) {
        self.start();
        self.shared.heard.notified().await;
    }

    pub(super) fn stop(&self) {
        if let Some(task) = self.task.get() {
            task.abort();
        }
    }

    fn start(&self) {
        self.task.get_or_init(|| {
            let (address, shared) = (self.address.clone(), Arc::clone(&self.shared));
            tokio::spawn(serve(address, shared)).abort_handle()
        });
    }
}

impl Drop for Bell {
    fn drop(&mut self) {
        self.stop();
    }
}

async fn serve(address: Address, shared: Arc<Shared>) {
    let mut wait = BACK_MIN;
    loop {
        let mut was_up = false;
        let ended = match address.tls.clone() {
            Some(tls) => session(&address, tls, &shared, &mut was_up).await,
            None => session(&address, NoTls, &shared, &mut was_up).await,
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "the bell between processes is silent, polling goes on");
        }
        wait = if was_up { BACK_MIN } else { (wait * 2).min(BACK_MAX) };
        tokio::time::sleep(wait).await;
    }
}

/// Rings and listens on one connection of its own, until it is lost.
async fn session<T>(
    address: &Address,
    tls: T,
    shared: &Shared,
    was_up: &mut bool,
) -> Result<(), Error>
where
    T: MakeTlsConnect<Socket>,
    T::Stream: Send + 'static,
    T::TlsConnect: Send,
    <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
{
    let (client, mut connection) = address.config.connect(tls).await?;
    let mut messages = stream::poll_fn(move |context| connection.poll_message(context));
    let beginning = async {
        let row = client.query_one("SELECT CAST(pg_backend_pid() AS BIGINT)", &[]).await?;
        let me: i64 = row.try_get(0)?;
        client.batch_execute(LISTEN).await?;
        Ok::<_, Error>(me)
    };
    tokio::pin!(beginning);
    let me = loop {
        tokio::select! {
            me = &mut beginning => break me?,
            message = messages.next() => match message {
                Some(message) => drop(message?),
                None => return Ok(()),
            },
        }
    };
    *was_up = true;
    // What others rang before was not heard: whoever waits had better look.
    shared.heard.notify_one();
    let ringing = async {
        loop {
            shared.rung.notified().await;
            client.batch_execute(RING).await?;
            tokio::time::sleep(QUIET).await;
        }
    };
    let listening = async {
        while let Some(message) = messages.next().await {
            if let AsyncMessage::Notification(rung) = message?
                && i64::from(rung.process_id()) != me
            {
                shared.heard.notify_one();
            }
        }
        Ok(())
    };
    tokio::select! {
        ended = ringing => ended,
        ended = listening => ended,
    }
}
