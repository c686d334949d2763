//! Pixels in memory: the I420 frame an encoder eats and the RGB image people hand in.

/// One 8-bit 4:2:0 picture, BT.709 limited range, planes stored without padding.
///
/// Width and height are even; `u` and `v` are half as wide and half as high as `y`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Luma columns.
    pub width: usize,
    /// Luma rows.
    pub height: usize,
    /// Luma, `width * height` bytes.
    pub y: Vec<u8>,
    /// Blue-difference chroma, a quarter of the luma's size.
    pub u: Vec<u8>,
    /// Red-difference chroma, a quarter of the luma's size.
    pub v: Vec<u8>,
}

impl Frame {
    /// A black frame.
    ///
    /// # Panics
    /// When a side is odd or zero: 4:2:0 cannot hold such a picture.
    #[must_use]
    pub fn black(width: usize, height: usize) -> Self {
        assert!(width > 0 && height > 0, "a frame has at least two rows and columns");
        assert!(width.is_multiple_of(2) && height.is_multiple_of(2), "4:2:0 needs even sides");
        let chroma = width * height / 4;
        Self {
            width,
            height,
            y: vec![16; width * height],
            u: vec![128; chroma],
            v: vec![128; chroma],
        }
    }

    /// The frame turned clockwise by this many quarters; 4 and above count on from 0.
    #[must_use]
    pub fn turned(self, quarters: u8) -> Self {
        (0..quarters % 4).fold(self, |frame, _| frame.turned_once())
    }

    fn turned_once(self) -> Self {
        let (width, height) = (self.width, self.height);
        Self {
            width: height,
            height: width,
            y: turn_plane(&self.y, width),
            u: turn_plane(&self.u, width / 2),
            v: turn_plane(&self.v, width / 2),
        }
    }
}

fn turn_plane(plane: &[u8], width: usize) -> Vec<u8> {
    let column = |x: usize| plane.chunks_exact(width).rev().map(move |row| row[x]);
    (0..width).flat_map(column).collect()
}

/// One 8-bit sRGB picture, interleaved `r g b`, rows stored without padding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rgb {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `width * height * 3` bytes.
    pub data: Vec<u8>,
}

/// A moving picture that can be asked for any of its frames, in any order, from any thread.
///
/// `draw` must depend on nothing but `self` and `index`: clips are rendered in parallel chunks and
/// must come out byte-identical for any number of threads.
pub trait Picture: Sync {
    /// Draws frame `index` into `out`, which arrives with the clip's size and unspecified pixels.
    fn draw(&self, index: u32, out: &mut Frame);

    /// Sound to go with it where its clip brings none; asked for once, while frames are drawn.
    fn sound(&self) -> Option<Sound> {
        None
    }
}

/// Stereo sound, 48 000 samples a second, each channel within -1.0 to 1.0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sound {
    /// Left channel.
    pub left: Vec<f32>,
    /// Right channel, as long as the left.
    pub right: Vec<f32>,
}

/// Samples a second of every [`Sound`].
pub const SAMPLE_RATE_HZ: u32 = 48_000;

/// Frames a second of every clip made here.
pub const FRAME_RATE: u32 = 24;
