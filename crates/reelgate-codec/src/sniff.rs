//! What kind of media some bytes are, from their first few dozen bytes and nothing else.
//!
//! File names and declared content types are not believed anywhere; this is.

/// A kind of media file Reelgate takes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MediaType {
    /// JPEG picture.
    Jpeg,
    /// PNG picture.
    Png,
    /// WebP picture.
    Webp,
    /// GIF picture.
    Gif,
    /// Windows bitmap.
    Bmp,
    /// MPEG-4 video.
    Mp4,
    /// QuickTime video.
    Mov,
    /// Apple's MPEG-4 video.
    M4v,
    /// MPEG layer III sound.
    Mp3,
    /// RIFF wave sound.
    Wav,
    /// MPEG-4 sound.
    M4a,
}

/// What a file is used as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MediaKind {
    /// A still picture.
    Image,
    /// Moving pictures, perhaps with sound.
    Video,
    /// Sound alone.
    Audio,
}

impl MediaType {
    /// The content type to serve such a file with.
    #[must_use]
    pub fn mime(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
            Self::Gif => "image/gif",
            Self::Bmp => "image/bmp",
            Self::Mp4 => "video/mp4",
            Self::Mov => "video/quicktime",
            Self::M4v => "video/x-m4v",
            Self::Mp3 => "audio/mpeg",
            Self::Wav => "audio/wav",
            Self::M4a => "audio/mp4",
        }
    }

    /// The usual file name extension, without the dot.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Webp => "webp",
            Self::Gif => "gif",
            Self::Bmp => "bmp",
            Self::Mp4 => "mp4",
            Self::Mov => "mov",
            Self::M4v => "m4v",
            Self::Mp3 => "mp3",
            Self::Wav => "wav",
            Self::M4a => "m4a",
        }
    }

    /// What it is used as.
    #[must_use]
    pub fn kind(self) -> MediaKind {
        match self {
            Self::Jpeg | Self::Png | Self::Webp | Self::Gif | Self::Bmp => MediaKind::Image,
            Self::Mp4 | Self::Mov | Self::M4v => MediaKind::Video,
            Self::Mp3 | Self::Wav | Self::M4a => MediaKind::Audio,
        }
    }
}

/// The media type of a file that starts with these bytes, `None` when it is none of ours.
///
/// 64 bytes are enough for everything but MP3 without a tag, where a second frame is looked for.
#[must_use]
pub fn sniff(bytes: &[u8]) -> Option<MediaType> {
    match bytes {
        [0xff, 0xd8, 0xff, ..] => Some(MediaType::Jpeg),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(MediaType::Png),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(MediaType::Gif),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(MediaType::Webp),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E', ..] => Some(MediaType::Wav),
        [b'B', b'M', ..] if is_bitmap(bytes) => Some(MediaType::Bmp),
        [b'I', b'D', b'3', 2..=4, ..] => Some(MediaType::Mp3),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => sniff_brands(bytes),
        [0, _, _, _, b'm', b'o', b'o', b'v', ..] => Some(MediaType::Mov),
        [0, _, _, _, b'm', b'd', b'a', b't', ..] => Some(MediaType::Mov),
        [0, 0, 0, 8, b'w', b'i', b'd', b'e', ..] => Some(MediaType::Mov),
        [0xff, ..] if is_mp3(bytes) => Some(MediaType::Mp3),
        _ => None,
    }
}

/// The second header's size tells a bitmap from a text that starts with BM.
fn is_bitmap(bytes: &[u8]) -> bool {
    matches!(bytes.get(14..18), Some([12 | 40 | 52 | 56 | 64 | 108 | 124, 0, 0, 0]))
}

fn sniff_brands(bytes: &[u8]) -> Option<MediaType> {
    let size = u32::from_be_bytes(*bytes.first_chunk()?) as usize;
    let brands = bytes.get(8..size.min(bytes.len()).min(256))?;
    let (major, rest) = brands.split_at_checked(4)?;
    // HEIF and AVIF stills share the container and list video brands as compatible.
    if matches!(major, b"heic" | b"heix" | b"hevc" | b"mif1" | b"msf1" | b"avif" | b"avis") {
        return None;
    }
    let compatible = rest.get(4..).unwrap_or_default().chunks_exact(4);
    std::iter::once(major).chain(compatible).find_map(brand_type)
}

fn brand_type(brand: &[u8]) -> Option<MediaType> {
    match brand {
        b"qt  " => Some(MediaType::Mov),
        b"M4V " | b"M4VH" | b"M4VP" => Some(MediaType::M4v),
        b"M4A " | b"M4B " => Some(MediaType::M4a),
        b"mp41" | b"mp42" | b"avc1" | b"dash" | b"mmp4" | b"MSNV" | b"XAVC" | b"f4v " => {
            Some(MediaType::Mp4)
        }
        [b'i', b's', b'o', b'm' | b'2'..=b'9'] | [b'3', b'g', b'p', _] => Some(MediaType::Mp4),
        _ => None,
    }
}

/// A frame of layer III, followed by another if the bytes reach that far.
fn is_mp3(bytes: &[u8]) -> bool {
    let Some(length) = mp3_frame_bytes(bytes) else { return false };
    match bytes.get(length..) {
        Some(next @ [_, _, _, _, ..]) => mp3_frame_bytes(next).is_some(),
        _ => true,
    }
}

fn mp3_frame_bytes(bytes: &[u8]) -> Option<usize> {
    const KBPS_MPEG1: [usize; 14] = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
    const KBPS_MPEG2: [usize; 14] = [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
    const HZ_MPEG1: [usize; 3] = [44_100, 48_000, 32_000];
    let [sync, version_layer, rates, _] = *bytes.first_chunk()?;
    let is_layer_3 = version_layer & 0b110 == 0b010;
    if sync != 0xff || version_layer & 0xe0 != 0xe0 || !is_layer_3 {
        return None;
    }
    // Bits: 3 is MPEG 1, 2 is MPEG 2 at half the rate, 0 is MPEG 2.5 at a quarter.
    let (kbps, samples_per_8_bits, divisor) = match version_layer >> 3 & 3 {
        3 => (KBPS_MPEG1, 144, 1),
        2 => (KBPS_MPEG2, 72, 2),
        0 => (KBPS_MPEG2, 72, 4),
        _ => return None,
    };
    let kbps = kbps.get(usize::from(rates >> 4).checked_sub(1)?)?;
    let hz = HZ_MPEG1.get(usize::from(rates >> 2 & 3))? / divisor;
    Some(samples_per_8_bits * kbps * 1000 / hz + usize::from(rates >> 1 & 1))
}
