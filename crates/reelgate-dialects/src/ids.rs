//! One job id in the looks that the documented APIs and our own have.
//!
//! API A shows `req_` and twelve base-62 characters, API C `sd2_`, OpenAI's `video_` and our own
//! API `job_` with the same twelve. API B shows a version-4 UUID whose first two digits are
//! replaced by `ta` (contract 2.4): 36 characters, of which two are letters, one is the version and
//! two bits are the variant. The remaining 114 bits hold the 71 bits of the id, masked so that no
//! two ids look alike, and a 42-bit check. Nothing is stored to translate between them.

use crate::time::{self, iso};
use reelgate_core::{AssetId, JobId, Timestamp};
use sha2::{Digest, Sha256};

const A_PREFIX: &str = "req_";
const B_PREFIX: &str = "ta";
const C_PREFIX: &str = "sd2_";
const NATIVE_PREFIX: &str = "job_";
const OPENAI_PREFIX: &str = "video_";
/// What API C puts before the ids of pictures, by model (contract 3.4); the last one is ours.
const C_IMAGE_PREFIXES: [(&str, &str); 3] =
    [("gpt-image-2", "gpt2_"), ("nano-banana-pro", "nbp_"), ("nano-banana-2-lite", "nbl_")];
const ASSET_PREFIX: &str = "ast_";
/// What stands before an upload's id where an order wants an address.
pub(crate) const ASSET_SCHEME: &str = "asset://";
const ARK_PREFIX: &str = "cgt-";
const ARK_DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
/// Characters after the second: enough for a millisecond and the random part.
const ARK_TAIL: usize = 8;
/// Random bits of an id, behind its milliseconds.
const ARK_LOW_BITS: u32 = 29;
/// Hex digits after `ta`: 18 of the masked id, then the version, the variant and 10 of the check.
const B_DIGITS: usize = 30;
/// Where a UUID has its dashes.
const DASHES: [usize; 4] = [8, 13, 18, 23];
/// Positions of version and variant among the digits after `ta`, dashes left out.
const VERSION_AT: usize = 10;
const VARIANT_AT: usize = 14;
const MASKED_BITS: u32 = 72;
const CHECK_BITS: u32 = 42;

/// `req_` and twelve characters (API A).
pub(crate) fn show_a(id: JobId) -> String {
    format!("{A_PREFIX}{id}")
}

/// `sd2_` and twelve characters (API C).
pub(crate) fn show_c(id: JobId) -> String {
    format!("{C_PREFIX}{id}")
}

/// As [`show_c`], with the prefix that pictures of this model have.
pub(crate) fn show_c_image(id: JobId, model: &str) -> String {
    let prefix = C_IMAGE_PREFIXES.iter().find(|(name, _)| *name == model);
    format!("{}{id}", prefix.map_or(C_PREFIX, |(_, prefix)| prefix))
}

/// `ast_` and twelve characters: an upload.
pub(crate) fn show_asset(id: AssetId) -> String {
    format!("{ASSET_PREFIX}{id}")
}

/// Reads what [`show_asset`] writes.
pub(crate) fn read_asset(text: &str) -> Option<AssetId> {
    AssetId::parse(text.strip_prefix(ASSET_PREFIX)?)
}

/// `job_` and twelve characters (our own API).
pub(crate) fn show_native(id: JobId) -> String {
    format!("{NATIVE_PREFIX}{id}")
}

/// `video_` and twelve characters (OpenAI).
pub(crate) fn show_openai(id: JobId) -> String {
    format!("{OPENAI_PREFIX}{id}")
}

