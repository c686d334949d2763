//! The models the documented APIs offer, with their limits and prices, as data.
//!
//! Sources: the seed pages for limits and the three sample charges (40, 64 and 30 credits); the
//! vendors' contract, sections 3.9 and 7, for the other rates, which are proposals. One credit is
//! worth one US cent when an API shows dollars.

use crate::credits::Credits;
use crate::media::{MediaKind, MediaRules};
use crate::model::{Model, ModelId};
use crate::order::Channel;
use crate::price::{Rate, RateCard};
use crate::size::{Grid, Ratio, Resolution};

/// Everything that is on offer, and the rate card's version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Catalogue {
    /// The models, in the order they are listed to callers.
    pub models: Vec<Model>,
    /// Names the prices; kept in every job.
    pub price_version: String,
    /// Millionths of a US dollar that one credit stands for.
    pub usd_micro_per_credit: i64,
}

impl Catalogue {
    /// The entry with this name.
    #[must_use]
    pub fn find(&self, id: &ModelId) -> Option<&Model> {
        self.models.iter().find(|model| model.id == *id)
    }

    /// The entries that a dialect offers.
    pub fn of_dialect<'a>(&'a self, dialect: &'a str) -> impl Iterator<Item = &'a Model> {
        self.models.iter().filter(move |model| model.id.dialect() == dialect)
    }

    /// What the documented APIs offer.
    #[must_use]
    pub fn built_in() -> Self {
        let mut models = open_v1();
        models.push(task_query());
        models.extend(tasks_v1());
        models.push(tasks_v1_newer());
        models.extend(tasks_v1_images());
        models.extend(crate::catalogue_ark::models());
        models.extend(crate::catalogue_openai::models());
        models.push(native());
        models.push(native_still());
        Self { models, price_version: "2026-11".to_owned(), usd_micro_per_credit: 10_000 }
    }
}

/// Thousandths of a credit, the finest unit any rate below needs.
pub(crate) const fn milli(thousandths: i64) -> Credits {
    Credits::from_micro(thousandths * 1000)
}

pub(crate) const fn rate(resolution: Resolution, text_milli: i64, media_milli: i64) -> Rate {
    Rate { resolution, text_per_s: milli(text_milli), media_per_s: milli(media_milli) }
}

pub(crate) fn card(rows: &[Rate]) -> RateCard {
    RateCard { rows: rows.to_vec(), step: Credits::whole(1) }
}

pub(crate) fn images_and(more: &[MediaKind], count_max: usize) -> MediaRules {
    let mut kinds = vec![MediaKind::Image];
    kinds.extend_from_slice(more);
    MediaRules { count_max, kinds }
}

/// API A: three models, three ratios, up to five references of any kind.
fn open_v1() -> Vec<Model> {
    use Resolution::{P480, P720, P1080};
    let model = |name: &str, title: &str, durations_s: Vec<u32>, rows: [Rate; 3]| Model {
        id: ModelId::new("open_v1", name),
        title: title.to_owned(),
        durations_s,
        takes_auto: false,
        gated: false,
        duration_default_s: 5,
        resolutions: vec![P480, P720, P1080],
        resolution_default: P720,
        grid: Grid::Usual,
        ratios: vec![Ratio::R16x9, Ratio::R9x16, Ratio::R1x1],
        ratio_default: Ratio::R16x9,
        prompt_chars: 1..=10_000,
        media: images_and(&[MediaKind::Video, MediaKind::Audio], 5),
        channels: vec![Channel::Standard],
        takes_seed: false,
        audio_default: true,
        rates: card(&rows),
    };
    vec![
        model(
            "seedance-2.0",
            "Seedance 2.0",
            (4..=15).collect(),
            [rate(P480, 4_000, 6_400), rate(P720, 8_000, 12_800), rate(P1080, 18_000, 28_800)],
        ),
        model(
            "seedance-2.0-fast",
            "Seedance 2.0 Fast",
            (4..=15).collect(),
            [rate(P480, 3_200, 5_120), rate(P720, 6_400, 10_240), rate(P1080, 14_400, 23_040)],
        ),
        model(
            "seedance-1.5-pro",
            "Seedance 1.5 Pro",
            vec![5, 10],
            [rate(P480, 2_000, 3_200), rate(P720, 4_000, 6_400), rate(P1080, 9_000, 14_400)],
        ),
    ]
}

