//! Trees, grass and flowers, painted leaf clump by leaf clump.

use super::super::paint::colour::{Ink, mix, scale, solid};
use super::super::paint::noise::{Dice, lerp};
use super::super::paint::shape::{Point, Shape, swing};
use super::super::paint::sheet::Sheet;
use super::super::words::Season;
use super::site::Site;

/// How plants of one layer are coloured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Foliage {
    pub(crate) crown: Ink,
    pub(crate) trunk: Ink,
    /// Colour of lit leaves.
    pub(crate) lit: Ink,
    /// -1 when the light comes from the left.
    pub(crate) side: f32,
    /// 0 to 1: snow on it.
    pub(crate) white: f32,
}

impl Foliage {
    pub(crate) fn of(site: &mut Site<'_>, distance: f32) -> Self {
        let crown = site.leaf(distance);
        let lit = mix(crown, site.light.far(site.light.key, distance), 0.30);
        Self {
            crown,
            trunk: site.ink([0.24, 0.18, 0.14], distance),
            lit,
            side: site.side(),
            white: site.light.leaf.white,
        }
    }

    /// An evergreen's colours, whatever the season.
    pub(crate) fn evergreen(site: &mut Site<'_>, distance: f32) -> Self {
        let touch = site.dice.range(0.85, 1.15);
        let crown = site.ink(scale([0.13, 0.25, 0.20], touch), distance);
        Self { crown, lit: mix(crown, site.light.key, 0.2), ..Self::of(site, distance) }
    }
}

/// A spruce standing at `foot`.
pub(crate) fn conifer(sheet: &mut Sheet, foot: Point, tall: f32, f: &Foliage, dice: &mut Dice) {
    let tiers = 7 + dice.below(3);
    let broad = tall * dice.range(0.19, 0.25);
    let lean = dice.around(0.02) * tall;
    let trunk = Shape::new().rect(
        foot[0] - tall * 0.014,
        foot[1] - tall * 0.14,
        foot[0] + tall * 0.014,
        foot[1] + tall * 0.01,
    );
    sheet.flat(&trunk, f.trunk);
    let mut outline = vec![[foot[0] + lean, foot[1] - tall]];
    let mut left = Vec::new();
    for tier in 1..=tiers {
        let down = tier as f32 / tiers as f32;
        let y = foot[1] - tall * (1.0 - 0.92 * down);
        let reach = broad * (0.10 + 0.90 * down) * dice.range(0.86, 1.14);
        let waist = reach * 0.55;
        let x = foot[0] + lean * (1.0 - down);
        outline.push([x + reach, y + tall * 0.02]);
        outline.push([x + waist, y - tall * 0.012]);
        left.push([x - reach * dice.range(0.9, 1.1), y + tall * 0.02]);
        left.push([x - waist, y - tall * 0.012]);
    }
    outline.pop();
    left.pop();
    outline.extend(left.into_iter().rev());
    let shape = Shape::new().polygon(&outline);
    let step = tall * 0.92 / tiers as f32;
    sheet.fill(&shape, |x, y| {
        let side = ((x - foot[0]) * f.side / broad * 1.3 + 0.45).clamp(0.0, 1.0);
        let tier = ((y - foot[1]) / step).rem_euclid(1.0);
        let ink = mix(scale(f.crown, 0.70), f.lit, side * (0.25 + 0.5 * (1.0 - tier)));
        let snow = f.white * (1.0 - tier * 1.5).clamp(0.0, 1.0) * (0.35 + 0.5 * side);
        solid(mix(ink, [0.9, 0.93, 0.98], snow * (0.4 + 0.6 * f.lit[1])))
    });
}

