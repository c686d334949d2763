use super::*;
use crate::db::values;
use std::sync::mpsc as std_mpsc;

/// Older versions can lose committed transactions when two connections write and checkpoint
/// together (<https://sqlite.org/wal.html#the_wal_reset_bug>).
#[test]
fn sqlite_is_new_enough_to_be_trusted_with_a_write_ahead_log() {
    assert!(rusqlite::version_number() >= 3_051_003, "{}", rusqlite::version());
}

fn on_a_file(test: impl AsyncFnOnce(Sqlite, &Path)) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store.db");
    let mut threads = tokio::runtime::Builder::new_multi_thread();
    let runtime = threads.worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let sqlite = Sqlite::open(&path.display().to_string(), true).await.expect("it opens");
        test(sqlite, &path).await;
    });
}

async fn note(sqlite: &Sqlite, name: String, fail: bool) -> Result<u64, StoreError> {
    let insert = "INSERT INTO sweeps VALUES ($1, 0)";
    let operation = async move |tx: &mut Tx| {
        let changed = tx.execute(insert, &values![&name]).await?;
        if fail { Err(StoreError::Busy) } else { Ok(changed) }
    };
    sqlite.write(move |tx| Box::pin(async move { operation(tx).await })).await
}

fn count(sqlite: &Sqlite) -> i64 {
    let rows = sqlite.read_here(|tx| {
        Box::pin(async move { tx.query("SELECT COUNT(*) FROM sweeps", &[]).await })
    });
    match rows.expect("a read").as_slice() {
        [row] => match row.as_slice() {
            [Cell::Int(count)] => *count,
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

/// An operation that keeps the writer busy until told, so that others queue up behind it.
async fn hold_up(sqlite: &Sqlite, until: std_mpsc::Receiver<()>) -> Result<(), StoreError> {
    let wait = move || until.recv().map_err(|error| StoreError::database("test", error));
    sqlite.write(move |_| Box::pin(async move { wait() })).await
}

#[test]
fn one_failure_in_a_commit_is_undone_alone() {
    on_a_file(async |sqlite, _| {
        let (go, until) = std_mpsc::channel();
        let notes = (0..100).map(|n| note(&sqlite, format!("n{n}"), n % 3 == 0));
        let notes = futures_util::future::join_all(notes);
        let all = futures_util::future::join3(hold_up(&sqlite, until), notes, async move {
            go.send(()).expect("the writer waits");
        });
        let (_, results, ()) = all.await;
        for (n, result) in results.iter().enumerate() {
            assert_eq!(result.is_ok(), n % 3 != 0, "{n}: {result:?}");
        }
        assert_eq!(count(&sqlite), 66);
        // A constraint that fails, too, leaves the rest of its commit alone.
        let twins = ["x", "x", "y"].map(|name| note(&sqlite, name.to_owned(), false));
        let results = futures_util::future::join_all(twins).await;
        assert_eq!(results.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true]);
        assert_eq!(count(&sqlite), 68);
    });
}

#[test]
fn a_full_queue_refuses_at_once() {
    on_a_file(async |sqlite, _| {
        let (go, until) = std_mpsc::channel();
        let notes = (0..QUEUE_MAX + 50).map(|n| note(&sqlite, format!("n{n}"), false));
        let notes = futures_util::future::join_all(notes);
        let all = futures_util::future::join3(hold_up(&sqlite, until), notes, async move {
            go.send(()).expect("the writer waits");
        });
        let (_, results, ()) = all.await;
        let busy = results.iter().filter(|result| matches!(result, Err(StoreError::Busy))).count();
        let done = results.iter().filter(|result| result.is_ok()).count();
        // The first message may still lie in the queue or be with the writer already.
        assert!((50..=51).contains(&busy), "{busy}");
        assert_eq!(busy + done, results.len());
        assert_eq!(count(&sqlite), i64::try_from(done).expect("small"));
    });
}

#[test]
fn a_panic_leaves_nobody_waiting_and_nothing_half_done() {
    on_a_file(async |sqlite, path| {
        note(&sqlite, "before".to_owned(), false).await.expect("written");
        let (go, until) = std_mpsc::channel();
        let panics = sqlite.write(|tx| {
            Box::pin(async move {
                tx.execute("INSERT INTO sweeps VALUES ('half', 0)", &[]).await?;
                panic!("a mistake in an operation");
                #[expect(unreachable_code, reason = "names the type of an answer never given")]
                Ok::<(), StoreError>(())
            })
        });
        let others = futures_util::future::join(panics, note(&sqlite, "after".to_owned(), false));
        let all = futures_util::future::join3(hold_up(&sqlite, until), others, async move {
            go.send(()).expect("the writer waits");
        });
        let (held, (panicked, after), ()) = all.await;
        for result in [held, panicked, after.map(drop)] {
            assert!(matches!(result, Err(StoreError::Database(_))), "{result:?}");
        }
        assert!(sqlite.is_stopped());
        assert!(note(&sqlite, "later".to_owned(), false).await.is_err());
        sqlite.close().await;
        let again = Sqlite::open(&path.display().to_string(), true).await.expect("it opens");
        assert_eq!(count(&again), 1);
    });
}

#[test]
fn a_reader_cannot_write_and_the_file_is_private() {
    use std::os::unix::fs::PermissionsExt as _;
    on_a_file(async |sqlite, path| {
        let write = "INSERT INTO sweeps VALUES ('x', 0)";
        let result = sqlite.read_here(|tx| Box::pin(async move { tx.execute(write, &[]).await }));
        assert!(result.expect_err("refused").to_string().contains("readonly"));
        for file in [path.to_owned(), path.with_extension("db-wal")] {
            let mode = file.metadata().expect("it exists").permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{}", file.display());
        }
    });
}

/// A list of more than two values in a CHECK is one, for every row that is written.
#[test]
fn a_row_is_checked_without_a_temporary_tree() {
    on_a_file(async |sqlite, _| {
        for insert in [
            "EXPLAIN INSERT INTO jobs DEFAULT VALUES",
            "EXPLAIN INSERT INTO ledger_entries DEFAULT VALUES",
            "EXPLAIN INSERT INTO deliveries DEFAULT VALUES",
            "EXPLAIN INSERT INTO upstream_asks DEFAULT VALUES",
        ] {
            let steps = sqlite
                .read_here(|tx| Box::pin(async move { tx.query(insert, &[]).await }))
                .expect("a plan");
            assert!(steps.len() > 20, "{insert}: {}", steps.len());
            let tree = Cell::Text("OpenEphemeral".to_owned());
            assert!(!steps.iter().any(|step| step.contains(&tree)), "{insert}");
        }
    });
}

#[test]
fn a_row_with_a_state_or_a_kind_that_does_not_exist_is_refused() {
    on_a_file(async |sqlite, _| {
        for (insert, rule) in [
            (
                "INSERT INTO jobs (id, account, api_key, dialect, ordered, price, price_version, \
                 width, height, seed, state, not_before, attempt, attempts_max, leases, ticket, \
                 deadline, created, updated) \
                 VALUES ('j', 'a', 'k', 'd', '{}', 1, '', 1, 1, 1, 'lost', NULL, 0, 1, 0, 'none', \
                 1, 1, 1)",
                "state = 'queued'",
            ),
            (
                "INSERT INTO jobs (id, account, api_key, dialect, ordered, price, price_version, \
                 width, height, seed, state, not_before, attempt, attempts_max, leases, ticket, \
                 deadline, created, updated) \
                 VALUES ('j', 'a', 'k', 'd', '{}', 1, '', 1, 1, 1, 'queued', 1, 0, 1, 0, 'torn', \
                 1, 1, 1)",
                "ticket = 'none'",
            ),
            (
                "INSERT INTO ledger_entries VALUES ('e', 'a', NULL, 'gift', 1, 0, '', 1)",
                "kind = 'hold'",
            ),
            (
                "INSERT INTO deliveries (id, job, kind, url, state, attempt, token, next_at, \
                 created) VALUES ('d', 'j', 'k', 'u', 'lost', 0, 0, 1, 1)",
                "state = 'pending'",
            ),
            (
                "INSERT INTO upstream_asks (job, number, engine, credential, asked, ended, \
                 outcome) VALUES ('j', 1, 'e', 'c', 1, 2, 'odd')",
                "outcome = 'refused'",
            ),
        ] {
            let refused =
                sqlite.write(move |tx| Box::pin(async move { tx.execute(insert, &[]).await }));
            let why = refused.await.expect_err(insert).to_string();
            assert!(why.contains("CHECK") && why.contains(rule), "{why}");
        }
    });
}
