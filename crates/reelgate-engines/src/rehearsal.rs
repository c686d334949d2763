//! The engine of test keys: does what the order's script says, at hardly any cost.
//!
//! A clip of it is real in every respect that an integration can check (length, pixels, sound,
//! poster), but shows one colour. Nothing of a real engine is ever asked.

use reelgate_codec::{
    ClipSpec, FRAME_RATE, Frame, Picture, Rgb, SAMPLE_RATE_HZ, Sound, encode_jpeg, encode_png,
    write_clip,
};
use reelgate_core::engine::BoxFuture;
use reelgate_core::job::Progress;
use reelgate_core::rehearsal::{End, Script};
use reelgate_core::{Clip, Engine, EngineError, FailureClass, Report, Work};
use std::fmt::Display;
use std::fs::{self, File};
use std::io::BufWriter;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::Semaphore;

/// How often progress is reported and a stop is looked for.
const STEP_MS: u32 = 100;
const POSTER_QUALITY: u8 = 80;
/// One colour needs no bits.
const QP: u8 = 40;
const NOTICE: &str = "A rehearsal by a test key: nothing was rendered.";

/// Held by the rehearsal that is encoding.
static ENCODER: Semaphore = Semaphore::const_new(1);

/// The engine.
#[derive(Clone, Copy, Debug, Default)]
pub struct RehearsalEngine;

impl Engine for RehearsalEngine {
    fn name(&self) -> &str {
        "rehearsal"
    }

    fn run<'a>(
        &'a self,
        work: Work,
        report: &'a dyn Report,
    ) -> BoxFuture<'a, Result<Clip, EngineError>> {
        Box::pin(async move {
            let script = Script::read(&work.order.prompt, work.order.metadata.as_deref());
            let script = script.map_err(|error| {
                EngineError::fatal(FailureClass::Input, format!("the script {}", error.message))
            })?;
            wait(script.slow_s, report, true).await?;
            match script.end {
                End::Clip => make(work, report).await,
                End::Fail(class) => Err(EngineError::fatal(class, "a rehearsed failure")),
                End::Stall(seconds) => {
                    wait(seconds, report, false).await?;
                    let message = "a rehearsed stall: nothing came for too long";
                    Err(EngineError::fatal(FailureClass::Timeout, message))
                }
            }
        })
    }
}

/// Lets this time pass, or returns as soon as it is to stop.
async fn wait(seconds: u32, report: &dyn Report, shows: bool) -> Result<(), EngineError> {
    let steps = seconds.saturating_mul(1000 / STEP_MS);
    for step in 0..steps {
        if shows {
            report.progress(Progress::of(step, steps));
        }
        pause(report).await?;
    }
    Ok(())
}

/// Encodes the clip, one rehearsal at a time: they are free, so they get little of the machine.
async fn make(work: Work, report: &dyn Report) -> Result<Clip, EngineError> {
    let _turn = loop {
        match ENCODER.try_acquire() {
            Ok(turn) => break turn,
            Err(_) => pause(report).await?,
        }
    };
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = Arc::clone(&stop);
    let mut writing = tokio::task::spawn_blocking(move || write(&work, &stopped));
    loop {
        tokio::select! {
            made = &mut writing => {
                let made = made.map_err(failed)?;
                return match stop.load(Ordering::Relaxed) {
                    true => Err(EngineError::stopped()),
                    false => made.map_err(failed),
                };
            }
            paused = pause(report) => {
                if paused.is_err() {
                    stop.store(true, Ordering::Relaxed);
                }
            }
        }
    }
}

/// Lets a moment pass.
async fn pause(report: &dyn Report) -> Result<(), EngineError> {
    tokio::time::sleep(Duration::from_millis(STEP_MS.into())).await;
    if report.should_stop() { Err(EngineError::stopped()) } else { Ok(()) }
}

fn failed(error: impl Display) -> EngineError {
    EngineError::fatal(FailureClass::Internal, format!("the rehearsal's clip failed: {error}"))
}

fn write(work: &Work, stop: &AtomicBool) -> Result<Clip, String> {
    let text = |error: &dyn Display| error.to_string();
    let order = &work.order;
    let (width, height) = (work.size.width as usize, work.size.height as usize);
    let colour = Colour::of(work.seed);
    let mut spec = ClipSpec::new(width, height, order.duration_s.saturating_mul(FRAME_RATE));
    spec.qp = QP;
    spec.threads = NonZeroUsize::MIN;
    spec.tags = vec![("comment".to_owned(), NOTICE.to_owned())];
    spec.sound = order.audio.then(|| silence(order.duration_s));
    let at = |name: &str| work.scratch.join(name);
    let (video, poster, last_frame) = (at("video.mp4"), at("poster.jpg"), at("last-frame.png"));
    let mut file = BufWriter::new(File::create(&video).map_err(|error| text(&error))?);
    let go_on = |_| match stop.load(Ordering::Relaxed) {
        true => ControlFlow::Break(()),
        false => ControlFlow::Continue(()),
    };
    let facts = write_clip(&spec, &colour, &mut file, &go_on);
    let facts = facts.map_err(|error| text(&error))?;
    drop(file);
    let still = Rgb { width, height, data: colour.rgb().repeat(width.saturating_mul(height)) };
    let jpeg = encode_jpeg(&still, POSTER_QUALITY).map_err(|error| text(&error))?;
    fs::write(&poster, jpeg).map_err(|error| text(&error))?;
    let png = encode_png(&still).map_err(|error| text(&error))?;
    fs::write(&last_frame, png).map_err(|error| text(&error))?;
    Ok(Clip {
        video,
        poster,
        last_frame,
        size: work.size,
        frames: facts.frames,
        duration_ms: u32::try_from(facts.duration_ms).unwrap_or(u32::MAX),
        has_audio: order.audio,
    })
}

fn silence(seconds: u32) -> Sound {
    let samples = vec![0.0; seconds.saturating_mul(SAMPLE_RATE_HZ) as usize];
    Sound { left: samples.clone(), right: samples }
}

/// One colour for the whole clip, by the seed.
#[derive(Clone, Copy)]
struct Colour {
    y: u8,
    u: u8,
    v: u8,
}

impl Colour {
    fn of(seed: u32) -> Self {
        let [y, u, v, _] = seed.wrapping_mul(0x9E37_79B1).to_be_bytes();
        // Neither black nor glaring, whatever the seed.
        Self { y: 96 + y / 4, u: 96 + u / 4, v: 96 + v / 4 }
    }

    /// The same in RGB, close enough for a poster.
    fn rgb(self) -> [u8; 3] {
        let (y, u, v) = (i32::from(self.y), i32::from(self.u) - 128, i32::from(self.v) - 128);
        let byte = |value: i32| u8::try_from(value.clamp(0, 255)).unwrap_or(0);
        [byte(y + v * 3 / 2), byte(y - u / 3 - v * 3 / 4), byte(y + u * 9 / 5)]
    }
}

impl Picture for Colour {
    fn draw(&self, _index: u32, out: &mut Frame) {
        out.y.fill(self.y);
        out.u.fill(self.u);
        out.v.fill(self.v);
    }
}
