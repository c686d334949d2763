//! Writes a test clip: `cargo run -p reelgate-codec --example clip -- out.mp4 1280 720 120`.

use std::fs::File;
use std::ops::ControlFlow;

use reelgate_codec::{ClipSpec, Frame, Picture, SAMPLE_RATE_HZ, Sound, write_clip};

/// Rings that grow over a colour wash, with a bar that crosses once a second.
struct Rings;

impl Picture for Rings {
    fn draw(&self, index: u32, out: &mut Frame) {
        let (width, height, time) = (out.width, out.height, index as usize);
        let bar = time % 24 * width / 24;
        for (y, row) in out.y.chunks_exact_mut(width).enumerate() {
            for (x, luma) in row.iter_mut().enumerate() {
                let (dx, dy) = (x.abs_diff(width / 2), y.abs_diff(height / 2));
                let wave = (dx * dx + dy * dy) / 512 + 1024 - time % 1024;
                let ring = (wave % 64).abs_diff(32) * 5;
                let value = if x.abs_diff(bar) < 4 { 235 } else { 40 + ring };
                *luma = u8::try_from(value.min(235)).unwrap_or(235);
            }
        }
        let (half_width, half_height) = (width / 2, height / 2);
        for y in 0..half_height {
            for x in 0..half_width {
                out.u[y * half_width + x] = shade(x, half_width);
                out.v[y * half_width + x] = shade(y, half_height);
            }
        }
    }
}

fn shade(at: usize, of: usize) -> u8 {
    u8::try_from(64 + at * 128 / of).unwrap_or(128)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().collect();
    let [_, path, width, height, frames] = args.as_slice() else {
        return Err("usage: clip OUT.mp4 WIDTH HEIGHT FRAMES".into());
    };
    let mut spec = ClipSpec::new(width.parse()?, height.parse()?, frames.parse()?);
    let tone = |hz: f32| {
        let step = hz / SAMPLE_RATE_HZ as f32;
        (0..spec.frames * 2000)
            .map(|n| libm::sinf((n as f32 * step).fract() * std::f32::consts::TAU) * 0.2)
            .collect()
    };
    spec.sound = Some(Sound { left: tone(440.0), right: tone(660.0) });
    spec.tags = vec![
        ("title".into(), "Rings".into()),
        ("comment".into(), "A test clip".into()),
        ("seed".into(), "42".into()),
    ];
    write_clip(&spec, &Rings, &mut File::create(path)?, &|_| ControlFlow::Continue(()))?;
    Ok(())
}
