//! What covers the land along one row of it: woods, fields or beach, and water.

use super::super::paint::colour::{Ink, hex, mix, scale};
use super::super::paint::noise::{LANES, Lanes, Line, Tile, floor, hash, smoothstep, unit, wave};
use super::terrain::{Cover, Terrain};

/// A row of land, ready to be asked for its colours.
pub(super) struct Strip {
    cover: Cover,
    seed: u32,
    soil: [Ink; 3],
    /// Place along the flight.
    z: f32,
    /// 1 where it is near.
    fade: f32,
    broad: Line,
    leafy: Line,
    shore: Shore,
    wet: Wet,
}

/// Where the land ends.
enum Shore {
    None,
    /// A river's middle, and how uneven its banks are.
    River(f32, Box<Line>),
    Beach(f32),
}

/// Water along the row.
struct Wet {
    water: Ink,
    sky: Ink,
    /// How much of the sky it shows.
    shine: f32,
    ripple: Line,
    /// What ripples have drifted by.
    drift: f32,
    foam: Ink,
    shallows: Ink,
    /// How far up the beach waves are.
    swash: f32,
    lace: Line,
}

/// How far a place is from a river's bank; below zero is wet.
#[inline(always)]
pub(super) fn bank(x: f32, course: f32, rough: f32) -> f32 {
    (x - course).abs() - 0.19 + 0.07 * (rough - 0.5)
}

/// Where the sea begins.
#[inline(always)]
pub(super) fn beach(tile: Tile, z: f32) -> f32 {
    let bend = tile.at(z * 0.5, 5.0) - 0.5 + 0.25 * tile.at(z * 1.7, 9.0);
    0.15 + 0.5 * bend
}

impl Strip {
    /// The row so far away that lies at `z` along the flight.
    #[inline(always)]
    pub(super) fn new(ground: &Terrain, tile: Tile, [away, z]: [f32; 2], seconds: f32) -> Self {
        let shore = match ground.cover {
            Cover::Coast => Shore::Beach(beach(tile, z)),
            _ if ground.river => Shore::River(ground.course(tile, z), Box::new(tile.line(z * 5.0))),
            _ => Shore::None,
        };
        let light = &ground.light;
        let wet = Wet {
            water: ground.water,
            sky: mix(light.mid, light.low, (away * 0.12).min(0.8)),
            shine: (0.22 + 0.07 * away).min(0.7),
            ripple: tile.line(z * 5.0 + seconds * 0.5),
            drift: seconds * 0.3,
            foam: ground.soil[2],
            shallows: light.on(hex(0x6c_d4c4)),
            swash: 0.035 * libm::sinf(seconds * 0.9 + z * 2.0),
            lace: tile.line(z * 9.0 + seconds * 0.2),
        };
        Self {
            cover: ground.cover,
            seed: ground.seed,
            soil: ground.soil,
            z,
            fade: 1.0 / (1.0 + 0.10 * away * away),
            broad: tile.line(z * 1.3),
            leafy: tile.line(z * 9.0),
            shore,
            wet,
        }
    }

    /// Red, green and blue of places across the row.
    #[inline(always)]
    pub(super) fn inks(&self, places: &Lanes) -> [Lanes; 3] {
        let mut shores = [1.0; LANES];
        match &self.shore {
            Shore::None => {}
            Shore::River(course, rough) => {
                let rough = rough.along(places, 5.0, 0.0);
                for k in 0..LANES {
                    shores[k] = bank(places[k], *course, rough[k]);
                }
            }
            Shore::Beach(line) => {
                for k in 0..LANES {
                    shores[k] = places[k] - line;
                }
            }
        }
        let mut inks = match self.cover {
            Cover::Woods => self.woods(places, &shores),
            Cover::Fields => self.fields(places),
            Cover::Coast => self.beach(places, &shores),
        };
        if shores.iter().any(|shore| *shore < 0.0) {
            let wet = match self.cover {
                Cover::Coast => self.wet.sea(places, &shores),
                _ => self.wet.river(places, &shores),
            };
            for (ink, wet) in inks.iter_mut().zip(wet) {
                for k in 0..LANES {
                    ink[k] = if shores[k] < 0.0 { wet[k] } else { ink[k] };
                }
            }
        }
        inks
    }

    #[inline(always)]
    fn woods(&self, places: &Lanes, shores: &Lanes) -> [Lanes; 3] {
        let broad = self.broad.along(places, 1.3, 3.0);
        let leafy = self.leafy.along(places, 9.0, 0.0);
        let (near, far) = (self.fade, 1.0 - self.fade);
        let edge = scale(self.soil[2], 0.55);
        let mut out = [[0.0; LANES]; 3];
        for (c, out) in out.iter_mut().enumerate() {
            let (first, second, edge) = (self.soil[0][c], self.soil[1][c], edge[c]);
            for k in 0..LANES {
                let clump = smoothstep(0.3, 0.8, leafy[k]);
                let own = first + (second - first) * smoothstep(0.3, 0.7, broad[k]);
                let own = own * ((0.34 + 0.2 * far) + 0.4 * (clump * near + 0.5 * far));
                out[k] = edge + (own - edge) * smoothstep(0.0, 0.07, shores[k]);
            }
        }
        out
    }

