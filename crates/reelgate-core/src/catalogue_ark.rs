//! The models of the Ark API, under both of their vendors' names.
//!
//! Source: the contract of the further APIs, sections 1.3 and 1.5. Prices are ours: those of the
//! same family on API A, and by proportion.

use crate::catalogue::{card, images_and, rate};
use crate::media::{MediaKind, MediaRules};
use crate::model::{Model, ModelId};
use crate::order::Channel;
use crate::price::RateCard;
use crate::size::{Grid, Ratio, Resolution};
use std::ops::RangeInclusive;

/// What the models of a family have in common.
struct Family {
    title: &'static str,
    /// What the vendors call it.
    names: &'static [&'static str],
    seconds: RangeInclusive<u32>,
    resolutions: &'static [Resolution],
    resolution_default: Resolution,
    media: fn() -> MediaRules,
    grid: Grid,
    /// Whether it has no sound and takes no length of its own choice.
    is_first: bool,
    takes_seed: bool,
    /// Thousandths of a credit for a second at 720p.
    milli_per_s: i64,
}

const THREE: &[Resolution] = &[Resolution::P480, Resolution::P720, Resolution::P1080];

fn frames() -> MediaRules {
    images_and(&[], 2)
}

fn four() -> MediaRules {
    images_and(&[], 4)
}

fn fifteen() -> MediaRules {
    images_and(&[MediaKind::Video, MediaKind::Audio], 15)
}

fn fifty() -> MediaRules {
    images_and(&[MediaKind::Video, MediaKind::Audio], 50)
}

const FIRST: Family = Family {
    title: "Seedance 1.0 Pro",
    names: &[
        "doubao-seedance-1-0-pro-250528",
        "doubao-seedance-1-0-pro-fast-251015",
        "seedance-1-0-pro-250528",
        "seedance-1-0-pro-fast-251015",
    ],
    seconds: 2..=12,
    resolutions: THREE,
    resolution_default: Resolution::P1080,
    media: frames,
    grid: Grid::First,
    is_first: true,
    takes_seed: true,
    milli_per_s: 3_000,
};

const SECOND: Family = Family {
    title: "Seedance 2.0",
    names: &["doubao-seedance-2-0-260128", "dreamina-seedance-2-0-260128"],
    seconds: 4..=15,
    resolutions: &[Resolution::P480, Resolution::P720, Resolution::P1080, Resolution::P4k],
    resolution_default: Resolution::P720,
    media: fifteen,
    grid: Grid::Usual,
    is_first: false,
    takes_seed: false,
    milli_per_s: 8_000,
};

const FAMILIES: [Family; 7] = [
    Family {
        title: "Seedance 2.5",
        names: &["doubao-seedance-2-5-260628", "dreamina-seedance-2-5-260628"],
        seconds: 4..=30,
        resolutions: THREE,
        media: fifty,
        grid: Grid::Newest,
        milli_per_s: 15_000,
        ..SECOND
    },
    SECOND,
    Family {
        title: "Seedance 2.0 Fast",
        names: &["doubao-seedance-2-0-fast-260128", "dreamina-seedance-2-0-fast-260128"],
        resolutions: &[Resolution::P480, Resolution::P720],
        milli_per_s: 6_400,
        ..SECOND
    },
    Family {
        title: "Seedance 2.0 Mini",
        names: &["doubao-seedance-2-0-mini-260615", "dreamina-seedance-2-0-mini-260615"],
        resolutions: &[Resolution::P480, Resolution::P720],
        milli_per_s: 3_200,
        ..SECOND
    },
    Family {
        title: "Seedance 1.5 Pro",
        names: &["doubao-seedance-1-5-pro-251215", "seedance-1-5-pro-251215"],
        seconds: 4..=12,
        resolution_default: Resolution::P720,
        grid: Grid::Usual,
        is_first: false,
        milli_per_s: 4_000,
        ..FIRST
    },
    FIRST,
    Family {
        title: "Seedance 1.0 Lite",
        names: &["doubao-seedance-1-0-lite-t2v-250428", "doubao-seedance-1-0-lite-i2v-250428"],
        resolution_default: Resolution::P720,
        media: four,
        milli_per_s: 1_500,
        ..FIRST
    },
];

/// Every model, newest family first.
pub(crate) fn models() -> Vec<Model> {
    let of =
        |family: &Family| family.names.iter().map(|name| model(family, name)).collect::<Vec<_>>();
    FAMILIES.iter().flat_map(of).collect()
}

fn model(family: &Family, name: &str) -> Model {
    Model {
        id: ModelId::new("ark", name),
        title: family.title.to_owned(),
        durations_s: family.seconds.clone().collect(),
        takes_auto: !family.is_first,
        gated: false,
        duration_default_s: 5,
        resolutions: family.resolutions.to_vec(),
        resolution_default: family.resolution_default,
        grid: family.grid,
        ratios: Ratio::ALL.to_vec(),
        ratio_default: Ratio::R16x9,
        // Words may be left out where a picture comes along.
        prompt_chars: 0..=10_000,
        media: (family.media)(),
        channels: vec![Channel::Standard],
        takes_seed: family.takes_seed,
        audio_default: !family.is_first,
        rates: rates(family),
    }
}

fn rates(family: &Family) -> RateCard {
    let row = |resolution: &Resolution| {
        let (part, of) = match resolution {
            Resolution::P480 => (1, 2),
            Resolution::P1080 => (9, 4),
            Resolution::P4k => (9, 1),
            _ => (1, 1),
        };
        let text = family.milli_per_s * part / of;
        rate(*resolution, text, text * 8 / 5)
    };
    card(&family.resolutions.iter().map(row).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::milli;
    use crate::credits::Credits;

    #[test]
    fn two_vendors_names_stand_for_the_same_model() {
        let all = models();
        assert_eq!(all.len(), 16);
        let find = |name| all.iter().find(|model| model.id.name() == name).expect(name);
        let (ours, theirs) =
            (find("doubao-seedance-2-0-260128"), find("dreamina-seedance-2-0-260128"));
        assert_eq!((&ours.rates, &ours.durations_s), (&theirs.rates, &theirs.durations_s));
        let rate = ours.rates.rate(Resolution::P720).expect("on sale");
        assert_eq!((rate.text_per_s, rate.media_per_s), (Credits::whole(8), milli(12_800)));
    }
}
