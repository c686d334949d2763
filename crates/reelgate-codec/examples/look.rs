//! Says what a file holds and saves one of its frames:
//! `cargo run -p reelgate-codec --example look -- in.mp4 48 out.png`.

use std::io::Write;

use reelgate_codec::{
    AudioLimits, VideoLimits, colour, decode_audio, decode_video, encode_png, probe,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().collect();
    let [_, input, index, output] = args.as_slice() else {
        return Err("usage: look IN INDEX OUT.png".into());
    };
    let file = std::fs::read(input)?;
    let mut out = std::io::stdout();
    writeln!(out, "{:#?}", probe(&file)?)?;
    if let Ok(sound) = decode_audio(&file, AudioLimits::default()) {
        writeln!(out, "sound: {} samples", sound.left.len())?;
    }
    let index: usize = index.parse()?;
    let frame =
        decode_video(&file, VideoLimits::default())?.nth(index).ok_or("no such frame")??;
    writeln!(out, "frame {index} is shown at {} ms", frame.time_ms)?;
    std::fs::write(output, encode_png(&colour::to_rgb(&frame.frame))?)?;
    Ok(())
}
