//! The server's side: one child for each file, started ahead, bounded, and never believed.

use crate::child::{COMMAND, GREETING, answer};
use crate::confine::Layers;
use crate::footage::{Footage, FootageSpec};
use crate::task::{Bounds, Head, Reply, Seen, Task};
use crate::wire::{head_bytes, head_length};
use reelgate_codec::{Rgb, SAMPLE_RATE_HZ, Sound, encode_png};
use std::fs::File;
use std::io::{Error, ErrorKind};
#[cfg(target_os = "linux")]
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Once, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::Semaphore;

/// Children that work at the same time; further files wait. Each may use 1.5 GiB.
const AT_ONCE_MAX: usize = 4;
/// Children that wait for work, once there was some.
const READY_MAX: usize = 2;
/// What a pipe is to hold, where the machine allows it: by itself it holds 64 KiB.
#[cfg(target_os = "linux")]
const PIPE_BYTES: usize = 1 << 20;
/// How long a first look may take, and all of a file.
const LOOK_MAX: Duration = Duration::from_secs(15);
const READ_MAX: Duration = Duration::from_secs(90);

/// Decodes files in processes of their own.
#[derive(Clone, Debug)]
pub struct Decoder(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// Programs to start, the best first; none decodes in this process.
    programs: Vec<PathBuf>,
    /// The one in use: those before it did not start, or are of another version.
    chosen: AtomicUsize,
    time_max: Duration,
    places: Semaphore,
    /// Children that have confined themselves and wait for their one file.
    ready: Mutex<Vec<Child>>,
    /// Said once, not for every file.
    told_of_missing: Once,
}

impl Inner {
    fn new(programs: Vec<PathBuf>) -> Self {
        let (places, ready) = (Semaphore::new(AT_ONCE_MAX), Mutex::new(Vec::new()));
        let (chosen, time_max) = (AtomicUsize::new(0), Duration::MAX);
        Self { programs, chosen, time_max, places, ready, told_of_missing: Once::new() }
    }
}

/// Where a file's bytes are.
#[derive(Clone, Copy, Debug)]
pub enum Media<'a> {
    /// In memory.
    Bytes(&'a [u8]),
    /// On this machine.
    File(&'a Path),
}

/// Why a file was not decoded.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// It cannot be used; the decoder's words.
    #[error("{0}")]
    Refused(String),
    /// It made the decoder break off, exceed a limit, or answer nonsense.
    #[error("it broke the decoder")]
    Broke,
    /// No decoder could be started, or the file could not be read here: nothing is known of it.
    #[error("the decoder is not available: {0}")]
    Unavailable(std::io::Error),
}

impl Decoder {
    /// A decoder that starts `program`, whose command [`COMMAND`] must end in
    /// [`serve`](crate::serve).
    #[must_use]
    pub fn of(program: PathBuf) -> Self {
        Self::first_of(vec![program])
    }

    /// A decoder that starts the first of these programs that is there and of this version.
    #[must_use]
    pub fn first_of(programs: Vec<PathBuf>) -> Self {
        Self(Arc::new(Inner::new(programs)))
    }

    /// A decoder in this very process: for simulations and tests of what comes after decoding.
    #[must_use]
    pub fn unconfined() -> Self {
        Self::first_of(Vec::new())
    }

    /// The same, with less patience: no call takes longer than `time_max`.
    #[must_use]
    pub fn within(&self, time_max: Duration) -> Self {
        Self(Arc::new(Inner { time_max, ..Inner::new(self.0.programs.clone()) }))
    }

    /// What a file is, once its beginning was decoded.
    ///
    /// # Errors
    /// As all calls here: see [`DecodeError`].
    pub async fn look(&self, media: Media<'_>, bounds: Bounds) -> Result<Seen, DecodeError> {
        match self.answer(Task::Look(bounds), media, LOOK_MAX, None).await? {
            Answer::Seen(seen) => Ok(seen),
            _ => Err(DecodeError::Broke),
        }
    }

    /// A picture, or the first frame of a video.
    ///
    /// # Errors
    /// See [`DecodeError`].
    pub async fn picture(&self, media: Media<'_>, pixels_max: usize) -> Result<Rgb, DecodeError> {
        self.frame(media, 0, pixels_max).await
    }

