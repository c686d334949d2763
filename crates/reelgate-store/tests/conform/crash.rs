//! A server that is killed in the middle of its work: whatever it acknowledged is there, and
//! nothing is half done.

use crate::fixture::{LEASE_MS, START, World, clip, open};
use crate::on_each_database;
use reelgate_core::JobId;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

on_each_database!(a_killed_server_keeps_what_it_acknowledged);

/// Tells the test below that it is the server, and which database is its.
const CHILD: &str = "REELGATE_TEST_CRASH_URL";
/// Acknowledgements to wait for before the kill.
const ENOUGH: usize = 150;

async fn a_killed_server_keeps_what_it_acknowledged(world: &World) {
    let program = std::env::current_exe().expect("this program");
    let mut server = Command::new(program)
        .args(["crash::the_server_that_is_killed", "--exact", "--nocapture"])
        .env(CHILD, &world.url)
        .stdout(Stdio::piped())
        .spawn()
        .expect("a process");
    let lines = BufReader::new(server.stdout.take().expect("a pipe")).lines();
    let mut lines = lines
        .map_while(Result::ok)
        .filter_map(|line| JobId::parse(line.strip_prefix("accepted ")?));
    let mut accepted: Vec<JobId> = lines.by_ref().take(ENOUGH).collect();
    server.kill().expect("killed");
    accepted.extend(lines);
    server.wait().expect("it is gone");
    assert!(accepted.len() >= ENOUGH, "the server ended by itself");
    // As after a restart; the one that was open all the time sees the same.
    let store = open(&world.url).await;
    for id in accepted {
        assert!(store.job(id).await.expect("a read").is_some(), "{id} was acknowledged");
    }
    assert_eq!(store.audit().await.expect("an audit"), []);
    store.close().await;
}

/// Not a test but the process that the one above kills: it accepts, claims and ends jobs for ever.
#[test]
fn the_server_that_is_killed() {
    #[expect(clippy::disallowed_methods, reason = "how a test talks to the process it starts")]
    let Ok(url) = std::env::var(CHILD) else { return };
    let mut threads = tokio::runtime::Builder::new_multi_thread();
    let runtime = threads.worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let world = World::at(url).await;
        let owner = world.owner("a", 1_000_000).await;
        let accept = async || loop {
            let id = world.submit(owner, 3).await.id;
            let line = format!("accepted {id}\n");
            // A closed pipe means that the parent is gone, and then so are we.
            std::io::stdout().write_all(line.as_bytes()).expect("the parent reads");
        };
        let work = async || loop {
            for job in world.store.claim(START, LEASE_MS, 3).await.expect("a claim") {
                world.finish(&job, clip(2), START).await.expect("ended");
            }
        };
        let accepts = futures_util::future::join_all((0..8).map(|_| accept()));
        let works = futures_util::future::join_all((0..2).map(|_| work()));
        let _: (Vec<()>, Vec<()>) = futures_util::future::join(accepts, works).await;
    });
}
