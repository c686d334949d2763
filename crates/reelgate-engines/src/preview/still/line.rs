//! One row of a frame, sampled from a plane.
//!
//! In three passes over the whole row: columns of the plane are mixed from the rows around the
//! path, each pixel picks two of them, and mixes those. What was just written in small pieces
//! cannot be read in large ones at once, so each pass reads what the one before wrote long ago.

use super::plane::{Place, Plane};

/// Columns that may be mixed for one row.
const MIXED: usize = 16_384;

/// Room for a row while it is drawn.
pub(crate) struct Line {
    /// Mixed columns, 16 bits each.
    mixed: Box<[[u8; 2]; MIXED + 1]>,
    used: usize,
    /// The mixed column that each pixel looks at, and how far it looks towards the next one, in
    /// 1/256.
    at: Vec<u16>,
    part: Vec<u16>,
    /// For each pixel the two columns beside it.
    pairs: Vec<u32>,
    /// Where pixels have to be asked for one by one: the first one, and the path's ends.
    asked: Vec<(usize, Place, Place)>,
}

/// Where the pixels of every row look, of moves that turn nothing and slide nothing, as pans,
/// tilts and zooms are: the first column that any of them looks at, and how many there are.
#[derive(Clone, Copy)]
pub(crate) struct Span {
    first: usize,
    count: usize,
}

impl Line {
    pub(crate) fn new() -> Self {
        let (at, part, pairs, asked) = <(Vec<_>, Vec<_>, Vec<_>, Vec<_>)>::default();
        Self { mixed: Box::new([[0; 2]; MIXED + 1]), used: 0, at, part, pairs, asked }
    }

    /// Begins another row.
    #[inline(always)]
    pub(crate) fn clear(&mut self) {
        self.used = 0;
        self.at.clear();
        self.part.clear();
        self.asked.clear();
    }

    /// Adds `LONG` pixels along the straight path between two places of a plane. No more than
    /// `COLUMNS` columns are crossed quickly.
    #[inline(always)]
    pub(crate) fn path<const LONG: usize, const COLUMNS: usize>(
        &mut self,
        plane: &Plane,
        from: Place,
        to: Place,
    ) {
        let room = self.mixed[self.used..].first_chunk_mut::<COLUMNS>();
        let path = room.and_then(|room| plane.mix_path::<LONG, COLUMNS>(from, to, room));
        let [start, step] = path.unwrap_or_default();
        let places = (0..LONG as i32).map(|x| start + step * x);
        let used = self.used as i32;
        self.at.extend(places.clone().map(|place| (used + (place >> 16)) as u16));
        self.part.extend(places.map(|place| ((place >> 8) & 255) as u16));
        match path {
            Some(_) => self.used += COLUMNS,
            None => self.asked.push((self.at.len() - LONG, from, to)),
        }
    }

    /// Aims at the same places, in 1/65536 columns, for every row; beyond the edge is the edge.
    /// `None` where the plane has too few or too many columns.
    #[inline(always)]
    pub(crate) fn aim(&mut self, plane: &Plane, places: impl Iterator<Item = i32>) -> Option<Span> {
        let width = plane.width();
        if !(2..=MIXED).contains(&width) {
            return None;
        }
        let last = ((width - 1) << 16) as i32;
        let places: Vec<i32> = places.map(|place| place.clamp(0, last)).collect();
        let column = |place: &i32| ((place >> 16) as usize).min(width - 2);
        let first = places.iter().map(column).min()?;
        let last = places.iter().map(column).max()?;
        self.clear();
        self.at.extend(places.iter().map(|place| (column(place) - first) as u16));
        let part = |place: &i32| ((place - (column(place) << 16) as i32) >> 8) as u16;
        self.part.extend(places.iter().map(part));
        Some(Span { first, count: last + 2 - first })
    }

    /// Takes the columns of a level row, `v` rows down in 1/65536.
    #[inline(always)]
    pub(crate) fn level(&mut self, plane: &Plane, span: Span, v: i32) {
        plane.mix_rows(v, span.first, &mut self.mixed[..span.count]);
    }