/// `ta`, then 30 hex digits in a UUID's grouping (API B).
///
/// The id's bits are masked by their own check, or the first half of every id would show the date.
pub(crate) fn show_b(id: JobId) -> String {
    let check = check(id.bits());
    let masked = id.bits() ^ mask(check);
    let free = (masked << CHECK_BITS) | check;
    // 114 free bits: 28 whole digits, and two bits in the variant's digit.
    let variant = 0x8 | (free & 3);
    let digits = format!("{:028x}", free >> 2);
    let mut text = String::from(B_PREFIX);
    let mut rest = digits.chars();
    for at in 0..B_DIGITS {
        if DASHES.contains(&text.len()) {
            text.push('-');
        }
        match at {
            VERSION_AT => text.push('4'),
            VARIANT_AT => text.push_str(&format!("{variant:x}")),
            _ => text.extend(rest.next()),
        }
    }
    text
}

/// `cgt-`, the second of creation in digits, and eight more for what that leaves (Ark).
///
/// The documented tail has five characters, which is less than an id needs.
pub(crate) fn show_ark(id: JobId) -> String {
    let ms = id.bits() >> ARK_LOW_BITS;
    let rest = ((ms % 1000) << ARK_LOW_BITS) | (id.bits() & ((1 << ARK_LOW_BITS) - 1));
    let moment = Timestamp::from_ms(i64::try_from(ms).unwrap_or(0));
    let day: String = iso(moment).chars().filter(char::is_ascii_digit).take(14).collect();
    let mut tail = [b'0'; ARK_TAIL];
    let mut left = rest;
    for slot in tail.iter_mut().rev() {
        *slot = ARK_DIGITS[usize::try_from(left % 36).unwrap_or(0)];
        left /= 36;
    }
    format!("{ARK_PREFIX}{day}-{}", String::from_utf8_lossy(&tail))
}

fn read_ark(text: &str) -> Option<JobId> {
    let (day, tail) = text.strip_prefix(ARK_PREFIX)?.split_once('-')?;
    if day.len() != 14 || tail.len() != ARK_TAIL || !day.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let part = |from: usize, to: usize| &day[from..to];
    let moment = time::parse(&format!(
        "{}-{}-{}T{}:{}:{}Z",
        part(0, 4),
        part(4, 6),
        part(6, 8),
        part(8, 10),
        part(10, 12),
        part(12, 14)
    ))?;
    let digit = |rest: u128, byte: u8| {
        let value = ARK_DIGITS.iter().position(|known| *known == byte)?;
        Some(rest * 36 + value as u128)
    };
    let rest = tail.bytes().try_fold(0_u128, digit)?;
    let ms = u128::try_from(moment.ms()).ok()? + (rest >> ARK_LOW_BITS);
    let id = JobId::from_bits((ms << ARK_LOW_BITS) | (rest & ((1 << ARK_LOW_BITS) - 1)))?;
    (show_ark(id) == text).then_some(id)
}

/// Reads any of the looks; a UUID that was not made by [`show_b`] is nothing.
pub(crate) fn read(text: &str) -> Option<JobId> {
    let images = C_IMAGE_PREFIXES.map(|(_, prefix)| prefix);
    let own = [A_PREFIX, C_PREFIX, NATIVE_PREFIX, OPENAI_PREFIX];
    let mut tokens = own.into_iter().chain(images);
    match tokens.find_map(|prefix| text.strip_prefix(prefix)) {
        Some(token) => JobId::parse(token),
        None => read_b(text).or_else(|| read_ark(text)),
    }
}

fn read_b(text: &str) -> Option<JobId> {
    // Every text that is not spelled exactly as shown is refused by the comparison at the end.
    let digits: String = text.strip_prefix(B_PREFIX)?.chars().filter(|c| *c != '-').collect();
    if digits.len() != B_DIGITS || !digits.is_ascii() {
        return None;
    }
    let variant = u128::from_str_radix(&digits[VARIANT_AT..=VARIANT_AT], 16).ok()?;
    let rest =
        [&digits[..VERSION_AT], &digits[VERSION_AT + 1..VARIANT_AT], &digits[VARIANT_AT + 1..]];
    let free = (u128::from_str_radix(&rest.concat(), 16).ok()? << 2) | (variant & 3);
    let check = free & ((1 << CHECK_BITS) - 1);
    let id = JobId::from_bits((free >> CHECK_BITS) ^ mask(check))?;
    (show_b(id) == text).then_some(id)
}

