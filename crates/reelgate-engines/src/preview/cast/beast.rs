//! Animals on four legs.

use std::f32::consts::PI;

use libm::{cosf, sinf};

use super::super::paint::colour::{Ink, hex, scale};
use super::super::paint::noise::Dice;
use super::super::paint::shape::{Point, Shape, swing};
use super::super::words::{Action, Subject};
use super::Part;
use super::breed::{Breed, Leg, Mark, Outline, Tail, breed, points};

/// One animal of a breed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Beast {
    breed: &'static Breed,
    own: Ink,
    /// Where in its step it is when others begin theirs.
    ahead: f32,
}

impl Beast {
    pub(crate) fn new(kind: Subject, dice: &mut Dice) -> Self {
        let breed = breed(kind);
        Self { breed, own: dice.pick(breed.coats), ahead: dice.range(0.0, 6.0) }
    }

    /// Height at the withers against a grown man's.
    pub(crate) fn height(&self) -> f32 {
        self.breed.height
    }

    /// The way it makes in a second, in heights of a grown man.
    pub(crate) fn speed(&self) -> f32 {
        0.33 * self.breed.pace * self.breed.height.max(0.4)
    }

    /// Where a rider sits.
    pub(crate) fn saddle(&self, action: Option<Action>, t: f32) -> Point {
        let gait = Gait::of(self.breed, action, t, self.ahead);
        let top = points(self.breed.torso).iter().fold(0.0_f32, |top, [_, y]| top.min(*y));
        [-0.04, top + 0.04 + gait.bob]
    }

    pub(crate) fn parts(&self, action: Option<Action>, t: f32) -> Vec<Part> {
        let breed = self.breed;
        let gait = Gait::of(breed, action, t, self.ahead);
        let lift = |shape: Shape| shape.placed(|[x, y]| [x, y + gait.bob]);
        let nod = 0.04 * sinf(t * 1.3 + self.ahead) + gait.nod;
        let turn = |shape: Shape| lift(turned(shape, breed.pivot, nod));
        let woolly = breed.marks.contains(&Mark::Wool);
        let socks = breed.marks.contains(&Mark::Socks);
        let legs_own = if woolly { breed.hair } else { self.own };
        let mut parts = Vec::new();
        self.legs(&gait, gait.far(), scale(legs_own, 0.64), &mut parts);
        if woolly {
            self.legs(&gait, gait.near(), legs_own, &mut parts);
        }
        self.tail(&gait, t, &mut parts);
        for mark in breed.marks {
            match mark {
                Mark::Antlers => antlers(&turn, breed.hair, &mut parts),
                Mark::Horns => parts.push(Part::of(turn(horns()), breed.hair)),
                _ => {}
            }
        }
        let body = lift(outline(breed.torso));
        let neck = lift(outline(breed.neck));
        let head = turn(outline(breed.head));
        let maned = breed.marks.contains(&Mark::Ruff);
        if woolly {
            parts.push(Part::of(neck.join(head.clone()), breed.hair));
            parts.push(Part::of(fleece(body, &points(breed.torso), gait.bob), self.own));
        } else {
            // One part, so that no rim of light parts it.
            let (upper, lower) = self.pair(&gait, gait.near());
            let near = if socks { upper } else { upper.join(lower.clone()) };
            let whole = body.join(neck).join(near);
            let whole = if maned { whole } else { whole.join(head.clone()) };
            if socks {
                parts.push(Part::of(lower, scale(self.own, 0.3)));
            }
            parts.push(Part::of(whole, self.own));
        }
        for mark in breed.marks {
            match mark {
                Mark::Body(pale) => {
                    parts.push(Part::of(lift(outline(pale)), breed.pale));
                }
                Mark::Ruff => {
                    parts.push(Part::of(lift(ruff(t)), breed.hair));
                    parts.push(Part::of(head.clone(), self.own));
                }
                _ => {}
            }
        }
        self.face(&turn, t, legs_own, &mut parts);
        if breed.marks.contains(&Mark::Mane) {
            parts.push(Part::of(lift(mane(t)), breed.hair));
        }
        parts
    }

