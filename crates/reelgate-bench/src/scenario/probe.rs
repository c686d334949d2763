//! A first look at a stranger's file by a confined child, against ffprobe and against starting any
//! process at all.

use super::{Options, fresh};
use crate::report::{Report, Target};
use crate::{process, product};
use reelgate_sandbox::{Bounds, Decoder, Media};
use std::io::{Error, Result};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// Looks in a round, one after the other.
const LOOKS: u32 = 40;
/// Looks by ffprobe in a round: each takes long.
const OTHERS: u32 = 5;
const BOUNDS: Bounds = Bounds { pixels_max: 40_000_000, bytes_max: 30_000_000, decode: false };

pub(super) fn run(folder: &Path, options: &Options, report: &mut Report) -> Result<()> {
    let clip = fresh(folder, "probe")?.join("clip.mp4");
    let mut made = Command::new(product::binary()?);
    made.args(["generate", crate::PROMPT, "--seed", "7", "--duration", "5", "--output"]).arg(&clip);
    done(&mut made)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let decoder = Decoder::of(product::binary()?.with_file_name("reelgate-decoder"));
    let bytes = std::fs::read(&clip)?;
    let with_ffprobe = process::has("ffprobe");
    let (mut own, mut bare, mut other) = (Vec::new(), Vec::new(), Vec::new());
    let mut whole = Vec::new();
    for _ in 0..options.rounds {
        let looked = |bounds| {
            each(LOOKS, || {
                let seen = runtime.block_on(decoder.look(Media::Bytes(&bytes), bounds));
                seen.map(drop).map_err(Error::other)
            })
        };
        own.push(looked(BOUNDS)?);
        whole.push(looked(Bounds { decode: true, ..BOUNDS })?);
        bare.push(each(LOOKS, || done(&mut Command::new("/bin/true")))?);
        if with_ffprobe {
            let look = || done(Command::new("ffprobe").arg("-show_streams").arg(&clip));
            other.push(each(OTHERS, look)?);
        }
    }
    let limit = Target::AtMost(3.0);
    report.plain("a look at a 5 s clip's index, confined", &own, " ms", limit);
    report.plain("the same with its first frame decoded", &whole, " ms", Target::None);
    let against = ("ms", "an empty process");
    report.times("a look against an empty process", (&own, &bare), against, Target::None);
    if with_ffprobe {
        let name = "ffprobe against a look";
        report.times(name, (&other, &own), ("ms", "a look"), Target::AtLeast(10.0));
    } else {
        report.note("probe: without ffprobe there is nothing to compare with".to_owned());
    }
    Ok(())
}

/// Milliseconds that one of them takes.
fn each(count: u32, mut act: impl FnMut() -> Result<()>) -> Result<f64> {
    let begun = Instant::now();
    for _ in 0..count {
        act()?;
    }
    Ok(begun.elapsed().as_secs_f64() * 1000.0 / f64::from(count))
}

fn done(command: &mut Command) -> Result<()> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    match command.status()? {
        status if status.success() => Ok(()),
        status => Err(Error::other(format!("{status}: {command:?}"))),
    }
}