fn check(bits: u128) -> u128 {
    hash("reelgate task id check", bits) & ((1 << CHECK_BITS) - 1)
}

fn mask(check: u128) -> u128 {
    hash("reelgate task id mask", check) & ((1 << MASKED_BITS) - 1)
}

fn hash(purpose: &str, value: u128) -> u128 {
    let digest = Sha256::new().chain_update(purpose).chain_update(value.to_be_bytes()).finalize();
    digest.iter().take(16).fold(0, |number, byte| (number << 8) | u128::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_look_reads_back(bits in 0_u128..1 << 71) {
            let id = JobId::from_bits(bits).expect("71 bits");
            let image = show_c_image(id, "nano-banana-pro");
            let others = [show_native(id), show_openai(id), image];
            for text in [show_a(id), show_b(id), show_c(id)].into_iter().chain(others) {
                prop_assert_eq!(read(&text), Some(id), "{}", text);
            }
        }

        #[test]
        fn an_ark_id_reads_back_and_tells_its_second(
            ms in 0_i64..4_398_046_511_103,
            low in 0_u64..1 << 29,
        ) {
            let id = JobId::new(Timestamp::from_ms(ms), low);
            let text = show_ark(id);
            prop_assert_eq!(read(&text), Some(id), "{}", text);
            let written = iso(Timestamp::from_ms(ms));
            let second: String = written.chars().filter(char::is_ascii_digit).take(14).collect();
            prop_assert!(text.starts_with(&format!("cgt-{second}-")), "{}", text);
        }

        #[test]
        fn no_digit_may_change(bits in 0_u128..1 << 71, at in 2_usize..36, digit in 0_u32..16) {
            let shown = show_b(JobId::from_bits(bits).expect("71 bits"));
            let digit = char::from_digit(digit, 16).expect("a digit");
            let mut changed: Vec<char> = shown.chars().collect();
            changed[at] = digit;
            let changed: String = changed.into_iter().collect();
            prop_assume!(changed != shown);
            prop_assert_eq!(read(&changed), None, "{}", changed);
        }

        #[test]
        fn no_text_at_all_panics(text in "(ta|req_|sd2_)?.{0,40}") {
            let _ = read(&text);
        }
    }

    #[test]
    fn api_b_ids_look_like_the_documented_ones() {
        for bits in [0, 1, (1 << 71) - 1, 0x1234_5678_9abc_def0] {
            let text = show_b(JobId::from_bits(bits).expect("71 bits"));
            let shape: String =
                text.chars().map(|c| if c.is_ascii_hexdigit() { '0' } else { c }).collect();
            assert_eq!(shape, "t0000000-0000-0000-0000-000000000000", "{text}");
            assert!(text.starts_with("ta"), "{text}");
            assert_eq!(text.as_bytes()[14], b'4', "{text}");
            assert!(b"89ab".contains(&text.as_bytes()[19]), "{text}");
            assert_eq!(text, text.to_ascii_lowercase());
        }
    }

    #[test]
    fn ids_of_the_documents_and_of_nobody_are_refused() {
        for text in [
            "",
            "req_",
            "req_1234567890",
            "sd2_xxxxx",
            "ta823dfb-eaac-44fd-aec2-3e2c7ba8e071",
            "ta12345678-1234-1234-1234-123456789abc",
            "ta\u{e4}23dfb-eaac-44fd-aec2-3e2c7ba8e07",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        let id = JobId::from_bits(77).expect("71 bits");
        for text in [show_b(id).to_uppercase(), show_b(id).replace('-', ""), id.to_string()] {
            assert_eq!(read(&text), None, "{text}");
        }
    }
}
