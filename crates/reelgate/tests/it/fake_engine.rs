//! An engine that does what a test tells it: quick one-colour clips, and every way to fail.

use reelgate_codec::{
    ClipSpec, FRAME_RATE, Frame, Picture, Rgb, SAMPLE_RATE_HZ, Sound, encode_jpeg, encode_png,
    write_clip,
};
use reelgate_core::engine::{BoxFuture, GLIMPSE_BYTES_MAX};
use reelgate_core::job::Progress;
use reelgate_core::{Clip, Engine, EngineError, FailureClass, Glimpse, Report, Work};
use std::collections::VecDeque;
use std::io::Cursor;
use std::ops::ControlFlow;
use std::sync::Mutex;
use std::time::Duration;
use tokio::sync::Semaphore;

/// What one attempt does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// Makes what was ordered.
    Clip,
    /// Fails for good, and blames the prompt.
    Refuse,
    /// Fails in a way that may pass.
    Stumble,
    /// Reports half of the way and works on until it is told to stop.
    WorkUntilStopped,
    /// Makes what was ordered, but not before [`FakeEngine::release`], and deaf to every stop.
    WaitForRelease,
    /// The same, and shows two glimpses before: frame 12, and one that is too large.
    ShowAndWait,
    /// Makes a clip of other pixels than ordered, and claims it is fine.
    LieAboutSize,
    /// Makes a clip of one second, and claims it is fine.
    LieAboutLength,
    /// Makes a silent clip, and claims it has sound.
    LieAboutSound,
    /// Writes something that is no MP4, and claims it is fine.
    Garbage,
}

/// The engine, its script and what it has seen.
pub(crate) struct FakeEngine {
    script: Mutex<VecDeque<Act>>,
    works: Mutex<Vec<Work>>,
    begun: Semaphore,
    released: Semaphore,
}

impl FakeEngine {
    /// An engine that makes what is ordered until it is told otherwise.
    pub(crate) fn new() -> Self {
        Self {
            script: Mutex::default(),
            works: Mutex::default(),
            begun: Semaphore::new(0),
            released: Semaphore::new(0),
        }
    }

    /// Says what the next attempts do; those after them make what is ordered.
    pub(crate) fn play(&self, acts: &[Act]) {
        self.script.lock().expect("no panic").extend(acts);
    }

    /// Every attempt so far, as it was handed over.
    pub(crate) fn works(&self) -> Vec<Work> {
        self.works.lock().expect("no panic").clone()
    }

    /// Waits until one more attempt has begun and reported its progress.
    pub(crate) async fn begun(&self) {
        self.begun.acquire().await.expect("never closed").forget();
    }

    /// Lets one attempt that waits for it go on.
    pub(crate) fn release(&self) {
        self.released.add_permits(1);
    }

    async fn act(&self, work: &Work, report: &dyn Report) -> Result<Clip, EngineError> {
        let act = self.script.lock().expect("no panic").pop_front().unwrap_or(Act::Clip);
        self.works.lock().expect("no panic").push(work.clone());
        report.progress(Progress::of(1, 2));
        if act == Act::ShowAndWait {
            show(report);
        }
        self.begun.add_permits(1);
        let (size, seconds, audio) = (work.size, work.order.duration_s, work.order.audio);
        let (width, height) = (size.width as usize, size.height as usize);
        match act {
            Act::Clip => Ok(make(work, width, height, seconds, audio)),
            Act::Refuse => {
                Err(EngineError::fatal(FailureClass::Moderation, "the prompt was refused"))
            }
            Act::Stumble => Err(EngineError::passing(FailureClass::Provider, "it went dark")),
            Act::WorkUntilStopped => {
                while !report.should_stop() {
                    tokio::time::sleep(Duration::from_millis(2)).await;
                }
                Err(EngineError::stopped())
            }
            Act::WaitForRelease | Act::ShowAndWait => {
                self.released.acquire().await.expect("never closed").forget();
                Ok(make(work, width, height, seconds, audio))
            }
            Act::LieAboutSize => Ok(make(work, width / 2, height / 2, seconds, audio)),
            Act::LieAboutLength => Ok(make(work, width, height, 1, audio)),
            Act::LieAboutSound => Ok(make(work, width, height, seconds, false)),
            Act::Garbage => {
                let clip = make(work, 64, 64, 1, false);
                std::fs::write(&clip.video, b"<html>not a film</html>").expect("scratch");
                Ok(clip)
            }
        }
    }
}

