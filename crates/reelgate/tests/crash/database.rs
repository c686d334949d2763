//! Deaths of the database's server, under load, while ours stays.

use crate::customer::Customer;
use crate::private_postgres::{self, Death};
use crate::receiver::Receiver;
use crate::server::{Base, Place, Postgres, Start};
use crate::{Dice, number, until, verify};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Deaths unless `REELGATE_TEST_KILLS` says otherwise.
const KILLS: u64 = 4;
/// The database lives at most so long.
const LIFE_MS: u64 = 900;
/// And is away at least as long as it takes to start, and at most so much longer.
const AWAY_MS: u64 = 700;
/// Orders at most, so that a long run ends.
const ORDERS_MAX: u64 = 24;

#[test]
fn deaths_of_the_database_lose_nothing_and_charge_nothing_twice() {
    if !private_postgres::is_wanted() {
        return;
    }
    let (kills, seed) = (number("REELGATE_TEST_KILLS", KILLS), number("REELGATE_TEST_SEED", 1));
    let postgres = Postgres::start();
    for (round, first) in (0..kills).step_by(8).enumerate() {
        play(&postgres, seed + round as u64, (kills - first).min(8));
    }
}

fn play(postgres: &Postgres, seed: u64, kills: u64) {
    let what = format!("REELGATE_TEST_SEED={seed} REELGATE_TEST_KILLS={kills}");
    let mut dice = Dice((seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let hook = Receiver::start();
    hook.fail_every(5);
    let place = Place::with_customer(Base::Postgres(postgres));
    let mut customer = Customer::new(&place.key, &hook.url);
    customer.database_dies = true;
    let mut server = match place.serve(2, None) {
        Start::Up(server) => server,
        Start::Died(status) => panic!("{what}: died by itself: {status}\n{}", place.log()),
    };
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let mut killer = Dice(dice.below(u64::MAX) | 1);
        let over = &over;
        scope.spawn(move || {
            for kill in 0..kills {
                std::thread::park_timeout(Duration::from_millis(killer.below(LIFE_MS)));
                postgres.server.die(if kill % 2 == 0 { Death::Killed } else { Death::Immediate });
                std::thread::park_timeout(Duration::from_millis(killer.below(AWAY_MS)));
                postgres.server.start_again();
            }
            over.store(true, Ordering::SeqCst);
        });
        for number in 0.. {
            let name = format!("{number}");
            if number < ORDERS_MAX {
                customer.plan(&name, 1, dice.below(4) == 0);
            }
            // Whoever was refused tries again; nothing but "accepted", "busy" and "in flight" is
            // a fair answer.
            let all: Vec<String> = customer.orders.keys().cloned().collect();
            let name = if number < ORDERS_MAX { name } else { dice.pick(&all) };
            assert!(customer.order(&server.address, &name), "{what}: the server hung up");
            if dice.below(4) == 0 {
                customer.cancel(&server.address, &name);
            }
            std::thread::park_timeout(Duration::from_millis(20));
            if over.load(Ordering::SeqCst) {
                break;
            }
        }
    });
    assert!(!server.is_gone(), "{what}: the server gave up\n{}", place.log());
    let ready = |wanted: u16| {
        until(30, || customer.get(&server.address, "/readyz").is_some_and(|a| a.status == wanted))
    };
    assert!(ready(200), "{what}: it never finds back");
    postgres.server.die(Death::Immediate);
    assert!(ready(503), "{what}: it claims to be ready");
    let id = customer.orders.values().find_map(|order| order.acknowledged.clone());
    let path = format!("/api/reelgate/v1/jobs/{}", id.expect("something was accepted"));
    let refused = customer.get(&server.address, &path).expect("an answer");
    assert_eq!(refused.status, 503, "{what}");
    postgres.server.start_again();
    assert!(ready(200), "{what}: it never finds back");
    server.stop();
    verify::recovered(&what, &place, &mut customer, &hook);
}
