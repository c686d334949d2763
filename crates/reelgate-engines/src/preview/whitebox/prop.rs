//! Things as blocks of their true sizes, at the origin, their fronts along z.

use super::super::paint::colour::{Ink, scale};
use super::super::words::Subject;
use super::rig::Extent;
use super::solid::{Bodies, Rod, Solid};
use super::space::V3;

/// A thing, and how large it is.
pub(crate) fn prop(what: Subject, ink: Ink) -> (Bodies, Extent) {
    let mut kit = Kit { bodies: Bodies::default(), ink };
    let lift = build(what, &mut kit);
    let extent = kit.extent(lift);
    (kit.bodies, extent)
}

/// Puts a thing together; how high above the ground it begins.
fn build(what: Subject, kit: &mut Kit) -> f32 {
    match what {
        Subject::Car => car(kit),
        Subject::Train => train(kit),
        Subject::Boat => {
            kit.frustum([2.2, 0.9, 6.0], 1.25, 1.15, [0.0; 3]);
            kit.block([1.4, 1.1, 1.8], [0.0, 0.9, -1.2]);
            kit.rod([0.0, 0.9, 0.6], [0.0, 6.5, 0.6], 0.07);
        }
        Subject::Airplane | Subject::Rocket | Subject::Balloon => return aloft(what, kit),
        Subject::House => {
            kit.block([6.0, 2.8, 8.0], [0.0; 3]);
            kit.frustum([6.6, 2.0, 8.4], 0.0, 1.0, [0.0, 2.8, 0.0]);
            kit.block([1.0, 2.0, 0.1], [0.0, 0.0, 4.02]);
        }
        Subject::Village => {
            for (x, z) in [(-5.0, 0.0), (5.0, -3.0), (0.5, -12.0), (-9.0, -11.0)] {
                kit.block([6.0, 2.8, 7.0], [x, 0.0, z]);
                kit.frustum([6.6, 2.0, 7.4], 0.0, 1.0, [x, 2.8, z]);
            }
        }
        Subject::Castle => {
            kit.block([22.0, 6.0, 18.0], [0.0; 3]);
            kit.block([8.0, 13.0, 8.0], [0.0, 0.0, -2.0]);
            for (x, z) in [(-11.0, 9.0), (11.0, 9.0), (-11.0, -9.0), (11.0, -9.0)] {
                kit.frustum([4.6, 10.0, 4.6], 0.9, 0.9, [x, 0.0, z]);
                kit.frustum([5.4, 4.5, 5.4], 0.0, 0.0, [x, 10.0, z]);
            }
            kit.block([3.0, 4.0, 0.2], [0.0, 0.0, 9.05]);
        }
        Subject::Temple => {
            kit.block([12.0, 0.8, 12.0], [0.0; 3]);
            for (floor, half) in [(0.8, 8.0), (4.4, 6.2), (7.8, 4.6)] {
                kit.block([half, 2.4, half], [0.0, floor, 0.0]);
                kit.frustum([half + 3.2, 1.2, half + 3.2], 0.45, 0.45, [0.0, floor + 2.4, 0.0]);
            }
        }
        Subject::Lighthouse => {
            kit.frustum([5.0, 16.0, 5.0], 0.55, 0.55, [0.0; 3]);
            kit.block([3.4, 0.4, 3.4], [0.0, 16.0, 0.0]);
            kit.block([1.8, 2.2, 1.8], [0.0, 16.4, 0.0]);
            kit.frustum([2.4, 1.2, 2.4], 0.0, 0.0, [0.0, 18.6, 0.0]);
        }
        Subject::Windmill => {
            kit.frustum([4.0, 9.0, 4.0], 0.6, 0.6, [0.0; 3]);
            for (x, y) in [(3.2, 3.2), (-3.2, 3.2), (3.2, -3.2), (-3.2, -3.2)] {
                kit.rod([0.0, 9.0, 1.5], [x, 9.0 + y, 1.5], 0.22);
            }
        }
        Subject::Bridge => {
            kit.block([4.0, 0.6, 30.0], [0.0, 4.4, 0.0]);
            for z in [-10.0, 0.0, 10.0] {
                kit.block([3.0, 4.4, 1.2], [0.0, 0.0, z]);
            }
            kit.turn(1.15);
        }
        Subject::Bird | Subject::Butterfly | Subject::Fish | Subject::Whale | Subject::Turtle => {
            return swimmer(what, kit);
        }
        _ => small(what, kit),
    }
    0.0
}

