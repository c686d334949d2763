//! What a grey box scene is made of: flat-sided solids and round rods.

use super::super::paint::colour::Ink;
use super::space::{V3, add, cross, dot, sub, times, turned, unit};

/// Light comes from here.
pub(crate) const SUN: V3 = [-0.48, 0.74, -0.47];

/// One flat side, seen from the front its corners turn clockwise.
#[derive(Clone, Debug)]
pub(crate) struct Side {
    /// Indices into [`Solid::corners`].
    pub(crate) corners: Vec<usize>,
    pub(crate) normal: V3,
}

/// A convex body with flat sides.
#[derive(Clone, Debug)]
pub(crate) struct Solid {
    pub(crate) corners: Vec<V3>,
    pub(crate) sides: Vec<Side>,
    pub(crate) ink: Ink,
}

impl Solid {
    /// A block of a width, height and depth that stands on `foot`.
    pub(crate) fn block([w, h, d]: V3, foot: V3, ink: Ink) -> Self {
        Self::frustum([w, h, d], 1.0, 1.0, foot, ink)
    }

    /// A block whose top is `across` as wide and `along` as deep as its foot; 0 for roofs.
    pub(crate) fn frustum([w, h, d]: V3, across: f32, along: f32, foot: V3, ink: Ink) -> Self {
        let ring = |y: f32, sx: f32, sz: f32| {
            [[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]]
                .map(|[x, z]| add(foot, [x * w * sx, y, z * d * sz]))
        };
        let corners: Vec<V3> =
            ring(0.0, 1.0, 1.0).into_iter().chain(ring(h, across, along)).collect();
        let middle = add(foot, [0.0, h * 0.5, 0.0]);
        let sides =
            [[0, 1, 5, 4], [1, 2, 6, 5], [2, 3, 7, 6], [3, 0, 4, 7], [4, 5, 6, 7], [0, 1, 2, 3]]
                .into_iter()
                .filter_map(|side| Side::of(&corners, &side, middle))
                .collect();
        Self { corners, sides, ink }
    }

    /// Turned about the vertical through `pivot`.
    pub(crate) fn turned(mut self, angle: f32, pivot: V3) -> Self {
        for corner in &mut self.corners {
            *corner = add(pivot, turned(sub(*corner, pivot), angle));
        }
        for side in &mut self.sides {
            side.normal = turned(side.normal, angle);
        }
        self
    }

    pub(crate) fn moved(mut self, by: V3) -> Self {
        for corner in &mut self.corners {
            *corner = add(*corner, by);
        }
        self
    }

    pub(crate) fn middle(&self) -> V3 {
        let sum = self.corners.iter().fold([0.0; 3], |sum, corner| add(sum, *corner));
        times(sum, 1.0 / self.corners.len() as f32)
    }
}

impl Side {
    /// `None` for a side without an area, as roofs have on top.
    fn of(corners: &[V3], side: &[usize], middle: V3) -> Option<Self> {
        // Corners that fall together are one.
        let mut kept: Vec<usize> = Vec::with_capacity(side.len());
        for &at in side {
            let same = |other: &usize| {
                let gap = sub(corners[*other], corners[at]);
                dot(gap, gap) < 1e-10
            };
            if !kept.iter().any(same) {
                kept.push(at);
            }
        }
        let [a, b, c, ..] = kept[..] else { return None };
        let normal = unit(cross(sub(corners[b], corners[a]), sub(corners[c], corners[a])));
        let outward = dot(normal, sub(corners[a], middle)) > 0.0;
        Some(Self { corners: kept, normal: if outward { normal } else { times(normal, -1.0) } })
    }
}

/// A straight rod with round ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rod {
    pub(crate) from: V3,
    pub(crate) to: V3,
    pub(crate) radius: f32,
    pub(crate) ink: Ink,
}

impl Rod {
    pub(crate) fn moved(self, by: V3) -> Self {
        Self { from: add(self.from, by), to: add(self.to, by), ..self }
    }
}

/// Bodies to draw.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bodies {
    pub(crate) solids: Vec<Solid>,
    pub(crate) rods: Vec<Rod>,
}

impl Bodies {
    pub(crate) fn moved(self, by: V3) -> Self {
        Self {
            solids: self.solids.into_iter().map(|solid| solid.moved(by)).collect(),
            rods: self.rods.into_iter().map(|rod| rod.moved(by)).collect(),
        }
    }

    /// All turned about the vertical through the origin.
    pub(crate) fn turned(self, angle: f32) -> Self {
        let rod =
            |rod: Rod| Rod { from: turned(rod.from, angle), to: turned(rod.to, angle), ..rod };
        Self {
            solids: self.solids.into_iter().map(|s| s.turned(angle, [0.0; 3])).collect(),
            rods: self.rods.into_iter().map(rod).collect(),
        }
    }

    pub(crate) fn extend(&mut self, other: Bodies) {
        self.solids.extend(other.solids);
        self.rods.extend(other.rods);
    }
}

/// How bright a surface is, by where it faces.
#[inline(always)]
pub(crate) fn lit(normal: V3) -> f32 {
    let sun = dot(normal, SUN).max(0.0);
    0.52 + 0.42 * sun + 0.10 * normal[1]
}
