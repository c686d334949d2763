//! Coarse motion between two pictures: where each block of one went in the other.

use reelgate_codec::Frame;

/// Motion of blocks, as parts of the frame's width and height.
#[derive(Clone, Debug)]
pub(crate) struct Flow {
    columns: usize,
    rows: usize,
    moves: Vec<[f32; 2]>,
}

/// Side of a block in pixels of the small pictures, and how far it is searched for.
const BLOCK: usize = 8;
const SEARCH: i32 = 14;
/// Small pictures are about this wide.
const SMALL_WIDTH: usize = 176;

impl Flow {
    /// From `a` to `b`; all zero where the pictures have nothing in common.
    pub(crate) fn between(a: &Frame, b: &Frame) -> Self {
        let (small_a, w, h) = shrink(a);
        let (small_b, _, _) = shrink(b);
        let (columns, rows) = ((w / BLOCK).max(2), (h / BLOCK).max(2));
        let mut moves = Vec::with_capacity(columns * rows);
        for index in 0..columns * rows {
            let at = [(index % columns * BLOCK) as i32, (index / columns * BLOCK) as i32];
            moves.push(best_move(&small_a, &small_b, (w, h), at));
        }
        let mut flow = Self { columns, rows, moves };
        for _ in 0..3 {
            flow.smooth();
        }
        for step in &mut flow.moves {
            *step = [step[0] / w as f32, step[1] / h as f32];
        }
        flow
    }

    fn smooth(&mut self) {
        let old = self.moves.clone();
        for (index, out) in self.moves.iter_mut().enumerate() {
            let (x, y) = ((index % self.columns) as i32, (index / self.columns) as i32);
            let (mut sum, mut count) = ([0.0_f32; 2], 0.0_f32);
            for (dx, dy) in [(0, 0), (0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)] {
                let (sx, sy) = (x + dx, y + dy);
                if sx >= 0 && sy >= 0 && sx < self.columns as i32 && sy < self.rows as i32 {
                    let step = old[sy as usize * self.columns + sx as usize];
                    sum = [sum[0] + step[0], sum[1] + step[1]];
                    count += 1.0;
                }
            }
            *out = [sum[0] / count, sum[1] / count];
        }
    }

    /// The motion at a place given as parts of the frame.
    #[inline(always)]
    pub(crate) fn at(&self, u: f32, v: f32) -> [f32; 2] {
        let x = (u * self.columns as f32 - 0.5).clamp(0.0, (self.columns - 1) as f32);
        let y = (v * self.rows as f32 - 0.5).clamp(0.0, (self.rows - 1) as f32);
        let (ix, iy) =
            ((x as i32 as usize).min(self.columns - 2), (y as i32 as usize).min(self.rows - 2));
        let (tx, ty) = (x - ix as i32 as f32, y - iy as i32 as f32);
        let get = |dx: usize, dy: usize| self.moves[(iy + dy) * self.columns + ix + dx];
        let (a, b, c, d) = (get(0, 0), get(1, 0), get(0, 1), get(1, 1));
        let mut out = [0.0; 2];
        for k in 0..2 {
            let top = a[k] + (b[k] - a[k]) * tx;
            out[k] = top + (c[k] + (d[k] - c[k]) * tx - top) * ty;
        }
        out
    }
}

/// The luma, averaged down.
fn shrink(frame: &Frame) -> (Vec<i32>, usize, usize) {
    let step = (frame.width / SMALL_WIDTH).max(1);
    let (w, h) = ((frame.width / step).max(BLOCK), (frame.height / step).max(BLOCK));
    let mut small = Vec::with_capacity(w * h);
    for index in 0..w * h {
        let (x, y) = (index % w * step, index / w * step);
        let (mut sum, mut count) = (0_i32, 0_i32);
        for sy in y..(y + step).min(frame.height) {
            for sx in x..(x + step).min(frame.width) {
                sum += i32::from(frame.y[sy * frame.width + sx]);
                count += 1;
            }
        }
        small.push(if count > 0 { sum / count } else { 0 });
    }
    (small, w, h)
}

/// Where the block at `at` went; zero when no place fits clearly better than staying.
fn best_move(a: &[i32], b: &[i32], (w, h): (usize, usize), at: [i32; 2]) -> [f32; 2] {
    let cost = |dx: i32, dy: i32| {
        let mut sum = 0;
        for y in 0..BLOCK as i32 {
            for x in 0..BLOCK as i32 {
                let (ax, ay) = ((at[0] + x).min(w as i32 - 1), (at[1] + y).min(h as i32 - 1));
                let (bx, by) = ((ax + dx).clamp(0, w as i32 - 1), (ay + dy).clamp(0, h as i32 - 1));
                let (p, q) = (a[ay as usize * w + ax as usize], b[by as usize * w + bx as usize]);
                sum += (p - q).abs();
            }
        }
        sum
    };
    let stay = cost(0, 0);
    let (mut best, mut found) = (stay, [0, 0]);
    for dy in -SEARCH..=SEARCH {
        for dx in -SEARCH..=SEARCH {
            // Long moves must earn their length.
            let price = cost(dx, dy) + (dx.abs() + dy.abs()) * 12;
            if price < best {
                (best, found) = (price, [dx, dy]);
            }
        }
    }
    let fits = best * 10 < stay * 7 && best < (BLOCK * BLOCK) as i32 * 22;
    if fits { [found[0] as f32, found[1] as f32] } else { [0.0; 2] }
}