    /// A picture, or one of the frames of a video, counted from 0.
    ///
    /// # Errors
    /// See [`DecodeError`].
    pub async fn frame(
        &self,
        media: Media<'_>,
        frame: u32,
        pixels_max: usize,
    ) -> Result<Rgb, DecodeError> {
        match self.answer(Task::Picture { frame, pixels_max }, media, READ_MAX, None).await? {
            Answer::Picture(picture) => Ok(picture),
            _ => Err(DecodeError::Broke),
        }
    }

    /// The beginning of a sound, or of a video's sound track.
    ///
    /// # Errors
    /// See [`DecodeError`].
    pub async fn sound(&self, media: Media<'_>, seconds_max: u32) -> Result<Sound, DecodeError> {
        match self.answer(Task::Sound { seconds_max }, media, READ_MAX, None).await? {
            Answer::Sound(sound) => Ok(sound),
            _ => Err(DecodeError::Broke),
        }
    }

    /// The frames of a video, written to the new file `into`.
    ///
    /// # Errors
    /// See [`DecodeError`].
    pub async fn footage(
        &self,
        media: Media<'_>,
        spec: FootageSpec,
        into: &Path,
    ) -> Result<Footage, DecodeError> {
        match self.answer(Task::Footage(spec), media, READ_MAX, Some(into)).await? {
            Answer::Footage(footage) => Ok(footage),
            _ => Err(DecodeError::Broke),
        }
    }

    /// How children are confined on this machine, found out with one.
    ///
    /// # Errors
    /// See [`DecodeError`].
    pub async fn layers(&self) -> Result<Layers, DecodeError> {
        let dot = encode_png(&Rgb { width: 1, height: 1, data: vec![0; 3] });
        let dot = dot.map_err(|error| DecodeError::Unavailable(Error::other(error)))?;
        let task = Task::Look(Bounds { pixels_max: 1, bytes_max: dot.len(), decode: true });
        Ok(self.ask(task, Media::Bytes(&dot), LOOK_MAX, None).await?.1)
    }

    async fn answer(
        &self,
        task: Task,
        media: Media<'_>,
        time_max: Duration,
        into: Option<&Path>,
    ) -> Result<Answer, DecodeError> {
        let (answer, layers) = self.ask(task, media, time_max, into).await?;
        if !self.0.programs.is_empty() {
            self.note(layers);
        }
        Ok(answer)
    }

    async fn ask(
        &self,
        task: Task,
        media: Media<'_>,
        time_max: Duration,
        into: Option<&Path>,
    ) -> Result<Told, DecodeError> {
        let _place = self.0.places.acquire().await.map_err(|_| DecodeError::Broke)?;
        let head = head_bytes(&task).map_err(DecodeError::Unavailable)?;
        let asked = async {
            match self.0.programs.is_empty() {
                false => self.ask_child(&head, task, media, into).await,
                true => ask_here(head, task, media, into).await,
            }
        };
        // Dropping what is asked kills its child.
        tokio::time::timeout(time_max.min(self.0.time_max), asked)
            .await
            .unwrap_or(Err(DecodeError::Broke))
    }

    async fn ask_child(
        &self,
        head: &[u8],
        task: Task,
        media: Media<'_>,
        into: Option<&Path>,
    ) -> Result<Told, DecodeError> {
        // A file that cannot be read is no fault of a child.
        let mut file = match media {
            Media::File(path) => {
                Some(tokio::fs::File::open(path).await.map_err(DecodeError::Unavailable)?)
            }
            Media::Bytes(_) => None,
        };
        let (mut child, mut stdin, mut stdout) =
            self.greeted().await.map_err(DecodeError::Unavailable)?;
        let said = async {
            stdin.write_all(head).await?;
            match (media, &mut file) {
                (Media::Bytes(bytes), _) => stdin.write_all(bytes).await?,
                (Media::File(_), Some(file)) => {
                    tokio::io::copy(file, &mut stdin).await?;
                }
                (Media::File(_), None) => {}
            }
            drop(stdin);
            self.prepare();
            let answer = read_answer(task, &mut stdout, into).await?;
            match child.wait().await?.success() {
                true => Ok(answer),
                false => Err(Error::other("the child did not end well")),
            }
        };
        judge(said.await)
    }