    fn face(&self, turn: &impl Fn(Shape) -> Shape, t: f32, own: Ink, parts: &mut Vec<Part>) {
        let breed = self.breed;
        for mark in breed.marks {
            match mark {
                Mark::Face(pale) => {
                    parts.push(Part::of(turn(outline(pale)), breed.pale));
                }
                Mark::Trunk => trunk(turn, t, own, breed.hair, parts),
                _ => {}
            }
        }
        let mut ears = Shape::new();
        for ear in breed.ears {
            let ear = points(ear);
            ears = if ear.len() == 3 { ears.polygon(&ear) } else { ears.curve(&ear) };
        }
        if !breed.ears.is_empty() {
            parts.push(Part::of(turn(ears), scale(own, 0.86)));
        }
        let eye = Shape::new().ellipse(breed.eye, 0.020, 0.022);
        parts.push(Part::of(turn(eye), hex(0x14_1010)));
    }

    /// A pair of legs, hind and fore, at these moments of their steps: thighs, and what is below.
    fn pair(&self, gait: &Gait, phases: [f32; 2]) -> (Shape, Shape) {
        let (hind, hind_low) = leg_at(&self.breed.hind, true, phases[0], gait);
        let (fore, fore_low) = leg_at(&self.breed.fore, false, phases[1], gait);
        (hind.join(fore), hind_low.join(fore_low))
    }

    fn legs(&self, gait: &Gait, phases: [f32; 2], own: Ink, parts: &mut Vec<Part>) {
        let (upper, lower) = self.pair(gait, phases);
        if self.breed.marks.contains(&Mark::Socks) {
            parts.push(Part::of(lower, scale(own, 0.3)));
            parts.push(Part::of(upper, own));
        } else {
            parts.push(Part::of(upper.join(lower), own));
        }
    }

    fn tail(&self, gait: &Gait, t: f32, parts: &mut Vec<Part>) {
        let (breed, own) = (self.breed, self.own);
        let sway = sinf(t * 1.7 + self.ahead);
        let root = |at: Point| [at[0], at[1] + gait.bob];
        match breed.tail {
            Tail::Stub(at, long) => {
                let at = root(at);
                let shape = Shape::new().limb(at, swing(at, -0.7, long), 0.05, 0.03);
                parts.push(Part::of(shape, breed.pale));
            }
            Tail::Tuft(at, long) => {
                let at = root(at);
                let end = swing(at, -0.22 + 0.12 * sway, long);
                parts.push(Part::of(Shape::new().limb(at, end, 0.035, 0.016), scale(own, 0.8)));
                let tuft = Shape::new().limb(end, swing(end, -0.1, 0.12), 0.03, 0.015);
                parts.push(Part::of(tuft, scale(own, 0.38)));
            }
            Tail::Hair(at, long) => {
                let thick = |k: f32| 0.030 + 0.052 * sinf((k * 2.6).min(PI));
                let turn = |k: f32| -(0.62 - 0.5 * k + 0.4 * gait.reach) + 0.07 * sway * k;
                let (shape, _) = whip(root(at), long, turn, thick);
                parts.push(Part::of(shape, breed.hair));
            }
            Tail::Curling(at, long, r) => {
                let turn = |k: f32| -(0.95 + 1.3 * k + 0.3 * sinf(t * 1.3 + k * 3.0));
                let (shape, _) = whip(root(at), long, turn, |k| r * (1.0 - 0.35 * k));
                parts.push(Part::of(shape, own));
            }
            Tail::Wagging(at, long, r) => {
                let turn = |k: f32| -(1.9 + 0.7 * k + 0.25 * sinf(t * 9.0));
                let (shape, _) = whip(root(at), long, turn, |k| r * (1.0 - 0.4 * k));
                parts.push(Part::of(shape, own));
            }
            Tail::Brush(at, long, r) => {
                let turn = |k: f32| -(1.05 + 0.35 * sinf(k * 3.0) + 0.10 * sway);
                let thick = |k: f32| r * (0.35 + 1.1 * sinf((k * 1.02).min(1.0) * PI * 0.86));
                let (shape, tip) = whip(root(at), long, turn, thick);
                parts.push(Part::of(shape, own));
                let back = swing(tip, -(1.2 + 0.10 * sway) + PI, long * 0.2);
                parts.push(Part::of(Shape::new().limb(back, tip, r * 1.22, r * 0.86), breed.pale));
            }
            Tail::Tufted(at, long, r) => {
                let turn = |k: f32| -(0.55 - 0.3 * k + 1.3 * k * k + 0.15 * sway * k);
                let (shape, tip) = whip(root(at), long, turn, |k| r * (1.0 - 0.35 * k));
                parts.push(Part::of(shape, own));
                let tuft = Shape::new().limb(tip, swing(tip, turn(1.0), 0.12), 0.075, 0.03);
                parts.push(Part::of(tuft, breed.hair));
            }
        }
    }
}

