//! Puts the cast on the stage: where each figure is at each moment, and in what light.

use libm::sinf;

use super::super::cast::Part;
use super::super::cast::person::{self, Look};
use super::super::cast::{craft, creature};
use super::super::paint::colour::{Ink, hex, mix, scale, veil};
use super::super::paint::cutout::Coat;
use super::super::paint::shape::Point;
use super::super::words::{Action, Framing, Setting, Subject};
use super::light::Light;
use super::site::Site;
use super::stage::{Dab, Element, Moment};
use super::{herds, traffic};

/// Figures a shot may hold before it gets crowded.
const FIGURES_MAX: usize = 5;

/// Where a figure is: foot, height, and 1 or -1 for the way it faces.
type Pose = (Point, f32, f32);

/// How figures at one distance take the light.
#[derive(Clone, Copy)]
pub(crate) struct Dresser {
    light: Light,
    distance: f32,
}

impl Dresser {
    pub(crate) fn new(site: &Site<'_>, distance: f32) -> Self {
        Self { light: site.light, distance }
    }

    /// A part in this light.
    fn coat(&self, part: &Part, size: f32) -> Coat {
        let l = &self.light;
        if part.shines {
            let ink = scale(part.own, 1.05);
            return Coat::graded(veil(ink, part.cover), veil(ink, part.cover));
        }
        // The lower the sun, the more a figure is a shape against it.
        let low_sun = (1.0 - (l.sun[1] + 0.02).abs() * 3.0).max(0.0);
        let against = l.against * (0.12 + 0.26 * l.night + 0.20 * low_sun);
        let lit = l.far(mix(l.on(part.own), l.shade, against), self.distance);
        let foot = l.far(mix(lit, l.shade, 0.32), self.distance);
        let side = if l.sun[0] < 0.0 { -0.8 } else { 0.8 };
        Coat::graded(veil(lit, part.cover), veil(foot, part.cover)).rimmed(
            scale(l.key, 0.34),
            [side, -0.6],
            (0.012 * size).min(0.004),
        )
    }

    pub(crate) fn dabs(&self, parts: Vec<Part>, (at, size, facing): Pose) -> Vec<Dab> {
        parts
            .into_iter()
            .map(|part| {
                let coat = self.coat(&part, size);
                Dab::Fill(part.shape.stood(at, size, facing), coat)
            })
            .collect()
    }
}

impl Site<'_> {
    /// Adds a figure drawn by `parts` and placed by `pose`.
    pub(crate) fn figure(
        &mut self,
        distance: f32,
        pose: impl Fn(&Moment) -> Pose + Send + Sync + 'static,
        parts: impl Fn(&Moment) -> Vec<Part> + Send + Sync + 'static,
    ) {
        let dresser = Dresser::new(self, distance);
        let act = Box::new(move |m: &Moment| dresser.dabs(parts(m), pose(m)));
        self.place(Element::Actor { distance, act }, distance);
    }

    fn has_ground(&self) -> bool {
        !matches!(
            self.facts.settings.first(),
            Some(Setting::Sea | Setting::Space | Setting::Underwater | Setting::Sky)
        )
    }

    /// A walk through the middle of the frame, `speed` frame units a second.
    pub(crate) fn walk(
        &self,
        x: f32,
        speed: f32,
        facing: f32,
    ) -> impl Fn(&Moment) -> f32 + Send + Sync + 'static {
        let run = speed * self.seconds;
        let half = self.half();
        let run = run.min(half * 1.05);
        move |m: &Moment| x + facing * run * (m.part - 0.5)
    }
}

/// Adds everyone the text names.
pub(crate) fn enter(site: &mut Site<'_>) {
    let subjects: Vec<Subject> = site.facts.subjects.iter().copied().take(FIGURES_MAX).collect();
    let standing = subjects.iter().filter(|s| on_foot(**s)).count();
    let mut place = 0;
    for subject in subjects {
        let x = if standing > 1 { (place as f32 / (standing - 1) as f32 - 0.5) * 0.7 } else { 0.0 };
        if on_foot(subject) {
            place += 1;
        }
        enter_one(site, subject, x * site.half().min(0.8));
    }
}

fn on_foot(subject: Subject) -> bool {
    subject.is_human() || subject.is_beast() || matches!(subject, Subject::Robot | Subject::Bicycle)
}

