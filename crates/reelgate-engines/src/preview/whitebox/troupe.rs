//! Who and what stands in the scene, and where each is at a moment.

use super::super::camera::Camera;
use super::super::paint::colour::Ink;
use super::super::words::{Action, Facts, Framing, Move, Subject};
use super::figure::{Doing, beast, person};
use super::prop::prop;
use super::rig::Extent;
use super::solid::{Bodies, Solid};
use super::space::{V3, add, length, times};

/// Longest way anybody goes past a camera that stays where it is, in metres.
const WAY_PAST_MAX: f32 = 6.0;
/// The same when it turns or zooms meanwhile.
const WAY_BESIDE_MAX: f32 = 2.5;
/// More bodies would only hide each other.
const MEMBERS_MAX: usize = 6;
/// Kilometres an hour are 3.6 of these: a vehicle that is tracked.
const DRIVE_METRES_A_SECOND: f32 = 8.0;

/// Everybody of one shot.
pub(crate) struct Troupe {
    members: Vec<Member>,
    /// Metres a scene second, shared by all that go.
    velocity: V3,
    /// Scene seconds at which they are in the middle.
    middle: f32,
    pub(crate) extent: Extent,
    /// What the camera goes along with.
    pub(crate) follows: V3,
}

struct Member {
    body: Body,
    at: V3,
    /// Where it looks: 0 is away from the camera.
    heading: f32,
    goes: bool,
}

enum Body {
    Person { height: f32, ink: Ink },
    Beast { height: f32, ink: Ink },
    Thing(Bodies),
}

impl Troupe {
    /// `seconds` is the shot's length in scene time.
    pub(crate) fn of(facts: &Facts, camera: &Camera, seconds: f32) -> Self {
        let doing = Doing::of(facts);
        let subjects: Vec<Subject> = facts.subjects.iter().copied().take(MEMBERS_MAX).collect();
        let mut troupe = Self::stand(&subjects, camera.side());
        let tracked = camera.weighted().find_map(|(what, _)| match what {
            Move::TruckLeft => Some(-1.0),
            Move::TruckRight => Some(1.0),
            _ => None,
        });
        let speed = troupe.speed(doing, facts, tracked.is_some());
        if speed > 0.0 {
            troupe.set_off(speed, seconds, tracked, facts, camera);
        }
        troupe
    }

    /// Places everybody side by side, large things behind.
    fn stand(subjects: &[Subject], side: f32) -> Self {
        let mut troupe = Self {
            members: Vec::new(),
            velocity: [0.0; 3],
            middle: 0.0,
            extent: Extent { width: 1.0, height: 1.0, face: 0.5, lift: 0.0 },
            follows: [0.0; 3],
        };
        let people: Vec<Subject> =
            subjects.iter().copied().filter(|s| figure_height(*s).is_some()).collect();
        let count = people.len() as f32;
        for (index, subject) in people.iter().enumerate() {
            let x = index as f32 - (count - 1.0) * 0.5;
            let height = figure_height(*subject).unwrap_or(1.75);
            // Half towards the camera, half towards each other.
            let turn = if count > 1.0 { if x < 0.0 { -0.9 } else { 0.9 } } else { 0.5 * side };
            let heading = std::f32::consts::PI + turn;
            troupe.join(Body::Person { height, ink: ink(*subject) }, [x, 0.0, 0.0], heading);
            troupe.grow(Extent { width: count * 1.0, height, face: height * 0.90, lift: 0.0 });
        }
        let mut right = if people.is_empty() { 0.0 } else { count * 0.5 + 0.35 };
        for subject in subjects.iter().copied().filter(|s| figure_height(*s).is_none()) {
            right = troupe.bring(subject, right);
        }
        if subjects.is_empty() {
            // A cube of one metre shows what the camera does as well as anybody.
            let mut cube = Bodies::default();
            cube.solids.push(Solid::block([1.0; 3], [0.0; 3], [0.74, 0.62, 0.44]));
            troupe.join(Body::Thing(cube), [0.0; 3], 0.5);
            troupe.grow(Extent { width: 1.4, height: 1.4, face: 0.7, lift: 0.0 });
        }
        troupe
    }

    /// Adds an animal or a thing; the next free place on the right.
    fn bring(&mut self, subject: Subject, right: f32) -> f32 {
        let first = self.members.is_empty();
        let (body, extent) = match beast_height(subject) {
            Some(height) => {
                let extent = Extent {
                    width: height * 1.9,
                    height: height * 1.45,
                    face: height * 1.1,
                    lift: 0.0,
                };
                (Body::Beast { height, ink: ink(subject) }, extent)
            }
            None => {
                let (bodies, extent) = prop(subject, ink(subject));
                (Body::Thing(bodies), extent)
            }
        };
        let heading = if matches!(body, Body::Beast { .. }) { 1.9 } else { 3.6 };
        if first {
            self.join(body, [0.0; 3], heading);
            self.extent = extent;
            return extent.width * 0.5 + 0.4;
        }
        if subject == Subject::Umbrella {
            self.join(body, [0.26, 0.0, -0.1], heading);
            return right;
        }
        // What would hide the others stands behind them.
        if extent.width > 2.6 || extent.height > 3.0 {
            let at = [0.22 * extent.width, 0.0, 1.8 + extent.width * 0.62];
            self.join(body, at, heading);
            return right;
        }
        self.join(body, [right + extent.width * 0.5, 0.0, 0.15], heading);
        self.grow(Extent { width: 2.0 * right + 1.2 * extent.width, ..extent });
        right + extent.width + 0.3
    }

    fn join(&mut self, body: Body, at: V3, heading: f32) {
        if self.members.is_empty() {
            self.extent = Extent { width: 0.1, height: 0.1, face: 0.0, lift: 0.0 };
        }
        self.members.push(Member { body, at, heading, goes: false });
    }