/// How an animal moves at a moment.
struct Gait {
    phase: f32,
    reach: f32,
    /// How far the hind legs are ahead of a walk's.
    bound: f32,
    bob: f32,
    nod: f32,
}

impl Gait {
    fn of(breed: &Breed, action: Option<Action>, t: f32, ahead: f32) -> Self {
        let running = action == Some(Action::Run);
        let (rate, reach) = match action {
            Some(Action::Sit | Action::Stand) => (0.0, 0.0),
            Some(Action::Run) => (10.5, 0.72),
            _ => (5.4, 0.34),
        };
        let phase = t * rate * breed.pace + ahead;
        let bob = if running { 0.06 * sinf(phase) } else { 0.03 * reach * sinf(phase * 2.0) };
        let bound = if running { 0.7 } else { 0.0 };
        let nod = if reach > 0.0 { 0.03 * sinf(phase * 2.0 + 0.5) } else { 0.0 };
        Self { phase, reach, bound, bob, nod }
    }

    /// Moments of the hind and the fore leg on the far side.
    fn far(&self) -> [f32; 2] {
        // In a gallop both hind legs push nearly together, and the fore legs follow.
        match self.bound > 0.0 {
            true => [self.phase + 0.5, self.phase + PI + 0.5],
            false => [self.phase + PI, self.phase + 0.5 * PI],
        }
    }

    fn near(&self) -> [f32; 2] {
        match self.bound > 0.0 {
            true => [self.phase, self.phase + PI + 1.1],
            false => [self.phase, self.phase + 1.5 * PI],
        }
    }
}

/// Thigh, and what is below the knee.
fn leg_at(leg: &Leg, hind: bool, phase: f32, gait: &Gait) -> (Shape, Shape) {
    let swung = gait.reach * sinf(phase);
    let lift = gait.reach * 1.5 * sinf(phase + 1.9).max(0.0);
    let at = [leg.at[0], leg.at[1] + gait.bob * 0.5];
    let knee = swing(at, swung + if hind { 0.16 } else { -0.04 }, leg.thigh[0]);
    let angle = if hind { swung - 0.20 - lift * 0.6 } else { swung + 0.03 - lift };
    let ankle = swing(knee, angle, leg.shin[0]);
    let heel = swing(ankle, angle * 0.4 + if hind { 0.22 } else { 0.12 }, leg.pastern);
    let r = leg.shin[2];
    let mut lower = Shape::new().limb(knee, ankle, leg.shin[1], r);
    if leg.pastern > 0.0 {
        lower = lower.limb(ankle, heel, r * 1.05, r * 0.95);
    }
    let r = r.max(0.03);
    let toe = [heel[0] + leg.toe, heel[1] + 0.006];
    let lower = lower.limb(heel, toe, r, r * 0.85);
    (Shape::new().limb(at, knee, leg.thigh[1], leg.thigh[2]), lower)
}

/// A chain of limbs and its tip.
fn whip(
    at: Point,
    long: f32,
    turn: impl Fn(f32) -> f32,
    thick: impl Fn(f32) -> f32,
) -> (Shape, Point) {
    const LINKS: usize = 9;
    let (mut shape, mut from) = (Shape::new(), at);
    for link in 0..LINKS {
        let (k, next) = (link as f32 / LINKS as f32, (link + 1) as f32 / LINKS as f32);
        let to = swing(from, turn(k), long / LINKS as f32);
        shape = shape.limb(from, to, thick(k), thick(next));
        from = to;
    }
    (shape, from)
}

fn outline(outline: Outline) -> Shape {
    match outline {
        [] => Shape::new(),
        _ => Shape::new().curve(&points(outline)),
    }
}

fn turned(shape: Shape, about: Point, angle: f32) -> Shape {
    let (s, c) = (sinf(angle), cosf(angle));
    shape.placed(|[x, y]| {
        let (dx, dy) = (x - about[0], y - about[1]);
        [about[0] + dx * c - dy * s, about[1] + dx * s + dy * c]
    })
}

