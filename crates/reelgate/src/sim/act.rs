//! What happens next: chosen by the dice, done to the platform.

use super::engine::Act;
use super::receiver::Mood;
use super::world::World;
use crate::app::App;
use crate::fault::{self, Point};
use crate::work::{Step, deliver, rescue, sweep};
use reelgate_core::engine::BoxFuture;
use reelgate_core::{EngineError, FailureClass, Ticket};
use reelgate_store::StoreError;
use std::sync::Arc;

/// Attempts at the same time.
const WORKERS_MAX: usize = 3;
const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;

/// A step of the background work.
pub(super) type Work = for<'a> fn(&'a App) -> BoxFuture<'a, Result<Step, StoreError>>;

pub(super) const DELIVER: Work = |app| Box::pin(deliver::step(app));
pub(super) const RESCUE: Work = |app| Box::pin(rescue::step(app));
pub(super) const SWEEP: Work = |app| Box::pin(sweep::step(app));

/// What may happen, and how often out of [`World::step`]'s hundred.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Choice {
    Submit,
    Replay,
    Cancel,
    Look,
    StartWorker,
    MoveWorker,
    EndWorker,
    Heartbeat,
    Deliver,
    Rescue,
    Sweep,
    Clock,
    Mood,
    Arm,
    Crash,
    Stop,
    Grant,
}

const CHOICES: [(usize, Choice); 17] = [
    (18, Choice::Submit),
    (6, Choice::Replay),
    (6, Choice::Cancel),
    (4, Choice::Look),
    (14, Choice::StartWorker),
    (4, Choice::MoveWorker),
    (12, Choice::EndWorker),
    (4, Choice::Heartbeat),
    (8, Choice::Deliver),
    (5, Choice::Rescue),
    (2, Choice::Sweep),
    (8, Choice::Clock),
    (3, Choice::Mood),
    (5, Choice::Arm),
    (2, Choice::Crash),
    (1, Choice::Stop),
    (1, Choice::Grant),
];

impl World {
    /// Lets one thing happen.
    pub(super) async fn step(&mut self) -> Result<(), String> {
        let choice = self.choose();
        match choice {
            Choice::Submit => self.submit().await?,
            Choice::Replay => self.replay().await?,
            Choice::Cancel => self.cancel().await?,
            Choice::Look => self.look().await?,
            Choice::StartWorker if self.process.workers.len() < WORKERS_MAX => {
                self.note("a worker looks for a job");
                self.start_worker().await?;
            }
            Choice::MoveWorker if !self.process.workers.is_empty() => self.move_worker(),
            Choice::EndWorker if !self.process.workers.is_empty() => {
                let at = self.dice.below(self.process.workers.len());
                let act = self.end();
                self.end_worker(at, act).await?;
            }
            Choice::StartWorker | Choice::MoveWorker | Choice::EndWorker => {}
            Choice::Heartbeat => self.process.app.leases_due.notify_waiters(),
            Choice::Deliver => drop(self.work("deliver", DELIVER).await?),
            Choice::Rescue => drop(self.work("rescue", RESCUE).await?),
            Choice::Sweep => drop(self.work("sweep", SWEEP).await?),
            Choice::Clock => self.jump(),
            Choice::Mood => self.change_mood(),
            Choice::Arm => {
                let point = *self.dice.one_of(Point::ALL);
                self.note(format!("will break off at {}", point.name()));
                fault::arm(Some(point));
                self.process.armed = true;
            }
            Choice::Crash => {
                self.note("crash");
                return self.crash().await;
            }
            Choice::Stop => {
                self.note("stop");
                return self.stop().await;
            }
            Choice::Grant => self.grant().await?,
        }
        self.settle().await;
        self.reap().await?;
        if self.is_broken() {
            self.note("crash, as was set");
            return self.crash().await;
        }
        Ok(())
    }

    fn choose(&mut self) -> Choice {
        let mut left = self.dice.below(CHOICES.iter().map(|(weight, _)| weight).sum());
        for (weight, choice) in CHOICES {
            match left.checked_sub(weight) {
                Some(less) => left = less,
                None => return choice,
            }
        }
        Choice::Submit
    }

    /// Does a step of the background work; false when there was nothing to do.
    pub(super) async fn work(&mut self, name: &str, work: Work) -> Result<bool, String> {
        self.note(name);
        let app = Arc::clone(self.app());
        match tokio::spawn(async move { work(&app).await }).await {
            Ok(Ok(step)) => Ok(step == Step::Did),
            Ok(Err(error)) => Err(format!("{name} failed: {error}")),
            Err(_) if self.is_broken() => Ok(true),
            Err(error) => Err(format!("{name} broke off: {error}")),
        }
    }

    /// Something that does not end an attempt.
    fn move_worker(&mut self) {
        let at = self.dice.below(self.process.workers.len());
        let act = match self.dice.below(4) {
            0 => Act::Progress(u16::try_from(self.dice.below(1000)).unwrap_or(0)),
            1 => Act::Ticket(Ticket::Asked),
            2 => Act::Ticket(Ticket::Known("remote-1".to_owned())),
            _ => Act::Look,
        };
        let worker = &self.process.workers[at];
        let line = format!("{} {act:?}", worker.job);
        let _ = worker.acts.send(act);
        self.note(line);
    }

    /// Something that ends an attempt.
    fn end(&mut self) -> Act {
        let fail = |class, fatal: bool| {
            let message = "as the simulator said";
            Act::Fail(match fatal {
                true => EngineError::fatal(class, message),
                false => EngineError::passing(class, message),
            })
        };
        match self.dice.below(12) {
            0..=6 => Act::Clip,
            7 => Act::Garbage,
            8 => Act::Fail(EngineError::stopped()),
            _ => {
                let class = *self.dice.one_of(&FailureClass::ALL);
                fail(class, self.dice.one_in(2))
            }
        }
    }

    fn jump(&mut self) {
        let ms = match self.dice.below(40) {
            0..=15 => 500,
            16..=27 => 6_000,
            28..=34 => 20_000,
            35..=37 => 10 * MINUTE_MS,
            38 => 3 * HOUR_MS,
            _ if self.dice.one_in(3) => 50 * HOUR_MS,
            _ => -30_000,
        };
        self.note(format!("clock {ms} ms"));
        self.advance_ms(ms);
    }

    fn change_mood(&mut self) {
        let moods = [
            Mood::Status(200),
            Mood::Status(204),
            Mood::Status(500),
            Mood::Status(302),
            Mood::Status(410),
            Mood::HangUp,
        ];
        let mood = *self.dice.one_of(&moods);
        self.note(format!("the receiver answers {mood:?}"));
        self.receiver.set_mood(mood);
    }
}
