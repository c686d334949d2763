//! One channel of a picture, and mixtures of its rows along straight paths.

/// Bytes behind a plane's last pixel, so that a path can read that many columns from any.
const BEHIND: usize = 128;

/// Steepest path that is mixed, in 1/65536 rows a column: sixteen bits hold all that follows.
const SLOPE_MAX: i32 = 3200;

/// One channel of a picture, sampled smoothly.
pub(crate) struct Plane {
    width: usize,
    height: usize,
    /// The pixels, and [`BEHIND`] bytes.
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

/// Mixes two rows of columns, `part` of 256 of the lower one.
#[inline(always)]
fn mix_two(upper: &[u8], lower: &[u8], part: u16, mixed: &mut [[u8; 2]]) {
    for ((out, a), b) in mixed.iter_mut().zip(upper).zip(lower) {
        *out = (u16::from(*a) * (256 - part) + u16::from(*b) * part).to_le_bytes();
    }
}

/// From pixel to pixel of a path that is `LONG` pixels long.
#[inline(always)]
fn step<const LONG: usize>(from: Place, to: Place) -> Place {
    [0, 1].map(|k| to[k].saturating_sub(from[k]) / LONG as i32)
}

impl Plane {
    /// Zeros for the pixels of a plane, with what [`Plane::new`] would add.
    pub(crate) fn room(width: usize, height: usize) -> Vec<u8> {
        vec![0; width * height + BEHIND]
    }

    /// A plane of these pixels.
    pub(crate) fn new(width: usize, height: usize, mut data: Vec<u8>) -> Self {
        data.resize(width * height + BEHIND, 0);
        Self { width, height, data }
    }

    /// Places at parts of the plane's sides, in 1/65536 pixels.
    #[inline(always)]
    pub(crate) fn place(&self, [u, v]: [f32; 2]) -> Place {
        let (x, y) = (u * self.width as f32 - 0.5, v * self.height as f32 - 0.5);
        [(x * 65_536.0) as i32, (y * 65_536.0) as i32]
    }

    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// Mixes columns from `first` on of the rows above and below a place, in 1/65536 rows; beyond
    /// the edge is the edge.
    #[inline(always)]
    pub(crate) fn mix_rows(&self, v: i32, first: usize, mixed: &mut [[u8; 2]]) {
        let v = v.clamp(0, ((self.height - 1) << 16) as i32);
        let (upper, part) = ((v >> 16) as usize, ((v >> 8) & 255) as u16);
        let row = |y: usize| &self.data[y * self.width + first..][..mixed.len()];
        mix_two(row(upper), row((upper + 1).min(self.height - 1)), part, mixed);
    }

    /// Mixes the columns of the straight path between two places that are `LONG` pixels apart from
    /// the rows around it: all at once, which is much less work than to ask the plane for each
    /// pixel. Answers where in the mixture the path begins and how far it steps, in 1/65536
    /// columns; `None` when it leaves the plane, turns back, is steep, or crosses more columns.
    #[inline(always)]
    pub(crate) fn mix_path<const LONG: usize, const COLUMNS: usize>(
        &self,
        from: Place,
        to: Place,
        mixed: &mut [[u8; 2]; COLUMNS],
    ) -> Option<[i32; 2]> {
        let path = self.path(from, to, step::<LONG>(from, to), COLUMNS)?;
        match (path.crosses, path.slope) {
            (false, 0) => self.mix_level(&path, mixed),
            (false, _) => self.mix(&path, mixed),
            (true, _) => self.mix_across(&path, mixed),
        }
        Some([path.from[0] & 65_535, path.step[0]])
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
    fn mix_level<const COLUMNS: usize>(&self, path: &Path, mixed: &mut [[u8; 2]; COLUMNS]) {
        let (a, b) = (self.row::<COLUMNS>(path, 0), self.row::<COLUMNS>(path, 1));
        mix_two(a, b, (path.down >> 4).clamp(0, 256) as u16, mixed);
    }

    #[inline(always)]
    fn mix<const COLUMNS: usize>(&self, path: &Path, mixed: &mut [[u8; 2]; COLUMNS]) {
        let (a, b) = (self.row::<COLUMNS>(path, 0), self.row::<COLUMNS>(path, 1));
        for (index, ((out, a), b)) in mixed.iter_mut().zip(a).zip(b).enumerate() {
            let part = ((path.down + path.slope * index as i16) >> 4).clamp(0, 256) as u16;
            *out = (u16::from(*a) * (256 - part) + u16::from(*b) * part).to_le_bytes();
        }
    }

    #[inline(always)]
    fn mix_across<const COLUMNS: usize>(&self, path: &Path, mixed: &mut [[u8; 2]; COLUMNS]) {
        let (a, b) = (self.row::<COLUMNS>(path, 0), self.row::<COLUMNS>(path, 1));
        let c = self.row::<COLUMNS>(path, 2);
        for (index, (((out, a), b), c)) in mixed.iter_mut().zip(a).zip(b).zip(c).enumerate() {
            let part = ((path.down + path.slope * index as i16) >> 4).clamp(0, 512) as u16;
            let (a, b, c) = (u16::from(*a), u16::from(*b), u16::from(*c));
            // Of three rows two are mixed: the weights of the others are nothing.
            let (first, last) = (256_u16.saturating_sub(part), part.saturating_sub(256));
            *out = (a * first + b * (256 - first - last) + c * last).to_le_bytes();
        }
    }

    /// Asks for every pixel of the straight path between two places that are `LONG` pixels apart.
    #[inline(never)]
    pub(crate) fn ask<const LONG: usize>(&self, from: Place, to: Place, pixels: &mut [u8]) {
        let step = step::<LONG>(from, to);
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