fn car(kit: &mut Kit) {
    kit.block([1.8, 0.62, 4.4], [0.0, 0.32, 0.0]);
    kit.frustum([1.66, 0.56, 2.5], 0.84, 0.66, [0.0, 0.94, -0.25]);
    for (x, z) in [(-0.82, 1.4), (0.82, 1.4), (-0.82, -1.4), (0.82, -1.4)] {
        kit.dark([x - 0.04, 0.34, z], [x + 0.04, 0.34, z], 0.34);
    }
}

fn train(kit: &mut Kit) {
    for (index, z) in [0.0, -13.0, -26.0].into_iter().enumerate() {
        kit.block([2.9, 2.9, 12.4], [0.0, 0.9, z]);
        kit.frustum([2.9, 0.5, 12.4], 0.7, 0.98, [0.0, 3.8, z]);
        if index == 0 {
            kit.frustum([2.7, 2.2, 1.6], 0.9, 0.4, [0.0, 0.9, 6.9]);
        }
        for wheel in [-4.6, -3.2, 3.2, 4.6] {
            kit.dark([-1.0, 0.45, z + wheel], [1.0, 0.45, z + wheel], 0.45);
        }
    }
    kit.turn(0.9);
}

fn aloft(what: Subject, kit: &mut Kit) -> f32 {
    match what {
        Subject::Airplane => {
            kit.rod([0.0, 6.0, -6.0], [0.0, 6.0, 6.0], 1.0);
            kit.block([15.0, 0.25, 2.2], [0.0, 5.8, 0.4]);
            kit.block([5.0, 0.2, 1.2], [0.0, 6.2, -5.8]);
            kit.frustum([0.25, 2.4, 1.8], 1.0, 0.5, [0.0, 6.6, -5.8]);
            kit.turn(0.6);
            5.0
        }
        Subject::Rocket => {
            kit.rod([0.0, 2.6, 0.0], [0.0, 11.0, 0.0], 1.2);
            kit.frustum([1.9, 2.6, 1.9], 0.0, 0.0, [0.0, 11.8, 0.0]);
            kit.frustum([4.6, 2.8, 0.3], 0.45, 1.0, [0.0, 1.0, 0.0]);
            kit.frustum([0.3, 2.8, 4.6], 1.0, 0.45, [0.0, 1.0, 0.0]);
            0.0
        }
        _ => {
            kit.rod([0.0, 10.0, 0.0], [0.0, 11.6, 0.0], 4.0);
            kit.block([1.3, 1.1, 1.3], [0.0, 3.6, 0.0]);
            for (x, z) in [(-0.6, -0.6), (0.6, -0.6), (-0.6, 0.6), (0.6, 0.6)] {
                kit.rod([x, 4.7, z], [2.6 * x, 7.3, 2.6 * z], 0.04);
            }
            3.6
        }
    }
}

/// Fish and fowl: a body, two fins or wings, a tail; the size is its own.
fn swimmer(what: Subject, kit: &mut Kit) -> f32 {
    let (long, lift) = match what {
        Subject::Whale => (12.0, 1.6),
        Subject::Turtle => (1.0, 1.2),
        Subject::Fish => (0.5, 1.3),
        Subject::Bird => (0.45, 1.7),
        _ => (0.16, 1.3),
    };
    let wings = matches!(what, Subject::Bird | Subject::Butterfly);
    let (span, thick) = if wings { (2.3, 0.10) } else { (0.95, 0.17) };
    let y = lift + thick * long;
    kit.rod([0.0, y, -0.33 * long], [0.0, y, 0.33 * long], thick * long);
    kit.block([span * long, 0.03 * long, 0.24 * long], [0.0, y, 0.05 * long]);
    kit.block([0.42 * long, 0.03 * long, 0.16 * long], [0.0, y, -0.52 * long]);
    kit.turn(2.1);
    lift
}

