//! A composed shot: a backdrop, cut-outs and actors at their distances, weather, and its light.

use std::sync::{Mutex, PoisonError};
use std::{iter, thread};

use reelgate_codec::Frame;

use super::super::camera::Camera;
use super::super::paint::band::{BAND_ROWS, Band, Seen};
use super::super::paint::bloom::{Rays, Small, light_of};
use super::super::paint::cutout::{Coat, Cutout, Fleck, Scatter};
use super::super::paint::finish::{Grade, Planar, finish_rows};
use super::super::paint::lay::Spare;
use super::super::paint::shape::Shape;
use super::super::paint::sheet::Sheet;
use super::super::paint::soft::Soft;
use super::super::paint::view::{Eye, Lens, View};
use super::super::words::Setting;
use super::backdrop::Backdrop;
use super::swarm::Swarm;
use super::terrain::{Planted, Terrain};
use super::water::Water;

/// How many times smaller the picture used for light and reflections is.
const SMALL: usize = 4;

/// One instant of a shot.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    /// Frame of the clip: grain only.
    pub(crate) index: u32,
    /// Scene seconds since the shot began: slow motion slows them.
    pub(crate) seconds: f32,
    /// 0 at the shot's first frame, 1 at its last.
    pub(crate) part: f32,
    pub(crate) eye: Eye,
}

/// One stroke of an actor.
pub(crate) enum Dab {
    Fill(Shape, Coat),
    /// Placed in the actor's own plane.
    Fleck(Fleck),
}

/// Draws an actor for a moment, in frame units at rest.
pub(crate) type Act = Box<dyn Fn(&Moment) -> Vec<Dab> + Send + Sync>;

/// One layer of a stage.
pub(crate) enum Element {
    /// A painted cut-out.
    Card(Card),
    Water(Water),
    /// Land seen from the air.
    Terrain(Box<Terrain>),
    Actor {
        distance: f32,
        act: Act,
    },
}

impl Element {
    /// How far away it is; surfaces reach from far to near and have no one distance.
    pub(crate) fn distance(&self) -> Option<f32> {
        match self {
            Self::Card(card) => Some(card.distance),
            Self::Actor { distance, .. } => Some(*distance),
            Self::Water(_) | Self::Terrain(_) => None,
        }
    }
}

/// A painted cut-out at some distance.
pub(crate) struct Card {
    /// The sheet, and ever smaller copies of it.
    levels: Vec<Sheet>,
    distance: f32,
    /// How far its top bends in the wind, frame units.
    sway: f32,
    /// Frame units a second it drifts by itself.
    drift: f32,
}

impl Card {
    pub(crate) fn new(sheet: Sheet, distance: f32) -> Self {
        Self { levels: vec![sheet], distance, sway: 0.0, drift: 0.0 }
    }

    /// Makes what the painted sheet needs to be shown.
    fn finish(&mut self) {
        let Some(sheet) = self.levels.drain(..).next() else { return };
        let sheet = sheet.dried();
        let half = sheet.halved();
        let quarter = half.halved();
        let eighth = quarter.halved();
        self.levels = vec![sheet, half, quarter, eighth];
    }

    pub(crate) fn swaying(mut self, sway: f32) -> Self {
        self.sway = sway;
        self
    }

    pub(crate) fn drifting(mut self, drift: f32) -> Self {
        self.drift = drift;
        self
    }

    fn lens(&self, moment: &Moment) -> Lens {
        let mut lens = moment.eye.lens(self.distance);
        lens.shift[0] += self.drift * moment.seconds * lens.scale;
        lens
    }

    /// The level whose texels are about as large as the view's pixels.
    fn level(&self, view: View, lens: Lens) -> &Sheet {
        let pixels = lens.scale * view.height as f32 * 1.35;
        let last = self.levels.len() - 1;
        let fit = self.levels.iter().position(|sheet| sheet.density <= pixels);
        &self.levels[fit.unwrap_or(last)]
    }

