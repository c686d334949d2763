//! The models of the OpenAI videos API, under all names that its clients know.
//!
//! Source: the contract of the further APIs, section 2.2. Prices are ours: about what the hosted
//! service asked for, in cents.

use crate::catalogue::{card, images_and, rate};
use crate::media::MediaKind;
use crate::model::{Model, ModelId};
use crate::order::Channel;
use crate::size::{Grid, Ratio, Resolution};

/// A clip lasts a multiple of this, in seconds.
const STEP_S: u32 = 4;
/// The longest clip, which only an extension has, in seconds.
const LONGEST_S: u32 = 60;

/// Names, what people call the model, and thousandths of a credit for a second in 720 lines and in
/// more.
const FAMILIES: [(&[&str], &str, [i64; 2]); 2] = [
    (&["sora-2", "sora-2-2025-10-06", "sora-2-2025-12-08"], "Sora 2", [10_000, 17_000]),
    (&["sora-2-pro", "sora-2-pro-2025-10-06"], "Sora 2 Pro", [30_000, 50_000]),
];

/// Every model.
pub(crate) fn models() -> Vec<Model> {
    let of = |(names, title, rates): &(&[&str], &str, [i64; 2])| {
        names.iter().map(|name| model(name, title, *rates)).collect::<Vec<_>>()
    };
    FAMILIES.iter().flat_map(of).collect()
}

fn model(name: &str, title: &str, [usual, large]: [i64; 2]) -> Model {
    let (p720, p1080) = (Resolution::P720, Resolution::P1080);
    Model {
        id: ModelId::new("openai", name),
        title: title.to_owned(),
        durations_s: (1..=LONGEST_S / STEP_S).map(|steps| steps * STEP_S).collect(),
        takes_auto: false,
        gated: false,
        duration_default_s: STEP_S,
        resolutions: vec![p720, p1080],
        resolution_default: p720,
        grid: Grid::Usual,
        ratios: vec![Ratio::R16x9, Ratio::R9x16],
        ratio_default: Ratio::R9x16,
        prompt_chars: 1..=10_000,
        media: images_and(&[MediaKind::Video], 1),
        channels: vec![Channel::Standard],
        takes_seed: true,
        audio_default: true,
        rates: card(&[rate(p720, usual, usual), rate(p1080, large, large)]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::milli;

    #[test]
    fn a_dated_name_stands_for_the_same_model() {
        let all = models();
        let find = |name| all.iter().find(|model| model.id.name() == name).expect(name);
        let (plain, dated) = (find("sora-2-pro"), find("sora-2-pro-2025-10-06"));
        assert_eq!((&plain.rates, &plain.durations_s), (&dated.rates, &dated.durations_s));
        let rate = plain.rates.rate(Resolution::P720).expect("on sale");
        assert_eq!(rate.text_per_s, milli(30_000));
        assert_eq!(find("sora-2").durations_s[..5], [4, 8, 12, 16, 20]);
    }
}
