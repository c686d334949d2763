//! What a moving camera sees of a picture, and drawing just that.

use libm::sinf;
use pulp::{Arch, NullaryFnOnce};
use reelgate_codec::Frame;

use super::super::camera::Camera;
use super::super::paint::noise::smoothstep;
use super::super::words::Move;
use super::depth::Near;
use super::line::{Line, Span};
use super::plane::Plane;
use super::plate::{CHROMA_COLUMNS, CHROMA_RUN, LUMA_COLUMNS, LUMA_RUN, Plate};

/// What part of the picture is seen, and how far near things slide against far ones.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Window {
    pub(crate) zoom: f32,
    /// Centre, as parts of the frame's width and height.
    pub(crate) shift: [f32; 2],
    /// Slide of the nearest things, same parts.
    pub(crate) slide: [f32; 2],
    /// How much more the nearest things grow.
    pub(crate) swell: f32,
}

impl Window {
    pub(crate) const WHOLE: Self = Self { zoom: 1.0, shift: [0.0; 2], slide: [0.0; 2], swell: 0.0 };

    /// Whether all rows look at the same columns, and all columns at the same rows.
    fn is_level(&self) -> bool {
        self.slide == [0.0; 2] && self.swell == 0.0
    }

    /// Where in the picture the place `u`, `v` of the frame looks, `near` being its nearness and
    /// `out` one over the zoom.
    #[inline(always)]
    fn source(&self, [u, v]: [f32; 2], near: f32, out: f32) -> [f32; 2] {
        // Near things grow a little more and slide a little further.
        let lean = near - 0.5;
        let shrink = (1.0 - self.swell * lean) * out;
        [
            0.5 + (u - 0.5) * shrink + self.shift[0] + self.slide[0] * lean,
            0.5 + (v - 0.5) * shrink + self.shift[1] + self.slide[1] * lean,
        ]
    }

    /// The window `e` (0 to 1, eased) along the camera's move.
    pub(crate) fn along(camera: &Camera, e: f32, seconds: f32, tight: f32) -> Self {
        let mut window = Self { zoom: tight, ..Self::WHOLE };
        if camera.is_still() {
            return window;
        }
        let side = camera.side();
        let (mut grow, mut pan, mut slide, mut swell) = (0.05, [0.0; 2], [0.0; 2], 0.0);
        match camera.first_move() {
            Some(Move::PushIn) => (grow, slide, swell) = (0.13, [0.35 * side, 0.15], 0.5),
            Some(Move::ZoomIn) => grow = 0.20,
            Some(Move::PullOut | Move::ZoomOut) => (grow, slide) = (0.07, [0.5 * side, 0.2]),
            Some(Move::PanLeft) => (grow, pan) = (0.11, [-0.85, 0.0]),
            Some(Move::PanRight) => (grow, pan) = (0.11, [0.85, 0.0]),
            Some(Move::TiltUp) => (grow, pan) = (0.11, [0.0, -0.85]),
            Some(Move::TiltDown) => (grow, pan) = (0.11, [0.0, 0.85]),
            Some(Move::TruckLeft) => (grow, pan, slide) = (0.11, [-0.25, 0.0], [-0.7, 0.0]),
            Some(Move::TruckRight) => (grow, pan, slide) = (0.11, [0.25, 0.0], [0.7, 0.0]),
            Some(Move::CraneUp) => (grow, pan, slide) = (0.10, [0.0, -0.2], [0.0, -0.7]),
            Some(Move::CraneDown) => (grow, pan, slide) = (0.10, [0.0, 0.2], [0.0, 0.7]),
            Some(Move::Orbit) => {
                (grow, pan, slide) = (0.11, [-0.35 * side, 0.0], [0.6 * side, 0.0])
            }
            Some(Move::Aerial) => (grow, slide, swell) = (0.14, [0.2 * side, -0.3], 0.5),
            Some(Move::Whip) => (grow, pan) = (0.13, [0.9 * side, 0.0]),
            _ => {}
        }
        window.zoom *= 1.0 + grow * e;
        window.swell = swell * grow * e;
        // What the zoom hides on each side is what the window may move by.
        let spare = 0.5 * (1.0 - 1.0 / window.zoom) * if tight > 1.0 { 0.9 } else { 1.0 };
        let part = if tight > 1.0 { e } else { 1.0 };
        for k in 0..2 {
            window.shift[k] = spare * pan[k] * part;
            window.slide[k] = spare * slide[k] * part;
        }
        if camera.is_handheld() {
            let wave = |rate: f32, phase: f32| sinf(seconds * rate + phase);
            let ease = smoothstep(0.0, 1.2, seconds);
            let spare = spare * 0.4 * ease;
            window.shift[0] += spare * (0.6 * wave(1.7, 0.3) + 0.4 * wave(3.1, 1.0));
            window.shift[1] += spare * (0.6 * wave(2.1, 2.0) + 0.4 * wave(3.7, 4.0));
        }
        window
    }
}

