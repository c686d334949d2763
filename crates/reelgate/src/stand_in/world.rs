//! The jobs of a stand-in, and how far each of them is at any moment.

use super::Options;
use super::clip::{Clips, Look};
use super::hook::Hooks;
use super::page::Page;
use super::script::{Chance, End, Glance, Refusal, Script};
use reelgate_core::{Clock, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// Jobs that are remembered.
const JOBS_MAX: usize = 200_000;

/// What a request asks for.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    pub(super) prompt: String,
    pub(super) look: Look,
    /// What the client calls the request, where the service takes such a thing.
    pub(super) marker: Option<String>,
    pub(super) callback: Option<String>,
    /// The request as it came, for answers that repeat some of it.
    pub(super) body: Value,
}

/// One job.
#[derive(Clone, Debug)]
pub(super) struct Task {
    pub(super) id: String,
    pub(super) wish: Wish,
    pub(super) made: Timestamp,
    script: Script,
    takes_ms: i64,
    looks: u32,
    downloads: u32,
    cancelled: Option<Timestamp>,
}

/// How far a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Waiting,
    Running(u16),
    Done,
    Fault,
    Moderation,
    Cancelled,
    /// Nobody knows of it.
    Hidden,
    /// The service has a fault at this moment.
    Error,
    /// It is in a state that no document names.
    Odd,
}

/// What became of a wish.
pub(super) enum Granted {
    /// A job was made.
    Made(Box<Task>),
    /// A job was made, and nobody is to hear of it.
    Lost,
    /// None was.
    Refused(Refusal),
}

/// What a stand-in was asked for.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Every job it made.
    pub jobs: Vec<Record>,
    /// Requests that it refused.
    pub refused: u64,
}

/// One job that a stand-in made.
#[derive(Clone, Debug)]
pub struct Record {
    /// Its name there.
    pub id: String,
    /// The client's name for the request.
    pub marker: Option<String>,
    /// The words.
    pub prompt: String,
    /// Whether it was stopped.
    pub cancelled: bool,
    /// How often its clip was fetched.
    pub downloads: u32,
    /// The request.
    pub body: Value,
}

#[derive(Default)]
struct Lists {
    tasks: BTreeMap<String, Task>,
    by_marker: BTreeMap<String, String>,
    /// How often a wish came, by what it says.
    tries: BTreeMap<String, u32>,
    refused: u64,
    number: u64,
}

/// All of it.
pub(super) struct World {
    address: SocketAddr,
    takes_ms: i64,
    chance: Chance,
    clock: Arc<dyn Clock>,
    lists: Mutex<Lists>,
    clips: Clips,
    hooks: Hooks,
}

