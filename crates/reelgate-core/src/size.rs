//! How large a clip is: named resolutions and ratios, and the pixels they stand for.

use std::fmt;

/// A picture's columns and rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Size {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.width, self.height)
    }
}

/// A named resolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resolution {
    /// `480p`
    P480,
    /// `720p`
    P720,
    /// `1080p`
    P1080,
    /// `1080p-plus`: four thirds of 1080p in each direction, our reading of a name that no document
    /// gives pixels for.
    P1080Plus,
    /// `4k`
    P4k,
    /// `1K`, of pictures: about a million pixels.
    K1,
    /// `2K`, of pictures.
    K2,
    /// `4K`, of pictures.
    K4,
}

/// A named ratio of width to height.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ratio {
    /// `16:9`
    R16x9,
    /// `4:3`
    R4x3,
    /// `1:1`
    R1x1,
    /// `3:4`
    R3x4,
    /// `9:16`
    R9x16,
    /// `21:9`
    R21x9,
    /// `adaptive`: the nearest named ratio to the first picture, else 16:9.
    Adaptive,
}

impl Resolution {
    /// Every resolution: those of clips, then those of pictures, smallest first.
    pub const ALL: [Self; 8] = [
        Self::P480,
        Self::P720,
        Self::P1080,
        Self::P1080Plus,
        Self::P4k,
        Self::K1,
        Self::K2,
        Self::K4,
    ];

    /// The name all APIs use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::P480 => "480p",
            Self::P720 => "720p",
            Self::P1080 => "1080p",
            Self::P1080Plus => "1080p-plus",
            Self::P4k => "4k",
            Self::K1 => "1K",
            Self::K2 => "2K",
            Self::K4 => "4K",
        }
    }

    /// The resolution with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|resolution| resolution.name() == name)
    }
}

impl Ratio {
    /// Every ratio with a shape of its own, then `adaptive`.
    pub const ALL: [Self; 7] =
        [Self::R16x9, Self::R4x3, Self::R1x1, Self::R3x4, Self::R9x16, Self::R21x9, Self::Adaptive];

    /// The name all APIs use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::R16x9 => "16:9",
            Self::R4x3 => "4:3",
            Self::R1x1 => "1:1",
            Self::R3x4 => "3:4",
            Self::R9x16 => "9:16",
            Self::R21x9 => "21:9",
            Self::Adaptive => "adaptive",
        }
    }

    /// The ratio with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ratio| ratio.name() == name)
    }

    const fn parts(self) -> (u32, u32) {
        match self {
            Self::R16x9 | Self::Adaptive => (16, 9),
            Self::R4x3 => (4, 3),
            Self::R1x1 => (1, 1),
            Self::R3x4 => (3, 4),
            Self::R9x16 => (9, 16),
            Self::R21x9 => (21, 9),
        }
    }

    /// The named ratio nearest to a picture of this size, by how many times wider or narrower it
    /// is.
    #[must_use]
    pub fn nearest(size: Size) -> Self {
        let stretch = |ratio: Self| {
            let (wide, high) = ratio.parts();
            let across = u128::from(size.width.max(1)) * u128::from(high);
            let down = u128::from(size.height.max(1)) * u128::from(wide);
            (across.max(down) << 32) / across.min(down)
        };
        Self::ALL
            .into_iter()
            .filter(|ratio| *ratio != Self::Adaptive)
            .min_by_key(|ratio| stretch(*ratio))
            .unwrap_or(Self::R16x9)
    }
}

impl fmt::Display for Resolution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Which pixels a family of models has for the named sizes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Grid {
    /// Those of most.
    #[default]
    Usual,
    /// Those of the first generation.
    First,
    /// As most, but for the two plain shapes at 480p.
    Newest,
}