    /// Says once which layers this machine does not have.
    fn note(&self, layers: Layers) {
        let names =
            [("limits", layers.limits), ("landlock", layers.landlock), ("seccomp", layers.seccomp)];
        let missing: Vec<_> =
            names.into_iter().filter(|(_, is)| !is).map(|(name, _)| name).collect();
        if !missing.is_empty() {
            self.0.told_of_missing.call_once(|| {
                let missing = missing.join(", ");
                tracing::warn!(
                    missing,
                    "files of others are decoded with fewer layers around them"
                );
            });
        }
    }

    /// A child of the first program that is of this version.
    async fn greeted(&self) -> std::io::Result<(Child, ChildStdin, ChildStdout)> {
        loop {
            let chosen = self.0.chosen.load(Ordering::Relaxed);
            let met = async {
                let mut child = self.take(chosen)?;
                let pipes = child.stdin.take().zip(child.stdout.take());
                let (stdin, mut stdout) = pipes.ok_or_else(|| Error::other("it has no pipes"))?;
                let mut said = [0; GREETING.len()];
                stdout.read_exact(&mut said).await?;
                match said == *GREETING.as_bytes() {
                    true => Ok((child, stdin, stdout)),
                    false => Err(Error::other("it is of another version")),
                }
            };
            match met.await {
                Err(error) if chosen + 1 < self.0.programs.len() => {
                    let program = self.0.programs[chosen].display();
                    tracing::warn!(%error, "{program} cannot decode: the next one is asked");
                    self.0.ready.lock().unwrap_or_else(PoisonError::into_inner).clear();
                    self.0.chosen.fetch_max(chosen + 1, Ordering::Relaxed);
                }
                met => return met,
            }
        }
    }

    /// A child that is ready, or a fresh one.
    fn take(&self, chosen: usize) -> std::io::Result<Child> {
        loop {
            let ready = self.0.ready.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let Some(mut child) = ready else { return start(&self.0.programs[chosen]) };
            if matches!(child.try_wait(), Ok(None)) {
                return Ok(child);
            }
        }
    }

    /// Starts the child that the next file will need, while this one's is at work.
    fn prepare(&self) {
        let count = || self.0.ready.lock().unwrap_or_else(PoisonError::into_inner).len();
        let chosen = self.0.chosen.load(Ordering::Relaxed);
        if count() < READY_MAX
            && let Ok(child) = start(&self.0.programs[chosen])
        {
            self.0.ready.lock().unwrap_or_else(PoisonError::into_inner).push(child);
        }
    }
}

/// Starts a child with nothing of this process but two pipes.
fn start(program: &Path) -> std::io::Result<Child> {
    let child = Command::new(program)
        .arg(COMMAND)
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    #[cfg(target_os = "linux")]
    {
        // Each time a pipe is full or empty one of the two processes waits for the other.
        let pipes = [child.stdin.as_ref().map(AsFd::as_fd), child.stdout.as_ref().map(AsFd::as_fd)];
        for pipe in pipes.into_iter().flatten() {
            // Where it is not allowed, they wait more often.
            let _ = rustix::pipe::fcntl_setpipe_size(pipe, PIPE_BYTES);
        }
    }
    Ok(child)
}

async fn ask_here(
    head: Vec<u8>,
    task: Task,
    media: Media<'_>,
    into: Option<&Path>,
) -> Result<Told, DecodeError> {
    let bytes = match media {
        Media::Bytes(bytes) => bytes.to_vec(),
        Media::File(path) => tokio::fs::read(path).await.map_err(DecodeError::Unavailable)?,
    };
    let question = [head, bytes].concat();
    let said = tokio::task::spawn_blocking(move || {
        let mut said = Vec::new();
        answer(Layers::default(), &mut question.as_slice(), &mut said).map(|()| said)
    });
    let said = said.await.map_err(|_| DecodeError::Broke)?.map_err(|_| DecodeError::Broke)?;
    judge(read_answer(task, &mut said.as_slice(), into).await)
}