fn enter_one(site: &mut Site<'_>, subject: Subject, x: f32) {
    match subject {
        s if s.is_human() => people(site, s, x),
        s if s.is_beast() => herds::animals(site, s, x),
        Subject::Robot => robot(site, x),
        Subject::Bicycle => bicycle(site),
        Subject::Bird => birds(site),
        Subject::Fish | Subject::Whale | Subject::Turtle => swimmers(site, subject),
        Subject::Butterfly => butterflies(site),
        Subject::Train => super::works::railway(site),
        Subject::Bridge if !site.facts.has(Subject::Train) => super::works::bridge(site),
        Subject::Car => traffic::cars(site),
        Subject::Boat => traffic::boat(site),
        Subject::Airplane => traffic::airplane(site),
        Subject::Balloon => traffic::balloons(site),
        Subject::Rocket => traffic::rocket(site),
        Subject::House | Subject::Lighthouse | Subject::Windmill | Subject::Castle => {
            super::buildings::building(site, subject);
        }
        Subject::Temple | Subject::Village => super::buildings::building(site, subject),
        Subject::Candles => super::works::candles(site),
        Subject::Cup => super::works::cup(site),
        Subject::Fire => super::works::fire(site),
        Subject::Fireworks => super::works::fireworks(site),
        Subject::Lantern => super::works::lanterns(site),
        Subject::Flower => super::works::flowers(site),
        _ => {}
    }
}

pub(super) fn gait(site: &Site<'_>) -> Option<Action> {
    site.facts.actions.iter().copied().find(|a| {
        matches!(
            a,
            Action::Walk | Action::Run | Action::Dance | Action::Sit | Action::Stand | Action::Blow
        )
    })
}

/// Left or right, as the dice fall.
pub(crate) fn facing(site: &mut Site<'_>) -> f32 {
    if site.dice.chance(0.5) { 1.0 } else { -1.0 }
}

/// How much larger or smaller the text wants its subject.
pub(crate) fn close_up(site: &Site<'_>) -> f32 {
    if site.facts.framed(Framing::Close) {
        1.7
    } else if site.facts.framed(Framing::Wide) {
        0.7
    } else {
        1.0
    }
}

fn people(site: &mut Site<'_>, kind: Subject, x: f32) {
    if site.facts.has(Subject::Bicycle) || site.facts.has(Subject::Rocket) && !site.has_ground() {
        return;
    }
    // Riders come with what they ride.
    if site.has_ground() && herds::mount(site).is_some() {
        return;
    }
    let look = Look::new(kind, site.facts.has(Subject::Umbrella), &mut site.dice);
    let stand = site.stand;
    let action = gait(site);
    if action == Some(Action::Blow) {
        let tall = 1.12 * look.height();
        let pose = move |_: &Moment| ([-0.46, 0.98], tall, 1.0);
        let parts = move |m: &Moment| person::person(&look, action, m.seconds);
        return site.figure(1.05, pose, parts);
    }
    let tall = stand.man * look.height() * close_up(site) * site.fit().max(0.7);
    let way = facing(site);
    if !site.has_ground() {
        let float = move |m: &Moment| {
            let bob = 0.02 * sinf(m.seconds * 0.8);
            ([x + 0.02 * sinf(m.seconds * 0.5), 0.16 + bob], tall, way)
        };
        return site.figure(1.3, float, move |m| person::person(&look, None, m.seconds * 0.6));
    }
    let (speed, action) = match action {
        Some(Action::Run) => (0.22, action),
        Some(Action::Walk) => (0.075, action),
        None if site.facts.settings.first() == Some(&Setting::City) => (0.06, Some(Action::Walk)),
        other => (0.0, other),
    };
    // With traffic about, people keep to the pavement.
    let aside = if site.facts.has(Subject::Car) { 0.62 * site.half() * way } else { 0.0 };
    let at = site.walk(x + aside, speed, way);
    let foot = stand.foot + 0.012 * site.dice.unit();
    // Nobody sits in the fire.
    let beside = if site.facts.has(Subject::Fire) { -way * 0.62 * tall } else { 0.0 };
    let pose = move |m: &Moment| ([at(m) + beside, foot], tall, way);
    site.figure(stand.distance, pose, move |m| person::person(&look, action, m.seconds));
}

fn robot(site: &mut Site<'_>, x: f32) {
    let stand = site.stand;
    let tall = stand.man * 1.12 * close_up(site);
    let action = gait(site);
    let way = facing(site);
    let speed = if action == Some(Action::Stand) { 0.0 } else { 0.05 };
    let at = site.walk(x, speed, way);
    let accent = site.dice.pick(&[hex(0x4c_e0ff), hex(0xff_8c4c), hex(0x8c_ff9c)]);
    let pose = move |m: &Moment| ([at(m), stand.foot], tall, way);
    site.figure(stand.distance, pose, move |m| person::robot(action, m.seconds, accent));
}

fn bicycle(site: &mut Site<'_>) {
    let stand = site.stand;
    let way = facing(site);
    let at = site.walk(0.0, 0.16, way);
    let tall = stand.man * 1.05;
    let coat = site.dice.pick(&[hex(0xd8_a048), hex(0x3c_6c94), hex(0xc8_5c4c)]);
    let pose = move |m: &Moment| ([at(m), stand.foot], tall, way);
    site.figure(stand.distance, pose, move |m| craft::bicycle(m.seconds * way.abs(), coat));
}

