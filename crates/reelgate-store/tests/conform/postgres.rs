//! The PostgreSQL server of this test run.

use crate::private_postgres::{PrivateServer, is_wanted};
use std::sync::{Mutex, PoisonError};

/// Not durable: nothing here outlives the tests, and the machine is shared.
const SETTINGS: &str = "-c listen_addresses= -c fsync=off -c full_page_writes=off \
    -c max_connections=200";

/// The server: started by the first test that asks, stopped when this process ends.
static SERVER: Mutex<Option<PrivateServer>> = Mutex::new(None);

/// The URL of an empty database; nothing when the developer switched PostgreSQL off.
pub(crate) fn create_database() -> Option<String> {
    if !is_wanted() {
        return None;
    }
    let mut guard = SERVER.lock().unwrap_or_else(PoisonError::into_inner);
    let server = guard.get_or_insert_with(|| PrivateServer::start(SETTINGS, |_| {}));
    Some(server.create_database(None))
}