/// Tells a file that was refused from one that broke something.
fn judge(said: std::io::Result<Result<Told, String>>) -> Result<Told, DecodeError> {
    match said {
        Ok(told) => told.map_err(DecodeError::Refused),
        Err(error) => {
            tracing::warn!(%error, "a decoder broke off");
            Err(DecodeError::Broke)
        }
    }
}

/// An answer that fits its question.
enum Answer {
    Seen(Seen),
    Picture(Rgb),
    Sound(Sound),
    Footage(Footage),
}

/// An answer, and how its author was confined.
type Told = (Answer, Layers);

fn lie(what: &str) -> Error {
    Error::new(ErrorKind::InvalidData, what)
}

/// Reads an answer, no more of it than the question allows, and not one byte too many.
async fn read_answer(
    task: Task,
    from: &mut (impl AsyncRead + Unpin),
    into: Option<&Path>,
) -> std::io::Result<Result<Told, String>> {
    let mut prefix = [0; 4];
    from.read_exact(&mut prefix).await?;
    let mut json = vec![0; head_length(prefix)?];
    from.read_exact(&mut json).await?;
    let Head { layers, reply } = serde_json::from_slice(&json)?;
    let answer = match (task, reply) {
        (_, Reply::Refused(why)) => return Ok(Err(why)),
        (Task::Look(bounds), Reply::Seen(seen)) => {
            let pixels = seen.width.checked_mul(seen.height);
            if pixels.is_none_or(|pixels| pixels > bounds.pixels_max) {
                return Err(lie("a picture that is larger than allowed"));
            }
            Answer::Seen(seen)
        }
        (Task::Picture { pixels_max, .. }, Reply::Picture { width, height }) => {
            let pixels = width.checked_mul(height).filter(|p| (1..=pixels_max).contains(p));
            let pixels = pixels.ok_or_else(|| lie("a picture that is larger than allowed"))?;
            let mut data = vec![0; pixels * 3];
            from.read_exact(&mut data).await?;
            Answer::Picture(Rgb { width, height, data })
        }
        (Task::Sound { seconds_max }, Reply::Sound { samples }) => {
            if samples > (seconds_max as usize + 1) * SAMPLE_RATE_HZ as usize {
                return Err(lie("a sound that is longer than allowed"));
            }
            let mut data = vec![0; samples * 8];
            from.read_exact(&mut data).await?;
            Answer::Sound(sound_of(&data))
        }
        (Task::Footage(spec), Reply::Footage) => {
            let into = into.ok_or_else(|| Error::other("footage needs a file"))?;
            Answer::Footage(store_footage(from, spec, into).await?)
        }
        _ => return Err(lie("an answer to another question")),
    };
    match from.read(&mut [0]).await? {
        0 => Ok(Ok((answer, layers))),
        _ => Err(lie("more than was asked for")),
    }
}

fn sound_of(data: &[u8]) -> Sound {
    let value = |bytes: &[u8]| {
        let value = bytes.first_chunk().map_or(0.0, |bytes| f32::from_le_bytes(*bytes));
        if value.is_finite() { value.clamp(-1.0, 1.0) } else { 0.0 }
    };
    let pairs = data.chunks_exact(8).map(|pair| (value(&pair[..4]), value(&pair[4..])));
    let (left, right) = pairs.unzip();
    Sound { left, right }
}

async fn store_footage(
    from: &mut (impl AsyncRead + Unpin),
    spec: FootageSpec,
    into: &Path,
) -> std::io::Result<Footage> {
    let file = File::options().read(true).write(true).create_new(true).open(into)?;
    let mut sink = tokio::fs::File::from_std(file.try_clone()?);
    let frame_bytes = spec.frame_bytes() as u64;
    let bytes_max = frame_bytes * u64::from(spec.frames_max);
    let bytes = tokio::io::copy(&mut from.take(bytes_max), &mut sink).await?;
    sink.flush().await?;
    match u32::try_from(bytes / frame_bytes) {
        Ok(frames @ 1..) if bytes.is_multiple_of(frame_bytes) => {
            Ok(Footage::new(file, spec, frames))
        }
        _ => Err(lie("half a frame")),
    }
}
