//! Deaths at any moment, under load.

use crate::customer::Customer;
use crate::receiver::Receiver;
use crate::server::{Base, Place, Postgres, Start};
use crate::{Dice, number, private_postgres, verify};
use std::time::Duration;

/// Deaths unless `REELGATE_TEST_KILLS` says otherwise.
const KILLS: u64 = 8;
/// Deaths of one installation before it is checked and a fresh one is taken.
const ROUND: u64 = 8;
/// A server lives at most so long.
const LIFE_MS: u64 = 700;

#[test]
fn deaths_at_random_moments_lose_nothing_and_charge_nothing_twice() {
    play_all(Base::Sqlite);
}

#[test]
fn deaths_at_random_moments_lose_nothing_on_postgres() {
    if private_postgres::is_wanted() {
        play_all(Base::Postgres(&Postgres::start()));
    }
}

fn play_all(base: Base<'_>) {
    let (kills, seed) = (number("REELGATE_TEST_KILLS", KILLS), number("REELGATE_TEST_SEED", 1));
    for round in 0..kills.div_ceil(ROUND) {
        let kills = ROUND.min(kills - round * ROUND);
        play(base, seed + round, kills);
    }
}

fn play(base: Base<'_>, seed: u64, kills: u64) {
    let what = format!("REELGATE_TEST_SEED={seed} REELGATE_TEST_KILLS={kills}");
    let mut dice = Dice((seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let hook = Receiver::start();
    hook.fail_every(5);
    let place = Place::with_customer(base);
    let mut customer = Customer::new(&place.key, &hook.url);
    for kill in 0..kills {
        let mut server = match place.serve(2, None) {
            Start::Up(server) => server,
            Start::Died(status) => panic!("{what}: died by itself: {status}\n{}", place.log()),
        };
        let killer = std::thread::spawn({
            let life = Duration::from_millis(dice.below(LIFE_MS));
            let id = server.id();
            move || {
                std::thread::park_timeout(life);
                crate::server::kill_process(id);
            }
        });
        for order in 0..1 + dice.below(4) {
            let name = format!("{kill}-{order}");
            customer.plan(&name, 1, dice.below(4) == 0);
            customer.order(&server.address, &name);
            if dice.below(4) == 0 {
                customer.cancel(&server.address, &name);
            }
        }
        killer.join().expect("no panic");
        assert!(server.died(), "{what}: not killed\n{}", place.log());
    }
    verify::recovered(&what, &place, &mut customer, &hook);
}