impl Grid {
    /// The pixels of a clip in this family.
    ///
    /// Source: the contract of the further APIs, section 1.5.
    #[must_use]
    pub const fn pixels(self, resolution: Resolution, ratio: Ratio) -> Size {
        let row: [(u32, u32); 6] = match (self, resolution) {
            (Self::First, Resolution::P480) => {
                [(864, 480), (736, 544), (640, 640), (544, 736), (480, 864), (960, 416)]
            }
            (Self::First, Resolution::P720) => {
                [(1248, 704), (1120, 832), (960, 960), (832, 1120), (704, 1248), (1504, 640)]
            }
            (Self::First, Resolution::P1080) => {
                [(1920, 1088), (1664, 1248), (1440, 1440), (1248, 1664), (1088, 1920), (2176, 928)]
            }
            (Self::Newest, Resolution::P480) => {
                [(854, 480), (752, 560), (640, 640), (560, 752), (480, 854), (992, 432)]
            }
            _ => return pixels(resolution, ratio),
        };
        let (width, height) = row[column(ratio)];
        Size { width, height }
    }
}

const fn column(ratio: Ratio) -> usize {
    match ratio {
        Ratio::R16x9 | Ratio::Adaptive => 0,
        Ratio::R4x3 => 1,
        Ratio::R1x1 => 2,
        Ratio::R3x4 => 3,
        Ratio::R9x16 => 4,
        Ratio::R21x9 => 5,
    }
}

/// The pixels of a clip; `adaptive` counts as 16:9 here, so resolve it first.
///
/// Source: the create-task page of the upstream service, restated in the vendors' contract 5.1; for
/// pictures, the sizes that the models of those names are known to make.
#[must_use]
pub const fn pixels(resolution: Resolution, ratio: Ratio) -> Size {
    let row: [(u32, u32); 6] = match resolution {
        Resolution::P480 => {
            [(864, 496), (752, 560), (640, 640), (560, 752), (496, 864), (992, 432)]
        }
        Resolution::P720 => {
            [(1280, 720), (1112, 834), (960, 960), (834, 1112), (720, 1280), (1470, 630)]
        }
        Resolution::P1080 => {
            [(1920, 1080), (1664, 1248), (1440, 1440), (1248, 1664), (1080, 1920), (2206, 946)]
        }
        Resolution::P1080Plus => {
            [(2560, 1440), (2218, 1664), (1920, 1920), (1664, 2218), (1440, 2560), (2940, 1260)]
        }
        Resolution::P4k => {
            [(3840, 2160), (3326, 2494), (2880, 2880), (2494, 3326), (2160, 3840), (4398, 1886)]
        }
        Resolution::K1 => {
            [(1376, 768), (1200, 896), (1024, 1024), (896, 1200), (768, 1376), (1584, 672)]
        }
        Resolution::K2 => {
            [(2752, 1536), (2400, 1792), (2048, 2048), (1792, 2400), (1536, 2752), (3168, 1344)]
        }
        Resolution::K4 => {
            [(5504, 3072), (4800, 3584), (4096, 4096), (3584, 4800), (3072, 5504), (6336, 2688)]
        }
    };
    let (width, height) = row[column(ratio)];
    Size { width, height }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_size_is_even_and_has_its_ratio() {
        for resolution in Resolution::ALL {
            for ratio in Ratio::ALL {
                for grid in [Grid::First, Grid::Newest] {
                    let size = grid.pixels(resolution, ratio);
                    assert!(size.width.is_multiple_of(2) && size.height.is_multiple_of(2));
                }
                let size = pixels(resolution, ratio);
                assert!(size.width.is_multiple_of(2) && size.height.is_multiple_of(2));
                if ratio != Ratio::Adaptive {
                    assert_eq!(Ratio::nearest(size), ratio, "{resolution} {ratio}");
                }
            }
        }
    }

    #[test]
    fn a_photograph_finds_its_nearest_ratio() {
        for (width, height, ratio) in [
            (4000, 3000, Ratio::R4x3),
            (1080, 2340, Ratio::R9x16),
            (3440, 1440, Ratio::R21x9),
            (0, 0, Ratio::R1x1),
            (u32::MAX, 1, Ratio::R21x9),
        ] {
            assert_eq!(Ratio::nearest(Size { width, height }), ratio, "{width}x{height}");
        }
    }

    #[test]
    fn names_read_back() {
        for resolution in Resolution::ALL {
            assert_eq!(Resolution::parse(resolution.name()), Some(resolution));
        }
        for ratio in Ratio::ALL {
            assert_eq!(Ratio::parse(ratio.name()), Some(ratio));
        }
        assert_eq!(Resolution::parse("720P"), None);
    }
}
