//! The set: reference pillars every five metres, and coarse blocks for the place that was named.

use super::super::paint::colour::Ink;
use super::super::paint::noise::Dice;
use super::super::words::Setting;
use super::solid::{Bodies, Rod, Solid};

/// Metres between pillars.
const PILLARS_APART: f32 = 5.0;
const PALE: Ink = [0.80, 0.80, 0.81];
const GREY: Ink = [0.52, 0.52, 0.54];

/// Light and dark squares of the ground: grey, with a breath of what it stands for.
pub(crate) fn ground(setting: Setting) -> [Ink; 2] {
    let breath: Ink = match setting {
        Setting::Sea | Setting::Lake | Setting::River | Setting::Underwater => [0.92, 0.99, 1.06],
        Setting::Beach | Setting::Desert => [1.04, 1.0, 0.93],
        Setting::Forest | Setting::Meadow => [0.97, 1.02, 0.95],
        Setting::Space => [0.95, 0.95, 1.03],
        _ => [1.0; 3],
    };
    [breath.map(|c| c * 0.74), breath.map(|c| c * 0.56)]
}

/// Most columns of pillars on each side.
const COLUMNS_MAX: i32 = 24;

/// Everything that never moves. Nothing stands within `clear` metres of the subject, nor near the
/// camera, `distance` metres in front of it; `way` is how far a followed subject goes.
pub(crate) fn set(
    setting: Setting,
    clear: f32,
    distance: f32,
    way: f32,
    dice: &mut Dice,
) -> Bodies {
    let mut set = Bodies::default();
    pillars(&mut set, clear, distance, way);
    let reach = distance * 2.5;
    match setting {
        Setting::City => city(&mut set, clear, way, dice),
        Setting::Room => room(&mut set, clear),
        Setting::Forest | Setting::River => woods(&mut set, clear, reach, dice),
        Setting::Mountains => peaks(&mut set, dice),
        Setting::Desert | Setting::Meadow | Setting::Sky => mounds(&mut set, dice),
        _ => {}
    }
    set
}

/// Three metres high, in bands of one metre, so that height and distance can be read off.
fn pillars(set: &mut Bodies, clear: f32, distance: f32, way: f32) {
    let far = (distance * 2.0 / PILLARS_APART).clamp(5.0, 9.0) as i32;
    let columns =
        3 + ((way / PILLARS_APART) as i32 + 1).min(COLUMNS_MAX - 3) * i32::from(way > 0.0);
    for row in -1..far {
        for column in -columns..=columns {
            let (x, z) = (column as f32 * PILLARS_APART, row as f32 * PILLARS_APART);
            let before = row < 0 && (way > 0.0 || x.abs() < distance);
            let aisle = row == 0 && way > 0.0;
            let inside = x.abs() < clear.max(2.5) && z < clear.max(2.5);
            if before || aisle || inside {
                continue;
            }
            for band in 0..3 {
                let ink = if band % 2 == 0 { PALE } else { GREY };
                set.solids.push(Solid::block([0.3, 1.0, 0.3], [x, band as f32, z], ink));
            }
        }
    }
}

fn city(set: &mut Bodies, clear: f32, way: f32, dice: &mut Dice) {
    let street = clear.max(5.0) + 3.0;
    for side in [-1.0, 1.0] {
        let mut z = -4.0 - way.min(40.0);
        while z < 90.0 {
            let (w, h, d) =
                (dice.range(9.0, 13.0), 3.2 * dice.range(3.0, 11.0), dice.range(9.0, 15.0));
            let tone = dice.range(0.56, 0.72);
            let foot = [side * (street + w * 0.5), 0.0, z + d * 0.5];
            set.solids.push(Solid::block([w, h, d], foot, [tone, tone, tone * 1.02]));
            z += d + dice.range(0.5, 3.0);
        }
        let kerb = [side * (street - 1.2), 0.0, 43.0];
        set.solids.push(Solid::block([2.4, 0.14, 94.0], kerb, [0.66, 0.66, 0.67]));
    }
}

fn room(set: &mut Bodies, clear: f32) {
    let (half, back) = (clear.max(2.0) + 1.8, clear.max(2.0) + 2.2);
    let wall = [0.72, 0.72, 0.72];
    set.solids.retain(|solid| {
        let at = solid.middle();
        at[0].abs() < half && at[2] < back
    });
    set.solids.push(Solid::block([2.0 * half, 2.7, 0.1], [0.0, 0.0, back], wall));
    for side in [-1.0, 1.0] {
        let foot = [side * half, 0.0, back * 0.5 - 1.0];
        set.solids.push(Solid::block([0.1, 2.7, back + 2.0], foot, wall));
        let shelf = [side * (half - 0.5), 0.0, back - 0.3];
        set.solids.push(Solid::block([0.9, 0.9 + 0.5 * (side + 1.0), 0.5], shelf, GREY));
    }
    set.solids.push(Solid::block([1.3, 1.1, 0.04], [0.0, 1.0, back - 0.08], [0.86, 0.86, 0.87]));
}

fn woods(set: &mut Bodies, clear: f32, reach: f32, dice: &mut Dice) {
    for _ in 0..46 {
        let (x, z) = (dice.range(-22.0, 22.0), dice.range(-2.0, reach.clamp(24.0, 60.0)));
        let (radius, high) = (dice.range(0.14, 0.34), dice.range(6.0, 11.0));
        if x.abs() < clear.max(2.4) && z < clear + 6.0 {
            continue;
        }
        let ink = [0.55, 0.56, 0.53];
        set.rods.push(Rod { from: [x, 0.0, z], to: [x, high * 0.5, z], radius, ink });
        let size = [radius * 11.0, high * 0.75, radius * 11.0];
        let crown = Solid::frustum(size, 0.0, 0.0, [x, high * 0.32, z], [0.60, 0.63, 0.59]);
        set.solids.push(crown.turned(dice.range(0.0, 1.5), [x, 0.0, z]));
    }
}

fn peaks(set: &mut Bodies, dice: &mut Dice) {
    for index in 0..9 {
        let x = (index as f32 - 4.0) * 42.0 + dice.around(16.0);
        let (high, z) = (dice.range(34.0, 70.0), 150.0 + dice.range(0.0, 70.0));
        let size = [high * dice.range(1.6, 2.3), high, high * 1.6];
        let foot = [x, -2.0, z];
        let peak = Solid::frustum(size, 0.06, 0.06, foot, [0.66, 0.67, 0.70]);
        set.solids.push(peak.turned(dice.range(0.2, 1.2), foot));
    }
}

fn mounds(set: &mut Bodies, dice: &mut Dice) {
    for index in 0..7 {
        let x = (index as f32 - 3.0) * 34.0 + dice.around(20.0);
        let size = [dice.range(44.0, 70.0), dice.range(4.0, 9.0), 40.0];
        let foot = [x, -0.2, 90.0 + dice.range(0.0, 60.0)];
        let mound = Solid::frustum(size, 0.35, 0.3, foot, [0.68, 0.68, 0.67]);
        set.solids.push(mound.turned(dice.range(-0.5, 0.5), foot));
    }
}