    fn grow(&mut self, by: Extent) {
        let own = &mut self.extent;
        own.width = own.width.max(by.width);
        own.height = own.height.max(by.height);
        own.face = own.face.max(by.face);
    }

    /// How fast they go, metres a scene second.
    fn speed(&self, doing: Doing, facts: &Facts, tracked: bool) -> f32 {
        let figure = self.members.iter().find_map(|member| match &member.body {
            Body::Person { height, .. } => Some(doing.speed(*height)),
            Body::Beast { height, .. } => Some(doing.speed(height * 1.5)),
            Body::Thing(_) => None,
        });
        let vehicle = facts
            .subjects
            .iter()
            .any(|s| matches!(s, Subject::Car | Subject::Train | Subject::Bicycle | Subject::Boat));
        match figure {
            Some(speed) => speed,
            None if vehicle && (tracked || facts.does(Action::Run)) => DRIVE_METRES_A_SECOND,
            None => 0.0,
        }
    }

    fn set_off(
        &mut self,
        speed: f32,
        seconds: f32,
        tracked: Option<f32>,
        facts: &Facts,
        camera: &Camera,
    ) {
        // A camera that travels, or is very near, goes along: it keeps its distance to them.
        let travels = camera.weighted().any(|(what, _)| {
            matches!(what, Move::PushIn | Move::PullOut | Move::Orbit | Move::Aerial)
                || matches!(what, Move::CraneUp | Move::CraneDown)
        });
        let along = tracked.is_some() || travels || facts.framed(Framing::Close);
        let direction = match tracked {
            Some(sign) => [sign, 0.0, 0.0],
            None if along => [0.28 * camera.side(), 0.0, -0.96],
            None => [0.80 * camera.side(), 0.0, -0.60],
        };
        let longest = if camera.is_still() { WAY_PAST_MAX } else { WAY_BESIDE_MAX };
        let speed = if along { speed } else { speed.min(longest / seconds.max(0.1)) };
        self.velocity = times(direction, speed);
        if along {
            self.follows = self.velocity;
        } else {
            self.middle = seconds * 0.5;
            self.extent.width += 0.80 * speed * seconds;
        }
        let heading = libm::atan2f(direction[0], direction[2]);
        let figures = self.members.iter().any(|m| !matches!(m.body, Body::Thing(_)));
        for member in &mut self.members {
            if !figures || !matches!(member.body, Body::Thing(_)) {
                member.goes = true;
                member.heading = heading;
            }
        }
    }

    /// Everybody as they are at a moment, the still ones too.
    pub(crate) fn bodies(&self, doing: Doing, seconds: f32) -> Bodies {
        let mut all = Bodies::default();
        for (index, member) in self.members.iter().enumerate() {
            let time = if member.goes { seconds - self.middle } else { 0.0 };
            let way = times(self.velocity, time);
            // Nobody walks in step with somebody else.
            let walked = if member.goes { length(self.velocity) * seconds } else { 0.0 };
            let walked = walked + if member.goes { 0.37 * index as f32 } else { 0.0 };
            let seconds = seconds + 0.7 * index as f32;
            let bodies = match &member.body {
                Body::Person { height, ink } => person(*height, *ink, doing, walked, seconds),
                Body::Beast { height, ink } => beast(*height, *ink, walked, seconds),
                Body::Thing(bodies) => bodies.clone(),
            };
            all.extend(bodies.turned(member.heading).moved(add(member.at, way)));
        }
        all
    }
}

/// Height of those that are shown as mannequins, in metres.
fn figure_height(subject: Subject) -> Option<f32> {
    match subject {
        Subject::Man => Some(1.80),
        Subject::Woman => Some(1.67),
        Subject::Person => Some(1.73),
        Subject::Child => Some(1.15),
        Subject::Robot => Some(1.95),
        _ => None,
    }
}

/// Height at the shoulder, in metres.
fn beast_height(subject: Subject) -> Option<f32> {
    match subject {
        Subject::Cat => Some(0.25),
        Subject::Dog => Some(0.58),
        Subject::Horse => Some(1.55),
        Subject::Deer => Some(1.15),
        Subject::Camel => Some(1.85),
        Subject::Elephant => Some(2.70),
        Subject::Fox => Some(0.45),
        Subject::Wolf | Subject::Leopard => Some(0.80),
        Subject::Lion | Subject::Tiger | Subject::Bear => Some(1.10),
        Subject::Cow => Some(1.40),
        Subject::Sheep => Some(0.80),
        Subject::Rabbit => Some(0.22),
        _ => None,
    }
}

/// One colour for each kind, in every shot, so that who is who survives a cut.
fn ink(subject: Subject) -> Ink {
    match subject {
        Subject::Woman => [0.88, 0.48, 0.36],
        Subject::Man => [0.32, 0.52, 0.74],
        Subject::Child => [0.92, 0.74, 0.34],
        Subject::Person => [0.45, 0.64, 0.46],
        Subject::Robot => [0.58, 0.52, 0.72],
        beast if beast.is_beast() => [0.74, 0.56, 0.38],
        Subject::Fire | Subject::Fireworks | Subject::Candles | Subject::Lantern => {
            [0.95, 0.66, 0.28]
        }
        Subject::Car | Subject::Train | Subject::Bicycle | Subject::Rocket => [0.76, 0.42, 0.40],
        Subject::Flower | Subject::Butterfly => [0.86, 0.52, 0.62],
        Subject::Fish | Subject::Whale | Subject::Turtle | Subject::Boat => [0.36, 0.60, 0.64],
        _ => [0.74, 0.62, 0.44],
    }
}