/// A loose flock across the sky.
pub(crate) fn birds(site: &mut Site<'_>) {
    let way = facing(site);
    let half = site.half();
    let top = site.light.horizon;
    let flock: Vec<(Point, f32, f32)> = (0..11)
        .map(|_| {
            let at = [site.dice.around(0.5), site.dice.around(0.13)];
            (at, site.dice.range(0.026, 0.055), site.dice.range(0.0, 20.0))
        })
        .collect();
    let ink = site.light.far(mix(site.light.shade, site.light.mid, 0.12), 2.5);
    let act = Box::new(move |m: &Moment| {
        flock
            .iter()
            .map(|&(at, size, phase)| {
                let x = at[0] * half + way * (0.07 * m.seconds - 0.2);
                let y = top - 0.24 + at[1] + 0.012 * sinf(m.seconds * 0.9 + phase);
                let shape = creature::bird(m.seconds, phase).stood([x, y], size, way);
                Dab::Fill(shape, Coat::plain(ink))
            })
            .collect()
    });
    site.place(Element::Actor { distance: 4.0, act }, 4.0);
}

/// Fish in schools; whales and turtles alone.
pub(crate) fn swimmers(site: &mut Site<'_>, kind: Subject) {
    let way = facing(site);
    if kind != Subject::Fish {
        let whale = kind == Subject::Whale;
        let (size, foot) = if whale { (0.62, 0.02) } else { (0.30, 0.06) };
        let at = site.walk(0.0, 0.055, way);
        let size = size * site.fit();
        let pose = move |m: &Moment| ([at(m), foot + 0.025 * sinf(m.seconds * 0.6)], size, way);
        return site.figure(2.4, pose, move |m| {
            if whale { creature::whale(m.seconds) } else { creature::turtle(m.seconds) }
        });
    }
    const HUES: [Ink; 4] = [hex(0xf0_9040), hex(0xf0_d060), hex(0x8c_c8e8), hex(0xe8_7c8c)];
    for (distance, count, size) in [(3.6, 20, 0.045), (1.7, 9, 0.085)] {
        let own = site.dice.pick(&HUES);
        let half = site.half();
        let centre = [site.dice.range(-0.3, 0.3) * half, site.dice.range(-0.14, 0.12)];
        let school: Vec<(Point, f32, f32)> = (0..count)
            .map(|_| {
                let at = [site.dice.around(0.34), site.dice.around(0.15)];
                (at, size * site.dice.range(0.7, 1.2), site.dice.range(0.0, 20.0))
            })
            .collect();
        let dresser = Dresser::new(site, distance);
        let run = 0.05 * site.seconds;
        let act = Box::new(move |m: &Moment| {
            let mut dabs = Vec::new();
            for &(at, size, phase) in &school {
                let x = centre[0]
                    + at[0]
                    + way * run * (m.part - 0.5) * 2.0
                    + 0.02 * sinf(m.seconds * 0.7 + phase);
                let y = centre[1] + at[1] + 0.015 * sinf(m.seconds * 0.9 + phase * 2.0);
                let fish = creature::fish(m.seconds, phase, own);
                dabs.extend(dresser.dabs(fish, ([x, y], size, way)));
            }
            dabs
        });
        site.place(Element::Actor { distance, act }, distance);
    }
}

fn butterflies(site: &mut Site<'_>) {
    const HUES: [Ink; 4] = [hex(0xf0_a040), hex(0x5c_90e0), hex(0xf0_ece0), hex(0xd8_6ca0)];
    let dresser = Dresser::new(site, 0.9);
    let half = site.half();
    let all: Vec<(Point, f32, Ink)> = (0..6)
        .map(|_| {
            let at = [site.dice.range(-0.7, 0.7) * half, site.dice.range(0.02, 0.30)];
            (at, site.dice.range(0.0, 40.0), site.dice.pick(&HUES))
        })
        .collect();
    let act = Box::new(move |m: &Moment| {
        let t = m.seconds;
        let mut dabs = Vec::new();
        for &(at, phase, own) in &all {
            let x = at[0] + 0.10 * sinf(t * 0.5 + phase) + 0.03 * sinf(t * 1.7 + phase);
            let y = at[1] + 0.04 * sinf(t * 1.1 + phase * 2.0) + 0.012 * sinf(t * 5.0 + phase);
            dabs.extend(dresser.dabs(creature::butterfly(t, phase, own), ([x, y], 0.055, 1.0)));
        }
        dabs
    });
    site.place(Element::Actor { distance: 0.9, act }, 0.9);
}

/// A house and the like, as seen now.
pub(crate) fn put(
    site: &mut Site<'_>,
    distance: f32,
    pose: Pose,
    parts: impl Fn(&Moment) -> Vec<Part> + Send + Sync + 'static,
) {
    site.figure(distance, move |_| pose, parts);
}