    #[inline(always)]
    fn fields(&self, places: &Lanes) -> [Lanes; 3] {
        let broad = self.broad.along(places, 1.3, 3.0);
        let z = self.z;
        let edge = scale(self.soil[2], 0.55);
        let (mut picks, mut tones, mut hedges) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
        for k in 0..LANES {
            let (u, v) = (places[k] * 1.1 + 0.25 * z, z * 0.8 - 0.2 * places[k]);
            let (left, top) = (floor(u), floor(v));
            let pick = unit(hash(left as i32 as u32, top as i32 as u32, self.seed));
            let rows = 0.5 + 0.5 * wave((u * 0.4 + v * pick) * (60.0 / std::f32::consts::TAU));
            let hedge = (u - left - 0.5).abs().max((v - top - 0.5).abs());
            picks[k] = pick;
            tones[k] = 0.85 + 0.12 * rows * self.fade + 0.2 * (broad[k] - 0.5);
            hedges[k] = smoothstep(0.465, 0.485, hedge);
        }
        let mut out = [[0.0; LANES]; 3];
        for (c, out) in out.iter_mut().enumerate() {
            let (first, second, edge) = (self.soil[0][c], self.soil[1][c], edge[c]);
            for k in 0..LANES {
                let own = (first + (second - first) * picks[k]) * tones[k];
                out[k] = own + (edge - own) * hedges[k];
            }
        }
        out
    }

    #[inline(always)]
    fn beach(&self, places: &Lanes, shores: &Lanes) -> [Lanes; 3] {
        let broad = self.broad.along(places, 1.3, 3.0);
        let leafy = self.leafy.along(places, 9.0, 0.0);
        let mut out = [[0.0; LANES]; 3];
        for (c, out) in out.iter_mut().enumerate() {
            let (sand, grass) = (self.soil[0][c], self.soil[1][c]);
            for k in 0..LANES {
                let dry = sand * (0.88 + 0.2 * leafy[k] * self.fade);
                let own = dry + (sand * 0.6 - dry) * smoothstep(0.06, 0.0, shores[k]);
                let green = grass * (0.6 + 0.6 * leafy[k]);
                let part = smoothstep(0.15, 0.24, shores[k] + 0.12 * (broad[k] - 0.5));
                out[k] = own + (green - own) * part;
            }
        }
        out
    }
}

impl Wet {
    /// Open water, that shows the sky.
    #[inline(always)]
    fn open(&self, places: &Lanes) -> [Lanes; 3] {
        let ripple = self.ripple.along(places, 7.0, self.drift);
        let mut out = [[0.0; LANES]; 3];
        for (c, out) in out.iter_mut().enumerate() {
            for k in 0..LANES {
                let shine = (self.shine + 0.25 * (ripple[k] - 0.5)).clamp(0.0, 0.9);
                out[k] = self.water[c] + (self.sky[c] - self.water[c]) * shine;
            }
        }
        out
    }

    #[inline(always)]
    fn river(&self, places: &Lanes, shores: &Lanes) -> [Lanes; 3] {
        let mut out = self.open(places);
        for (out, water) in out.iter_mut().zip(self.water) {
            for k in 0..LANES {
                let shade = 0.6 * smoothstep(-0.06, 0.0, shores[k]);
                out[k] += (water * 0.55 - out[k]) * shade;
            }
        }
        out
    }

    /// The sea, with its shallows and lines of foam.
    #[inline(always)]
    fn sea(&self, places: &Lanes, shores: &Lanes) -> [Lanes; 3] {
        let lace = self.lace.along(places, 16.0, 0.0);
        let (mut shallow, mut foam) = ([0.0; LANES], [0.0; LANES]);
        for k in 0..LANES {
            let line = |at: f32, wide: f32| {
                let d = (shores[k] - at - self.swash + 0.04 * (lace[k] - 0.5)).abs();
                smoothstep(wide, wide * 0.3, d)
            };
            let most = line(-0.045, 0.03).max(0.75 * line(-0.20, 0.022));
            foam[k] = most.max(0.45 * line(-0.40, 0.018)) * (0.5 + 0.5 * lace[k]);
            shallow[k] = 0.75 * smoothstep(-0.5, -0.02, shores[k]);
        }
        let mut out = self.open(places);
        for (c, out) in out.iter_mut().enumerate() {
            for k in 0..LANES {
                let own = out[k] + (self.shallows[c] - out[k]) * shallow[k];
                out[k] = own + (self.foam[c] - own) * foam[k];
            }
        }
        out
    }
}