    /// How far each row leans sideways now, by its height on screen.
    fn bend(&self, sheet: &Sheet, lens: Lens, moment: &Moment) -> impl Fn(f32) -> f32 + use<> {
        let foot = lens.see([0.0, sheet.bottom()])[1];
        let (sway, t) = (self.sway * lens.scale, moment.seconds);
        move |y| {
            if sway == 0.0 {
                return 0.0;
            }
            let up = ((foot - y) * 2.4).clamp(0.0, 1.0);
            sway * up * up * (libm::sinf(t * 1.3 + y * 5.0) + 0.4 * libm::sinf(t * 2.9 + y * 11.0))
        }
    }

    fn paint(&self, band: &mut Band<'_>, seen: &Seen, moment: &Moment) {
        let lens = self.lens(moment);
        let sheet = self.level(band.view, lens);
        band.lay(sheet, lens, seen, self.bend(sheet, lens, moment));
    }

    /// What this card leaves to be seen of what is behind it.
    fn behind(&self, seen: Seen, place: (View, usize), moment: &Moment) -> Seen {
        let lens = self.lens(moment);
        let sheet = self.level(place.0, lens);
        seen.behind(sheet, lens, place, self.bend(sheet, lens, moment))
    }
}

/// Makes all cut-outs ready to be shown, several at once. Call once, when a stage is built.
pub(super) fn finish_cards(elements: &mut [Element]) {
    let threads = thread::available_parallelism().map_or(1, usize::from).min(elements.len());
    let cards = Mutex::new(elements.iter_mut().filter_map(|element| match element {
        Element::Card(card) => Some(card),
        _ => None,
    }));
    let take = || cards.lock().unwrap_or_else(PoisonError::into_inner).next();
    thread::scope(|scope| {
        let work = || iter::from_fn(take).for_each(Card::finish);
        (1..threads).for_each(|_| drop(scope.spawn(work)));
        work();
    });
}

/// Everything one shot needs to be drawn at any moment.
pub(crate) struct Stage {
    pub(crate) backdrop: Backdrop,
    /// Back to front.
    pub(crate) elements: Vec<Element>,
    pub(crate) swarms: Vec<Swarm>,
    pub(crate) grade: Grade,
    /// Light from here shines through gaps; position at rest, seen as far away as the sky.
    pub(crate) rays: Rays,
    pub(crate) camera: Camera,
    /// Where it turned out to be.
    pub(crate) setting: Setting,
}

/// Buffers kept between frames.
#[derive(Default)]
pub(crate) struct Easel {
    band: Vec<u16>,
    light: Vec<u16>,
    spare: Spare,
    planar: [Planar; 2],
}