/// API B: one model, six ratios, up to nine images, 720p.
fn task_query() -> Model {
    Model {
        id: ModelId::new("task_query", "seedance-2.0"),
        title: "Seedance 2.0".to_owned(),
        durations_s: vec![5, 10, 15],
        takes_auto: false,
        gated: false,
        duration_default_s: 5,
        resolutions: vec![Resolution::P720],
        resolution_default: Resolution::P720,
        grid: Grid::Usual,
        ratios: Ratio::ALL.into_iter().filter(|ratio| *ratio != Ratio::Adaptive).collect(),
        ratio_default: Ratio::R16x9,
        prompt_chars: 1..=10_000,
        media: images_and(&[], 9),
        channels: vec![Channel::Standard],
        takes_seed: false,
        audio_default: true,
        rates: card(&[rate(Resolution::P720, 10_000, 10_000)]),
    }
}

/// API C: three quality tiers of one model; the two largest resolutions are for `pro` alone.
fn tasks_v1() -> Vec<Model> {
    use Resolution::{P4k, P720, P1080, P1080Plus};
    let all = Channel::ALL.to_vec();
    let tier = |name: &str, title: &str, channels: Vec<Channel>, rows: &[Rate]| Model {
        id: ModelId::new("tasks_v1", name),
        title: title.to_owned(),
        durations_s: (4..=15).collect(),
        takes_auto: false,
        gated: false,
        duration_default_s: 5,
        resolutions: rows.iter().map(|rate| rate.resolution).collect(),
        resolution_default: P720,
        grid: Grid::Usual,
        ratios: Ratio::ALL.to_vec(),
        ratio_default: Ratio::R16x9,
        prompt_chars: 3..=10_000,
        media: images_and(&[MediaKind::Video], 12),
        channels,
        takes_seed: name != "seedance2-mini",
        audio_default: true,
        rates: card(rows),
    };
    vec![
        tier(
            "seedance2-mini",
            "Seedance 2 Mini",
            all.clone(),
            &[rate(P720, 2_200, 2_200), rate(P1080, 5_300, 5_300)],
        ),
        tier(
            "seedance2-standard",
            "Seedance 2 Standard",
            all.clone(),
            &[rate(P720, 6_000, 6_000), rate(P1080, 14_500, 14_500)],
        ),
        tier(
            "seedance2-pro",
            "Seedance 2 Pro",
            all,
            &[
                rate(P720, 11_000, 11_000),
                rate(P1080, 24_000, 24_000),
                rate(P1080Plus, 42_000, 42_000),
                rate(P4k, 96_000, 96_000),
            ],
        ),
    ]
}

/// API C's newer model (contract 3.1): longer, of a length of its own choice, with more references,
/// and kept for accounts that have paid. Its prices are ours.
fn tasks_v1_newer() -> Model {
    use Resolution::{P720, P1080};
    let rows = [rate(P720, 15_000, 15_000), rate(P1080, 33_000, 33_000)];
    Model {
        id: ModelId::new("tasks_v1", "seedance25"),
        title: "Seedance 2.5".to_owned(),
        durations_s: (4..=30).collect(),
        takes_auto: true,
        gated: true,
        duration_default_s: 5,
        resolutions: rows.iter().map(|rate| rate.resolution).collect(),
        resolution_default: P720,
        grid: Grid::Usual,
        ratios: Ratio::ALL.to_vec(),
        ratio_default: Ratio::R16x9,
        prompt_chars: 3..=10_000,
        media: images_and(&[MediaKind::Video, MediaKind::Audio], 50),
        channels: Channel::ALL.to_vec(),
        takes_seed: false,
        audio_default: true,
        rates: card(&rows),
    }
}

