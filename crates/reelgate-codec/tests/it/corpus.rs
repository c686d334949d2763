//! Files that careless and hostile callers send, each made here: none is stored in the repository.
//!
//! Also read by the tests of the server, which sends every one of them through the front door, and
//! by `examples/corpus.rs`, which writes them as seeds for the fuzz targets.

use reelgate_codec::{ClipSpec, Frame, Picture, Rgb, Sound, encode_jpeg, encode_png, write_clip};
use std::io::Cursor;
use std::ops::ControlFlow;

/// What becomes of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is used.
    Taken,
    /// It is refused.
    Refused,
    /// Decoders may differ: either is fine.
    Either,
}

/// One file.
pub(crate) struct Specimen {
    pub(crate) name: &'static str,
    pub(crate) bytes: Vec<u8>,
    pub(crate) fate: Fate,
}

/// Every file.
pub(crate) fn corpus() -> Vec<Specimen> {
    let mut all = Vec::new();
    let mut add = |name, bytes: Vec<u8>, fate| all.push(Specimen { name, bytes, fate });
    sound(&mut add);
    cut(&mut add);
    mixed_up(&mut add);
    stowaways(&mut add);
    oversized(&mut add);
    broken_movies(&mut add);
    broken_sounds(&mut add);
    all
}