/// An element turned into what this frame needs of it.
enum Ready<'a> {
    Card(&'a Card),
    Water(&'a Water, Small),
    Terrain(&'a Terrain, Vec<Planted>),
    Strokes(Vec<Stroke>),
}

enum Stroke {
    Cutout(Cutout),
    Fleck(Fleck),
}

impl Stage {
    pub(crate) fn draw(&self, moment: &Moment, easel: &mut Easel, out: &mut Frame) {
        let view = View { width: out.width, height: out.height };
        let small_view =
            View { width: view.width.div_ceil(SMALL), height: view.height.div_ceil(SMALL) };
        let back = self.backdrop.paint_small(small_view, moment);
        let points = Scatter::new(self.backdrop.points(&back, moment).into_iter(), view);
        let back = Soft::from(&back);
        let (small, mirrors) = self.paint_small(&back, moment, easel);
        let sun = moment.eye.sky().see(self.rays.from);
        let light = Soft::from(&light_of(&small, Rays { from: sun, ..self.rays }));
        let ready = self.ready(view, moment, mirrors);
        let flecks = self.swarms.iter().flat_map(|swarm| swarm.flecks(view, moment));
        let flecks = Scatter::new(flecks, view);
        for top in (0..view.height).step_by(BAND_ROWS) {
            let rows = BAND_ROWS.min(view.height - top);
            let mut px = std::mem::take(&mut easel.band);
            px.resize(rows * 3 * view.width, 0);
            let mut band = Band { view, top, planes: 3, px: &mut px, spare: &mut easel.spare };
            let (behind, seen) = seen_of(&ready, (view, top), moment);
            if !behind.is_nothing(rows) {
                band.fill(&back);
                points.paint(&mut band);
            }
            for (element, seen) in ready.iter().zip(&seen) {
                if !seen.is_nothing(rows) {
                    paint(element, &mut band, seen, moment);
                }
            }
            flecks.paint(&mut band);
            self.finish(&px, &light, easel, out, (top, moment.index));
            easel.band = px;
        }
    }

    /// The small picture, and what each water mirrors.
    fn paint_small(&self, back: &Soft, moment: &Moment, easel: &mut Easel) -> (Small, Vec<Small>) {
        let mut small = back.clone();
        let mut mirrors = Vec::new();
        for element in &self.elements {
            if matches!(element, Element::Water(_)) {
                mirrors.push(small.to_small());
            }
            let ready = ready_one(element, small.view, moment, || mirrors.last().cloned());
            let view = small.view;
            let (px, spare) = (&mut small.px[..], &mut easel.spare);
            let mut band = Band { view, top: 0, planes: 3, px, spare };
            paint(&ready, &mut band, &Seen::ALL, moment);
        }
        (small.to_small(), mirrors)
    }

    fn ready(&self, view: View, moment: &Moment, mirrors: Vec<Small>) -> Vec<Ready<'_>> {
        let mut mirrors = mirrors.into_iter();
        self.elements.iter().map(|e| ready_one(e, view, moment, || mirrors.next())).collect()
    }

    fn finish(
        &self,
        px: &[u16],
        light: &Soft,
        easel: &mut Easel,
        out: &mut Frame,
        (top, index): (usize, u32),
    ) {
        let view = View { width: out.width, height: out.height };
        let Easel { light: line, spare, planar, .. } = easel;
        for (pair, rows) in px.chunks_exact(6 * view.width).enumerate() {
            let y = top + 2 * pair;
            // Light is soft: two rows may share one.
            line.resize(3 * view.width, 0);
            light.stretch_row(view, y, &mut spare.line, line);
            let (upper, lower) = rows.split_at(3 * view.width);
            finish_rows(out, y, [upper, lower], line, &self.grade, index, planar);
        }
    }
}

/// What is seen of the backdrop and of each element of a band, found front to back.
fn seen_of(ready: &[Ready<'_>], place: (View, usize), moment: &Moment) -> (Seen, Vec<Seen>) {
    let mut seen = Seen::whole(place.0.width);
    let mut list = vec![seen; ready.len()];
    for (element, own) in ready.iter().zip(&mut list).rev() {
        *own = seen;
        if let Ready::Card(card) = element {
            seen = card.behind(seen, place, moment);
        }
    }
    (seen, list)
}

fn ready_one<'a>(
    element: &'a Element,
    view: View,
    moment: &Moment,
    mirror: impl FnOnce() -> Option<Small>,
) -> Ready<'a> {
    match element {
        Element::Card(card) => Ready::Card(card),
        Element::Water(water) => match mirror() {
            Some(small) => Ready::Water(water, small),
            None => Ready::Strokes(Vec::new()),
        },
        Element::Terrain(terrain) => Ready::Terrain(terrain, terrain.planted(view, moment)),
        Element::Actor { distance, act } => {
            let lens = moment.eye.lens(*distance);
            let strokes = act(moment).into_iter().filter_map(|dab| match dab {
                Dab::Fill(shape, coat) => Cutout::new(&shape, coat, lens, view).map(Stroke::Cutout),
                Dab::Fleck(fleck) => Some(Stroke::Fleck(Fleck {
                    at: lens.see(fleck.at),
                    radius: fleck.radius * lens.scale,
                    ..fleck
                })),
            });
            Ready::Strokes(strokes.collect())
        }
    }
}

fn paint(element: &Ready<'_>, band: &mut Band<'_>, seen: &Seen, moment: &Moment) {
    match element {
        Ready::Card(card) => card.paint(band, seen, moment),
        Ready::Water(water, mirror) => water.paint(band, mirror, seen, moment),
        Ready::Terrain(terrain, planted) => terrain.paint(band, planted, moment),
        Ready::Strokes(strokes) => {
            for stroke in strokes {
                match stroke {
                    Stroke::Cutout(cutout) => cutout.paint(band),
                    Stroke::Fleck(fleck) => fleck.paint(band),
                }
            }
        }
    }
}
