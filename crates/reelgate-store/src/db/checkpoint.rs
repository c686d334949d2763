//! Moving committed pages from SQLite's write-ahead log into the file, beside the writer.
//!
//! Done by the writer itself, as SQLite does it unless told otherwise, each of them would hold up a
//! commit for as long as the disk takes. Here the writer only helps out when the log grows faster
//! than it is emptied, which is also what lets the log begin again from its start.

use crate::error::StoreError;
use rusqlite::Connection;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

/// Pages that are added to the log before it is emptied again, as far as possible: pages that are
/// written again and again are moved once.
const PAGES_BETWEEN: i32 = 2_000;
/// Pages in the log from which the writer does it itself: 16 MiB. A log that stays small is
/// written over again instead of growing, which is cheaper.
const PAGES_MAX: i32 = 4_000;

/// The thread that empties the log. It ends when the writing connection is dropped.
pub(super) type Checkpointer = JoinHandle<()>;

/// Takes over from SQLite's own way: `writing` tells the thread, which works on `own`.
pub(super) fn start(writing: &mut Connection, own: Connection) -> Result<Checkpointer, StoreError> {
    start_at(writing, own, PAGES_BETWEEN, PAGES_MAX)
}

fn start_at(
    writing: &mut Connection,
    own: Connection,
    pages_between: i32,
    pages_max: i32,
) -> Result<Checkpointer, StoreError> {
    // One place: a request that waits already will see these pages too.
    let (ask, asked) = sync_channel(1);
    writing
        .wal_hook(Some(hook(ask, pages_between, pages_max)))
        .map_err(|error| StoreError::database("sqlite", error))?;
    std::thread::Builder::new()
        .name("store-checkpoint".to_owned())
        .spawn(move || serve(&own, &asked))
        .map_err(|error| StoreError::database("the store's checkpointer", error))
}

/// It never fails: an error of a hook is reported as an error of the commit, and that has happened.
fn hook(
    ask: SyncSender<()>,
    pages_between: i32,
    pages_max: i32,
) -> impl FnMut(&mut rusqlite::hooks::Wal, i32) -> rusqlite::Result<()> + Send + 'static {
    let mut emptied_at = 0;
    move |log, pages| {
        // It began again from its start.
        emptied_at = emptied_at.min(pages);
        if pages >= pages_max {
            emptied_at = 0;
            // Busy when the thread is at it already; then it is being done.
            if let Err(error) = log.checkpoint() {
                tracing::debug!(%error, "the write-ahead log was not emptied by its writer");
            }
        } else if pages - emptied_at >= pages_between {
            emptied_at = pages;
            let _ = ask.try_send(());
        }
        Ok(())
    }
}

fn serve(own: &Connection, asked: &Receiver<()>) {
    while asked.recv().is_ok() {
        let done = own.execute_batch("PRAGMA wal_checkpoint(PASSIVE)");
        if let Err(error) = done {
            // Nothing is lost: the pages are in the log, and the next one tries again.
            tracing::warn!(%error, "the write-ahead log could not be emptied");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The writer and the thread meet all the time when each commit is enough for both.
    #[test]
    fn a_checkpoint_that_is_in_the_way_of_another_fails_no_commit() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("log.db");
        let open = || Connection::open(&path).expect("it opens");
        let mut writing = open();
        let tables = "PRAGMA journal_mode = WAL; CREATE TABLE things (n BIGINT)";
        writing.execute_batch(tables).expect("a table");
        let checkpointer = start_at(&mut writing, open(), 1, 2).expect("a thread");
        for n in 0..3000 {
            let inserted = writing.execute("INSERT INTO things VALUES (?1)", [n]);
            assert_eq!(inserted, Ok(1), "commit {n}");
        }
        drop(writing);
        checkpointer.join().expect("it ends with the connection");
        let count = open().query_row("SELECT COUNT(*) FROM things", [], |row| row.get(0));
        assert_eq!(count, Ok(3000));
    }
}
