//! Still pictures: reading what people upload, writing posters, changing sizes.
//!
//! Pixels are taken as sRGB; embedded colour profiles are not applied.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use fast_image_resize as fir;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::codecs::webp::WebPEncoder;
use image::{
    DynamicImage, ExtendedColorType, ImageDecoder, ImageEncoder, ImageFormat, ImageReader, Limits,
};

use crate::Rgb;
use crate::moving::frames;
use crate::sniff::{MediaType, sniff};

/// How large a picture may be before it is decoded at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageLimits {
    /// Most bytes of the file.
    pub bytes_max: usize,
    /// Most pixels of the picture.
    pub pixels_max: usize,
    /// Longest side in pixels.
    pub side_max: usize,
    /// Most frames of a moving picture, though only the first is read.
    pub frames_max: usize,
}

impl Default for ImageLimits {
    /// 30 MB, 64 megapixels, sides up to 16 384: above any camera, below any bomb; 500 frames are
    /// a film, which is to be sent as one.
    fn default() -> Self {
        Self { bytes_max: 30_000_000, pixels_max: 64_000_000, side_max: 16_384, frames_max: 500 }
    }
}

/// Why a picture could not be read or written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImageError {
    /// The bytes are no JPEG, PNG, WebP, GIF or BMP.
    #[error("not a JPEG, PNG, WebP, GIF or BMP picture")]
    Unknown,
    /// The file is larger than allowed.
    #[error("the picture has {bytes} bytes, at most {bytes_max} are read")]
    Bytes {
        /// Found.
        bytes: usize,
        /// Allowed.
        bytes_max: usize,
    },
    /// The picture has more or longer rows than allowed, or none.
    #[error("a picture of {width}x{height} pixels is outside the limits")]
    Size {
        /// Columns.
        width: usize,
        /// Rows.
        height: usize,
    },
    /// The picture moves through more frames than allowed.
    #[error("a moving picture of {frames} frames is outside the limits, at most {frames_max}")]
    Frames {
        /// Found.
        frames: usize,
        /// Allowed.
        frames_max: usize,
    },
    /// The file is broken; the decoder's words.
    #[error("the picture cannot be read: {0}")]
    Malformed(String),
    /// The picture could not be written; the encoder's words.
    #[error("the picture cannot be written: {0}")]
    Encode(String),
}

/// Reads a JPEG, PNG, BMP, or the first picture of a WebP or GIF.
///
/// The EXIF orientation is applied, 16-bit and grey pixels become 8-bit colour, and transparent
/// pixels are laid over white, as most cut-outs and logos are made for a light page.
///
/// # Errors
/// See [`ImageError`]; sizes are checked before any pixel is decoded.
pub fn decode_image(bytes: &[u8], limits: ImageLimits) -> Result<Rgb, ImageError> {
    let bytes_max = limits.bytes_max;
    if bytes.len() > bytes_max {
        return Err(ImageError::Bytes { bytes: bytes.len(), bytes_max });
    }
    let (width, height) = image_size(bytes)?;
    let pixels = width.saturating_mul(height);
    if pixels == 0 || pixels > limits.pixels_max || width.max(height) > limits.side_max {
        return Err(ImageError::Size { width, height });
    }
    let (frames, frames_max) = (frames(bytes), limits.frames_max);
    if frames > frames_max {
        return Err(ImageError::Frames { frames, frames_max });
    }
    let decode = || -> image::ImageResult<DynamicImage> {
        let mut reader = open(bytes)?;
        let mut bounds = Limits::default();
        // 16 bytes a pixel is RGBA in 32-bit floats, plus room for a decoder's own tables.
        bounds.max_alloc = Some(pixels as u64 * 16 + (16 << 20));
        reader.limits(bounds);
        let mut decoder = reader.into_decoder()?;
        let orientation = decoder.orientation()?;
        let mut picture = DynamicImage::from_decoder(decoder)?;
        picture.apply_orientation(orientation);
        Ok(picture)
    };
    let picture = catch_unwind(AssertUnwindSafe(decode))
        .map_err(|_| ImageError::Malformed("the decoder gave up".to_owned()))?
        .map_err(malformed)?;
    Ok(flatten(picture))
}

/// Columns and rows as stored, from the header alone and before any orientation is applied.
///
/// # Errors
/// [`ImageError::Unknown`] or [`ImageError::Malformed`].
pub fn image_size(bytes: &[u8]) -> Result<(usize, usize), ImageError> {
    format(bytes).ok_or(ImageError::Unknown)?;
    let read = || open(bytes).and_then(ImageReader::into_dimensions);
    let (width, height) = catch_unwind(AssertUnwindSafe(read))
        .map_err(|_| ImageError::Malformed("the decoder gave up".to_owned()))?
        .map_err(malformed)?;
    Ok((width as usize, height as usize))
}

