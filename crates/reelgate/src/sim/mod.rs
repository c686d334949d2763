//! A seeded simulation of the whole platform: requests through its router, workers with a scripted
//! engine, a receiver with moods, a clock that jumps, and a process that dies at any named step.
//!
//! Everything that happens is chosen by one seed, so a failure can be played again. The database
//! and the media files are real. Not here: the binary, signals and threads of work, which the crash
//! tests kill for real.

mod act;
mod check;
mod dice;
mod engine;
mod orders;
mod receiver;
mod world;

use world::World;

/// Steps of one seed before everything heals.
const STEPS: usize = 160;
/// Steps between two checks of everything.
const CHECK_EVERY: usize = 8;
/// Lines of the log that a failure shows.
const LOG_LINES: usize = 60;

/// What one seed did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Played {
    /// Orders sent.
    pub orders: usize,
    /// Jobs that came to an end.
    pub ended: usize,
    /// Deaths.
    pub crashes: usize,
}

/// Plays one seed.
///
/// # Errors
/// The promise that was broken, and what happened before.
pub fn play(seed: u64) -> Result<Played, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    runtime.block_on(Box::pin(async {
        let mut world = World::new(seed).await?;
        match live(&mut world).await {
            Ok(()) => Ok(Played {
                orders: world.orders.len(),
                ended: world.ended.len(),
                crashes: world.crashes,
            }),
            Err(why) => {
                let from = world.log.len().saturating_sub(LOG_LINES);
                let log = world.log[from..].join("\n");
                Err(format!("seed {seed}: {why}\n{log}"))
            }
        }
    }))
}

async fn live(world: &mut World) -> Result<(), String> {
    world.add_account().await?;
    world.add_account().await?;
    for step in 0..STEPS {
        world.step().await?;
        if step % CHECK_EVERY == 0 {
            world.check().await?;
        }
    }
    world.heal().await
}

/// Plays `seeds` seeds from `from` on, on every core; answers what they did together.
///
/// # Errors
/// What the first seed that failed says.
pub fn play_all(from: u64, seeds: u64) -> Result<Played, String> {
    let next = std::sync::atomic::AtomicU64::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let work = || {
        let mut sum = Played::default();
        loop {
            let at = next.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            if at >= seeds {
                return Ok(sum);
            }
            let played = play(from + at).inspect_err(|_| {
                next.store(seeds, std::sync::atomic::Ordering::SeqCst);
            })?;
            sum = sum.plus(played);
        }
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let mut sum = Played::default();
        for thread in threads {
            let played: Result<Played, String> =
                thread.join().map_err(|_| "a simulation panicked".to_owned())?;
            sum = sum.plus(played?);
        }
        Ok(sum)
    })
}

impl Played {
    fn plus(self, other: Self) -> Self {
        Self {
            orders: self.orders + other.orders,
            ended: self.ended + other.ended,
            crashes: self.crashes + other.crashes,
        }
    }
}
