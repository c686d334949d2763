//! Where randomness comes from.

use rand::Rng as _;
use std::sync::Mutex;

/// A source of random bytes.
pub trait Entropy: Send + Sync {
    /// Fills `bytes` with randomness.
    fn fill(&self, bytes: &mut [u8]);

    /// Sixty-four random bits.
    fn bits(&self) -> u64 {
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }
}

/// The operating system's randomness.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        #[expect(clippy::disallowed_methods, reason = "this is where randomness enters")]
        let filled = getrandom::fill(bytes);
        filled.expect("the operating system always has randomness");
    }

    /// From a generator that the system seeds again and again: several of these are needed for each
    /// request, and a system call for each would cost more than the rest of an id.
    fn bits(&self) -> u64 {
        #[expect(clippy::disallowed_methods, reason = "this is where randomness enters")]
        let mut generator = rand::rng();
        generator.next_u64()
    }
}

/// Reproducible bytes for tests: never use it for keys that matter.
#[derive(Debug)]
pub struct SeededEntropy(Mutex<u64>);

impl SeededEntropy {
    /// A sequence that depends on `seed` alone.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(Mutex::new(seed))
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        let mut state = self.0.lock().expect("no holder of this lock panics");
        for chunk in bytes.chunks_mut(8) {
            // SplitMix64: every state gives a different output.
            *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut word = *state;
            word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            let word = (word ^ (word >> 31)).to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
    }
}
