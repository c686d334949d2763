//! Workers that draw and encode groups, and the order in which their results are handed on.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;

use super::{ClipError, ClipSpec, THREADS_MAX};
use crate::h264::{EncodeError, Encoder, ParameterSets, Sample};
use crate::mp4::gop_frames;
use crate::{Frame, Picture};

/// Groups a worker may be ahead of the file; bounds what waits in memory.
const AHEAD_PER_THREAD: u32 = 2;

/// What all workers share for one clip.
pub(super) struct Job<'a> {
    pub(super) spec: &'a ClipSpec,
    pub(super) picture: &'a dyn Picture,
    pub(super) progress: &'a (dyn Fn(u32) -> ControlFlow<()> + Sync),
}

/// One encoded closed group.
pub(super) struct Group {
    pub(super) samples: Vec<Sample>,
    pub(super) sets: ParameterSets,
}

/// Encodes every group and gives them to `take` in order, on the calling thread, with what
/// `meanwhile` made there first, beside the workers.
///
/// The first error, from a worker, `meanwhile` or `take`, stops the workers and is returned.
pub(super) fn run<T>(
    job: &Job<'_>,
    meanwhile: impl FnOnce() -> Result<T, ClipError>,
    mut take: impl FnMut(&mut T, Group) -> Result<(), ClipError>,
) -> Result<(), ClipError> {
    let groups = job.spec.frames.div_ceil(gop_frames(job.spec.frames));
    let threads = job.spec.threads.get().min(THREADS_MAX).min(groups as usize);
    let ahead = AHEAD_PER_THREAD * u32::try_from(threads).expect("at most THREADS_MAX");
    let queue = Queue::new(groups, ahead);
    let frames_done = AtomicU32::new(0);
    thread::scope(|scope| {
        let (sender, receiver) = mpsc::channel();
        for _ in 0..threads {
            let (sender, queue, frames_done) = (sender.clone(), &queue, &frames_done);
            scope.spawn(move || {
                let stop = StopUnlessDone { queue, done: false };
                work(job, queue, frames_done, &sender);
                stop.done();
            });
        }
        drop(sender);
        let stop = StopUnlessDone { queue: &queue, done: false };
        let mut made = meanwhile()?;
        let mut waiting = BTreeMap::new();
        let mut written = 0;
        for (index, group) in receiver {
            waiting.insert(index, group?);
            while let Some(group) = waiting.remove(&written) {
                take(&mut made, group)?;
                written += 1;
                queue.advance(written);
            }
        }
        stop.done();
        Ok(())
    })
}

type Outcome = (u32, Result<Group, ClipError>);

fn work(job: &Job<'_>, queue: &Queue, frames_done: &AtomicU32, sender: &mpsc::Sender<Outcome>) {
    let mut frame = Frame::black(job.spec.width, job.spec.height);
    while let Some(index) = queue.claim() {
        let group = encode_group(job, index, &mut frame, queue, frames_done);
        let Some(group) = group.transpose() else { return };
        let failed = group.is_err();
        if failed {
            queue.stop();
        }
        if sender.send((index, group)).is_err() || failed {
            return;
        }
    }
}

/// `None` when another thread stopped the clip: the reason is that thread's to tell.
fn encode_group(
    job: &Job<'_>,
    index: u32,
    frame: &mut Frame,
    queue: &Queue,
    frames_done: &AtomicU32,
) -> Result<Option<Group>, ClipError> {
    let spec = job.spec;
    let mut encoder = Encoder::new(spec.width, spec.height, spec.qp)?;
    let length = gop_frames(spec.frames);
    let first = index * length;
    let last = spec.frames.min(first + length);
    let mut samples = Vec::with_capacity((last - first) as usize);
    for number in first..last {
        if queue.is_stopped() {
            return Ok(None);
        }
        job.picture.draw(number, frame);
        samples.push(encoder.encode(frame)?);
        let done = frames_done.fetch_add(1, Ordering::Relaxed) + 1;
        if (job.progress)(done).is_break() {
            return Err(ClipError::Cancelled);
        }
    }
    let sets = encoder.parameter_sets().clone();
    if sets.sps.is_empty() || sets.pps.is_empty() {
        return Err(EncodeError::NoPicture.into());
    }
    Ok(Some(Group { samples, sets }))
}

/// Hands out group numbers, never further than `ahead` past what is written.
struct Queue {
    groups: u32,
    ahead: u32,
    stopped: AtomicBool,
    state: Mutex<QueueState>,
    changed: Condvar,
}

#[derive(Default)]
struct QueueState {
    next: u32,
    written: u32,
}

impl Queue {
    fn new(groups: u32, ahead: u32) -> Self {
        let stopped = AtomicBool::new(false);
        Self { groups, ahead, stopped, state: Mutex::default(), changed: Condvar::new() }
    }

    fn claim(&self) -> Option<u32> {
        let mut state = self.lock();
        loop {
            if self.is_stopped() || state.next == self.groups {
                return None;
            }
            if state.next < state.written + self.ahead {
                state.next += 1;
                return Some(state.next - 1);
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn advance(&self, written: u32) {
        self.lock().written = written;
        self.changed.notify_all();
    }

    fn stop(&self) {
        // Under the lock, so that no worker decides to wait between the two lines.
        let state = self.lock();
        self.stopped.store(true, Ordering::Relaxed);
        drop(state);
        self.changed.notify_all();
    }

    fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, QueueState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Stops the workers when its thread leaves early, by error or panic: nobody waits for it forever.
struct StopUnlessDone<'a> {
    queue: &'a Queue,
    done: bool,
}

impl StopUnlessDone<'_> {
    fn done(mut self) {
        self.done = true;
    }
}

impl Drop for StopUnlessDone<'_> {
    fn drop(&mut self) {
        if !self.done {
            self.queue.stop();
        }
    }
}
