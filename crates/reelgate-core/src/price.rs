//! What an order costs.

use crate::credits::Credits;
use crate::model::Model;
use crate::size::Resolution;

/// What one job costs, fixed when it is accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Price {
    /// The amount to hold, and the most that will ever be captured.
    pub credits: Credits,
    /// Which rate card said so.
    pub version: String,
}

/// Prices by resolution and by whether references come along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateCard {
    /// One row for each resolution the model makes.
    pub rows: Vec<Rate>,
    /// Every price is rounded up to a multiple of this.
    pub step: Credits,
}

/// What one second, or one still picture, costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// At this resolution.
    pub resolution: Resolution,
    /// From words alone.
    pub text_per_s: Credits,
    /// With references.
    pub media_per_s: Credits,
}

impl RateCard {
    /// The rate at this resolution.
    #[must_use]
    pub fn rate(&self, resolution: Resolution) -> Option<&Rate> {
        self.rows.iter().find(|rate| rate.resolution == resolution)
    }
}

/// The price of `duration_s` seconds at `resolution`, or nothing when the model does not sell that.
/// A still picture, which lasts zero seconds, costs what one second does.
#[must_use]
pub fn price(
    model: &Model,
    resolution: Resolution,
    duration_s: u32,
    with_media: bool,
    version: &str,
) -> Option<Price> {
    let rate = model.rates.rate(resolution)?;
    let per_s = if with_media { rate.media_per_s } else { rate.text_per_s };
    let credits = per_s.checked_mul(i64::from(duration_s.max(1)))?.round_up_to(model.rates.step)?;
    Some(Price { credits, version: version.to_owned() })
}

/// What to charge for a clip that came out smaller or shorter than ordered: its own price, never
/// more than what was held.
#[must_use]
pub fn charge(
    held: &Price,
    model: &Model,
    resolution: Resolution,
    delivered_s: u32,
    with_media: bool,
) -> Credits {
    price(model, resolution, delivered_s, with_media, &held.version)
        .map_or(held.credits, |delivered| delivered.credits.min(held.credits))
}
