//! Deaths at any moment, under load.

use crate::customer::Customer;
use crate::receiver::Receiver;
use crate::server::{Place, Start};
use crate::{Dice, verify};
use std::time::Duration;

/// Deaths unless `REELGATE_TEST_KILLS` says otherwise.
const KILLS: u64 = 8;
/// Deaths of one installation before it is checked and a fresh one is taken.
const ROUND: u64 = 8;
/// A server lives at most so long.
const LIFE_MS: u64 = 700;

#[test]
fn deaths_at_random_moments_lose_nothing_and_charge_nothing_twice() {
    let number = |name: &str, default: u64| {
        #[expect(clippy::disallowed_methods, reason = "a test's own variable")]
        let text = std::env::var(name);
        text.map_or(default, |text| text.parse().expect("a number"))
    };
    let kills = number("REELGATE_TEST_KILLS", KILLS);
    let seed = number("REELGATE_TEST_SEED", 1);
    for round in 0..kills.div_ceil(ROUND) {
        let kills = ROUND.min(kills - round * ROUND);
        play(seed + round, kills);
    }
}

fn play(seed: u64, kills: u64) {
    let what = format!("REELGATE_TEST_SEED={seed} REELGATE_TEST_KILLS={kills}");
    let mut dice = Dice((seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let hook = Receiver::start();
    hook.fail_every(5);
    let place = Place::with_customer();
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
