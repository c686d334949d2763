//! An engine that does what the simulator says, when it says so.

use reelgate_codec::{ClipSpec, FRAME_RATE, Frame, Picture, SAMPLE_RATE_HZ, Sound, write_clip};
use reelgate_core::engine::BoxFuture;
use reelgate_core::job::Progress;
use reelgate_core::{Clip, Engine, EngineError, JobId, Report, Ticket, Work};
use std::collections::HashMap;
use std::io::Cursor;
use std::ops::ControlFlow;
use std::sync::{Arc, LazyLock, Mutex};
use tokio::sync::mpsc;

/// What an attempt does next.
#[derive(Clone, Debug)]
pub(super) enum Act {
    /// Looks whether it is to stop, and then does.
    Look,
    /// Says how far it is, in thousandths.
    Progress(u16),
    /// Notes what is known about a remote side.
    Ticket(Ticket),
    /// Makes what was ordered.
    Clip,
    /// Writes something else than what was ordered.
    Garbage,
    /// Fails.
    Fail(EngineError),
}

/// An attempt that has begun.
pub(super) struct Begun {
    pub(super) job: JobId,
    /// Its lease, by the name of its scratch folder.
    pub(super) token: u64,
    /// What the engine was told of earlier attempts.
    pub(super) ticket: Ticket,
    pub(super) acts: mpsc::UnboundedSender<Act>,
}

/// The engine.
pub(super) struct Scripted {
    begun: mpsc::UnboundedSender<Begun>,
}

impl Scripted {
    /// The engine, and where its attempts announce themselves.
    pub(super) fn new() -> (Self, mpsc::UnboundedReceiver<Begun>) {
        let (begun, beginnings) = mpsc::unbounded_channel();
        (Self { begun }, beginnings)
    }
}

impl Engine for Scripted {
    fn name(&self) -> &str {
        "scripted"
    }

    fn run<'a>(
        &'a self,
        work: Work,
        report: &'a dyn Report,
    ) -> BoxFuture<'a, Result<Clip, EngineError>> {
        Box::pin(async move {
            let (acts, mut script) = mpsc::unbounded_channel();
            let (job, token, ticket) = (work.job, token_of(&work), work.ticket.clone());
            let _ = self.begun.send(Begun { job, token, ticket, acts });
            while let Some(act) = script.recv().await {
                match act {
                    Act::Look if report.should_stop() => return Err(EngineError::stopped()),
                    Act::Look => {}
                    Act::Progress(permille) => report.progress(Progress::from_permille(permille)),
                    Act::Ticket(ticket) => report.ticket(ticket).await?,
                    Act::Clip => return Ok(make(&work, work.order.duration_s)),
                    Act::Garbage => return Ok(make(&work, work.order.duration_s + 1)),
                    Act::Fail(error) => return Err(error),
                }
            }
            std::future::pending().await
        })
    }
}

fn token_of(work: &Work) -> u64 {
    let name = work.scratch.file_name().and_then(std::ffi::OsStr::to_str);
    name.and_then(|name| name.split('-').nth(1)?.parse().ok()).unwrap_or(0)
}

/// Length in seconds, columns, rows, and whether there is sound.
type Shape = (u32, u32, u32, bool);

/// Encoded once for each shape.
static CLIPS: LazyLock<Mutex<HashMap<Shape, Arc<Vec<u8>>>>> = LazyLock::new(Mutex::default);

/// Writes a real clip of the ordered size, and claims that it is what was ordered.
fn make(work: &Work, seconds: u32) -> Clip {
    let shape = (seconds, work.size.width, work.size.height, work.order.audio);
    let bytes = {
        let mut clips = CLIPS.lock().expect("no holder of this lock panics");
        Arc::clone(clips.entry(shape).or_insert_with(|| Arc::new(encode(shape))))
    };
    let at = |name: &str| work.scratch.join(name);
    let clip = Clip {
        video: at("video.mp4"),
        poster: at("poster.jpg"),
        last_frame: at("last-frame.png"),
        size: work.size,
        frames: work.order.duration_s * FRAME_RATE,
        duration_ms: work.order.duration_s * 1000,
        has_audio: work.order.audio,
    };
    // A scratch folder that is gone is found out by whoever takes the clip.
    let _ = std::fs::write(&clip.video, bytes.as_slice());
    let _ = std::fs::write(&clip.poster, b"poster");
    let _ = std::fs::write(&clip.last_frame, b"last frame");
    clip
}

fn encode((seconds, width, height, audio): Shape) -> Vec<u8> {
    let mut spec = ClipSpec::new(width as usize, height as usize, seconds * FRAME_RATE);
    spec.qp = 40;
    spec.sound = audio.then(|| {
        let silence = vec![0.0; (seconds * SAMPLE_RATE_HZ) as usize];
        Sound { left: silence.clone(), right: silence }
    });
    let mut file = Cursor::new(Vec::new());
    write_clip(&spec, &Grey, &mut file, &|_| ControlFlow::Continue(())).expect("a clip of grey");
    file.into_inner()
}

/// Grey, for ever.
struct Grey;

impl Picture for Grey {
    fn draw(&self, _index: u32, out: &mut Frame) {
        out.y.fill(128);
        out.u.fill(128);
        out.v.fill(128);
    }
}
