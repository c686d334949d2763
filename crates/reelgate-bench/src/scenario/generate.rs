//! Whole clips from the command line: from a text and from a photo, beside what other programs take
//! for the same move, and beside the encoder alone.

mod cancel;
mod photo;

use super::{Options, fresh};
use crate::report::{Report, Target};
use crate::{process, product};
use reelgate_codec::{ClipSpec, Frame, Picture, write_clip};
use std::fs::File;
use std::io::{BufWriter, Error, Result};
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Length of the clips, in seconds.
const LENGTH: f64 = 5.0;
/// The move that every program makes.
const MOVE: &str = "slow zoom in";
const SIZES: [&str; 4] = ["480p", "720p", "1080p", "4k"];
/// MoviePy is slow: no more rounds than this.
const MOVIEPY_ROUNDS: usize = 2;

/// The usual way to set a photo in motion without any of this.
const ZOOM: &str = "crop=1920:1080,zoompan=z='min(zoom+0.0015,1.3)':\
    x='iw/2-iw/zoom/2':y='ih/2-ih/zoom/2':d=120:s=1280x720:fps=24";

/// The same in Python: a frame is a window of the picture, scaled well.
const MOVIEPY: &str = "
import sys
import numpy
from PIL import Image
from moviepy import VideoClip
picture = Image.open(sys.argv[1]).convert('RGB')
w, h = picture.size
tall = w * 720 / 1280
def frame(t):
    zoom = 1 + 0.036 * t
    x, y = w / zoom / 2, tall / zoom / 2
    box = (w / 2 - x, h / 2 - y, w / 2 + x, h / 2 + y)
    return numpy.asarray(picture.resize((1280, 720), Image.LANCZOS, box))
VideoClip(frame, duration=5).write_videofile(sys.argv[2], fps=24, logger=None)
";

/// Wall and CPU time of a command, in seconds.
#[derive(Default)]
struct Times {
    wall: Vec<f64>,
    cpu: Vec<f64>,
}

impl Times {
    fn take(&mut self, command: &mut Command) -> Result<()> {
        let before = process::cpu_of_children()?;
        self.take_with(|| done(command), || Ok(process::cpu_of_children()?.saturating_sub(before)))
    }

    fn take_with(
        &mut self,
        act: impl FnOnce() -> Result<()>,
        cpu: impl FnOnce() -> Result<Duration>,
    ) -> Result<()> {
        let begun = Instant::now();
        act()?;
        self.wall.push(begun.elapsed().as_secs_f64());
        self.cpu.push(cpu()?.as_secs_f64());
        Ok(())
    }
}

fn done(command: &mut Command) -> Result<()> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let status = command.status()?;
    if status.success() { Ok(()) } else { Err(Error::other(format!("{status}: {command:?}"))) }
}

/// What was measured, round by round.
#[derive(Default)]
struct Measured {
    text: Times,
    photo: Times,
    silent: Times,
    encoder: Times,
    ffmpeg: Times,
    moviepy: Times,
}

pub(super) fn run(folder: &Path, options: &Options, report: &mut Report) -> Result<()> {
    let photo = photo::photo(folder)?;
    let python = python();
    let mut found = Measured::default();
    for round in 0..options.rounds {
        found.text.take(&mut generate(folder, &[crate::PROMPT])?)?;
        found.photo.take(&mut from_photo(folder, &photo, &[])?)?;
        found.silent.take(&mut from_photo(folder, &photo, &["--silent"])?)?;
        encode_alone(&mut found.encoder, &photo::frames(&folder.join("clip.mp4"))?)?;
        if process::has("ffmpeg") {
            found.ffmpeg.take(&mut ffmpeg(folder, &photo))?;
        }
        if let Some(python) = &python
            && round < MOVIEPY_ROUNDS as u64
        {
            found.moviepy.take(&mut moviepy(python, folder, &photo))?;
        }
    }
    tell(&found, report);
    steadiness(folder, &photo, report)?;
    sizes(folder, &photo, report)?;
    memory(folder, &photo, report)?;
    cancel::run(&fresh(folder, "cancel")?, options, report)
}

fn tell(found: &Measured, report: &mut Report) {
    let real = vec![LENGTH; found.text.wall.len()];
    let (own, at_least) = (&found.photo, Target::AtLeast);
    let against = ("s", "a 5 s 720p clip from a text");
    report.times("real time", (&real, &found.text.wall), against, at_least(2.0));
    report.plain("the same, CPU", &found.text.cpu, " s", Target::None);
    let clip = ("s", "a 5 s 720p clip from a photo");
    let silent = ("s", "the same without sound");
    if found.ffmpeg.wall.is_empty() {
        report.note("generate: without ffmpeg there is nothing to compare with".to_owned());
    } else {
        let other = &found.ffmpeg;
        let name = "ffmpeg zoompan, x264 veryfast";
        report.times(name, (&other.wall, &own.wall), clip, at_least(2.5));
        report.times(name, (&other.wall, &found.silent.wall), silent, at_least(2.5));
        let name = "the same, CPU of both";
        report.times(name, (&other.cpu, &own.cpu), clip, Target::None);
        report.times(name, (&other.cpu, &found.silent.cpu), silent, Target::None);
    }
    if found.moviepy.wall.is_empty() {
        report.note("generate: without MoviePy (python3) it is not compared with".to_owned());
    } else {
        let (wall, cpu) = (&found.moviepy.wall, &found.moviepy.cpu);
        let name = "MoviePy, a Lanczos window a frame";
        report.times(name, (wall, &own.wall[..wall.len()]), clip, at_least(8.0));
        let name = "the same, CPU of both";
        report.times(name, (cpu, &own.cpu[..cpu.len()]), clip, Target::None);
    }
    let (name, alone) = ("a clip from a photo without sound", ("s", "its frames encoded alone"));
    let most = Target::AtMost(1.5);
    report.times(name, (&found.silent.wall, &found.encoder.wall), alone, most);
    let name = "the same, CPU of both";
    report.times(name, (&found.silent.cpu, &found.encoder.cpu), alone, Target::None);
}

