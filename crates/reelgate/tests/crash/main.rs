//! The crash proof: the real server on real files is killed with SIGKILL, at every named step and
//! at random, and started again. What must hold then is in `verify.rs`; `docs/crash-proof.md` says
//! it in words.

mod command_line;
mod customer;
mod database;
mod http;
mod matrix;
#[path = "../../../reelgate-store/tests/support/private_postgres.rs"]
#[expect(dead_code, reason = "nothing here freezes the server")]
mod private_postgres;
mod random;
mod receiver;
mod server;
mod upstream;
mod verify;

use std::time::Duration;

/// Waits until `done`, looking every few milliseconds, at most for about `limit_s` seconds.
fn until(limit_s: u64, mut done: impl FnMut() -> bool) -> bool {
    for _ in 0..limit_s * 100 {
        if done() {
            return true;
        }
        std::thread::park_timeout(Duration::from_millis(10));
    }
    done()
}

/// A number from the environment, for longer runs.
fn number(name: &str, default: u64) -> u64 {
    #[expect(clippy::disallowed_methods, reason = "a test's own variable")]
    let text = std::env::var(name);
    text.map_or(default, |text| text.parse().expect("a number"))
}

/// Reproducible choices.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) % bound
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        let index = usize::try_from(self.below(from.len() as u64)).expect("an index");
        from[index].clone()
    }
}
