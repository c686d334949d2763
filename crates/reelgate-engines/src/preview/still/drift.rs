//! Moves the camera over a picture: from exactly the picture, never beyond its edges.

use libm::sinf;
use pulp::{Arch, NullaryFnOnce};
use reelgate_codec::Frame;

use super::super::camera::Camera;
use super::super::paint::band::{BAND_ROWS, Band};
use super::super::paint::finish::grain;
use super::super::paint::noise::{hash, lerp, smoothstep};
use super::super::paint::view::{Eye, View};
use super::super::place::stage::Moment;
use super::super::place::swarm::Swarm;
use super::super::words::Move;
use super::plate::{Plane, Plate, RUN};

/// Which end of the path is the untouched picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Path {
    /// Starts on the picture and leaves it.
    Leaves,
    /// Arrives on the picture.
    Lands,
}

/// A moving look at one plate.
pub(crate) struct Drift {
    pub(crate) plate: Plate,
    pub(crate) camera: Camera,
    pub(crate) path: Path,
    /// Zoom the shot begins with: above 1 for later shots of the same picture.
    pub(crate) tight: f32,
    pub(crate) overlay: Overlay,
}

/// Weather over a picture.
#[derive(Default)]
pub(crate) struct Overlay {
    pub(crate) swarms: Vec<Swarm>,
}

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

    /// Where in the picture the place `u`, `v` of the frame looks, `near` being its nearness.
    #[inline(always)]
    fn source(&self, u: f32, v: f32, near: f32) -> [f32; 2] {
        // Near things grow a little more and slide a little further.
        let lean = near - 0.5;
        let shrink = (1.0 - self.swell * lean) / self.zoom;
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

/// Slow at first, even later: a move that begins on an untouched frame must not jerk.
fn eased(part: f32) -> f32 {
    let soft = smoothstep(0.0, 1.0, part);
    lerp(soft, part, 0.35 * smoothstep(0.0, 0.5, part))
}

impl Drift {
    pub(crate) fn draw(&self, moment: &Moment, clip_seconds: f32, out: &mut Frame) {
        let part = if self.path == Path::Leaves { moment.part } else { 1.0 - moment.part };
        let window = Window::along(&self.camera, eased(part), clip_seconds, self.tight);
        let touched = smoothstep(0.0, 0.12, part);
        if window == Window::WHOLE {
            out.clone_from(&self.plate.exact);
        } else {
            look(&self.plate, &window, out);
            // The untouched frame is a little crisper than a sampled one: hand over gently while
            // the two still lie within a pixel of each other.
            let exact = if self.tight > 1.0 { 0.0 } else { 1.0 - smoothstep(0.0, 0.06, part) };
            if exact > 0.0 {
                blend(out, &self.plate.exact, exact);
            }
        }
        if touched > 0.0 {
            speckle(out, moment.index, touched);
            self.overlay.paint(moment, touched, out);
        }
    }
}

/// Moves `part` of the way from `out` to `to`.
fn blend(out: &mut Frame, to: &Frame, part: f32) {
    let planes = [(&mut out.y, &to.y), (&mut out.u, &to.u), (&mut out.v, &to.v)];
    let weight = (part * 256.0) as i32;
    for (out, to) in planes {
        for (o, t) in out.iter_mut().zip(to) {
            let from = i32::from(*o);
            *o = (from + (((i32::from(*t) - from) * weight + 128) >> 8)) as u8;
        }
    }
}

/// Draws what a window shows of a plate.
pub(crate) fn look(plate: &Plate, window: &Window, out: &mut Frame) {
    let (w, h) = (out.width, out.height);
    paint_plane(plate, &plate.luma, window, &mut out.y, (w, h));
    paint_plane(plate, &plate.blue, window, &mut out.u, (w / 2, h / 2));
    paint_plane(plate, &plate.red, window, &mut out.v, (w / 2, h / 2));
}

fn paint_plane(
    plate: &Plate,
    plane: &Plane,
    window: &Window,
    out: &mut [u8],
    (width, height): (usize, usize),
) {
    for (y, row) in out.chunks_exact_mut(width).enumerate() {
        let v = (y as f32 + 0.5) / height as f32;
        Arch::new().dispatch(LookRow { plate, plane, window, row, v });
    }
}

struct LookRow<'a> {
    plate: &'a Plate,
    plane: &'a Plane,
    window: &'a Window,
    row: &'a mut [u8],
    /// Height in the frame, 0 to 1.
    v: f32,
}