type Add<'a> = &'a mut dyn FnMut(&'static str, Vec<u8>, Fate);

/// Files as they should be.
fn sound(add: Add<'_>) {
    add("good.png", png(), Fate::Taken);
    add("good.jpg", jpeg(), Fate::Taken);
    add("good.gif", gif(1, (1, 1)), Fate::Taken);
    add("good.bmp", bmp(4, 4), Fate::Taken);
    add("good.webp", webp(), Fate::Taken);
    add("good.mp4", movie(true), Fate::Taken);
    add("silent.mp4", movie(false), Fate::Taken);
    add("good.wav", wav(8000, 1600), Fate::Taken);
}

fn cut(add: Add<'_>) {
    let half = |mut bytes: Vec<u8>| {
        bytes.truncate(bytes.len() / 2);
        bytes
    };
    add("empty", Vec::new(), Fate::Refused);
    add("one-byte", vec![0xff], Fate::Refused);
    add("cut.png", half(png()), Fate::Refused);
    // Half a photograph is a photograph to some.
    add("cut.jpg", half(jpeg()), Fate::Either);
    add("cut.gif", half(gif(1, (1, 1))), Fate::Refused);
    add("cut.bmp", half(bmp(4, 4)), Fate::Refused);
    add("cut.webp", half(webp()), Fate::Refused);
    let mut index_only = movie(true);
    index_only.truncate(find(&index_only, b"mdat") + 4);
    add("index-only.mp4", index_only, Fate::Refused);
    add("signature-only.png", png()[..8].to_vec(), Fate::Refused);
    add("header-only.wav", wav(8000, 0), Fate::Refused);
    add("brand-only.mp4", b"\0\0\0\x10ftypisom\0\0\0\0".to_vec(), Fate::Refused);
    let movie = movie(true);
    add("head-cut.mp4", movie[8..].to_vec(), Fate::Refused);
}

/// Files that are something else, or several things at once.
fn mixed_up(add: Add<'_>) {
    add("page.png", b"<html><script>alert(1)</script></html>".to_vec(), Fate::Refused);
    add("vector.png", b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec(), Fate::Refused);
    add("playlist.mp4", b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n".to_vec(), Fate::Refused);
    add("concat.mp4", b"ffconcat version 1.0\nfile /etc/passwd\n".to_vec(), Fate::Refused);
    add("program.jpg", b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".to_vec(), Fate::Refused);
    add("archive.png", b"PK\x03\x04\x14\0\0\0\0\0".to_vec(), Fate::Refused);
    add("photo.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec(), Fate::Refused);
    // A comment for one reader, a picture for another.
    add("gif-and-script.gif", b"GIF89a/*\xff\xff\0\0*/=1;alert(1)//".to_vec(), Fate::Refused);
    add("jpeg-signature-then-png", [vec![0xff, 0xd8, 0xff], png()].concat(), Fate::Refused);
    add("png-signature-then-movie", [png()[..8].to_vec(), movie(true)].concat(), Fate::Refused);
}

/// Files that are two things, one behind or within the other.
fn stowaways(add: Add<'_>) {
    let zip = [b"PK\x05\x06".as_slice(), &[0; 18]].concat();
    let page = b"\n<!-- --><SCRIPT>alert(1)</SCRIPT>".to_vec();
    add("png-and-zip.png", [png(), zip.clone()].concat(), Fate::Refused);
    add("png-and-page.png", [png(), page.clone()].concat(), Fate::Refused);
    add("png-and-pdf.png", [png(), b"%PDF-1.7\n".to_vec()].concat(), Fate::Refused);
    add("jpeg-and-zip.jpg", [jpeg(), zip.clone()].concat(), Fate::Refused);
    add("jpeg-and-program.jpg", [jpeg(), b"\x7fELF\x02\x01".to_vec()].concat(), Fate::Refused);
    add("gif-and-script.gif", [gif(2, (1, 1)), b"#!/bin/sh\n".to_vec()].concat(), Fate::Refused);
    add("gif-and-page.gif", [gif(1, (1, 1)), page.clone()].concat(), Fate::Refused);
    add("bmp-and-rar.bmp", [bmp(4, 4), b"Rar!\x1a\x07\x01\0".to_vec()].concat(), Fate::Refused);
    add("webp-and-page.webp", [webp(), b"<svg onload=x>".to_vec()].concat(), Fate::Refused);
    add("wav-and-zip.wav", [wav(8000, 1600), zip.clone()].concat(), Fate::Refused);
    add("movie-and-page.mp4", [movie(true), page].concat(), Fate::Refused);
    add("movie-and-zip.mp4", [movie(true), zip.clone()].concat(), Fate::Refused);
    // Read from its end it is an archive, wherever the picture puts that.
    let good = png();
    let end = good.len() - 12;
    let mut comment = zip;
    comment[20] = 4 + 12;
    let within = [&good[..end], &chunk(b"tEXt", &comment), &good[end..]].concat();
    add("zip-within.png", within, Fate::Refused);
    // What cameras store behind a picture, and what some programs pad with.
    add("jpeg-and-movie.jpg", [jpeg(), movie(true)].concat(), Fate::Taken);
    add("jpeg-and-jpeg.jpg", [jpeg(), jpeg()].concat(), Fate::Taken);
    add("padded.png", [png(), vec![0; 512]].concat(), Fate::Taken);
}

/// Files that are small and say that they are large, or are large inside.
fn oversized(add: Add<'_>) {
    add("sixty-thousand-square.png", png_saying(60_000, 60_000), Fate::Refused);
    add("four-billion-wide.png", png_saying(u32::MAX, 1), Fate::Refused);
    add("nothing-high.png", png_saying(64, 0), Fate::Refused);
    // 25 million black pixels in some kilobytes: within the limits, and bounded.
    let side = 5000;
    let black = Rgb { width: side, height: side, data: vec![0; side * side * 3] };
    add("black-hole.png", encode_png(&black).expect("a PNG"), Fate::Taken);
    add("thousand-frames.gif", gif(1000, (1, 1)), Fate::Refused);
    add("hundred-frames.gif", gif(100, (1, 1)), Fate::Taken);
    add("huge-canvas.gif", gif(1, (65_535, 65_535)), Fate::Refused);
    let mut wide = bmp(4, 4);
    wide[18..22].copy_from_slice(&2_000_000_000_u32.to_le_bytes());
    add("two-billion-wide.bmp", wide, Fate::Refused);
    let mut comment = png()[..33].to_vec();
    comment.extend(chunk(b"tEXt", &vec![b'x'; 2 << 20]));
    comment.extend(&png()[33..]);
    add("long-comment.png", comment, Fate::Either);
}

fn broken_movies(add: Add<'_>) {
    let good = movie(true);
    let mut changed = |name, word: &[u8; 4], offset: usize, bytes: &[u8]| {
        let mut file = good.clone();
        let at = find(&file, word) + offset;
        file[at..at + bytes.len()].copy_from_slice(bytes);
        add(name, file, Fate::Refused);
    };
    changed("no-index.mp4", b"moov", 0, b"free");
    changed("another-codec.mp4", b"avcC", 0, b"hvcC");
    changed("no-video-tables.mp4", b"stbl", 0, b"skip");
    changed("four-billion-samples.mp4", b"stsz", 12, &u32::MAX.to_be_bytes());
    changed("samples-elsewhere.mp4", b"stco", 12, &u32::MAX.to_be_bytes());
    let mut huge = good.clone();
    let at = find(&huge, b"moov") - 4;
    huge[at..at + 4].copy_from_slice(&0x7fff_ffff_u32.to_be_bytes());
    add("index-beyond-the-end.mp4", huge, Fate::Refused);
    let mut endless = good.clone();
    let at = find(&endless, b"trak") - 4;
    endless[at..at + 4].copy_from_slice(&[0; 4]);
    add("endless-track.mp4", endless, Fate::Either);
    let mut zeros = good.clone();
    let from = find(&zeros, b"mdat") + 4;
    zeros[from..].fill(0);
    add("empty-samples.mp4", zeros, Fate::Refused);
    let mut noise = good.clone();
    let from = find(&noise, b"mdat") + 4;
    for (index, byte) in noise[from..].iter_mut().enumerate() {
        *byte = (index as u32).wrapping_mul(2_654_435_761).to_be_bytes()[1];
    }
    add("noise-for-samples.mp4", noise, Fate::Refused);
    add("sound-only.mp4", sound_only(), Fate::Refused);
}

fn broken_sounds(add: Add<'_>) {
    let mut lying = wav(8000, 1600);
    lying[40..44].copy_from_slice(&u32::MAX.to_le_bytes());
    add("four-gigabytes.wav", lying, Fate::Either);
    add("no-rate.wav", wav(0, 1600), Fate::Refused);
    add("giddy.wav", wav(u32::MAX, 1600), Fate::Refused);
    let mut channels = wav(8000, 1600);
    channels[22..24].copy_from_slice(&u16::MAX.to_le_bytes());
    add("many-channels.wav", channels, Fate::Refused);
    add("tag-only.mp3", b"ID3\x04\0\0\0\0\0\0".to_vec(), Fate::Refused);
    add("long-tag.mp3", b"ID3\x04\0\0\x7f\x7f\x7f\x7f".to_vec(), Fate::Refused);
    let mut frame = vec![0xff, 0xfb, 0x90, 0x64];
    frame.resize(417, 0x55);
    add("noise.mp3", frame.repeat(20), Fate::Either);
}

fn slope(width: usize, height: usize) -> Rgb {
    let pixel = |at: usize| [(at % width * 3) as u8, (at / width * 5) as u8, (at % 251) as u8];
    Rgb { width, height, data: (0..width * height).flat_map(pixel).collect() }
}

fn png() -> Vec<u8> {
    encode_png(&slope(64, 36)).expect("a PNG")
}

fn jpeg() -> Vec<u8> {
    encode_jpeg(&slope(64, 36), 90).expect("a JPEG")
}

/// One pixel, without loss.
fn webp() -> Vec<u8> {
    let pixel = b"\x2f\0\0\0\0\x07\x50\x8f\x22\x57\xa1\xff\x81\x88\xe8\x7f\0\0\0";
    [b"RIFF\x1e\0\0\0WEBPVP8L\x11\0\0\0".as_slice(), pixel].concat()
}

/// A PNG that says it has this size.
fn png_saying(width: u32, height: u32) -> Vec<u8> {
    let good = png();
    let mut header = good[16..29].to_vec();
    header[..4].copy_from_slice(&width.to_be_bytes());
    header[4..8].copy_from_slice(&height.to_be_bytes());
    [&good[..8], &chunk(b"IHDR", &header), &good[33..]].concat()
}

fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let body = [kind.as_slice(), data].concat();
    let length = u32::try_from(data.len()).expect("short").to_be_bytes();
    [&length, body.as_slice(), &crc32(&body).to_be_bytes()].concat()
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc: u32, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 }
        })
    })
}

