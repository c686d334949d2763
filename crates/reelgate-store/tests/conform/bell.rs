//! The bell between processes, on PostgreSQL.

use crate::fixture::open;
use crate::private_postgres::{Death, PrivateServer, is_wanted};
use reelgate_store::Store;
use std::time::Duration;

/// Long enough for the slowest machine.
const SOON: Duration = Duration::from_secs(30);
/// Several times as long as one ring takes.
const MOMENT: Duration = Duration::from_millis(300);

async fn hears(store: &Store, within: Duration) -> bool {
    tokio::time::timeout(within, store.heard()).await.is_ok()
}

#[test]
fn a_ring_is_heard_by_the_others_and_again_after_the_server_was_away() {
    if !is_wanted() {
        return;
    }
    let server = PrivateServer::start("-c listen_addresses= -c fsync=off", |_| {});
    let url = server.create_database(None);
    let mut threads = tokio::runtime::Builder::new_multi_thread();
    let runtime = threads.worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let (one, two) = (open(&url).await, open(&url).await);
        // Whoever begins to listen is told to look once.
        assert!(hears(&one, SOON).await && hears(&two, SOON).await);
        one.ring();
        assert!(hears(&two, SOON).await, "the other hears it");
        assert!(!hears(&one, MOMENT).await, "its own ring is no news");
        for _ in 0..1000 {
            one.ring();
        }
        assert!(hears(&two, SOON).await);
        let mut more = 0;
        while hears(&two, MOMENT).await {
            more += 1;
        }
        assert!(more <= 1, "a thousand rings are two, not {more}");
        server.die(Death::Immediate);
        server.start_again();
        assert!(hears(&one, SOON).await && hears(&two, SOON).await, "back, and told to look");
        two.ring();
        assert!(hears(&one, SOON).await);
        one.close().await;
        two.close().await;
    });
}
