//! Still pictures in and out.

use std::io::Cursor;

use image::{DynamicImage, GrayImage, ImageBuffer, ImageFormat, Luma, Rgba, RgbaImage};
use reelgate_codec::{
    ImageError, ImageLimits, Rgb, decode_image, encode_jpeg, encode_png, image_size, resize_cover,
    resize_exact,
};

/// Red on the left, blue on the right.
fn two_halves(width: usize, height: usize) -> Rgb {
    let row =
        |_| (0..width).flat_map(|x| if x < width / 2 { [200, 10, 10] } else { [10, 10, 200] });
    Rgb { width, height, data: (0..height).flat_map(row).collect() }
}

fn stored(picture: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    picture.into().write_to(&mut out, format).expect("memory can be written");
    out.into_inner()
}

fn decode(bytes: &[u8]) -> Result<Rgb, ImageError> {
    decode_image(bytes, ImageLimits::default())
}

#[test]
fn png_is_lossless_and_jpeg_is_close() {
    let picture = two_halves(64, 40);
    assert_eq!(decode(&encode_png(&picture).unwrap()).unwrap(), picture);
    let jpeg = encode_jpeg(&picture, 90).unwrap();
    let back = decode(&jpeg).unwrap();
    assert_eq!(image_size(&jpeg).unwrap(), (64, 40));
    let off = |x: usize| back.data[x * 3..x * 3 + 3].iter().zip(&picture.data[x * 3..]);
    assert!(off(5).chain(off(60)).all(|(a, b)| a.abs_diff(*b) < 12));
}

#[test]
fn every_format_is_read() {
    let picture = DynamicImage::from(RgbaImage::from_pixel(6, 4, Rgba([40, 80, 120, 255])));
    for format in [ImageFormat::Png, ImageFormat::WebP, ImageFormat::Gif, ImageFormat::Bmp] {
        let back = decode(&stored(picture.clone(), format)).unwrap();
        assert_eq!((back.width, back.height), (6, 4), "{format:?}");
        let close = back.data.iter().zip([40_u8, 80, 120].iter().cycle());
        assert!(close.into_iter().all(|(a, b)| a.abs_diff(*b) < 4), "{format:?}");
    }
}

#[test]
fn transparency_is_laid_over_white() {
    let half = RgbaImage::from_pixel(2, 2, Rgba([100, 0, 0, 128]));
    let back = decode(&stored(half, ImageFormat::Png)).unwrap();
    assert_eq!(back.data[..3], [177, 127, 127]);
    let clear = RgbaImage::from_pixel(2, 2, Rgba([0, 0, 0, 0]));
    assert!(decode(&stored(clear, ImageFormat::Png)).unwrap().data.iter().all(|c| *c == 255));
}

#[test]
fn grey_and_sixteen_bit_become_eight_bit_colour() {
    let grey = GrayImage::from_pixel(3, 2, Luma([77]));
    assert_eq!(decode(&stored(grey, ImageFormat::Png)).unwrap().data, vec![77; 18]);
    let deep = ImageBuffer::<Luma<u16>, _>::from_pixel(3, 2, Luma([77 * 257]));
    assert_eq!(decode(&stored(deep, ImageFormat::Png)).unwrap().data, vec![77; 18]);
}

#[test]
fn a_photo_held_upright_is_turned() {
    // An EXIF block that says orientation 6: turn a quarter clockwise.
    let exif =
        b"\xff\xe1\0\x22Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let jpeg = encode_jpeg(&two_halves(64, 32), 95).unwrap();
    let turned = [&jpeg[..2], exif, &jpeg[2..]].concat();
    let back = decode(&turned).unwrap();
    assert_eq!((back.width, back.height), (32, 64));
    let pixel = |x: usize, y: usize| back.data[(y * 32 + x) * 3];
    assert!(pixel(16, 4) > 150 && pixel(16, 60) < 60, "the red half is on top");
}

#[test]
fn sizes_are_refused_before_decoding() {
    let png = encode_png(&two_halves(64, 40)).unwrap();
    let refuse = |limits| decode_image(&png, limits).unwrap_err();
    let limits = ImageLimits::default();
    let size = ImageError::Size { width: 64, height: 40 };
    assert_eq!(refuse(ImageLimits { pixels_max: 2000, ..limits }), size);
    assert_eq!(refuse(ImageLimits { side_max: 63, ..limits }), size);
    let bytes = png.len();
    let refused = refuse(ImageLimits { bytes_max: 10, ..limits });
    assert_eq!(refused, ImageError::Bytes { bytes, bytes_max: 10 });
    assert_eq!(decode(b"hello"), Err(ImageError::Unknown));
}

#[test]
fn covering_crops_the_middle_and_stretching_keeps_all() {
    let picture = two_halves(80, 20);
    let cover = resize_cover(&picture, 20, 20);
    assert_eq!((cover.width, cover.height, cover.data.len()), (20, 20, 1200));
    assert!(cover.data[0] > 150 && cover.data[19 * 3 + 2] > 150);
    let exact = resize_exact(&picture, 10, 40);
    assert_eq!((exact.width, exact.height, exact.data.len()), (10, 40, 1200));
    assert_eq!(resize_exact(&picture, 80, 20), picture);
}

#[test]
fn a_broken_jpeg_is_told_in_one_line() {
    let jpeg = encode_jpeg(&two_halves(64, 64), 90).unwrap();
    let told = decode(&jpeg[..300]).unwrap_err();
    assert!(matches!(told, ImageError::Malformed(_)), "{told}");
    assert!(!told.to_string().contains('\n'), "{told:?}");
}