/// A leafy tree standing at `foot`.
pub(crate) fn broadleaf(sheet: &mut Sheet, foot: Point, tall: f32, f: &Foliage, dice: &mut Dice) {
    let pixels = tall * sheet.density;
    let (x, y) = (foot[0], foot[1]);
    let lean = dice.around(0.05) * tall;
    let top = [x + lean, y - tall * 0.5];
    let mut wood = Shape::new().limb([x, y], top, tall * 0.032, tall * 0.018);
    for side in [-1.0, 1.0] {
        let fork = [x + lean * 0.7, y - tall * dice.range(0.32, 0.42)];
        let tip = swing(fork, 3.14 - side * dice.range(0.5, 0.9), tall * 0.28);
        wood = wood.limb(fork, tip, tall * 0.014, tall * 0.006);
    }
    sheet.flat(&wood, f.trunk);
    let clumps = (pixels * 0.28).clamp(7.0, 46.0) as usize;
    let (rx, ry) = (tall * dice.range(0.25, 0.32), tall * dice.range(0.27, 0.33));
    let centre = [x + lean, y - tall * 0.66];
    for clump in 0..clumps {
        let depth = clump as f32 / clumps as f32;
        let turn = dice.range(0.0, 6.283);
        let out = dice.unit().sqrt() * lerp(1.0, 0.72, depth);
        let (dx, dy) = (libm::cosf(turn) * out, libm::sinf(turn) * out);
        let size = tall * dice.range(0.07, 0.12) * (30.0 / clumps as f32).clamp(0.9, 1.6);
        let light = (0.42 + 0.34 * (dx * f.side - dy) + 0.28 * (depth - 0.5)).clamp(0.0, 1.0);
        let ink = mix(scale(f.crown, 0.55), f.lit, light);
        let ink = mix(ink, [0.92, 0.94, 0.98], f.white * 0.5 * (light - 0.3).max(0.0));
        let ink = scale(ink, dice.range(0.93, 1.07));
        let at = [centre[0] + dx * rx, centre[1] + dy * ry];
        sheet.flat(&Shape::new().blob(at, size, size * 0.82, dice), ink);
    }
}

/// A tree without leaves.
pub(crate) fn bare(sheet: &mut Sheet, foot: Point, tall: f32, ink: Ink, dice: &mut Dice) {
    let mut wood = Shape::new();
    let mut twigs = vec![(foot, std::f32::consts::PI, tall * 0.34, tall * 0.026, 0)];
    while let Some((from, angle, length, thick, level)) = twigs.pop() {
        let to = swing(from, angle, length);
        wood = wood.limb(from, to, thick, thick * 0.6);
        if level < 4 && length * sheet.density > 3.0 {
            for side in [-1.0, 1.0, 0.2] {
                let turn = angle + side * dice.range(0.25, 0.6);
                let next = length * dice.range(0.58, 0.78);
                twigs.push((to, turn, next, thick * 0.58, level + 1));
            }
        }
    }
    sheet.flat(&wood, ink);
}

/// A palm, as beaches and oases have.
pub(crate) fn palm(sheet: &mut Sheet, foot: Point, tall: f32, f: &Foliage, dice: &mut Dice) {
    let lean = dice.range(0.12, 0.3) * if dice.chance(0.5) { 1.0 } else { -1.0 } * tall;
    let mut wood = Shape::new();
    let at = |t: f32| [foot[0] + lean * t * t, foot[1] - tall * 0.86 * t];
    for step in 0..12 {
        let (a, b) = (step as f32 / 12.0, (step + 1) as f32 / 12.0);
        let thick = |t: f32| tall * lerp(0.026, 0.013, t);
        wood = wood.limb(at(a), at(b), thick(a), thick(b));
    }
    sheet.flat(&wood, f.trunk);
    let head = at(1.0);
    for frond in 0..11 {
        let turn = frond as f32 / 11.0 * 6.283 + dice.around(0.2);
        let (out, rise) = (libm::cosf(turn), libm::sinf(turn) * 0.55 - 0.32);
        if out.abs() < 0.3 {
            continue;
        }
        let long = tall * dice.range(0.30, 0.42);
        let mut leaf = Shape::new();
        for step in 0..14 {
            let spine =
                |t: f32| [head[0] + out * long * t, head[1] + long * (rise * t + 0.62 * t * t)];
            let t = (step as f32 + 1.0) / 15.0;
            let from = spine(t);
            let blade = long * 0.20 * (1.0 - 0.6 * t);
            for side in [-0.5, 0.5] {
                let tip = [from[0] + out * blade * 0.5 + side * blade * 0.3, from[1] + blade];
                leaf = leaf.limb(from, tip, long * 0.012, long * 0.003);
            }
            leaf = leaf.limb(from, spine(t + 0.07), long * 0.010, long * 0.008);
        }
        let light = (0.4 + 0.5 * out * f.side - 0.3 * rise).clamp(0.0, 1.0);
        sheet.flat(&leaf, mix(scale(f.crown, 0.6), f.lit, light));
    }
}

