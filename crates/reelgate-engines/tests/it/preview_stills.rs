//! Given pictures: opened on exactly, landed on exactly, never shown beyond their edges.

use reelgate_codec::{Frame, Rgb};
use reelgate_engines::preview::{StillRole, compose};

use crate::support::{brief, difference, frame, photo, psnr, spread, with_still};

/// The picture as a frame, pixel for pixel: it has the clip's size already.
fn as_frame(picture: &Rgb) -> Frame {
    let (w, h) = (picture.width, picture.height);
    let mut out = Frame::black(w, h);
    let ycc = |p: &[f64]| {
        let luma = 0.2126 * p[0] + 0.7152 * p[1] + 0.0722 * p[2];
        [
            16.0 + 219.0 / 255.0 * luma,
            128.0 + 224.0 / 255.0 * (p[2] - luma) / 1.8556,
            128.0 + 224.0 / 255.0 * (p[0] - luma) / 1.5748,
        ]
    };
    let pixel = |x: usize, y: usize| -> [f64; 3] {
        let at = 3 * (y * w + x);
        [0, 1, 2].map(|k| f64::from(picture.data[at + k]))
    };
    for y in 0..h {
        for x in 0..w {
            out.y[y * w + x] = ycc(&pixel(x, y))[0].round() as u8;
        }
    }
    for y in 0..h / 2 {
        for x in 0..w / 2 {
            let four = [(0, 0), (1, 0), (0, 1), (1, 1)].map(|(a, b)| pixel(2 * x + a, 2 * y + b));
            let mean = [0, 1, 2].map(|k| four.iter().map(|p| p[k]).sum::<f64>() / 4.0);
            let [_, u, v] = ycc(&mean);
            out.u[y * (w / 2) + x] = u.round() as u8;
            out.v[y * (w / 2) + x] = v.round() as u8;
        }
    }
    out
}

#[test]
fn the_first_frame_is_the_picture() {
    let picture = photo(192, 108, 0.0);
    let wanted = as_frame(&picture);
    for prompt in ["", "pan left", "zoom out", "heavy snow, orbit", "handheld", "pull back"] {
        let brief = with_still(brief(prompt), picture.clone(), StillRole::FirstFrame);
        let film = compose(&brief);
        let quality = psnr(&frame(&film, &brief, 0), &wanted);
        assert!(quality >= 38.0, "{prompt:?}: {quality:.1} dB");
        let moved = difference(&frame(&film, &brief, 0), &frame(&film, &brief, 40));
        assert!(moved > 1.0, "{prompt:?} moved by {moved}");
    }
}

#[test]
fn the_picture_is_left_without_a_jerk() {
    let picture = photo(192, 108, 0.0);
    let mut brief = with_still(brief("push in"), picture, StillRole::FirstFrame);
    brief.frames = 120;
    let film = compose(&brief);
    let step = |at| difference(&frame(&film, &brief, at), &frame(&film, &brief, at + 1));
    let middle = step(60).max(step(61));
    for at in 0..12 {
        assert!(step(at) < middle * 1.6 + 1.0, "frame {at} steps by {}", step(at));
    }
}

#[test]
fn the_last_frame_is_landed_on() {
    let (first, last) = (photo(192, 108, 0.0), photo(192, 108, 0.06));
    let (opening, landing) = (as_frame(&first), as_frame(&last));
    let lone = with_still(brief("push in"), last.clone(), StillRole::LastFrame);
    assert!(psnr(&frame(&compose(&lone), &lone, 47), &landing) >= 38.0);
    let both = with_still(with_still(brief(""), first, StillRole::FirstFrame), last, StillRole::LastFrame);
    let film = compose(&both);
    assert!(psnr(&frame(&film, &both, 0), &opening) >= 38.0);
    assert!(psnr(&frame(&film, &both, 47), &landing) >= 38.0);
    let step = |at| difference(&frame(&film, &both, at), &frame(&film, &both, at + 1));
    assert!((0..47).all(|at| step(at) < 9.0), "the morph jumps");
}

#[test]
fn a_fixed_lens_only_adds_grain() {
    let mut brief = with_still(brief("zoom in"), photo(192, 108, 0.0), StillRole::FirstFrame);
    brief.fixed_lens = true;
    let film = compose(&brief);
    assert!(difference(&frame(&film, &brief, 0), &frame(&film, &brief, 47)) < 1.5);
}

#[test]
fn other_shapes_are_cropped_at_the_centre() {
    // A red bar at each side and green in the middle: a square clip shows only green.
    let (width, height) = (300, 100);
    let data = (0..width * height)
        .flat_map(|i| if (100..200).contains(&(i % width)) { [0, 200, 0] } else { [200, 0, 0] })
        .collect();
    let picture = Rgb { width, height, data };
    let mut brief = with_still(brief(""), picture, StillRole::FirstFrame);
    (brief.width, brief.height) = (96, 96);
    let out = frame(&compose(&brief), &brief, 0);
    assert!(out.v[24 * 48 + 24] < 90, "the middle is green");
    assert!(out.v[24 * 48 + 4] < 90, "so is the edge");
}

#[test]
fn references_take_turns() {
    let (one, two) = (photo(120, 90, 0.0), Rgb { width: 8, height: 8, data: vec![250; 192] });
    let brief = with_still(brief("@image2 then @image1"), one, StillRole::Reference);
    let brief = with_still(brief, two, StillRole::Reference);
    let film = compose(&brief);
    assert_eq!(film.describe().lines().count(), 2);
    assert!(spread(&frame(&film, &brief, 2)) < 3.0, "the plain picture comes first");
    assert!(spread(&frame(&film, &brief, 40)) > 10.0);
}

#[test]
fn a_picture_of_one_pixel_is_shown() {
    let dot = Rgb { width: 1, height: 1, data: vec![10, 20, 30] };
    let brief = with_still(brief("zoom in"), dot, StillRole::FirstFrame);
    let out = frame(&compose(&brief), &brief, 47);
    assert!(spread(&out) < 3.0);
}
