//! The engine port of the preview: files in, files out, progress and stop in between.

use super::brief::Brief;
use super::finish::Finished;
use super::glimpse::Looks;
use super::load::Loaded;
use super::pictures::{self, POSTER_QUALITY, Pictures};
use super::{Film, compose};
use reelgate_codec::{
    ClipError, ClipSpec, FRAME_RATE, Frame, ImageError, Picture, Rgb, colour, encode_jpeg,
    encode_png, label_png, write_clip,
};
use reelgate_core::engine::BoxFuture;
use reelgate_core::job::Progress;
use reelgate_core::{Clip, Engine, EngineError, FailureClass, Report, Work};
use reelgate_sandbox::Decoder;
use std::fs::{self, File};
use std::io::BufWriter;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

/// How often progress is passed on and a stop is looked for.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// The embedded engine.
#[derive(Clone, Debug)]
pub struct PreviewEngine {
    threads: NonZeroUsize,
    decoder: Decoder,
    marked: bool,
}

impl PreviewEngine {
    /// An engine that uses up to `threads` threads for each job, and reads references with
    /// `decoder`.
    #[must_use]
    pub fn new(threads: usize, decoder: Decoder) -> Self {
        let threads = NonZeroUsize::new(threads).unwrap_or(NonZeroUsize::MIN);
        Self { threads, decoder, marked: false }
    }

    /// The same, with a visible mark in a corner of its pictures if `marked`.
    #[must_use]
    pub fn marked(self, marked: bool) -> Self {
        Self { marked, ..self }
    }
}

/// What the rendering threads and the waiting task share.
#[derive(Default)]
struct Shared {
    frames_done: AtomicU32,
    stop: AtomicBool,
    looks: Looks,
}

/// Stops the rendering threads when the task that waits for them goes away.
struct StopOnDrop(Arc<Shared>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.stop.store(true, Ordering::Relaxed);
    }
}

impl Engine for PreviewEngine {
    fn name(&self) -> &str {
        "preview"
    }

    fn run<'a>(
        &'a self,
        work: Work,
        report: &'a dyn Report,
    ) -> BoxFuture<'a, Result<Clip, EngineError>> {
        Box::pin(async move {
            let frames = frames_of(&work);
            let shared = Arc::new(Shared::default());
            let _stop = StopOnDrop(Arc::clone(&shared));
            let (threads, marked) = (self.threads, self.marked);
            let loading = Loaded::read(&self.decoder, &work);
            let loaded = tokio::select! {
                loaded = loading => loaded?,
                // Leaving the reading behind ends its process.
                () = stopped(report) => return Err(EngineError::stopped()),
            };
            let mut rendering = tokio::task::spawn_blocking({
                let shared = Arc::clone(&shared);
                move || render(&work, loaded, (threads, marked), &shared)
            });
            loop {
                tokio::select! {
                    ended = &mut rendering => return ended.unwrap_or_else(|_| {
                        let message = "the preview engine broke off";
                        Err(EngineError::fatal(FailureClass::Internal, message))
                    }),
                    () = tokio::time::sleep(LOOK_EVERY) => {}
                }
                let done = shared.frames_done.load(Ordering::Relaxed);
                report.progress(Progress::of(done, frames));
                if let Some(glimpse) = shared.looks.take() {
                    report.glimpse(glimpse);
                }
                if report.wants_glimpse() {
                    shared.looks.ask();
                }
                if report.should_stop() {
                    shared.stop.store(true, Ordering::Relaxed);
                }
            }
        })
    }
}

fn frames_of(work: &Work) -> u32 {
    work.order.duration_s.saturating_mul(FRAME_RATE)
}