/// A tuft of blades; `spread` wide.
pub(crate) fn grass(
    sheet: &mut Sheet,
    foot: Point,
    tall: f32,
    spread: f32,
    ink: Ink,
    dice: &mut Dice,
) {
    for _ in 0..7 {
        let x = foot[0] + dice.around(spread);
        let long = tall * dice.range(0.55, 1.15);
        let lean = dice.around(0.5) * long;
        let thick = (tall * 0.035).max(0.8 / sheet.density);
        let mid = [x + lean * 0.3, foot[1] - long * 0.6];
        let blade = Shape::new().limb([x, foot[1]], mid, thick, thick * 0.8).limb(
            mid,
            [x + lean, foot[1] - long],
            thick * 0.8,
            thick * 0.15,
        );
        let tone = dice.range(0.75, 1.2);
        sheet.flat(&blade, scale(ink, tone));
    }
}

/// A flower on its stem.
pub(crate) fn flower(
    sheet: &mut Sheet,
    foot: Point,
    tall: f32,
    petal: Ink,
    stem: Ink,
    dice: &mut Dice,
) {
    let head = [foot[0] + dice.around(0.18) * tall, foot[1] - tall];
    sheet.flat(&Shape::new().limb(foot, head, tall * 0.025, tall * 0.018), stem);
    let size = tall * dice.range(0.14, 0.22);
    let turn = dice.range(0.0, 1.2);
    for leaf in 0..6 {
        let way = turn + leaf as f32 / 6.0 * 6.283;
        let tip = [head[0] + libm::cosf(way) * size, head[1] + libm::sinf(way) * size * 0.7];
        let shade = 0.85 + 0.2 * libm::sinf(way + 2.0);
        sheet.flat(&Shape::new().limb(head, tip, size * 0.2, size * 0.42), scale(petal, shade));
    }
    let eye = mix([0.95, 0.8, 0.3], petal, 0.25);
    sheet.flat(&Shape::new().ellipse(head, size * 0.32, size * 0.26), eye);
}

/// A tree that suits the season.
pub(crate) fn tree(site: &mut Site<'_>, sheet: &mut Sheet, foot: Point, tall: f32, distance: f32) {
    let winter = site.light.leaf.season == Season::Winter;
    if winter && site.dice.chance(0.4) {
        let ink = site.ink([0.25, 0.2, 0.19], distance);
        bare(sheet, foot, tall, ink, &mut site.dice);
    } else if winter || site.dice.chance(0.22) {
        let foliage = Foliage::evergreen(site, distance);
        conifer(sheet, foot, tall * 1.1, &foliage, &mut site.dice);
    } else {
        let foliage = Foliage::of(site, distance);
        broadleaf(sheet, foot, tall, &foliage, &mut site.dice);
    }
}

/// A row of trees along a line, `step` apart.
pub(crate) fn rows_of_trees(
    site: &mut Site<'_>,
    sheet: &mut Sheet,
    line: impl Fn(f32) -> f32,
    (tall, step): (f32, f32),
    distance: f32,
) {
    let (mut x, right) = (sheet.origin[0], sheet.right());
    while x < right {
        x += step * site.dice.range(0.5, 1.5);
        let tall = tall * site.dice.range(0.65, 1.3);
        tree(site, sheet, [x, line(x) + tall * 0.04], tall, distance);
    }
}
