//! Points of the scene, in metres: x to the right, y up, z away from the camera's first place.

use libm::{cosf, sinf};

pub(crate) type V3 = [f32; 3];

#[inline(always)]
pub(crate) fn add(a: V3, b: V3) -> V3 {
    [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
}

#[inline(always)]
pub(crate) fn sub(a: V3, b: V3) -> V3 {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

#[inline(always)]
pub(crate) fn times(a: V3, by: f32) -> V3 {
    [a[0] * by, a[1] * by, a[2] * by]
}

#[inline(always)]
pub(crate) fn dot(a: V3, b: V3) -> f32 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

pub(crate) fn cross(a: V3, b: V3) -> V3 {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

pub(crate) fn length(a: V3) -> f32 {
    dot(a, a).sqrt()
}

pub(crate) fn unit(a: V3) -> V3 {
    times(a, 1.0 / length(a).max(1e-9))
}

/// Turned about the vertical: what looked along z looks along `(sin, 0, cos)` of the angle.
pub(crate) fn turned(p: V3, angle: f32) -> V3 {
    let (s, c) = (sinf(angle), cosf(angle));
    [p[0] * c + p[2] * s, p[1], p[2] * c - p[0] * s]
}
