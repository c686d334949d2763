//! An upstream that goes wrong in every way it can, and a server that is killed meanwhile.

use crate::customer::Customer;
use crate::private_postgres;
use crate::receiver::Receiver;
use crate::server::{Base, Place, Postgres, Start};
use crate::upstream::Upstream;
use crate::{Dice, number, until, verify};
use reelgate::stand_in::script::Chance;
use std::time::Duration;

/// Orders and deaths unless `REELGATE_TEST_JOBS` and `REELGATE_TEST_KILLS` say otherwise.
const JOBS: u64 = 40;
const KILLS: u64 = 4;
/// A server lives at most so long: leases of the one before have run out by then.
const LIFE_MS: u64 = 6_000;
/// How long a job takes there.
const TAKES_MS: i64 = 700;
/// Seconds until the last job has ended, for each job there is.
const PATIENCE_S: u64 = 120;

/// What goes wrong with an order; half of them nothing.
const FAULTS: [&str; 14] = [
    "takes=4000",
    "end=stuck",
    "hidden=2",
    "errors=3",
    "odd=2",
    "looks=hehohe",
    "twice",
    "truncate=2",
    "missing=2",
    "refuse=busy*2",
    "refuse=fault",
    "lost",
    "lost truncate=1 twice",
    "end=moderation",
];

/// Lessons 1, 3 to 7, 10 to 12, 17 and 25 at once: every job ends, the ledger is clean, nothing is
/// made twice upstream, and no finished clip is lost.
#[test]
fn chaos_upstream_and_deaths_lose_nothing_and_make_nothing_twice() {
    play(Base::Sqlite);
}

/// The same on the other database.
#[test]
fn chaos_on_postgres_loses_nothing_either() {
    if private_postgres::is_wanted() {
        play(Base::Postgres(&Postgres::start()));
    }
}

fn play(base: Base<'_>) {
    let jobs = number("REELGATE_TEST_JOBS", JOBS);
    let (kills, seed) = (number("REELGATE_TEST_KILLS", KILLS), number("REELGATE_TEST_SEED", 1));
    let what = format!("REELGATE_TEST_SEED={seed} REELGATE_TEST_JOBS={jobs} {kills} deaths");
    let mut dice = Dice((seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let hook = Receiver::start();
    hook.fail_every(5);
    let place = Place::with_customer(base).with_port();
    let upstream = Upstream::start("ark", TAKES_MS, Chance::default());
    upstream.serve(&place, "ark");
    let mut customer = Customer::new(&place.key, &hook.url);
    let mut orders = (0..jobs).map(|order| match dice.below(2) {
        0 => format!("{order} plain"),
        _ => format!("{order} [upstream:{}]", Dice(seed + order + 1).pick(&FAULTS)),
    });
    for _ in 0..kills {
        let some: Vec<String> = orders.by_ref().take((jobs / kills + 1) as usize).collect();
        live_and_die(&what, &place, &mut customer, &some);
    }
    hook.fail_every(0);
    let server = place.serve_well(0);
    for name in orders.chain(customer.orders.keys().cloned().collect::<Vec<_>>()) {
        if !customer.orders.contains_key(&name) {
            customer.plan(&name, 4, false);
        }
        let accepted = until(30, || {
            customer.order(&server.address, &name);
            customer.orders[&name].acknowledged.is_some()
        });
        assert!(accepted, "{what}: {name} is never accepted");
    }
    // Nobody would ever hear the end of these, but for their deadlines.
    let stuck = |name: &String| name.contains("stuck");
    let all: Vec<String> = customer.orders.keys().filter(|name| stuck(name)).cloned().collect();
    for name in all {
        assert!(until(30, || customer.cancel(&server.address, &name)), "{what}: {name}");
    }
    let ended =
        until(PATIENCE_S + jobs / 4, || customer.all_ended(&server.address).unwrap_or(false));
    assert!(ended, "{what}: jobs never end\n{}", place.log());
    // What the receiver refused until now is sent again after up to some minutes.
    let told = until(PATIENCE_S + jobs / 4, || {
        let heard = hook.heard();
        let ids = customer.orders.values().filter_map(|order| order.acknowledged.as_ref());
        ids.into_iter().all(|id| heard.contains_key(id))
    });
    assert!(told, "{what}: webhooks are missing\n{}", place.log());
    server.stop();
    verify::recovered_with(&what, &place, &mut customer, &hook, Some(&upstream));
    let made = upstream.check(&what);
    assert!(made * 10 > customer.orders.len() * 8, "{what}: only {made} were made");
}

/// One life of a server, which ends with SIGKILL.
fn live_and_die(what: &str, place: &Place, customer: &mut Customer, orders: &[String]) {
    let mut server = match place.serve(0, None) {
        Start::Up(server) => server,
        Start::Died(status) => panic!("{what}: died by itself: {status}\n{}", place.log()),
    };
    let killer = std::thread::spawn({
        let seed = orders.first().map_or(1, |name| name.bytes().map(u64::from).sum());
        let life = Duration::from_millis(300 + Dice(seed).below(LIFE_MS));
        let id = server.id();
        move || {
            std::thread::park_timeout(life);
            crate::server::kill_process(id);
        }
    });
    for name in orders {
        customer.plan(name, 4, false);
        customer.order(&server.address, name);
    }
    killer.join().expect("no panic");
    assert!(server.died(), "{what}: not killed\n{}", place.log());
}