/// Draws what a window shows of a plate.
pub(crate) fn look(plate: &Plate, window: &Window, out: &mut Frame) {
    let (plane, near, width) = (&plate.luma, &plate.luma_near, out.width);
    let size = (width, out.height);
    let luma = Look::<LUMA_RUN, LUMA_COLUMNS> { plane, near, window, out: &mut out.y, size };
    Arch::new().dispatch(luma);
    let (near, size) = (&plate.chroma_near, (width / 2, out.height / 2));
    for (plane, out) in [(&plate.blue, &mut out.u), (&plate.red, &mut out.v)] {
        let chroma = Look::<CHROMA_RUN, CHROMA_COLUMNS> { plane, near, window, out, size };
        Arch::new().dispatch(chroma);
    }
}

/// One plane of a frame being drawn, along straight paths of `RUN` pixels.
struct Look<'a, const RUN: usize, const COLUMNS: usize> {
    plane: &'a Plane,
    near: &'a Near,
    window: &'a Window,
    out: &'a mut [u8],
    size: (usize, usize),
}

impl<const RUN: usize, const COLUMNS: usize> NullaryFnOnce for Look<'_, RUN, COLUMNS> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let mut line = Line::new();
        let span = if self.window.is_level() { self.aim(&mut line) } else { None };
        match span {
            Some(span) => self.level(&mut line, span),
            None => self.bent(&mut line),
        }
    }
}

impl<const RUN: usize, const COLUMNS: usize> Look<'_, RUN, COLUMNS> {
    /// Aims at where the pixels of any row look.
    #[inline(always)]
    fn aim(&self, line: &mut Line) -> Option<Span> {
        let (width, out) = (self.size.0, 1.0 / self.window.zoom);
        let across = 1.0 / width as f32;
        let place = |x: usize| {
            let u = (x as i32 as f32 + 0.5) * across;
            self.plane.place(self.window.source([u, 0.0], 0.0, out))[0]
        };
        let ends: Vec<i32> = (0..=width.div_ceil(RUN)).map(|run| place(run * RUN)).collect();
        let runs = ends.windows(2).flat_map(|ends| {
            let step = ends[1].saturating_sub(ends[0]) / RUN as i32;
            (0..RUN as i32).map(move |x| ends[0].saturating_add(step * x))
        });
        line.aim(self.plane, runs.take(width))
    }

    #[inline(always)]
    fn level(self, line: &mut Line, span: Span) {
        let (width, height) = self.size;
        let (out, down) = (1.0 / self.window.zoom, 1.0 / height as f32);
        for (y, row) in self.out.chunks_exact_mut(width).enumerate() {
            let v = (y as i32 as f32 + 0.5) * down;
            let [_, v] = self.plane.place(self.window.source([0.0, v], 0.0, out));
            line.level(self.plane, span, v);
            line.write::<RUN>(self.plane, row);
        }
    }

    #[inline(always)]
    fn bent(self, line: &mut Line) {
        let (width, height) = self.size;
        let (across, down) = (1.0 / width as f32, 1.0 / height as f32);
        let out = 1.0 / self.window.zoom;
        let (mut us, mut vs) = (vec![0; self.near.columns], vec![0; self.near.columns]);
        let rows = self.out.chunks_exact_mut(width).zip(self.near.near.chunks(self.near.columns));
        for (y, (row, near)) in rows.enumerate() {
            let v = (y as i32 as f32 + 0.5) * down;
            for (index, ((fu, fv), near)) in us.iter_mut().zip(&mut vs).zip(near).enumerate() {
                let u = ((index * RUN) as i32 as f32 + 0.5) * across;
                [*fu, *fv] = self.plane.place(self.window.source([u, v], *near, out));
            }
            let ends = us.windows(2).zip(vs.windows(2));
            line.clear();
            for (us, vs) in ends {
                line.path::<RUN, COLUMNS>(self.plane, [us[0], vs[0]], [us[1], vs[1]]);
            }
            line.write::<RUN>(self.plane, row);
        }
    }
}
