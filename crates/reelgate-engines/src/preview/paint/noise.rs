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
#[expect(clippy::manual_clamp, reason = "its early answers become jumps, and loops stay slow")]
pub(crate) fn smoothstep(from: f32, to: f32, x: f32) -> f32 {
    let t = ((x - from) / (to - from)).max(0.0).min(1.0);
    t * t * (3.0 - 2.0 * t)
}

/// Added to a number, this leaves no room behind its point: the last bits are a whole number.
const WHOLE: f32 = 8_388_608.0;
/// The same with room for negative numbers.
const SIGNED: f32 = 12_582_912.0;

/// The nearest whole number of one from 0 to eight million.
///
/// Unlike a cast, which asks of each number whether it is one and fits, it does so with many at
/// once.
#[inline(always)]
pub(crate) fn nearest(x: f32) -> u32 {
    (x + WHOLE).to_bits() & 0x007f_ffff
}

/// The whole number below one from 0 to eight million.
#[inline(always)]
pub(crate) fn below(x: f32) -> u32 {
    let near = nearest(x);
    near - u32::from(near as i32 as f32 > x)
}

/// The whole number above one from 0 to eight million.
#[inline(always)]
pub(crate) fn above(x: f32) -> u32 {
    let near = nearest(x);
    near + u32::from((near as i32 as f32) < x)
}

/// The whole number below: unlike `f32::floor`, never a call into the C library.
#[inline(always)]
pub(crate) fn floor(x: f32) -> f32 {
    let near = (x + SIGNED) - SIGNED;
    near - if near > x { 1.0 } else { 0.0 }
}

/// A sine, one wave a unit: within a hundredth of the true one, and quick in loops.
#[inline(always)]
pub(crate) fn wave(x: f32) -> f32 {
    let t = 2.0 * (x - floor(x)) - 1.0;
    let bow = 4.0 * t * (1.0 - t.abs());
    -bow * (0.776 + 0.224 * bow.abs())
}

/// The whole number below one within four million of zero, and what is left.
#[inline(always)]
fn parts(x: f32) -> (i32, f32) {
    let moved = x + SIGNED;
    let near = moved - SIGNED;
    let (over, one) = if near > x { (1, 1.0) } else { (0, 0.0) };
    (moved.to_bits().wrapping_sub(SIGNED.to_bits()) as i32 - over, x - (near - one))
}

/// Smooth lattice noise in `0.0..1.0`, one bump a unit.
pub(crate) fn noise(x: f32, y: f32, seed: u32) -> f32 {
    let ((ix, tx), (iy, ty)) = (parts(x), parts(y));
    let (ix, iy) = (ix as u32, iy as u32);
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
#[derive(Clone, Copy)]
pub(crate) struct Tile(&'static [f32; TILE_SIDE * TILE_SIDE]);

impl Tile {
    pub(crate) fn shared() -> Self {
        static TILE: OnceLock<Box<[f32; TILE_SIDE * TILE_SIDE]>> = OnceLock::new();
        Self(TILE.get_or_init(|| {
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
            values.into_boxed_slice().try_into().expect("a value for each place")
        }))
    }

    /// Noise in `0.0..1.0`, one bump a unit, repeating every 32 units.
    #[inline(always)]
    pub(crate) fn at(&self, x: f32, y: f32) -> f32 {
        let (ix, tx) = parts(x * TILE_CELL as f32);
        let (iy, ty) = parts(y * TILE_CELL as f32);
        // Places wrap by their lowest bits: never out of bounds, so nothing needs to be checked.
        let mask = TILE_SIDE as u32 - 1;
        let (ix, iy) = (ix as u32 & mask, iy as u32 & mask);
        let (jx, jy) = ((ix + 1) & mask, (iy + 1) & mask);
        let v = |x: u32, y: u32| self.0[((y * TILE_SIDE as u32) | x) as usize];
        lerp(lerp(v(ix, iy), v(jx, iy), tx), lerp(v(ix, jy), v(jx, jy), tx), ty)
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

/// Points that are worked out together.
pub(crate) const LANES: usize = 16;

/// As many numbers as are worked out together: loops over them become single instructions.
pub(crate) type Lanes = [f32; LANES];

/// A [`Tile`] along one height.
pub(crate) struct Line([f32; TILE_SIDE + 1]);

impl Tile {
    #[inline(always)]
    pub(crate) fn line(&self, y: f32) -> Line {
        let (iy, part) = parts(y * TILE_CELL as f32);
        let row = |y: i32| {
            let start = (y as u32 as usize & (TILE_SIDE - 1)) * TILE_SIDE;
            &self.0[start..start + TILE_SIDE]
        };
        let mut line = [0.0; TILE_SIDE + 1];
        let both = row(iy).iter().zip(row(iy.wrapping_add(1)));
        for (out, (upper, lower)) in line.iter_mut().zip(both) {
            *out = lerp(*upper, *lower, part);
        }
        line[TILE_SIDE] = line[0];
        Line(line)
    }
}

impl Line {
    /// [`Tile::at`] for several places at once.
    #[inline(always)]
    pub(crate) fn at(&self, places: &Lanes) -> Lanes {
        let (mut whole, mut part) = ([0_u32; LANES], [0.0; LANES]);
        for k in 0..LANES {
            let (at, rest) = parts(places[k] * TILE_CELL as f32);
            whole[k] = at as u32 & (TILE_SIDE as u32 - 1);
            part[k] = rest;
        }
        let (mut left, mut right) = ([0.0; LANES], [0.0; LANES]);
        for k in 0..LANES {
            let at = whole[k] as usize;
            (left[k], right[k]) = (self.0[at], self.0[at + 1]);
        }
        let mut out = [0.0; LANES];
        for k in 0..LANES {
            out[k] = lerp(left[k], right[k], part[k]);
        }
        out
    }

    /// The same at places that are stretched and moved first.
    #[inline(always)]
    pub(crate) fn along(&self, places: &Lanes, times: f32, plus: f32) -> Lanes {
        let mut moved = [0.0; LANES];
        for k in 0..LANES {
            moved[k] = places[k] * times + plus;
        }
        self.at(&moved)
    }
}