impl World {
    pub(super) fn new(address: SocketAddr, options: &Options) -> Self {
        Self {
            address,
            takes_ms: options.takes_ms,
            chance: options.chance,
            clock: Arc::clone(&options.clock),
            lists: Mutex::default(),
            clips: Clips::default(),
            hooks: Hooks::new(Arc::clone(&options.names)),
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Grants a wish or refuses it, as its script says; `id` names a new job by its number.
    pub(super) fn wish(&self, wish: Wish, id: impl FnOnce(u64, Timestamp) -> String) -> Granted {
        let now = self.now();
        self.with(|lists| {
            let tries = lists.tries.entry(wish.prompt.clone()).or_default();
            *tries += 1;
            let tries = *tries;
            lists.number += 1;
            let number = lists.number;
            let mut script = Script::read(&wish.prompt);
            if script == Script::default() {
                // By the words, so that another try of the same wish has the same fate.
                let sum = wish
                    .prompt
                    .bytes()
                    .fold(7_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
                script = Script::by_chance(self.chance, sum);
            }
            if let Some((refusal, times)) = script.refuse
                && tries <= times
            {
                lists.refused += 1;
                return Granted::Refused(refusal);
            }
            if lists.tasks.len() >= JOBS_MAX {
                lists.refused += 1;
                return Granted::Refused(Refusal::Busy);
            }
            let lost = script.lost && tries == 1;
            let task = Task {
                id: id(number, now),
                made: now,
                takes_ms: script.takes_ms.unwrap_or(self.takes_ms),
                script,
                wish,
                looks: 0,
                downloads: 0,
                cancelled: None,
            };
            if let Some(marker) = &task.wish.marker {
                lists.by_marker.insert(marker.clone(), task.id.clone());
            }
            lists.tasks.insert(task.id.clone(), task.clone());
            if let Some(callback) = &task.wish.callback {
                self.hooks.plan(callback, task.takes_ms, task.script.twice);
            }
            if lost { Granted::Lost } else { Granted::Made(Box::new(task)) }
        })
    }

    /// The job that was made for this marker.
    pub(super) fn of_marker(&self, marker: &str) -> Option<Task> {
        self.with(|lists| lists.tasks.get(lists.by_marker.get(marker)?).cloned())
    }

    /// Looks at a job, which counts.
    pub(super) fn look(&self, id: &str) -> Option<(Task, Stage)> {
        let now = self.now();
        self.with(|lists| {
            let task = lists.tasks.get_mut(id)?;
            task.looks += 1;
            Some((task.clone(), task.stage(now)))
        })
    }

    /// A job as it is, for lists.
    pub(super) fn newest(&self, most: usize) -> Vec<(Task, Stage)> {
        let now = self.now();
        self.with(|lists| {
            let mut all: Vec<_> = lists.tasks.values().collect();
            all.sort_by_key(|task| std::cmp::Reverse((task.made, task.id.clone())));
            all.into_iter().take(most).map(|task| (task.clone(), task.plain_stage(now))).collect()
        })
    }

    /// Stops a job; false when it is not in one of these stages.
    pub(super) fn cancel(&self, id: &str, running_too: bool) -> Option<bool> {
        let now = self.now();
        self.with(|lists| {
            let task = lists.tasks.get_mut(id)?;
            let may = match task.plain_stage(now) {
                Stage::Waiting => true,
                Stage::Running(_) => running_too,
                _ => false,
            };
            if may {
                task.cancelled = Some(now);
            }
            Some(may)
        })
    }

    /// Where a job's clip is to be fetched.
    pub(super) fn video_url(&self, task: &Task) -> String {
        format!("http://{}/_files/{}.mp4", self.address, task.id.replace('/', "~"))
    }

    /// Where its last frame is.
    pub(super) fn frame_url(&self, task: &Task) -> String {
        format!("http://{}/_files/{}.png", self.address, task.id.replace('/', "~"))
    }

    /// A file by the name in those addresses.
    pub(super) async fn file(&self, name: &str) -> Page {
        let Some((id, kind)) = name.rsplit_once('.') else { return Page::missing() };
        let found = self.with(|lists| {
            let task = lists.tasks.get_mut(&id.replace('~', "/"))?;
            if kind == "mp4" {
                task.downloads += 1;
            }
            Some(task.clone())
        });
        match found {
            Some(task) => self.download(&task, kind).await,
            None => Page::missing(),
        }
    }

    /// A job's clip, counted as fetched.
    pub(super) async fn content(&self, id: &str) -> Page {
        self.file(&format!("{}.mp4", id.replace('/', "~"))).await
    }

    async fn download(&self, task: &Task, kind: &str) -> Page {
        let script = &task.script;
        if kind == "mp4" && task.downloads <= script.missing {
            return Page::missing();
        }
        let mut look = task.wish.look;
        look.audio &= !script.silent;
        look.seconds = look.seconds.saturating_sub(u32::from(script.short)).max(1);
        if script.small {
            (look.width, look.height) = (look.width / 4 * 2, look.height / 4 * 2);
        }
        let Some((video, still)) = self.clips.of(look).await else { return Page::missing() };
        match kind {
            "mp4" => Page::bytes("video/mp4", video, task.downloads <= script.truncate),
            _ => Page::bytes("image/png", still, false),
        }
    }

    pub(super) fn summary(&self) -> Summary {
        self.with(|lists| {
            let record = |task: &Task| Record {
                id: task.id.clone(),
                marker: task.wish.marker.clone(),
                prompt: task.wish.prompt.clone(),
                cancelled: task.cancelled.is_some(),
                downloads: task.downloads,
                body: task.wish.body.clone(),
            };
            Summary { jobs: lists.tasks.values().map(record).collect(), refused: lists.refused }
        })
    }

    fn with<T>(&self, work: impl FnOnce(&mut Lists) -> T) -> T {
        work(&mut self.lists.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Task {
    fn stage(&self, now: Timestamp) -> Stage {
        let script = &self.script;
        let glances = [
            (Glance::Hidden, script.hidden),
            (Glance::Error, script.errors),
            (Glance::Odd, script.odd),
        ];
        let first = glances.iter().flat_map(|(glance, times)| (0..*times).map(|_| *glance));
        let mut all = first.chain(script.looks.iter().copied());
        // The first look is number 1.
        match all.nth((self.looks.max(1) - 1) as usize) {
            Some(Glance::Hidden) => Stage::Hidden,
            Some(Glance::Error) => Stage::Error,
            Some(Glance::Odd) => Stage::Odd,
            Some(Glance::Plain) | None => self.plain_stage(now),
        }
    }

    fn plain_stage(&self, now: Timestamp) -> Stage {
        if self.cancelled.is_some() {
            return Stage::Cancelled;
        }
        let since_ms = now.since_ms(self.made);
        let done = if self.takes_ms == 0 { 1000 } else { since_ms * 1000 / self.takes_ms };
        match (done, self.script.end) {
            (..200, _) => Stage::Waiting,
            (..1000, _) => Stage::Running(u16::try_from(done.max(0)).unwrap_or(999)),
            (_, End::Clip) => Stage::Done,
            (_, End::Stuck) => Stage::Running(990),
            (_, End::Fault) => Stage::Fault,
            (_, End::Moderation) => Stage::Moderation,
            (_, End::Lost) => Stage::Hidden,
        }
    }
}

impl Summary {
    pub(super) fn json(&self) -> Value {
        let jobs = self.jobs.iter().map(|job| {
            json!({
                "id": job.id, "marker": job.marker, "prompt": job.prompt,
                "cancelled": job.cancelled, "downloads": job.downloads, "request": job.body,
            })
        });
        json!({ "jobs": jobs.collect::<Vec<_>>(), "refused": self.refused })
    }
}
