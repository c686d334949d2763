//! One channel of a picture, and smooth samples of it along straight paths.

/// Columns that may be mixed for one path, and bytes behind a plane's last pixel, so that a path
/// can read that many from any column.
const MIXED: usize = 128;

/// Steepest path that is mixed, in 1/65536 rows a column: sixteen bits hold all that follows.
const SLOPE_MAX: i32 = 3200;

/// One channel of a picture, sampled smoothly.
pub(crate) struct Plane {
    width: usize,
    height: usize,
    /// The pixels, and [`MIXED`] bytes.
    data: Vec<u8>,
}

/// A place in a plane, in 1/65536 pixels from the middle of the first one.
pub(crate) type Place = [i32; 2];

/// A straight path through a plane.
struct Path {
    from: Place,
    /// To the next sample.
    step: Place,
    /// Column and row that everything is counted from.
    first: usize,
    high: usize,
    /// How far below that row the path is at the first column, and how much it falls with each
    /// one, in 1/4096 rows.
    down: i16,
    slope: i16,
    /// Whether it crosses into the next row.
    crosses: bool,
}

impl Plane {
    pub(crate) fn new(width: usize, height: usize, mut data: Vec<u8>) -> Self {
        data.resize(width * height + MIXED, 0);
        Self { width, height, data }
    }

    /// Places at parts of the plane's sides, in 1/65536 pixels.
    #[inline(always)]
    pub(crate) fn place(&self, [u, v]: [f32; 2]) -> Place {
        let (x, y) = (u * self.width as f32 - 0.5, v * self.height as f32 - 0.5);
        [(x * 65_536.0) as i32, (y * 65_536.0) as i32]
    }

    /// Writes samples of the straight path between two places that are `LONG` pixels apart; as many
    /// as there are pixels, at most `LONG`. No more than `COLUMNS` columns are crossed quickly.
    ///
    /// Each column of the plane is first mixed from the rows around the path, all at once; pixels
    /// then pick from the mixture, which is much less work than to ask the plane for each.
    #[inline(always)]
    pub(crate) fn follow<const LONG: usize, const COLUMNS: usize>(
        &self,
        from: Place,
        to: Place,
        pixels: &mut [u8],
    ) {
        let long = LONG as i32;
        let step = [to[0].saturating_sub(from[0]) / long, to[1].saturating_sub(from[1]) / long];
        let Some(path) = self.path(from, to, step, COLUMNS) else {
            return self.ask(from, step, pixels);
        };
        let mut mixed = [0_u16; MIXED + 2];
        match (path.crosses, path.slope) {
            (false, 0) => self.mix_level::<COLUMNS>(&path, &mut mixed),
            (false, _) => self.mix::<COLUMNS>(&path, &mut mixed),
            (true, _) => self.mix_across::<COLUMNS>(&path, &mut mixed),
        }
        let (start, step) = (path.from[0] & 65_535, path.step[0]);
        let (mut here, mut next) = ([0_u16; LONG], [0_u16; LONG]);
        for (x, (here, next)) in here.iter_mut().zip(&mut next).enumerate() {
            let at = ((start + step * x as i32) >> 16) as usize & (MIXED - 1);
            (*here, *next) = (mixed[at], mixed[at + 1]);
        }
        let mut out = [0_u8; LONG];
        for (x, ((out, here), next)) in out.iter_mut().zip(here).zip(next).enumerate() {
            let part = ((start + step * x as i32) >> 8) as u32 & 255;
            let sum = u32::from(here) * (256 - part) + u32::from(next) * part;
            *out = ((sum + 32_768) >> 16) as u8;
        }
        let count = pixels.len();
        if count == LONG {
            pixels.copy_from_slice(&out);
        } else {
            pixels.copy_from_slice(&out[..count]);
        }
    }

    /// The path from place to place; `None` when it leaves the plane, turns back, is steep or too
    /// long.
    #[inline(always)]
    fn path(&self, from: Place, to: Place, step: Place, columns: usize) -> Option<Path> {
        let (first, last) = (from[0] >> 16, to[0] >> 16);
        let (high, low) = (from[1].min(to[1]) >> 16, from[1].max(to[1]) >> 16);
        let inside = first >= 0
            && high >= 0
            && (last as usize) + 1 < self.width
            && (low as usize) + 1 < self.height;
        if !inside || step[0] <= 0 || low > high + 1 || (last - first) as usize + 2 > columns {
            return None;
        }
        let mut slope = 0;
        if step[1] != 0 {
            slope = (step[1] as f32 / step[0] as f32 * 65_536.0) as i32;
        }
        let back = (i64::from(slope) * i64::from(from[0] & 65_535)) >> 16;
        let down = from[1] - (high << 16) - back as i32;
        if slope.abs() > SLOPE_MAX {
            return None;
        }
        let (down, slope) = ((down >> 4) as i16, (slope >> 4) as i16);
        let (first, crosses) = (first as usize, low != high);
        Some(Path { from, step, first, high: high as usize, down, slope, crosses })
    }

