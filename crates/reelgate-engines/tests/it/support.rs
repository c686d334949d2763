//! Small briefs and the measures tests read pictures by.

use reelgate_codec::{Frame, Picture, Rgb};
use reelgate_engines::preview::{Brief, Film, Still, StillRole, compose};

/// A small brief for a prompt.
pub(crate) fn brief(prompt: &str) -> Brief {
    Brief {
        prompt: prompt.to_owned(),
        width: 192,
        height: 108,
        frames: 48,
        seed: 7,
        fixed_lens: false,
        stills: Vec::new(),
        beats: Vec::new(),
    }
}

/// The same with a picture in a role.
pub(crate) fn with_still(mut brief: Brief, picture: Rgb, role: StillRole) -> Brief {
    brief.stills.push(Still { picture, role, reel: None });
    brief
}

/// One frame of a film.
pub(crate) fn frame(film: &Film, brief: &Brief, index: u32) -> Frame {
    let mut out = Frame::black(brief.width, brief.height);
    film.draw(index, &mut out);
    out
}

/// What a prompt was understood as.
pub(crate) fn understood(prompt: &str) -> String {
    compose(&brief(prompt)).describe()
}

/// Mean absolute difference of luma.
pub(crate) fn difference(a: &Frame, b: &Frame) -> f64 {
    let sum: u64 = a.y.iter().zip(&b.y).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / a.y.len() as f64
}

/// Standard deviation of luma.
pub(crate) fn spread(frame: &Frame) -> f64 {
    let count = frame.y.len() as f64;
    let mean = frame.y.iter().map(|y| f64::from(*y)).sum::<f64>() / count;
    let power = frame.y.iter().map(|y| (f64::from(*y) - mean).powi(2)).sum::<f64>() / count;
    power.sqrt()
}

/// Peak signal-to-noise ratio over all planes, dB.
pub(crate) fn psnr(a: &Frame, b: &Frame) -> f64 {
    let planes = [(&a.y, &b.y), (&a.u, &b.u), (&a.v, &b.v)];
    let (mut sum, mut count) = (0.0, 0.0);
    for (a, b) in planes {
        for (a, b) in a.iter().zip(b) {
            sum += f64::from(a.abs_diff(*b)).powi(2);
            count += 1.0;
        }
    }
    if sum == 0.0 { f64::INFINITY } else { 10.0 * (255.0 * 255.0 * count / sum).log10() }
}

/// A picture with edges, gradients and colour, `phase` moving its shapes sideways.
pub(crate) fn photo(width: usize, height: usize, phase: f64) -> Rgb {
    let mut data = Vec::with_capacity(width * height * 3);
    for y in 0..height {
        for x in 0..width {
            let (u, v) = (x as f64 / width as f64 - phase, y as f64 / height as f64);
            let disc = (u - 0.5).powi(2) + (v - 0.55).powi(2) < 0.04;
            let wave = ((u * 40.0).sin() * (v * 25.0).cos() * 40.0 + 128.0) as u8;
            let pixel =
                if disc { [220, 90, 40] } else { [wave, (v * 255.0) as u8, 200 - wave / 2] };
            data.extend(pixel);
        }
    }
    Rgb { width, height, data }
}