/// Returns once the engine is to stop.
async fn stopped(report: &dyn Report) {
    while !report.should_stop() {
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

fn brief_of(work: &Work, loaded: Loaded, frames: u32) -> Brief {
    Brief {
        prompt: work.order.prompt.clone(),
        width: work.size.width as usize,
        height: work.size.height as usize,
        frames,
        seed: work.seed,
        fixed_lens: work.order.fixed_lens,
        stills: loaded.stills,
        beats: loaded.beats,
    }
}

fn render(
    work: &Work,
    mut loaded: Loaded,
    (threads, marked): (NonZeroUsize, bool),
    shared: &Shared,
) -> Result<Clip, EngineError> {
    if work.order.is_still() {
        return render_still(work, loaded, marked);
    }
    let sound = loaded.sound.take();
    let mut brief = brief_of(work, loaded, frames_of(work));
    let film = compose(&brief);
    // The film has what it needs of them.
    brief.stills.clear();
    let mut spec = ClipSpec::new(brief.width, brief.height, brief.frames);
    spec.threads = threads;
    spec.sound = sound.filter(|_| work.order.audio);
    spec.tags = tags(work, &film);
    let video = work.scratch.join("video.mp4");
    let size = (brief.width, brief.height);
    let (written, pictures) = pictures::beside(size, brief.frames, |album| {
        let finished = Finished::new(&film, size, marked)
            .sounding(work.order.audio)
            .seen_by(&shared.looks)
            .taken_for(album);
        write_video(&spec, &finished, &video, shared)
    });
    written?;
    let Some(pictures) = pictures else {
        let message = "a clip's stills were not drawn";
        return Err(EngineError::fatal(FailureClass::Internal, message));
    };
    let name = |name: &str| work.scratch.join(name);
    let clip = Clip {
        video,
        poster: name("poster.jpg"),
        last_frame: name("last-frame.png"),
        size: work.size,
        frames: brief.frames,
        duration_ms: work.order.duration_s.saturating_mul(1000),
        has_audio: work.order.audio,
    };
    write_stills(&pictures.map_err(unwritten)?, &clip)?;
    Ok(clip)
}

/// A picture is one moment of the second that a clip would begin with.
fn render_still(work: &Work, loaded: Loaded, marked: bool) -> Result<Clip, EngineError> {
    let brief = brief_of(work, loaded, FRAME_RATE);
    let film = compose(&brief);
    let finished = Finished::new(&film, (brief.width, brief.height), marked);
    let picture = picture(&brief, &finished, FRAME_RATE / 3);
    let (image, poster) = (work.scratch.join("image.png"), work.scratch.join("poster.jpg"));
    let png = label_png(encode_png(&picture).map_err(unwritten)?, &tags(work, &film));
    fs::write(&image, png).map_err(disk)?;
    let jpeg = encode_jpeg(&picture, POSTER_QUALITY).map_err(unwritten)?;
    fs::write(&poster, jpeg).map_err(disk)?;
    Ok(Clip {
        last_frame: image.clone(),
        video: image,
        poster,
        size: work.size,
        frames: 1,
        duration_ms: 0,
        has_audio: false,
    })
}

fn picture(brief: &Brief, film: &Finished<'_>, index: u32) -> Rgb {
    let mut frame = Frame::black(brief.width, brief.height);
    film.draw(index, &mut frame);
    colour::to_rgb(&frame)
}

fn unwritten(error: ImageError) -> EngineError {
    let message = format!("a still cannot be written: {error}");
    EngineError::fatal(FailureClass::Internal, message)
}

/// What the file says about itself: that it is a preview, and how to make it again.
fn tags(work: &Work, film: &Film) -> Vec<(String, String)> {
    let comment = "AI-generated preview, illustrated by an embedded engine without a generative \
                   model";
    [
        ("title", "Reelgate preview".to_owned()),
        ("comment", comment.to_owned()),
        ("encoder", concat!("Reelgate ", env!("CARGO_PKG_VERSION")).to_owned()),
        ("engine", "preview".to_owned()),
        ("ordered_model", work.order.model.to_string()),
        ("seed", work.seed.to_string()),
        ("understood", film.describe()),
    ]
    .map(|(key, value)| (key.to_owned(), value))
    .to_vec()
}

fn write_video(
    spec: &ClipSpec,
    film: &Finished<'_>,
    path: &Path,
    shared: &Shared,
) -> Result<(), EngineError> {
    let mut file = BufWriter::new(File::create(path).map_err(disk)?);
    let progress = |done: u32| {
        shared.frames_done.fetch_max(done, Ordering::Relaxed);
        if shared.stop.load(Ordering::Relaxed) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    match write_clip(spec, film, &mut file, &progress) {
        Ok(_) => Ok(()),
        Err(ClipError::Cancelled) => Err(EngineError::stopped()),
        Err(ClipError::Write(error)) => Err(disk(error)),
        Err(error) => Err(EngineError::fatal(FailureClass::Internal, error.to_string())),
    }
}

/// Writes the pictures that go with a clip.
fn write_stills(pictures: &Pictures, clip: &Clip) -> Result<(), EngineError> {
    fs::write(&clip.poster, &pictures.poster).map_err(disk)?;
    fs::write(&clip.last_frame, &pictures.last_frame).map_err(disk)?;
    fs::write(clip.thumbnail(), &pictures.thumbnail).map_err(disk)
}

fn disk(error: std::io::Error) -> EngineError {
    EngineError::passing(FailureClass::Internal, format!("a working file failed: {}", error.kind()))
}
