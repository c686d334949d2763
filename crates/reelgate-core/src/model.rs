//! A catalogue entry: what a model is called, what it takes, what it costs.

use crate::media::MediaRules;
use crate::order::Channel;
use crate::price::RateCard;
use crate::size::{Grid, Ratio, Resolution, Size};
use std::fmt;
use std::ops::RangeInclusive;

/// A model's name in the catalogue: the dialect that offers it, a slash, and its name there.
///
/// Two APIs that offer a model of the same name offer different limits and prices with it, so they
/// are two entries: `open_v1/seedance-2.0` and `task_query/seedance-2.0`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ModelId(String);

impl ModelId {
    /// The model that `dialect` calls `name`.
    #[must_use]
    pub fn new(dialect: &str, name: &str) -> Self {
        Self(format!("{dialect}/{name}"))
    }

    /// No model: an order that leaves it to an earlier one.
    #[must_use]
    pub const fn none() -> Self {
        Self(String::new())
    }

    /// Whether there is no model.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        self.0.is_empty()
    }

    /// The name as the store keeps it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A name that the store kept.
    #[must_use]
    pub fn from_text(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The part that callers of its dialect use.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.split_once('/').map_or(self.0.as_str(), |(_, name)| name)
    }

    /// The dialect that offers it.
    #[must_use]
    pub fn dialect(&self) -> &str {
        self.0.split_once('/').map_or("", |(dialect, _)| dialect)
    }
}

impl fmt::Display for ModelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// What a model offers. Data, not code: a new model is a new value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Model {
    /// Its name in the catalogue.
    pub id: ModelId,
    /// Its name for people.
    pub title: String,
    /// Lengths it makes, in seconds, ascending; only zero for a model that makes pictures.
    pub durations_s: Vec<u32>,
    /// Whether it chooses a length itself when asked to ([`crate::length::AUTO`]).
    pub takes_auto: bool,
    /// Whether it is kept for accounts that have paid, where the operator switches that on.
    pub gated: bool,
    /// Length when none is asked for.
    pub duration_default_s: u32,
    /// Resolutions it makes, smallest first.
    pub resolutions: Vec<Resolution>,
    /// Resolution when none is asked for.
    pub resolution_default: Resolution,
    /// How many pixels its resolutions have.
    pub grid: Grid,
    /// Ratios it makes.
    pub ratios: Vec<Ratio>,
    /// Ratio when none is asked for.
    pub ratio_default: Ratio,
    /// Characters a prompt may have.
    pub prompt_chars: RangeInclusive<usize>,
    /// References it takes.
    pub media: MediaRules,
    /// Rendering channels it has.
    pub channels: Vec<Channel>,
    /// Whether a caller may choose the seed.
    pub takes_seed: bool,
    /// Whether a clip has sound when nothing is said about it.
    pub audio_default: bool,
    /// What it costs.
    pub rates: RateCard,
}

impl Model {
    /// The length it makes that is nearest to this one, the shorter of two.
    #[must_use]
    pub fn nearest_s(&self, seconds: i64) -> Option<i64> {
        let own = self.durations_s.iter().map(|own| i64::from(*own));
        own.min_by_key(|own| own.abs_diff(seconds))
    }

    /// The smallest resolution it makes that has as many pixels as this picture, or the largest it
    /// has, in the nearest ratio that it makes.
    #[must_use]
    pub fn nearest_to(&self, picture: Size) -> (Resolution, Ratio) {
        let ratio = Some(Ratio::nearest(picture)).filter(|ratio| self.ratios.contains(ratio));
        let ratio = ratio.unwrap_or(self.ratio_default);
        let area = |size: Size| u64::from(size.width) * u64::from(size.height);
        let large = |one: &Resolution| area(self.grid.pixels(*one, ratio)) >= area(picture);
        let found = self.resolutions.iter().copied().find(large);
        (found.or(self.resolutions.last().copied()).unwrap_or(self.resolution_default), ratio)
    }

    /// Whether it makes still pictures and no clips.
    #[must_use]
    pub fn makes_stills(&self) -> bool {
        self.durations_s == [0]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;

    #[test]
    fn a_film_finds_the_nearest_that_the_model_makes() {
        let catalogue = Catalogue::built_in();
        let model = catalogue.find(&ModelId::new("openai", "sora-2")).expect("on offer");
        assert_eq!([1, 5, 6, 99].map(|s| model.nearest_s(s)), [4, 4, 4, 60].map(Some));
        for (width, height, resolution, ratio) in [
            (1280, 720, Resolution::P720, Ratio::R16x9),
            (320, 568, Resolution::P720, Ratio::R9x16),
            (1024, 1792, Resolution::P1080, Ratio::R9x16),
            (7680, 4320, Resolution::P1080, Ratio::R16x9),
            (600, 600, Resolution::P720, Ratio::R9x16),
        ] {
            let found = model.nearest_to(Size { width, height });
            assert_eq!(found, (resolution, ratio), "{width}x{height}");
        }
    }
}