    /// Columns of a row, from a path's first on; below the last row is the last row.
    #[inline(always)]
    fn row<const COLUMNS: usize>(&self, path: &Path, below: usize) -> &[u8; COLUMNS] {
        let row = (path.high + below).min(self.height - 1);
        let start = row * self.width + path.first;
        self.data[start..start + COLUMNS].try_into().expect("a slice of that length")
    }

    #[inline(always)]
    fn mix_level<const COLUMNS: usize>(&self, path: &Path, mixed: &mut [u16]) {
        let (a, b) = (self.row::<COLUMNS>(path, 0), self.row::<COLUMNS>(path, 1));
        let part = (path.down >> 4).clamp(0, 256) as u16;
        for ((out, a), b) in mixed.iter_mut().zip(a).zip(b) {
            *out = u16::from(*a) * (256 - part) + u16::from(*b) * part;
        }
    }

    #[inline(always)]
    fn mix<const COLUMNS: usize>(&self, path: &Path, mixed: &mut [u16]) {
        let (a, b) = (self.row::<COLUMNS>(path, 0), self.row::<COLUMNS>(path, 1));
        for (index, ((out, a), b)) in mixed.iter_mut().zip(a).zip(b).enumerate() {
            let part = ((path.down + path.slope * index as i16) >> 4).clamp(0, 256) as u16;
            *out = u16::from(*a) * (256 - part) + u16::from(*b) * part;
        }
    }

    #[inline(always)]
    fn mix_across<const COLUMNS: usize>(&self, path: &Path, mixed: &mut [u16]) {
        let (a, b) = (self.row::<COLUMNS>(path, 0), self.row::<COLUMNS>(path, 1));
        let c = self.row::<COLUMNS>(path, 2);
        for (index, (((out, a), b), c)) in mixed.iter_mut().zip(a).zip(b).zip(c).enumerate() {
            let part = ((path.down + path.slope * index as i16) >> 4).clamp(0, 512) as u16;
            let (a, b, c) = (u16::from(*a), u16::from(*b), u16::from(*c));
            // Of three rows two are mixed: the weights of the others are nothing.
            let (first, last) = (256_u16.saturating_sub(part), part.saturating_sub(256));
            *out = a * first + b * (256 - first - last) + c * last;
        }
    }

    /// Asks for every pixel of a path.
    #[inline(never)]
    fn ask(&self, from: Place, step: Place, pixels: &mut [u8]) {
        for (x, pixel) in pixels.iter_mut().enumerate() {
            let x = x as i32;
            let along = |k: usize| from[k].saturating_add(step[k] * x);
            *pixel = self.at([along(0), along(1)]);
        }
    }

    /// One sample; beyond the edge, the edge's.
    fn at(&self, [u, v]: Place) -> u8 {
        let limit = |at: i32, side: usize| at.clamp(0, ((side - 1) << 16) as i32);
        let (u, v) = (limit(u, self.width), limit(v, self.height));
        let (x, y) = ((u >> 16) as usize, (v >> 16) as usize);
        let (right, below) = ((x + 1).min(self.width - 1), (y + 1).min(self.height - 1));
        let value = |x: usize, y: usize| i32::from(self.data[y * self.width + x]);
        let (across, down) = ((u >> 8) & 255, (v >> 8) & 255);
        let mix = |a: i32, b: i32| (a << 8) + (b - a) * across;
        let (upper, lower) =
            (mix(value(x, y), value(right, y)), mix(value(x, below), value(right, below)));
        (((upper << 8) + (lower - upper) * down + 32_768) >> 16) as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A plane that is its own map: each pixel's value follows from where it is.
    fn slope() -> Plane {
        let data = (0..64 * 32).map(|at| (2 * (at % 64) + 3 * (at / 64)) as u8).collect();
        Plane::new(64, 32, data)
    }

    #[test]
    fn a_path_through_a_plane_finds_what_each_of_its_places_shows() {
        let plane = slope();
        let ends =
            [([1.3, 2.0], [34.9, 2.0]), ([3.2, 4.9], [40.0, 5.4]), ([2.0, 9.0], [30.0, 14.0])];
        for (from, to) in ends {
            let fixed = |place: [f32; 2]| place.map(|at| (at * 65_536.0) as i32);
            let mut pixels = [0; 16];
            plane.follow::<16, 48>(fixed(from), fixed(to), &mut pixels);
            for (x, pixel) in pixels.into_iter().enumerate() {
                let at = |k: usize| from[k] + (to[k] - from[k]) * x as f32 / 16.0;
                let expected = 2.0 * at(0) + 3.0 * at(1);
                assert!((f32::from(pixel) - expected).abs() < 0.7, "{x}: {pixel} for {expected}");
            }
        }
    }

    #[test]
    fn beyond_the_edge_is_the_edge() {
        let (plane, mut pixels) = (slope(), [0; 16]);
        plane.follow::<16, 48>([-20 << 16, 0], [-4 << 16, 0], &mut pixels);
        assert_eq!(pixels, [0; 16]);
        plane.follow::<16, 48>([70 << 16, 40 << 16], [90 << 16, 40 << 16], &mut pixels);
        assert_eq!(pixels, [2 * 63 + 3 * 31; 16]);
    }
}