/// Frames of one pixel on a canvas of this size.
fn gif(frames: usize, canvas: (u16, u16)) -> Vec<u8> {
    let mut file = b"GIF89a".to_vec();
    file.extend(canvas.0.to_le_bytes());
    file.extend(canvas.1.to_le_bytes());
    // Two colours; then for each frame its delay, its place, and one pixel.
    file.extend([0x80, 0, 0, 0, 0, 0, 255, 255, 255]);
    for _ in 0..frames {
        file.extend([0x21, 0xf9, 4, 0, 10, 0, 0, 0]);
        file.extend([0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0]);
        file.extend([2, 2, 0x44, 1, 0]);
    }
    file.push(0x3b);
    file
}

fn bmp(width: u32, height: u32) -> Vec<u8> {
    let pixels = vec![0x80; (width * 3).next_multiple_of(4) as usize * height as usize];
    let mut file = b"BM".to_vec();
    file.extend((54 + pixels.len() as u32).to_le_bytes());
    file.extend([0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0]);
    file.extend(width.to_le_bytes());
    file.extend(height.to_le_bytes());
    file.extend([1, 0, 24, 0]);
    file.extend([0; 24]);
    file.extend(pixels);
    file
}

/// One channel of 16 bits.
fn wav(rate_hz: u32, samples: u32) -> Vec<u8> {
    let bytes = samples * 2;
    let mut file = b"RIFF".to_vec();
    file.extend((36 + bytes).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16_u32.to_le_bytes());
    file.extend([1, 0, 1, 0]);
    file.extend(rate_hz.to_le_bytes());
    file.extend(rate_hz.wrapping_mul(2).to_le_bytes());
    file.extend([2, 0, 16, 0]);
    file.extend(b"data");
    file.extend(bytes.to_le_bytes());
    let sample = |at: u32| if (at / 10).is_multiple_of(2) { 8000_i16 } else { -8000 };
    file.extend((0..samples).flat_map(|at| sample(at).to_le_bytes()));
    file
}

/// Stripes that move.
struct Stripes;

impl Picture for Stripes {
    fn draw(&self, index: u32, out: &mut Frame) {
        for (at, luma) in out.y.iter_mut().enumerate() {
            *luma = 40 + ((at + index as usize * 3) / 8 % 20 * 8) as u8;
        }
        out.u.fill(120);
        out.v.fill(136);
    }
}

/// Half a second of video.
fn movie(with_sound: bool) -> Vec<u8> {
    let mut spec = ClipSpec::new(64, 48, 12);
    spec.sound = with_sound.then(|| Sound { left: vec![0.25; 24_000], right: vec![-0.25; 24_000] });
    let mut file = Cursor::new(Vec::new());
    write_clip(&spec, &Stripes, &mut file, &|_| ControlFlow::Continue(())).expect("a clip");
    file.into_inner()
}

/// A movie whose pictures are called something that nobody reads.
fn sound_only() -> Vec<u8> {
    let mut file = movie(true);
    let at = find(&file, b"vide");
    file[at..at + 4].copy_from_slice(b"meta");
    file
}

fn find(bytes: &[u8], word: &[u8]) -> usize {
    bytes.windows(word.len()).position(|window| window == word).expect("the word is there")
}
