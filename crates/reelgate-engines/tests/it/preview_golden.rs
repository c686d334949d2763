//! How a handful of prompts look, as 64 bits each: whoever changes the look changes these, after
//! looking at it with `./gallery`.

use crate::support::{brief, frame};
use reelgate_codec::Frame;
use reelgate_engines::preview::compose;

/// Bits that may differ: what a better gradient or another grain changes.
const SLACK: u32 = 5;

const GOLDEN: [(&str, u64); 6] = [
    ("the open sea at sunset, golden hour", 0x987c_bcfc_f0f4_fcbe),
    ("a neon city in the rain at night", 0x8468_cccc_e8d4_f0c8),
    ("snowy mountains in the morning, crane shot", 0xd0c0_e4b0_d8b0_c8f8),
    ("a cat in a flower garden", 0xc0e8_f878_f8da_e2f0),
    ("outer space with planets, orbit shot", 0x4366_ccd8_f8f8_d9f9),
    ("whitebox, a man walks, tracking shot", 0x95d9_dbc9_884d_ce3b),
];

/// Whether each of nine by eight fields is lighter than its left neighbour.
fn fingerprint(frame: &Frame) -> u64 {
    let mean = |column: usize, row: usize| {
        let (w, h) = (frame.width / 9, frame.height / 8);
        let rows = (row * h..(row + 1) * h).map(|y| {
            let start = y * frame.width + column * w;
            frame.y[start..start + w].iter().map(|luma| u64::from(*luma)).sum::<u64>()
        });
        rows.sum::<u64>()
    };
    (0..64).fold(0, |bits, at| {
        let (column, row) = (at % 8, at / 8);
        bits << 1 | u64::from(mean(column + 1, row) > mean(column, row))
    })
}

#[test]
fn a_handful_of_prompts_look_as_they_did() {
    let found: Vec<(&str, u64)> = GOLDEN
        .iter()
        .map(|(prompt, _)| {
            let brief = brief(prompt);
            (*prompt, fingerprint(&frame(&compose(&brief), &brief, 24)))
        })
        .collect();
    let shown: Vec<_> =
        found.iter().map(|(prompt, bits)| format!("{bits:#018x} {prompt}")).collect();
    for ((prompt, bits), (_, golden)) in found.iter().zip(GOLDEN) {
        let apart = (bits ^ golden).count_ones();
        assert!(apart <= SLACK, "{prompt} differs in {apart} of 64:\n{}", shown.join("\n"));
    }
}