/// Compares how steadily a dot of the photo moves in both clips: with colour for every pixel, and
/// for every second one, as cameras write it, where zoompan rounds to two pixels.
fn steadiness(folder: &Path, photo: &Path, report: &mut Report) -> Result<()> {
    let jitter_of = |clip: &str| photo::jitter(&photo::frames(&folder.join(clip))?);
    if !folder.join("ffmpeg.mp4").exists() {
        let own = [jitter_of("clip.mp4")?];
        report.plain("jitter of a clip from a photo", &own, " px/frame2", Target::None);
        return Ok(());
    }
    let mut compare = |name: &str, target| -> Result<()> {
        let (own, other) = ([jitter_of("clip.mp4")?], [jitter_of("ffmpeg.mp4")?]);
        report.times(name, (&other, &own), ("px/frame2", "a clip from a photo"), target);
        Ok(())
    };
    compare("jitter of ffmpeg zoompan, 4:4:4", Target::None)?;
    let camera = folder.join("camera.jpg");
    let mut convert = Command::new("ffmpeg");
    convert.args(["-y", "-i"]).arg(photo).args(["-pix_fmt", "yuvj420p", "-q:v", "2"]);
    done(convert.arg(&camera))?;
    done(&mut ffmpeg(folder, &camera))?;
    done(&mut from_photo(folder, &camera, &[])?)?;
    compare("jitter of ffmpeg zoompan, 4:2:0", Target::AtLeast(20.0))
}

fn sizes(folder: &Path, photo: &Path, report: &mut Report) -> Result<()> {
    for size in SIZES {
        let (mut text, mut image) = <(Times, Times)>::default();
        let size_is = ["--resolution", size];
        text.take(&mut generate(folder, &[&[crate::PROMPT][..], &size_is].concat())?)?;
        image.take(&mut from_photo(folder, photo, &size_is)?)?;
        for (what, times) in [("text", &text), ("photo", &image)] {
            let (real, name) = ([LENGTH], format!("real time, {size} from a {what}"));
            report.times(&name, (&real, &times.wall), ("s", "a 5 s clip"), Target::None);
            report.plain("its CPU", &times.cpu, " s", Target::None);
        }
    }
    Ok(())
}

/// The most memory that the command and the server in it have at once, children apart.
fn memory(folder: &Path, photo: &Path, report: &mut Report) -> Result<()> {
    let mut command = from_photo(folder, photo, &["--resolution", "1080p"])?;
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = process::Process::start(&mut command)?;
    let mut most = 0.0_f64;
    while !child.has_ended() {
        most = most.max(process::memory_mib(child.id()).map_or(0.0, |(_, most)| most));
        std::thread::sleep(Duration::from_millis(5));
    }
    let limit = Target::AtMost(200.0);
    report.plain("memory, a 5 s 1080p clip from a photo", &[most], " MiB", limit);
    Ok(())
}

/// Frames that are ready.
struct Ready<'a>(&'a [Frame]);

impl Picture for Ready<'_> {
    fn draw(&self, index: u32, out: &mut Frame) {
        if let Some(frame) = self.0.get(index as usize) {
            out.clone_from(frame);
        }
    }
}

fn encode_alone(times: &mut Times, frames: &[Frame]) -> Result<()> {
    let first = frames.first().ok_or_else(|| Error::other("a clip without frames"))?;
    let count = u32::try_from(frames.len()).map_err(Error::other)?;
    let spec = ClipSpec::new(first.width, first.height, count);
    let id = std::process::id();
    let before = process::cpu(id)?;
    let act = || {
        let mut file = BufWriter::new(File::create("/dev/null")?);
        let written = write_clip(&spec, &Ready(frames), &mut file, &|_| ControlFlow::Continue(()));
        written.map(drop).map_err(Error::other)
    };
    times.take_with(act, || Ok(process::cpu(id)?.saturating_sub(before)))
}

fn generate(folder: &Path, arguments: &[&str]) -> Result<Command> {
    let mut command = Command::new(product::binary()?);
    command.arg("generate").args(arguments).args(["--seed", "7"]);
    command.arg("--output").arg(folder.join("clip.mp4"));
    Ok(command)
}

fn from_photo(folder: &Path, photo: &Path, arguments: &[&str]) -> Result<Command> {
    let mut command = generate(folder, &[&[MOVE][..], arguments].concat())?;
    command.arg("--image").arg(photo);
    Ok(command)
}

fn ffmpeg(folder: &Path, photo: &Path) -> Command {
    let mut command = Command::new("ffmpeg");
    command.args(["-y", "-loop", "1", "-i"]).arg(photo).args(["-vf", ZOOM, "-t", "5"]);
    command.args(["-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p"]);
    command.arg(folder.join("ffmpeg.mp4"));
    command
}

fn moviepy(python: &str, folder: &Path, photo: &Path) -> Command {
    let mut command = Command::new(python);
    command.args(["-c", MOVIEPY]).arg(photo).arg(folder.join("moviepy.mp4"));
    command
}

/// A Python that has MoviePy.
fn python() -> Option<String> {
    let python = std::env::var("BENCH_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let mut command = Command::new(&python);
    done(command.args(["-c", "import moviepy, PIL, numpy"])).is_ok().then_some(python)
}
