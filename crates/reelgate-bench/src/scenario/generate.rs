//! Whole clips: five seconds of 720p from the command line, from a text and from a photo.

use super::Options;
use crate::report::{Report, Target};
use crate::{process, product};
use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, RgbImage};
use std::io::{Error, Result};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// Length of the clips, in seconds.
const LENGTH: f64 = 5.0;
const WIDTH: u32 = 1920;
const HEIGHT: u32 = 1280;

/// The usual way to set a photo in motion without any of this.
const ZOOM: &str = "zoompan=z='min(zoom+0.0015,1.3)':x='iw/2-iw/zoom/2':y='ih/2-ih/zoom/2':\
    d=120:s=1280x720:fps=24";

/// Wall and CPU time of a command, in seconds.
#[derive(Default)]
struct Times {
    wall: Vec<f64>,
    cpu: Vec<f64>,
}

impl Times {
    fn take(&mut self, command: &mut Command) -> Result<()> {
        let (begun, before) = (Instant::now(), process::cpu_of_children()?);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let status = command.status()?;
        if !status.success() {
            return Err(Error::other(format!("{status}: {command:?}")));
        }
        self.wall.push(begun.elapsed().as_secs_f64());
        self.cpu.push(process::cpu_of_children()?.saturating_sub(before).as_secs_f64());
        Ok(())
    }
}

pub(super) fn run(folder: &Path, options: &Options, report: &mut Report) -> Result<()> {
    let photo = photo(folder)?;
    let with_ffmpeg = process::has("ffmpeg");
    let (mut text, mut image, mut other) = <(Times, Times, Times)>::default();
    for _ in 0..options.rounds {
        text.take(&mut generate(folder, None)?)?;
        image.take(&mut generate(folder, Some(&photo))?)?;
        if with_ffmpeg {
            other.take(&mut ffmpeg(folder, &photo))?;
        }
    }
    let real = vec![LENGTH; text.wall.len()];
    for (what, times) in [("text", &text), ("photo", &image)] {
        let (name, against) = (format!("5 s 720p clip from a {what}"), ("s", "real time"));
        report.times(&name, (&times.wall, &real), against, Target::None);
        report.plain(&format!("{name}, CPU"), &times.cpu, " s", Target::None);
    }
    if with_ffmpeg {
        let (name, against) = ("clip from a photo, wall", ("s", "ffmpeg zoompan, x264 veryfast"));
        report.times(name, (&image.wall, &other.wall), against, Target::None);
        let name = "clip from a photo, CPU";
        report.times(name, (&image.cpu, &other.cpu), against, Target::None);
    } else {
        report.note("generate: without ffmpeg there is nothing to compare with".to_owned());
    }
    Ok(())
}

fn generate(folder: &Path, photo: Option<&Path>) -> Result<Command> {
    let mut command = Command::new(product::binary()?);
    command.args(["generate", crate::PROMPT, "--seed", "7", "--resolution", "720p"]);
    command.arg("--output").arg(folder.join("clip.mp4"));
    if let Some(photo) = photo {
        command.arg("--image").arg(photo);
    }
    Ok(command)
}

fn ffmpeg(folder: &Path, photo: &Path) -> Command {
    let mut command = Command::new("ffmpeg");
    command.args(["-y", "-loop", "1", "-i"]).arg(photo).args(["-vf", ZOOM, "-t", "5"]);
    command.args(["-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p"]);
    command.arg(folder.join("ffmpeg.mp4"));
    command
}

/// A picture with what makes photos hard: soft gradients, edges, and fine texture everywhere.
fn photo(folder: &Path) -> Result<PathBuf> {
    let picture = RgbImage::from_fn(WIDTH, HEIGHT, |x, y| {
        let (u, v) = (x as f32 / WIDTH as f32, y as f32 / HEIGHT as f32);
        let ridge = 0.55 + 0.08 * (u * 9.0).sin() + 0.03 * (u * 31.0).sin() + 0.01 * noise(x, 0);
        let grain = noise(x, y) * 14.0;
        let leaf = noise(x / 6, y / 6) * 46.0 + noise(x / 40, y / 40) * 30.0;
        let (r, g, b) = match v < ridge {
            true => (150.0 + 90.0 * v, 175.0 + 50.0 * v, 225.0 - 20.0 * v),
            false => (70.0 + leaf, 88.0 + leaf * 0.8 - 30.0 * v, 46.0 + leaf * 0.3),
        };
        Rgb([r, g, b].map(|value: f32| level(value + grain)))
    });
    let path = folder.join("photo.jpg");
    let file = std::io::BufWriter::new(std::fs::File::create(&path)?);
    let encoded = JpegEncoder::new_with_quality(file, 90).encode_image(&picture);
    encoded.map_err(Error::other)?;
    Ok(path)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped first")]
fn level(value: f32) -> u8 {
    value.clamp(0.0, 255.0) as u8
}

/// -0.5 to 0.5, the same for the same place.
fn noise(x: u32, y: u32) -> f32 {
    let bits = crate::mix(u64::from(x) << 32 | u64::from(y)) >> 40;
    bits as f32 / (1u32 << 24) as f32 - 0.5
}