impl Engine for FakeEngine {
    fn name(&self) -> &str {
        "fake"
    }

    fn run<'a>(
        &'a self,
        work: Work,
        report: &'a dyn Report,
    ) -> BoxFuture<'a, Result<Clip, EngineError>> {
        Box::pin(async move { self.act(&work, report).await })
    }
}

fn show(report: &dyn Report) {
    assert!(report.wants_glimpse());
    assert!(!report.wants_glimpse(), "not twice in a second");
    let picture = Rgb { width: 320, height: 180, data: vec![128; 320 * 180 * 3] };
    let jpeg = encode_jpeg(&picture, 50).expect("a picture");
    report.glimpse(Glimpse { frame: 12, jpeg });
    report.glimpse(Glimpse { frame: 13, jpeg: vec![0; GLIMPSE_BYTES_MAX + 1] });
}

/// Writes a real clip of these measures, and claims that it is what was ordered.
fn make(work: &Work, width: usize, height: usize, seconds: u32, audio: bool) -> Clip {
    if seconds == 0 {
        return make_still(work, width, height);
    }
    let mut spec = ClipSpec::new(width, height, seconds * FRAME_RATE);
    spec.qp = 40;
    spec.sound = audio.then(|| silence(seconds));
    let mut file = Cursor::new(Vec::new());
    write_clip(&spec, &OneColour, &mut file, &|_| ControlFlow::Continue(())).expect("a clip");
    let at = |name: &str| work.scratch.join(name);
    let (video, poster, last_frame) = (at("v.mp4"), at("p.jpg"), at("l.png"));
    let picture = Rgb { width, height, data: vec![128; width * height * 3] };
    std::fs::write(&video, file.into_inner()).expect("scratch");
    std::fs::write(&poster, encode_jpeg(&picture, 50).expect("a poster")).expect("scratch");
    std::fs::write(&last_frame, encode_png(&picture).expect("a frame")).expect("scratch");
    let ordered = &work.order;
    Clip {
        video,
        poster,
        last_frame,
        size: work.size,
        frames: ordered.duration_s * FRAME_RATE,
        duration_ms: ordered.duration_s * 1000,
        has_audio: ordered.audio,
    }
}

/// Writes a grey picture of these measures.
fn make_still(work: &Work, width: usize, height: usize) -> Clip {
    let (image, poster) = (work.scratch.join("i.png"), work.scratch.join("p.jpg"));
    let picture = Rgb { width, height, data: vec![128; width * height * 3] };
    std::fs::write(&image, encode_png(&picture).expect("a picture")).expect("scratch");
    std::fs::write(&poster, encode_jpeg(&picture, 50).expect("a poster")).expect("scratch");
    Clip {
        video: image.clone(),
        poster,
        last_frame: image,
        size: work.size,
        frames: 1,
        duration_ms: 0,
        has_audio: false,
    }
}

fn silence(seconds: u32) -> Sound {
    let samples = vec![0.0; (seconds * SAMPLE_RATE_HZ) as usize];
    Sound { left: samples.clone(), right: samples }
}

/// Grey, for ever.
struct OneColour;

impl Picture for OneColour {
    fn draw(&self, _index: u32, out: &mut Frame) {
        out.y.fill(128);
        out.u.fill(128);
        out.v.fill(128);
    }
}