/// API C's picture models. Documents give no limits but the example's `1K`; the contract, section
/// 3.9, gives single prices, and the rest of the rates are ours.
fn tasks_v1_images() -> Vec<Model> {
    use Resolution::{K1, K2, K4};
    let model = |name: &str, title: &str, rows: &[Rate]| Model {
        id: ModelId::new("tasks_v1", name),
        prompt_chars: 3..=10_000,
        ..stills(name, title, rows)
    };
    vec![
        model("gpt-image-2", "GPT Image 2", &[still(K1, 5), still(K2, 12), still(K4, 24)]),
        model("nano-banana-pro", "Nano Banana Pro", &[still(K1, 12), still(K2, 12), still(K4, 24)]),
        model("nano-banana-2-lite", "Nano Banana 2 Lite", &[still(K1, 6)]),
    ]
}

const fn still(resolution: Resolution, credits: i64) -> Rate {
    rate(resolution, credits * 1000, credits * 1000)
}

/// A model of our own API that makes pictures, in every ratio, from words or up to eight pictures.
fn stills(name: &str, title: &str, rows: &[Rate]) -> Model {
    Model {
        id: ModelId::new("native", name),
        title: title.to_owned(),
        durations_s: vec![0],
        takes_auto: false,
        gated: false,
        duration_default_s: 0,
        resolutions: rows.iter().map(|rate| rate.resolution).collect(),
        resolution_default: Resolution::K1,
        grid: Grid::Usual,
        ratios: Ratio::ALL.to_vec(),
        ratio_default: Ratio::R1x1,
        prompt_chars: 1..=10_000,
        media: images_and(&[], 8),
        channels: vec![Channel::Standard],
        takes_seed: true,
        audio_default: false,
        rates: card(rows),
    }
}

/// Our own name for a picture of the embedded engine.
fn native_still() -> Model {
    use Resolution::{K1, K2, K4};
    stills("preview-image", "Preview, a picture", &[still(K1, 1), still(K2, 2), still(K4, 4)])
}

/// Our own name for the embedded engine: everything it can do, at a symbolic price.
fn native() -> Model {
    use Resolution::{P4k, P480, P720, P1080, P1080Plus};
    let rows = [
        rate(P480, 500, 500),
        rate(P720, 1_000, 1_000),
        rate(P1080, 2_000, 2_000),
        rate(P1080Plus, 4_000, 4_000),
        rate(P4k, 8_000, 8_000),
    ];
    Model {
        id: ModelId::new("native", "preview"),
        title: "Preview".to_owned(),
        durations_s: (1..=30).collect(),
        takes_auto: true,
        gated: false,
        duration_default_s: 5,
        resolutions: rows.iter().map(|rate| rate.resolution).collect(),
        resolution_default: P720,
        grid: Grid::Usual,
        ratios: Ratio::ALL.to_vec(),
        ratio_default: Ratio::R16x9,
        prompt_chars: 1..=10_000,
        media: images_and(&[MediaKind::Video, MediaKind::Audio], 12),
        channels: vec![Channel::Standard],
        takes_seed: true,
        audio_default: true,
        rates: card(&rows),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::price::price;

    #[test]
    fn the_documents_sample_orders_cost_what_the_documents_say() {
        let catalogue = Catalogue::built_in();
        for (dialect, name, with_media, credits) in [
            ("open_v1", "seedance-2.0", false, 40),
            ("open_v1", "seedance-2.0", true, 64),
            ("task_query", "seedance-2.0", false, 50),
            ("tasks_v1", "seedance2-standard", false, 30),
        ] {
            let model = catalogue.find(&ModelId::new(dialect, name)).expect("in the catalogue");
            let price = price(model, Resolution::P720, 5, with_media, "v").expect("on sale");
            assert_eq!(price.credits, Credits::whole(credits), "{dialect}/{name}");
        }
    }

    #[test]
    fn every_model_sells_everything_it_offers() {
        for model in Catalogue::built_in().models {
            assert!(model.resolutions.contains(&model.resolution_default), "{}", model.id);
            assert!(model.ratios.contains(&model.ratio_default), "{}", model.id);
            assert!(model.durations_s.contains(&model.duration_default_s), "{}", model.id);
            assert!(model.durations_s.is_sorted(), "{}", model.id);
            for resolution in &model.resolutions {
                for duration_s in &model.durations_s {
                    let price = price(&model, *resolution, *duration_s, true, "v").expect("sold");
                    assert!(price.credits > Credits::ZERO, "{} {resolution}", model.id);
                }
            }
        }
    }
}
