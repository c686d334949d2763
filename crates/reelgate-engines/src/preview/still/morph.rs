//! From one picture to another: both move as one, and light, not code values, is blended.

use pulp::{Arch, NullaryFnOnce};
use reelgate_codec::Frame;

use super::super::paint::noise::{nearest, smoothstep};
use super::super::place::stage::Moment;
use super::drift::Overlay;
use super::flow::Flow;
use super::line::Line;
use super::plane::Plane;
use super::plate::Plate;
use super::speckle::speckle;

/// Pixels between which motion counts as even.
const RUN: usize = 16;
/// Columns of a plane that so many cross.
const COLUMNS: usize = 48;

/// A shot that opens on one picture and ends on another.
pub(crate) struct Morph {
    pub(crate) first: Plate,
    pub(crate) last: Plate,
    pub(crate) flow: Flow,
    pub(crate) still: bool,
    pub(crate) overlay: Overlay,
}

impl Morph {
    pub(crate) fn new(first: Plate, last: Plate, still: bool, overlay: Overlay) -> Self {
        let flow = Flow::between(&first.exact, &last.exact);
        Self { first, last, flow, still, overlay }
    }

    pub(crate) fn draw(&self, moment: &Moment, out: &mut Frame) {
        let part = moment.part;
        if part <= 0.0 {
            return out.clone_from(&self.first.exact);
        }
        if part >= 1.0 {
            return out.clone_from(&self.last.exact);
        }
        let eased = smoothstep(0.0, 1.0, part);
        // In and out again: both ends must be the pictures themselves.
        let hump = 16.0 * (part * (1.0 - part)) * (part * (1.0 - part));
        let zoom = if self.still { 1.0 } else { 1.0 + 0.09 * hump };
        let blend = smoothstep(0.22, 0.78, part);
        let (w, h) = (out.width, out.height);
        let planes = [
            (&self.first.luma, &self.last.luma, (w, h), true),
            (&self.first.blue, &self.last.blue, (w / 2, h / 2), false),
            (&self.first.red, &self.last.red, (w / 2, h / 2), false),
        ];
        let mut lines = [Line::new(), Line::new()];
        let mut sampled = [vec![0; w], vec![0; w]];
        for ((a, b, (width, height), luma), data) in
            planes.into_iter().zip([&mut out.y, &mut out.u, &mut out.v])
        {
            for (y, row) in data.chunks_exact_mut(width).enumerate() {
                let v = (y as f32 + 0.5) / height as f32;
                let (lines, sampled) = (&mut lines, &mut sampled);
                let way =
                    Row { morph: self, a, b, v, eased, zoom, blend, luma, lines, sampled, row };
                Arch::new().dispatch(way);
            }
        }
        let touched = smoothstep(0.0, 0.12, part) * smoothstep(1.0, 0.88, part);
        speckle(out, moment.index, touched);
        self.overlay.paint(moment, touched, out);
    }
}

struct Row<'a> {
    morph: &'a Morph,
    a: &'a Plane,
    b: &'a Plane,
    v: f32,
    eased: f32,
    zoom: f32,
    blend: f32,
    luma: bool,
    lines: &'a mut [Line; 2],
    /// What each plane shows along the row.
    sampled: &'a mut [Vec<u8>; 2],
    row: &'a mut [u8],
}

impl NullaryFnOnce for Row<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let step = 1.0 / self.row.len() as f32;
        let (back, on) = (self.eased, 1.0 - self.eased);
        let place = |x: usize| {
            let u = (x as i32 as f32 + 0.5) * step;
            let flow = self.morph.flow.at(u, self.v);
            let (cu, cv) = (0.5 + (u - 0.5) / self.zoom, 0.5 + (self.v - 0.5) / self.zoom);
            let a = self.a.place([cu - flow[0] * back, cv - flow[1] * back]);
            (a, self.b.place([cu + flow[0] * on, cv + flow[1] * on]))
        };
        let (mut from, width) = (place(0), self.row.len());
        let ([a, b], [p, q]) = (self.lines, self.sampled);
        a.clear();
        b.clear();
        for x in (RUN..width + RUN).step_by(RUN) {
            let to = place(x);
            a.path::<RUN, COLUMNS>(self.a, from.0, to.0);
            b.path::<RUN, COLUMNS>(self.b, from.1, to.1);
            from = to;
        }
        a.write::<RUN>(self.a, &mut p[..width]);
        b.write::<RUN>(self.b, &mut q[..width]);
        for ((pixel, p), q) in self.row.iter_mut().zip(p).zip(q) {
            let (p, q) = (f32::from(*p), f32::from(*q));
            let value = if self.luma {
                // Light is about the square of the code value.
                let (p, q) = ((p - 16.0).max(0.0), (q - 16.0).max(0.0));
                16.0 + (p * p + (q * q - p * p) * self.blend).sqrt()
            } else {
                p + (q - p) * self.blend
            };
            *pixel = nearest(value.clamp(0.0, 255.0)) as u8;
        }
    }
}
