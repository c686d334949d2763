//! CPU time a frame, on one thread: drawing, and encoding what was drawn.
//!
//! `pace WIDTHxHEIGHT FRAMES PROMPT [first=PATH] [last=PATH] [ref=PATH]..`

use reelgate_codec::h264::Encoder;
use reelgate_codec::mp4::gop_frames;
use reelgate_codec::{Frame, Picture, QP_DEFAULT, Rgb};
use reelgate_engines::preview::{Brief, Still, StillRole, compose};
use std::hash::{DefaultHasher, Hasher};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [size, frames, prompt, rest @ ..] = &words[..] else {
        return Err("usage: pace WxH FRAMES PROMPT [first=|last=|ref=PATH]".into());
    };
    let (width, height) = size.split_once('x').ok_or("size is WxH")?;
    let (width, height): (usize, usize) = (width.parse()?, height.parse()?);
    let frames: u32 = frames.parse()?;
    let stills = rest.iter().map(|word| still(word)).collect::<Result<_, _>>()?;
    let prompt = prompt.clone();
    let brief = Brief {
        prompt,
        width,
        height,
        frames,
        seed: 7,
        fixed_lens: false,
        stills,
        beats: Vec::new(),
    };
    let start = cpu_ms()?;
    let film = compose(&brief);
    let composed = cpu_ms()? - start;
    let mut hasher = DefaultHasher::new();
    let (mut drawing, mut encoding, mut bytes) = (0.0, 0.0, 0);
    let length = gop_frames(frames) as usize;
    let mut group = vec![Frame::black(width, height); length];
    for first in (0..frames).step_by(length) {
        let count = length.min((frames - first) as usize);
        let before = cpu_ms()?;
        for (frame, index) in group[..count].iter_mut().zip(first..) {
            film.draw(index, frame);
        }
        let drawn = cpu_ms()?;
        let mut encoder = Encoder::new(width, height, QP_DEFAULT)?;
        for frame in &group[..count] {
            bytes += encoder.encode(frame)?.data.len();
        }
        (drawing, encoding) = (drawing + drawn - before, encoding + cpu_ms()? - drawn);
        for frame in &group[..count] {
            [&frame.y, &frame.u, &frame.v].into_iter().for_each(|plane| hasher.write(plane));
        }
    }
    let each = |ms: f64| ms / f64::from(frames);
    let report = format!(
        "compose {composed:.0} ms, draw {:.2} ms, encode {:.2} ms a frame, {} kB, pixels {:016x}\n",
        each(drawing),
        each(encoding),
        bytes / 1000,
        hasher.finish(),
    );
    std::io::Write::write_all(&mut std::io::stdout(), report.as_bytes())?;
    Ok(())
}

fn still(word: &str) -> Result<Still, Box<dyn std::error::Error>> {
    let (role, path) = word.split_once('=').ok_or("a picture is ROLE=PATH")?;
    let role = match role {
        "first" => StillRole::FirstFrame,
        "last" => StillRole::LastFrame,
        _ => StillRole::Reference,
    };
    let picture = image::open(path)?.to_rgb8();
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let picture = Rgb { width, height, data: picture.into_raw() };
    Ok(Still { picture, role, reel: None })
}

/// Milliseconds this thread has run: what neighbours on the machine do is left out.
fn cpu_ms() -> Result<f64, Box<dyn std::error::Error>> {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let spent: f64 = stat.split_whitespace().next().ok_or("no schedstat")?.parse()?;
    Ok(spent / 1e6)
}
