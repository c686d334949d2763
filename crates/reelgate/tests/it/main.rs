//! The whole platform through its front door, one module for each surface.
//!
//! Requests go to the router in this process, the background work is stepped by hand, and time
//! moves only when a test says so. Every test ends with [`harness::TestApp::finish`], which asks
//! the audit for broken promises and checks that nothing is left behind.

mod agents;
mod apis;
mod ark;
mod bad_input;
mod bucket;
mod cli;
#[path = "../../../reelgate-codec/tests/it/corpus.rs"]
mod corpus;
mod credentials;
mod desk;
mod endpoints;
mod engines;
mod fake_engine;
mod files;
mod glimpses;
mod harness;
mod hostile;
mod idempotency;
mod keys;
mod limits;
mod native;
mod neighbour;
mod newer;
mod open_v1;
mod openai;
mod openid;
mod operator;
mod orders;
mod own;
mod payments;
mod people;
mod pictures;
#[path = "../../../reelgate-store/tests/support/private_postgres.rs"]
#[expect(dead_code, reason = "nothing here makes the server die")]
mod private_postgres;
mod references;
mod rehearsal;
mod render;
mod sandbox;
mod sessions;
mod share;
mod shared;
mod sigv4;
mod studio;
mod task_query;
mod tasks_v1;
mod teams;
mod uploads;
mod upstream;
mod upstream_kinds;
mod upstream_lessons;
mod watch;
mod webhooks;
mod worker;