    /// Writes the pixels, whose paths were added with so many pixels each.
    #[inline(always)]
    pub(crate) fn write<const LONG: usize>(&mut self, plane: &Plane, pixels: &mut [u8]) {
        let mixed = self.mixed.as_flattened();
        let mixed: &[u8; 2 * MIXED + 2] = mixed.try_into().expect("all of them");
        self.pairs.clear();
        self.pairs.extend(self.at.iter().map(|at| {
            let at = 2 * (usize::from(*at) & (MIXED - 1));
            u32::from_le_bytes([mixed[at], mixed[at + 1], mixed[at + 2], mixed[at + 3]])
        }));
        for ((pixel, pair), part) in pixels.iter_mut().zip(&self.pairs).zip(&self.part) {
            let (here, next) = ((pair & 65_535) as i32, (pair >> 16) as i32);
            *pixel = (((here << 8) + (next - here) * i32::from(*part) + 32_768) >> 16) as u8;
        }
        for (first, from, to) in &self.asked {
            let end = pixels.len().min(first + LONG);
            plane.ask::<LONG>(*from, *to, &mut pixels[*first..end]);
        }
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

    fn fixed(place: [f32; 2]) -> Place {
        place.map(|at| (at * 65_536.0) as i32)
    }

    #[test]
    fn paths_through_a_plane_find_what_each_of_their_places_shows() {
        let (plane, mut line) = (slope(), Line::new());
        let ends =
            [([1.3, 2.0], [34.9, 2.0]), ([3.2, 4.9], [40.0, 5.4]), ([2.0, 9.0], [30.0, 14.0])];
        for (from, to) in ends {
            line.path::<16, 48>(&plane, fixed(from), fixed(to));
        }
        let mut pixels = [0; 48];
        line.write::<16>(&plane, &mut pixels);
        for ((from, to), pixels) in ends.into_iter().zip(pixels.as_chunks::<16>().0) {
            for (x, pixel) in pixels.iter().enumerate() {
                let at = |k: usize| from[k] + (to[k] - from[k]) * x as f32 / 16.0;
                let expected = 2.0 * at(0) + 3.0 * at(1);
                assert!((f32::from(*pixel) - expected).abs() < 0.7, "{x}: {pixel} for {expected}");
            }
        }
    }

    #[test]
    fn a_level_row_shows_what_a_straight_path_shows() {
        let plane = Plane::new(96, 32, (0..96 * 32).map(|at| (at * at / 7) as u8).collect());
        let (from, step, v) = (3 << 16 | 777, 100_000, 5 << 16 | 20_000);
        let (mut level, mut path) = ([0; 40], [0; 40]);
        let mut line = Line::new();
        let span = line.aim(&plane, (0..40).map(|x| from + step * x)).expect("a plane so wide");
        line.level(&plane, span, v);
        line.write::<48>(&plane, &mut level);
        line.clear();
        line.path::<48, 90>(&plane, [from, v], [from + 48 * step, v]);
        line.write::<48>(&plane, &mut path);
        assert_eq!(level, path);
    }

    #[test]
    fn beyond_the_edge_is_the_edge() {
        let (plane, mut line, mut pixels) = (slope(), Line::new(), [7; 24]);
        line.path::<16, 48>(&plane, [-20 << 16, 0], [-4 << 16, 0]);
        line.path::<16, 48>(&plane, [70 << 16, 40 << 16], [90 << 16, 40 << 16]);
        line.write::<16>(&plane, &mut pixels);
        assert_eq!(pixels[..16], [0; 16]);
        assert_eq!(pixels[16..], [2 * 63 + 3 * 31; 8]);
        let span = line.aim(&plane, [-9 << 16, 0, 63 << 16, 200 << 16].into_iter()).expect("wide");
        let mut row = [0; 4];
        line.level(&plane, span, 90 << 16);
        line.write::<4>(&plane, &mut row);
        assert_eq!(row, [93, 93, 219, 219]);
        let narrow = Plane::new(1, 1, vec![9]);
        assert!(line.aim(&narrow, [0].into_iter()).is_none(), "one column has no next one");
    }
}
