//! Moving committed pages from SQLite's write-ahead log into the file, beside the writer.
//!
//! Done by the writer itself, as SQLite does it unless told otherwise, each of them would hold up a
//! commit for as long as the disk takes. Here a thread does it while the writer goes on. But the
//! log begins again from its start only when nothing in it is left to move, and behind a busy
//! writer something always is: so when the log is long and the thread has just left little of it,
//! the writer moves that little itself.

use crate::error::StoreError;
use rusqlite::Connection;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

/// When who does what, in pages of the log.
#[derive(Clone, Copy)]
struct Lengths {
    /// Unmoved pages from which the thread moves them: pages that are written again and again are
    /// moved once.
    move_at: i32,
    /// The log's length from which it is to begin again: 32 MiB. A log that stays small is written
    /// over again instead of growing, which is cheaper; one that is too small keeps both at it.
    restart_at: i32,
    /// What the writer moves for that, at most: a few milliseconds.
    rest_max: i32,
    /// Where the writer moves whatever there is: 128 MiB.
    pages_max: i32,
}

const LENGTHS: Lengths =
    Lengths { move_at: 2_000, restart_at: 8_000, rest_max: 1_000, pages_max: 32_000 };

/// The thread that empties the log. It ends when the writing connection is dropped.
pub(super) type Checkpointer = JoinHandle<()>;

/// Takes over from SQLite's own way: `writing` tells the thread, which works on `own`.
pub(super) fn start(writing: &mut Connection, own: Connection) -> Result<Checkpointer, StoreError> {
    start_at(writing, own, LENGTHS)
}

fn start_at(
    writing: &mut Connection,
    own: Connection,
    lengths: Lengths,
) -> Result<Checkpointer, StoreError> {
    // One place: a request that waits already will see these pages too.
    let (ask, asked) = sync_channel(1);
    let moved = Arc::new(AtomicI32::new(0));
    writing
        .wal_hook(Some(hook(ask, Arc::clone(&moved), lengths)))
        .map_err(|error| StoreError::database("sqlite", error))?;
    std::thread::Builder::new()
        .name("store-checkpoint".to_owned())
        .spawn(move || serve(&own, &asked, &moved))
        .map_err(|error| StoreError::database("the store's checkpointer", error))
}

/// It never fails: an error of a hook is reported as an error of the commit, and that has happened.
///
/// `moved` is how far the thread came the last time, counted from the log's start. When the log has
/// begun again since, it is too large until the next time, and the writer leaves the log alone.
fn hook(
    ask: SyncSender<()>,
    moved: Arc<AtomicI32>,
    lengths: Lengths,
) -> impl FnMut(&mut rusqlite::hooks::Wal, i32) -> rusqlite::Result<()> + Send + 'static {
    let (mut asked_at, mut tried_at, mut before) = (0, 0, 0);
    move |log, pages| {
        if pages < before {
            // It began again from its start.
            (asked_at, tried_at) = (0, 0);
            moved.store(0, Ordering::Relaxed);
        }
        before = pages;
        let rest = pages.saturating_sub(moved.load(Ordering::Relaxed));
        let is_small = (0..=lengths.rest_max).contains(&rest);
        let is_due = pages >= lengths.pages_max || (pages >= lengths.restart_at && is_small);
        // A reader of what was before keeps the log from beginning again: not at every commit.
        if is_due && pages - tried_at >= lengths.rest_max {
            tried_at = pages;
            // Busy when the thread is at it already; then it is being done.
            if let Err(error) = log.checkpoint() {
                tracing::debug!(%error, "the write-ahead log was not emptied by its writer");
            }
        } else if pages - asked_at >= lengths.move_at {
            asked_at = pages;
            let _ = ask.try_send(());
        }
        Ok(())
    }
}

fn serve(own: &Connection, asked: &Receiver<()>, moved: &AtomicI32) {
    while asked.recv().is_ok() {
        // Whether somebody was in the way, pages in the log, and those of them that were moved.
        let done = own.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| row.get(2));
        match done {
            Ok(pages) => moved.store(pages, Ordering::Relaxed),
            // Nothing is lost: the pages are in the log, and the next one tries again.
            Err(error) => tracing::warn!(%error, "the write-ahead log could not be emptied"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn open(path: &Path) -> Connection {
        Connection::open(path).expect("it opens")
    }

    fn with_a_table(path: &Path) -> Connection {
        let writing = open(path);
        let tables = "PRAGMA journal_mode = WAL; CREATE TABLE things (n BIGINT)";
        writing.execute_batch(tables).expect("a table");
        writing
    }

    /// The writer and the thread meet all the time when each commit is enough for both.
    #[test]
    fn a_checkpoint_that_is_in_the_way_of_another_fails_no_commit() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("log.db");
        let mut writing = with_a_table(&path);
        let lengths = Lengths { move_at: 1, restart_at: 2, rest_max: 1, pages_max: 4 };
        let checkpointer = start_at(&mut writing, open(&path), lengths).expect("a thread");
        for n in 0..3000 {
            let inserted = writing.execute("INSERT INTO things VALUES (?1)", [n]);
            assert_eq!(inserted, Ok(1), "commit {n}");
        }
        drop(writing);
        checkpointer.join().expect("it ends with the connection");
        let count = open(&path).query_row("SELECT COUNT(*) FROM things", [], |row| row.get(0));
        assert_eq!(count, Ok(3000));
    }

    /// What is left in the log by a thread that has all the time it wants.
    #[test]
    fn a_log_that_is_long_begins_again_once_little_of_it_is_left_to_move() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("log.db");
        let mut writing = with_a_table(&path);
        let lengths = Lengths { move_at: 10, restart_at: 100, rest_max: 50, pages_max: 10_000 };
        let checkpointer = start_at(&mut writing, open(&path), lengths).expect("a thread");
        for n in 0..3000 {
            writing.execute("INSERT INTO things VALUES (?1)", [n]).expect("a row");
        }
        let bytes = std::fs::metadata(path.with_extension("db-wal")).expect("a log").len();
        assert!(bytes < 3000 * 4096, "the log was never begun again: {bytes} bytes");
        drop(writing);
        checkpointer.join().expect("it ends with the connection");
    }
}
