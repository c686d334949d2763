//! Moves the camera over a picture: from exactly the picture, never beyond its edges.

use reelgate_codec::Frame;

use super::super::camera::Camera;
use super::super::paint::band::{BAND_ROWS, Band};
use super::super::paint::colour::WHITE;
use super::super::paint::lay::Spare;
use super::super::paint::noise::{lerp, nearest, smoothstep};
use super::super::paint::view::{Eye, View};
use super::super::place::stage::Moment;
use super::super::place::swarm::Swarm;
use super::plate::Plate;
use super::speckle::speckle;
use super::window::{Window, look};

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

impl Overlay {
    /// Paints the swarms over a finished frame.
    pub(crate) fn paint(&self, moment: &Moment, strength: f32, out: &mut Frame) {
        if self.swarms.is_empty() {
            return;
        }
        let view = View { width: out.width, height: out.height };
        let still = Moment { eye: Eye::still(), ..*moment };
        let flecks: Vec<_> = self.swarms.iter().flat_map(|s| s.flecks(view, &still)).collect();
        let (mut px, mut spare) = (Vec::new(), Spare::default());
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
            px.resize(rows * 4 * view.width, 0);
            let mut band = Band { view, top, planes: 4, px: &mut px, spare: &mut spare };
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

/// Lays some columns of premultiplied pixels, with their covers, over rows of a frame.
fn merge(out: &mut Frame, px: &[u16], top: usize, strength: f32, columns: std::ops::Range<usize>) {
    let width = out.width;
    for (line, row) in px.chunks_exact(4 * width).enumerate() {
        let y = top + line;
        for x in columns.clone() {
            let q = [0, 1, 2, 3].map(|plane| row[plane * width + x]);
            if q == [0; 4] {
                continue;
            }
            let q = q.map(|c| f32::from(c) * (strength / WHITE));
            let keep = 1.0 - q[3];
            let light = 0.2126 * q[0] + 0.7152 * q[1] + 0.0722 * q[2];
            let luma = &mut out.y[y * width + x];
            let value = 16.0 + (f32::from(*luma) - 16.0) * keep + 219.0 * light;
            *luma = nearest(value.clamp(16.0, 235.0)) as u8;
            if x.is_multiple_of(2) && y.is_multiple_of(2) {
                let at = y / 2 * (width / 2) + x / 2;
                let u = (f32::from(out.u[at]) - 128.0) * keep + 224.0 / 1.8556 * (q[2] - light);
                let v = (f32::from(out.v[at]) - 128.0) * keep + 224.0 / 1.5748 * (q[0] - light);
                out.u[at] = nearest((128.0 + u).clamp(16.0, 240.0)) as u8;
                out.v[at] = nearest((128.0 + v).clamp(16.0, 240.0)) as u8;
            }
        }
    }
}