/// Writes a PNG, favouring speed over the last per cent of size.
///
/// # Errors
/// [`ImageError::Encode`] for a picture whose data does not fit its size.
pub fn encode_png(picture: &Rgb) -> Result<Vec<u8>, ImageError> {
    let mut out = Vec::new();
    let encoder =
        PngEncoder::new_with_quality(&mut out, CompressionType::Fast, FilterType::Adaptive);
    write(picture, encoder)?;
    Ok(out)
}

/// Writes a JPEG of quality 1 to 100.
///
/// # Errors
/// [`ImageError::Encode`] for a picture above 65 535 a side or whose data does not fit its size.
pub fn encode_jpeg(picture: &Rgb, quality: u8) -> Result<Vec<u8>, ImageError> {
    let mut out = Vec::new();
    write(picture, JpegEncoder::new_with_quality(&mut out, quality.clamp(1, 100)))?;
    Ok(out)
}

/// Writes a WebP without any loss.
///
/// # Errors
/// [`ImageError::Encode`] for a picture above 16 383 a side or whose data does not fit its size.
pub fn encode_webp(picture: &Rgb) -> Result<Vec<u8>, ImageError> {
    let mut out = Vec::new();
    write(picture, WebPEncoder::new_lossless(&mut out))?;
    Ok(out)
}

/// Fills `width` x `height` with the middle of the picture, by a Lanczos filter.
///
/// # Panics
/// When a size is zero or the picture's data does not fit its size.
#[must_use]
pub fn resize_cover(picture: &Rgb, width: usize, height: usize) -> Rgb {
    resize(picture, width, height, |options| options.fit_into_destination(Some((0.5, 0.5))))
}

/// Stretches the whole picture to `width` x `height`, by a Lanczos filter.
///
/// # Panics
/// When a size is zero or the picture's data does not fit its size.
#[must_use]
pub fn resize_exact(picture: &Rgb, width: usize, height: usize) -> Rgb {
    resize(picture, width, height, |options| options)
}

fn resize(
    picture: &Rgb,
    width: usize,
    height: usize,
    crop: impl FnOnce(fir::ResizeOptions) -> fir::ResizeOptions,
) -> Rgb {
    assert!(width > 0 && height > 0, "a picture has at least one pixel");
    let side = |n: usize| u32::try_from(n).expect("sides fit 32 bits");
    let from = fir::images::ImageRef::new(
        side(picture.width),
        side(picture.height),
        &picture.data,
        fir::PixelType::U8x3,
    )
    .expect("data fits the size");
    let mut to = fir::images::Image::new(side(width), side(height), fir::PixelType::U8x3);
    let lanczos = fir::ResizeAlg::Convolution(fir::FilterType::Lanczos3);
    let options = crop(fir::ResizeOptions::new().resize_alg(lanczos).use_alpha(false));
    fir::Resizer::new().resize(&from, &mut to, &options).expect("equal pixel types resize");
    Rgb { width, height, data: to.into_vec() }
}

fn write(picture: &Rgb, encoder: impl ImageEncoder) -> Result<(), ImageError> {
    let words = |words: String| ImageError::Encode(words);
    if picture.data.len() != picture.width * picture.height * 3 {
        return Err(words("data does not fit the size".to_owned()));
    }
    let side = |n: usize| u32::try_from(n).map_err(|error| words(error.to_string()));
    let (width, height) = (side(picture.width)?, side(picture.height)?);
    encoder
        .write_image(&picture.data, width, height, ExtendedColorType::Rgb8)
        .map_err(|error| words(error.to_string()))
}

/// A decoder's words, some of which end in a line break.
fn malformed(error: image::ImageError) -> ImageError {
    let words = error.to_string();
    ImageError::Malformed(words.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn format(bytes: &[u8]) -> Option<ImageFormat> {
    match sniff(bytes)? {
        MediaType::Jpeg => Some(ImageFormat::Jpeg),
        MediaType::Png => Some(ImageFormat::Png),
        MediaType::Webp => Some(ImageFormat::WebP),
        MediaType::Gif => Some(ImageFormat::Gif),
        MediaType::Bmp => Some(ImageFormat::Bmp),
        _ => None,
    }
}

fn open(bytes: &[u8]) -> image::ImageResult<ImageReader<Cursor<&[u8]>>> {
    let mut reader = ImageReader::new(Cursor::new(bytes));
    if let Some(format) = format(bytes) {
        reader.set_format(format);
    }
    Ok(reader)
}

fn flatten(picture: DynamicImage) -> Rgb {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    if !picture.color().has_alpha() {
        return Rgb { width, height, data: picture.into_rgb8().into_raw() };
    }
    let rgba = picture.into_rgba8().into_raw();
    let over_white = |pixel: &[u8]| {
        let alpha = u32::from(pixel[3]);
        [pixel[0], pixel[1], pixel[2]]
            .map(|c| ((u32::from(c) * alpha + 255 * (255 - alpha) + 127) / 255) as u8)
    };
    Rgb { width, height, data: rgba.chunks_exact(4).flat_map(over_white).collect() }
}
