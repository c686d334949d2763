//! Chance and texture that are the same on every machine: integer hashes, lattice noise.

use std::sync::OnceLock;

/// Mixes two lattice coordinates and a seed into 32 well-spread bits.
#[inline(always)]
pub(crate) fn hash(x: u32, y: u32, seed: u32) -> u32 {
    let mut h = x.wrapping_mul(0x9E37_79B1) ^ y.wrapping_mul(0x85EB_CA77) ^ seed;
    h = (h ^ (h >> 15)).wrapping_mul(0x2C1B_3C6D);
    h = (h ^ (h >> 12)).wrapping_mul(0x297A_2D39);
    h ^ (h >> 15)
}

/// The upper bits of a hash as a number in `0.0..1.0`.
#[inline(always)]
pub(crate) fn unit(bits: u32) -> f32 {
    (bits >> 8) as f32 / 16_777_216.0
}

/// A reproducible stream of choices.
#[derive(Clone, Debug)]
pub(crate) struct Dice {
    seed: u32,
    throws: u32,
}

impl Dice {
    pub(crate) fn new(seed: u32) -> Self {
        Self { seed: hash(seed, 0x51ED, 0xA11C_E5ED), throws: 0 }
    }

    pub(crate) fn bits(&mut self) -> u32 {
        self.throws = self.throws.wrapping_add(1);
        hash(self.throws, 0x0D1C_E000, self.seed)
    }

    pub(crate) fn unit(&mut self) -> f32 {
        unit(self.bits())
    }

    pub(crate) fn range(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    /// A number near zero, seldom beyond `spread`.
    pub(crate) fn around(&mut self, spread: f32) -> f32 {
        (self.unit() + self.unit() + self.unit() - 1.5) * spread
    }

    pub(crate) fn chance(&mut self, probability: f32) -> bool {
        self.unit() < probability
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.bits() as usize % bound.max(1)
    }

    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

#[inline(always)]
pub(crate) fn lerp(a: f32, b: f32, t: f32) -> f32 {
    a + (b - a) * t
}

/// Zero below `from`, one above `to`, eased between.
#[inline(always)]
pub(crate) fn smoothstep(from: f32, to: f32, x: f32) -> f32 {
    let t = ((x - from) / (to - from)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// The whole number below: unlike `f32::floor`, never a call into the C library.
#[inline(always)]
pub(crate) fn floor(x: f32) -> f32 {
    let whole = x as i32 as f32;
    if whole > x { whole - 1.0 } else { whole }
}

/// Smooth lattice noise in `0.0..1.0`, one bump a unit.
pub(crate) fn noise(x: f32, y: f32, seed: u32) -> f32 {
    let (fx, fy) = (floor(x), floor(y));
    let (ix, iy) = (fx as i32 as u32, fy as i32 as u32);
    let (tx, ty) = (x - fx, y - fy);
    let (sx, sy) = (tx * tx * (3.0 - 2.0 * tx), ty * ty * (3.0 - 2.0 * ty));
    let at = |dx: u32, dy: u32| unit(hash(ix.wrapping_add(dx), iy.wrapping_add(dy), seed));
    lerp(lerp(at(0, 0), at(1, 0), sx), lerp(at(0, 1), at(1, 1), sx), sy)
}

/// Octaves of [`noise`], each twice as fine and half as strong; `0.0..1.0`, mean about a half.
pub(crate) fn fbm(x: f32, y: f32, octaves: u32, seed: u32) -> f32 {
    let (mut sum, mut weight, mut total, mut scale) = (0.0, 1.0, 0.0, 1.0);
    for octave in 0..octaves {
        let turn = octave as f32 * 17.3;
        sum += weight * noise(x * scale + turn, y * scale - turn, seed ^ octave);
        total += weight;
        weight *= 0.5;
        scale *= 2.03;
    }
    sum / total
}

/// Noise folded at its middle: sharp crests, as rock and ridges have.
pub(crate) fn ridged(x: f32, y: f32, octaves: u32, seed: u32) -> f32 {
    let (mut sum, mut weight, mut total, mut scale) = (0.0, 1.0, 0.0, 1.0);
    for octave in 0..octaves {
        let fold = 1.0 - (2.0 * noise(x * scale, y * scale, seed ^ (octave * 77)) - 1.0).abs();
        sum += weight * fold;
        total += weight;
        weight *= 0.47;
        scale *= 2.1;
    }
    sum / total
}

const TILE_SIDE: usize = 256;
const TILE_CELL: usize = 8;

/// A repeating square of smooth noise, made once, for effects that need it at every pixel.
pub(crate) struct Tile(Vec<f32>);

impl Tile {
    pub(crate) fn shared() -> &'static Tile {
        static TILE: OnceLock<Tile> = OnceLock::new();
        TILE.get_or_init(|| {
            let cells = (TILE_SIDE / TILE_CELL) as u32;
            let corner = |x: u32, y: u32| unit(hash(x % cells, y % cells, 0x7117));
            let mut values = Vec::with_capacity(TILE_SIDE * TILE_SIDE);
            for index in 0..TILE_SIDE * TILE_SIDE {
                let (x, y) = (index % TILE_SIDE, index / TILE_SIDE);
                let (cx, cy) = ((x / TILE_CELL) as u32, (y / TILE_CELL) as u32);
                let tx = smoothstep(0.0, 1.0, (x % TILE_CELL) as f32 / TILE_CELL as f32);
                let ty = smoothstep(0.0, 1.0, (y % TILE_CELL) as f32 / TILE_CELL as f32);
                let top = lerp(corner(cx, cy), corner(cx + 1, cy), tx);
                let low = lerp(corner(cx, cy + 1), corner(cx + 1, cy + 1), tx);
                values.push(lerp(top, low, ty));
            }
            Tile(values)
        })
    }

    /// Noise in `0.0..1.0`, one bump a unit, repeating every 32 units.
    #[inline(always)]
    pub(crate) fn at(&self, x: f32, y: f32) -> f32 {
        let (x, y) = (x * TILE_CELL as f32, y * TILE_CELL as f32);
        let (fx, fy) = (floor(x), floor(y));
        let (tx, ty) = (x - fx, y - fy);
        let mask = TILE_SIDE - 1;
        let (ix, iy) = (fx as i32 as usize & mask, fy as i32 as usize & mask);
        let (jx, jy) = ((ix + 1) & mask, (iy + 1) & mask);
        let (top, low) = (iy * TILE_SIDE, jy * TILE_SIDE);
        let v = &self.0;
        lerp(lerp(v[top + ix], v[top + jx], tx), lerp(v[low + ix], v[low + jx], tx), ty)
    }

    /// Octaves of [`Tile::at`].
    #[inline(always)]
    pub(crate) fn fbm(&self, x: f32, y: f32, octaves: u32) -> f32 {
        let (mut sum, mut weight, mut total, mut scale) = (0.0, 1.0, 0.0, 1.0);
        for octave in 0..octaves {
            let turn = octave as f32 * 5.71;
            sum += weight * self.at(x * scale + turn, y * scale + turn * 1.7);
            total += weight;
            weight *= 0.52;
            scale *= 2.0;
        }
        sum / total
    }
}