impl NullaryFnOnce for LookRow<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let step = 1.0 / self.row.len() as f32;
        let place = |x: usize| {
            let u = (x as i32 as f32 + 0.5) * step;
            self.window.source(u, self.v, self.plate.depth.at(u, self.v))
        };
        let mut from = place(0);
        for (index, pixels) in self.row.chunks_mut(RUN).enumerate() {
            let to = place((index + 1) * RUN);
            let run = self.plane.run(from, to);
            self.plane.follow(&run, pixels);
            from = to;
        }
    }
}

/// Light grain on luma, `touched` from 0 to 1.
pub(crate) fn speckle(out: &mut Frame, index: u32, touched: f32) {
    let (table, width) = (grain(), out.width);
    for (y, row) in out.y.chunks_exact_mut(width).enumerate() {
        let start = hash(index, y as u32, 0x6A17) as usize % (table.len() - width.min(8192));
        let noise = &table[start..start + width];
        Arch::new().dispatch(Speckle { row, noise, strength: 1.1 * touched });
    }
}

struct Speckle<'a> {
    row: &'a mut [u8],
    noise: &'a [f32],
    strength: f32,
}

impl NullaryFnOnce for Speckle<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for (pixel, n) in self.row.iter_mut().zip(self.noise) {
            let value = f32::from(*pixel) + 0.5 + self.strength * n;
            *pixel = value.clamp(16.0, 235.0) as i32 as u8;
        }
    }
}

impl Overlay {
    /// Paints the swarms over a finished frame.
    pub(crate) fn paint(&self, moment: &Moment, strength: f32, out: &mut Frame) {
        if self.swarms.is_empty() {
            return;
        }
        let view = View { width: out.width, height: out.height };
        let still = Moment { eye: Eye::still(), ..*moment };
        let flecks: Vec<_> = self.swarms.iter().flat_map(|s| s.flecks(view, &still)).collect();
        let (mut px, mut spare) = (Vec::new(), Vec::new());
        let mut near = Vec::new();
        for top in (0..view.height).step_by(BAND_ROWS) {
            let rows = BAND_ROWS.min(view.height - top);
            near.clear();
            near.extend(flecks.iter().filter_map(|fleck| {
                let columns = fleck.columns(view, top..top + rows)?;
                Some((fleck, columns))
            }));
            if near.is_empty() {
                continue;
            }
            px.clear();
            px.resize(rows * view.width, [0.0; 4]);
            let mut band = Band { view, top, px: &mut px, spare: &mut spare };
            for (fleck, _) in &near {
                fleck.paint(&mut band);
            }
            near.sort_by_key(|(_, columns)| columns.start);
            let mut done = 0;
            for (_, columns) in &near {
                merge(out, &px, top, strength, columns.start.max(done)..columns.end.max(done));
                done = done.max(columns.end);
            }
        }
    }
}

/// Lays some columns of premultiplied pixels over rows of a frame.
fn merge(
    out: &mut Frame,
    px: &[[f32; 4]],
    top: usize,
    strength: f32,
    columns: std::ops::Range<usize>,
) {
    let width = out.width;
    for (line, row) in px.chunks_exact(width).enumerate() {
        let y = top + line;
        for x in columns.clone() {
            let q = row[x];
            if q[0].max(q[1]).max(q[2]).max(q[3]) <= 0.0 {
                continue;
            }
            let q = q.map(|c| c * strength);
            let keep = 1.0 - q[3];
            let light = 0.2126 * q[0] + 0.7152 * q[1] + 0.0722 * q[2];
            let luma = &mut out.y[y * width + x];
            let value = 16.5 + (f32::from(*luma) - 16.0) * keep + 219.0 * light;
            *luma = value.clamp(16.0, 235.0) as i32 as u8;
            if x.is_multiple_of(2) && y.is_multiple_of(2) {
                let at = y / 2 * (width / 2) + x / 2;
                let u =
                    128.5 + (f32::from(out.u[at]) - 128.0) * keep + 224.0 / 1.8556 * (q[2] - light);
                let v =
                    128.5 + (f32::from(out.v[at]) - 128.0) * keep + 224.0 / 1.5748 * (q[0] - light);
                out.u[at] = u.clamp(16.0, 240.0) as i32 as u8;
                out.v[at] = v.clamp(16.0, 240.0) as i32 as u8;
            }
        }
    }
}
