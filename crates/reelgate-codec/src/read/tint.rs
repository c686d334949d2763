//! Bringing other programs' colours to BT.709 limited range.

use shiguredo_mp4::boxes::{Avc1Box, UnknownBox};

use crate::Frame;

/// Rounds away the 16 fraction bits.
const HALF: i32 = 1 << 15;

// BT.601 to BT.709 on limited-range samples, with 16 fraction bits.
const LUMA_U: i32 = -7_573;
const LUMA_V: i32 = -13_627;
const U_U: i32 = 66_758;
const U_V: i32 = 7_512;
const V_U: i32 = 4_918;
const V_V: i32 = 67_196;

/// How a track's pictures are coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tint {
    /// Standard-definition matrix (BT.601) instead of BT.709.
    bt601: bool,
    /// Levels from 0 to 255 instead of 16 to 235.
    full_range: bool,
}

impl Tint {
    /// What the `colr` box says, else what players assume: BT.601 below 720 rows and columns.
    pub(super) fn of(entry: &Avc1Box) -> Self {
        let stated = entry.unknown_boxes.iter().find_map(Self::stated);
        let small = entry.visual.width.max(entry.visual.height) < 720;
        stated.unwrap_or(Self { bt601: small, full_range: false })
    }

    fn stated(found: &UnknownBox) -> Option<Self> {
        if found.box_type.as_bytes() != b"colr" {
            return None;
        }
        let (kind, values) = found.payload.split_first_chunk::<4>()?;
        let matrix = u16::from_be_bytes(*values.get(4..)?.first_chunk()?);
        match (kind, matrix) {
            (b"nclx", 1 | 5 | 6) => {
                let full_range = values.get(6)? & 0x80 != 0;
                Some(Self { bt601: matrix != 1, full_range })
            }
            (b"nclc", 1 | 5 | 6) => Some(Self { bt601: matrix != 1, full_range: false }),
            _ => None,
        }
    }

    /// Changes a frame's samples to BT.709 limited range.
    pub(super) fn normalise(self, frame: &mut Frame) {
        if self.full_range {
            frame.y.iter_mut().for_each(|y| *y = scaled(i32::from(*y), 56_284, 16));
            for chroma in frame.u.iter_mut().chain(&mut frame.v) {
                *chroma = scaled(i32::from(*chroma) - 128, 57_569, 128);
            }
        }
        if self.bt601 {
            let half = frame.width / 2;
            let chroma = frame.u.chunks_exact_mut(half).zip(frame.v.chunks_exact_mut(half));
            for (luma, (u, v)) in frame.y.chunks_exact_mut(frame.width * 2).zip(chroma) {
                let (top, bottom) = luma.split_at_mut(frame.width);
                turn_luma(top, u, v);
                turn_luma(bottom, u, v);
                turn_chroma(u, v);
            }
        }
    }
}

fn scaled(value: i32, factor: i32, zero: i32) -> u8 {
    (zero + ((value * factor + HALF) >> 16)).clamp(0, 255) as u8
}

fn turn_luma(luma: &mut [u8], u: &[u8], v: &[u8]) {
    for (pair, (u, v)) in luma.chunks_exact_mut(2).zip(u.iter().zip(v)) {
        let (u, v) = (i32::from(*u) - 128, i32::from(*v) - 128);
        let change = (LUMA_U * u + LUMA_V * v + HALF) >> 16;
        pair.iter_mut().for_each(|y| *y = (i32::from(*y) + change).clamp(0, 255) as u8);
    }
}

fn turn_chroma(u: &mut [u8], v: &mut [u8]) {
    for (u, v) in u.iter_mut().zip(v) {
        let (blue, red) = (i32::from(*u) - 128, i32::from(*v) - 128);
        *u = (128 + ((U_U * blue + U_V * red + HALF) >> 16)).clamp(0, 255) as u8;
        *v = (128 + ((V_U * blue + V_V * red + HALF) >> 16)).clamp(0, 255) as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::Tint;
    use crate::Frame;

    fn check(tint: Tint, [y, u, v]: [u8; 3], expected: [u8; 3]) {
        let [y, u, v] = [vec![y; 4], vec![u], vec![v]];
        let mut frame = Frame { width: 2, height: 2, y, u, v };
        tint.normalise(&mut frame);
        let found = [frame.y[3], frame.u[0], frame.v[0]];
        let worst = found.iter().zip(&expected).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(worst <= Some(1), "{found:?} instead of {expected:?}");
    }

    #[test]
    fn red_and_green_of_standard_definition_become_those_of_high_definition() {
        let tint = Tint { bt601: true, full_range: false };
        check(tint, [81, 90, 240], [63, 102, 240]);
        check(tint, [145, 54, 34], [173, 42, 26]);
        check(tint, [120, 128, 128], [120, 128, 128]);
    }

    #[test]
    fn full_range_is_squeezed() {
        let tint = Tint { bt601: false, full_range: true };
        check(tint, [0, 128, 128], [16, 128, 128]);
        check(tint, [255, 0, 255], [235, 16, 240]);
    }
}
