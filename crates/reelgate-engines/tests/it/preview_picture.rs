//! Pictures from words alone: the same on every run, moving, and different from each other.

use reelgate_codec::Frame;
use reelgate_engines::preview::compose;

use crate::support::{brief, difference, frame, spread};

const SETTINGS: [&str; 16] = [
    "a beach",
    "the open sea at sunset",
    "a river in spring",
    "a mountain lake in the morning",
    "a forest in autumn",
    "a city street in the morning",
    "a neon city in the rain at night",
    "snowy mountains",
    "desert dunes at noon",
    "a cozy room",
    "birthday candles",
    "outer space with planets",
    "a flower garden",
    "underwater coral reef",
    "above the clouds at dawn",
    "a river through a forest, aerial view",
];

#[test]
fn every_setting_has_something_to_see_and_moves() {
    for prompt in SETTINGS {
        let brief = brief(prompt);
        let film = compose(&brief);
        let (first, last) = (frame(&film, &brief, 0), frame(&film, &brief, 47));
        assert!(spread(&first) > 12.0, "{prompt}: spread {}", spread(&first));
        assert!(difference(&first, &last) > 1.2, "{prompt}: moved {}", difference(&first, &last));
    }
}

#[test]
fn settings_do_not_look_alike() {
    let frames: Vec<Frame> = SETTINGS
        .iter()
        .map(|prompt| {
            let brief = brief(prompt);
            frame(&compose(&brief), &brief, 24)
        })
        .collect();
    for (index, a) in frames.iter().enumerate() {
        for (other, b) in frames.iter().enumerate().skip(index + 1) {
            let apart = difference(a, b);
            assert!(apart > 6.0, "{} and {}: {apart}", SETTINGS[index], SETTINGS[other]);
        }
    }
}

#[test]
fn the_same_brief_gives_the_same_bytes_in_any_order() {
    for prompt in ["a lake at night with fireworks", "a forest, aerial view", "a cat in a garden"] {
        let brief = brief(prompt);
        let (one, two) = (compose(&brief), compose(&brief));
        let forward: Vec<Frame> = [0, 9, 30].map(|index| frame(&one, &brief, index)).to_vec();
        let backward: Vec<Frame> = [30, 9, 0].map(|index| frame(&two, &brief, index)).to_vec();
        assert!(forward.iter().eq(backward.iter().rev()), "{prompt}");
    }
}

#[test]
fn threads_do_not_change_a_byte() {
    let brief = brief("a neon city in the rain at night, a woman walking");
    let film = compose(&brief);
    let alone: Vec<Frame> = (0..8).map(|index| frame(&film, &brief, index * 5)).collect();
    let together: Vec<Frame> = std::thread::scope(|scope| {
        let (film, brief) = (&film, &brief);
        let workers: Vec<_> =
            (0..8).map(|index| scope.spawn(move || frame(film, brief, index * 5))).collect();
        workers.into_iter().map(|worker| worker.join().expect("no worker panics")).collect()
    });
    assert!(alone == together);
}

#[test]
fn another_seed_is_another_picture() {
    let one = brief("a mountain lake");
    let mut two = one.clone();
    two.seed = 8;
    let (a, b) = (frame(&compose(&one), &one, 0), frame(&compose(&two), &two, 0));
    assert!(difference(&a, &b) > 1.0);
}

#[test]
fn a_fixed_lens_keeps_the_land_where_it_is() {
    let moving = brief("snowy mountains at noon, clear sky, pan left");
    let mut fixed = moving.clone();
    fixed.fixed_lens = true;
    let drift = |brief| {
        let film = compose(brief);
        difference(&frame(&film, brief, 0), &frame(&film, brief, 47))
    };
    assert!(drift(&fixed) * 3.0 < drift(&moving), "{} {}", drift(&fixed), drift(&moving));
}

#[test]
fn neighbouring_frames_are_close() {
    for prompt in SETTINGS {
        let brief = brief(prompt);
        let film = compose(&brief);
        let step = difference(&frame(&film, &brief, 20), &frame(&film, &brief, 21));
        assert!(step < 7.0, "{prompt} jumps by {step}");
    }
}

#[test]
fn any_shape_of_frame_works() {
    for (width, height) in [(496, 432), (108, 192), (252, 108), (64, 64), (90, 160), (320, 136)] {
        for prompt in ["a city street at night", "a woman walking on the beach", "aerial forest"] {
            let mut brief = brief(prompt);
            (brief.width, brief.height) = (width, height);
            let out = frame(&compose(&brief), &brief, 12);
            assert!(spread(&out) > 8.0, "{prompt} at {width}x{height}");
        }
    }
}

#[test]
fn luma_and_chroma_stay_in_the_limited_range() {
    for prompt in SETTINGS {
        let brief = brief(prompt);
        let out = frame(&compose(&brief), &brief, 10);
        assert!(out.y.iter().all(|y| (16..=235).contains(y)), "{prompt}");
        assert!(out.u.iter().chain(&out.v).all(|c| (16..=240).contains(c)), "{prompt}");
    }
}