fn mane(t: f32) -> Shape {
    const CREST: [Point; 5] =
        [[0.64, -1.45], [0.54, -1.36], [0.44, -1.22], [0.34, -1.09], [0.24, -1.0]];
    let mut shape = Shape::new().limb([0.67, -1.46], [0.76, -1.33], 0.035, 0.015);
    for lock in 0..9_usize {
        let along = lock as f32 * 0.5;
        let (a, b) = (CREST[lock / 2], CREST[(lock / 2 + 1).min(4)]);
        let k = along.fract();
        let at = [a[0] + (b[0] - a[0]) * k, a[1] + (b[1] - a[1]) * k];
        let flow = 0.04 + 0.03 * sinf(t * 4.0 + lock as f32);
        shape = shape.limb(at, [at[0] - flow, at[1] + 0.15], 0.05, 0.018);
    }
    shape
}

fn antlers(turn: &impl Fn(Shape) -> Shape, own: Ink, parts: &mut Vec<Part>) {
    const BEAM: [Point; 5] =
        [[0.55, -1.50], [0.50, -1.68], [0.40, -1.84], [0.43, -2.02], [0.50, -2.12]];
    const TINES: [[Point; 2]; 3] = [
        [[0.52, -1.62], [0.66, -1.74]],
        [[0.43, -1.80], [0.60, -1.93]],
        [[0.42, -1.96], [0.32, -2.10]],
    ];
    for (aside, tone) in [(0.06, 0.72), (0.0, 1.0)] {
        let mut shape = Shape::new();
        for (index, pair) in BEAM.windows(2).enumerate() {
            let r = 0.026 - 0.004 * index as f32;
            shape = shape.limb(pair[0], pair[1], r, r - 0.004);
        }
        for [from, to] in TINES {
            shape = shape.limb(from, to, 0.018, 0.007);
        }
        let shape = shape.placed(|[x, y]| [x + aside, y]);
        parts.push(Part::of(turn(shape), scale(own, tone)));
    }
}

fn horns() -> Shape {
    Shape::new().curve(&[[0.64, -1.16], [0.66, -1.30], [0.77, -1.36], [0.73, -1.27], [0.72, -1.16]])
}

fn ruff(t: f32) -> Shape {
    let sway = 0.012 * sinf(t * 1.9);
    Shape::new().curve(&[
        [0.32, -1.04],
        [0.45 + sway, -1.26],
        [0.62, -1.38],
        [0.78, -1.33],
        [0.82, -1.16],
        [0.77, -1.0],
        [0.81, -0.86],
        [0.73 + sway, -0.68],
        [0.56, -0.52],
        [0.40 + sway, -0.58],
        [0.29, -0.80],
    ])
}

/// The outline of a body in locks of wool.
fn fleece(body: Shape, outline: &[Point], bob: f32) -> Shape {
    let mut shape = body;
    for (index, at) in outline.iter().enumerate() {
        let next = outline[(index + 1) % outline.len()];
        let mid = [(at[0] + next[0]) * 0.5, (at[1] + next[1]) * 0.5 + bob];
        shape = shape.ellipse([at[0], at[1] + bob], 0.10, 0.09).ellipse(mid, 0.095, 0.085);
    }
    shape
}

fn trunk(turn: &impl Fn(Shape) -> Shape, t: f32, own: Ink, tusk: Ink, parts: &mut Vec<Part>) {
    let angle = |k: f32| 0.42 - 0.75 * k + 1.5 * k * k * k + 0.12 * sinf(t * 1.4 + k * 2.0);
    let thick = |k: f32| 0.115 - 0.075 * k.sqrt();
    let (shape, _) = whip([0.74, -0.86], 0.80, angle, thick);
    parts.push(Part::of(turn(shape), own));
    let tusks = Shape::new().curve(&[
        [0.72, -0.70],
        [0.84, -0.66],
        [0.96, -0.70],
        [0.92, -0.60],
        [0.80, -0.58],
        [0.70, -0.62],
    ]);
    parts.push(Part::of(turn(tusks), tusk));
    let flap = 0.04 * sinf(t * 1.7);
    let ear = Shape::new().curve(&[
        [0.40, -1.04],
        [0.54, -1.02],
        [0.60, -0.88],
        [0.55, -0.68],
        [0.44 - flap, -0.50],
        [0.32 - flap, -0.54],
        [0.27 - flap, -0.74],
        [0.30, -0.94],
    ]);
    parts.push(Part::of(turn(ear), scale(own, 0.86)));
}
