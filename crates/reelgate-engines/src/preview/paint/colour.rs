//! Colours as painters mix them: display-referred `0.0..1.0`, not linear light.

use super::noise::nearest;

/// Red, green, blue; above 1.0 is light that blooms.
pub(crate) type Ink = [f32; 3];

/// An [`Ink`] already multiplied by its cover, and the cover.
pub(crate) type Quad = [f32; 4];

/// White in the whole numbers that a frame is painted in: what an 8-bit colour is, five bits up.
/// Eight times as much light fits.
pub(crate) const WHITE: f32 = 8160.0;

/// Light in whole numbers, see [`WHITE`].
#[inline(always)]
pub(crate) fn whole(light: f32) -> u16 {
    nearest((light * WHITE).clamp(0.0, 65_535.0)) as u16
}

/// `0xRRGGBB`, as colour pickers write it.
pub(crate) const fn hex(code: u32) -> Ink {
    [
        ((code >> 16) & 255) as f32 / 255.0,
        ((code >> 8) & 255) as f32 / 255.0,
        (code & 255) as f32 / 255.0,
    ]
}

#[inline]
pub(crate) fn mix(a: Ink, b: Ink, t: f32) -> Ink {
    [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t]
}

#[inline]
pub(crate) fn scale(a: Ink, by: f32) -> Ink {
    [a[0] * by, a[1] * by, a[2] * by]
}

#[inline]
pub(crate) fn tint(a: Ink, b: Ink) -> Ink {
    [a[0] * b[0], a[1] * b[1], a[2] * b[2]]
}

#[inline]
pub(crate) fn luma(a: Ink) -> f32 {
    0.2126 * a[0] + 0.7152 * a[1] + 0.0722 * a[2]
}

/// Moves a colour away from (above 1.0) or towards (below) its own grey.
#[inline]
pub(crate) fn saturate(a: Ink, by: f32) -> Ink {
    let grey = luma(a);
    mix([grey, grey, grey], a, by)
}

pub(crate) fn solid(a: Ink) -> Quad {
    [a[0], a[1], a[2], 1.0]
}

pub(crate) fn veil(a: Ink, cover: f32) -> Quad {
    [a[0] * cover, a[1] * cover, a[2] * cover, cover]
}

/// Light that adds to what is behind it and hides nothing.
pub(crate) fn glow(a: Ink, strength: f32) -> Quad {
    [a[0] * strength, a[1] * strength, a[2] * strength, 0.0]
}

/// A colour with only part of its cover.
#[inline(always)]
pub(crate) fn part_of(ink: Quad, part: f32) -> Quad {
    [ink[0] * part, ink[1] * part, ink[2] * part, ink[3] * part]
}