fn small(what: Subject, kit: &mut Kit) {
    match what {
        Subject::Candles => {
            kit.block([0.9, 0.74, 0.9], [0.0; 3]);
            kit.block([0.30, 0.12, 0.30], [0.0, 0.74, 0.0]);
            for (x, z) in [(-0.09, -0.06), (0.0, 0.08), (0.09, -0.05), (0.02, -0.1)] {
                kit.rod([x, 0.86, z], [x, 0.95, z], 0.008);
            }
        }
        Subject::Cup => {
            kit.block([0.9, 0.74, 0.9], [0.0; 3]);
            kit.rod([0.0, 0.785, 0.0], [0.0, 0.82, 0.0], 0.045);
            kit.rod([0.05, 0.80, 0.0], [0.08, 0.80, 0.0], 0.012);
        }
        Subject::Flower => {
            for (x, z, y) in [(0.0, 0.0, 0.55), (-0.22, 0.15, 0.42), (0.24, 0.1, 0.48)] {
                kit.rod([x, 0.0, z], [x, y, z], 0.012);
                kit.rod([x, y, z], [x, y + 0.02, z], 0.07);
            }
        }
        Subject::Umbrella => {
            kit.rod([0.0, 0.9, 0.0], [0.0, 2.0, 0.0], 0.015);
            kit.frustum([1.2, 0.32, 1.2], 0.05, 0.05, [0.0, 1.8, 0.0]);
        }
        Subject::Bicycle => {
            for z in [-0.52, 0.52] {
                kit.dark([-0.01, 0.34, z], [0.01, 0.34, z], 0.34);
            }
            for (a, b) in [
                ([0.0, 0.34, -0.52], [0.0, 0.85, -0.18]),
                ([0.0, 0.85, -0.18], [0.0, 0.80, 0.40]),
                ([0.0, 0.34, 0.52], [0.0, 1.02, 0.36]),
                ([-0.28, 1.02, 0.36], [0.28, 1.02, 0.36]),
            ] {
                kit.rod(a, b, 0.03);
            }
            kit.turn(1.2);
        }
        Subject::Lantern => {
            kit.rod([0.0, 0.0, 0.0], [0.0, 1.5, 0.0], 0.03);
            kit.block([0.34, 0.46, 0.34], [0.0, 1.5, 0.0]);
        }
        Subject::Fire => {
            for angle in [0.0, 1.05, 2.1] {
                let (x, z) = (0.4 * libm::cosf(angle), 0.4 * libm::sinf(angle));
                kit.dark([-x, 0.07, -z], [x, 0.07, z], 0.07);
            }
            kit.frustum([0.42, 0.85, 0.42], 0.0, 0.0, [0.0, 0.1, 0.0]);
        }
        Subject::Fireworks => {
            for (x, y) in [(-3.0, 9.0), (2.6, 11.0), (0.3, 7.5)] {
                kit.rod([x, y, 6.0], [x, y + 0.1, 6.0], 0.8);
            }
        }
        _ => kit.block([1.0; 3], [0.0; 3]),
    }
}

struct Kit {
    bodies: Bodies,
    ink: Ink,
}

impl Kit {
    fn block(&mut self, size: V3, foot: V3) {
        self.bodies.solids.push(Solid::block(size, foot, self.ink));
    }

    fn frustum(&mut self, size: V3, across: f32, along: f32, foot: V3) {
        self.bodies.solids.push(Solid::frustum(size, across, along, foot, self.ink));
    }

    fn rod(&mut self, from: V3, to: V3, radius: f32) {
        self.bodies.rods.push(Rod { from, to, radius, ink: self.ink });
    }

    fn dark(&mut self, from: V3, to: V3, radius: f32) {
        self.bodies.rods.push(Rod { from, to, radius, ink: scale(self.ink, 0.45) });
    }

    fn turn(&mut self, angle: f32) {
        self.bodies = std::mem::take(&mut self.bodies).turned(angle);
    }

    fn extent(&self, lift: f32) -> Extent {
        let (mut width, mut top) = (0.1_f32, lift + 0.1);
        let corners = self.bodies.solids.iter().flat_map(|s| s.corners.iter().map(|c| (*c, 0.0)));
        let ends = self.bodies.rods.iter().flat_map(|r| [(r.from, r.radius), (r.to, r.radius)]);
        for (at, radius) in corners.chain(ends) {
            width = width.max(2.0 * (at[0].abs() + radius));
            top = top.max(at[1] + radius);
        }
        let height = top - lift;
        Extent { width, height, face: height * 0.7, lift }
    }
}
