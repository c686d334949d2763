//! What else a media file is: something that follows its end, or that reads the same bytes from
//! behind. A picture that is also an archive or a page is a way to smuggle one past a door that
//! lets pictures in.
//!
//! Pictures and films behind pictures are not looked for: cameras store them there.

use crate::moving;
use crate::sniff::{MediaKind, MediaType, sniff};

/// How far behind a file's end another one is looked for.
const TAIL_BYTES: usize = 64 << 10;

/// What was found besides the media file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stowaway {
    /// ZIP, 7z, RAR or gzip.
    Archive,
    /// HTML, SVG or PHP.
    Page,
    /// PDF.
    Document,
    /// An ELF, PE, Mach-O or WebAssembly file.
    Program,
    /// Something that starts with `#!`.
    Script,
}

impl Stowaway {
    /// For sentences, with its article.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Archive => "an archive",
            Self::Page => "a web page",
            Self::Document => "a PDF document",
            Self::Program => "a program",
            Self::Script => "a script",
        }
    }
}

/// The other file in a media file, if there is one; `None` for what is no media file at all.
#[must_use]
pub fn stowaway(bytes: &[u8]) -> Option<Stowaway> {
    let kind = sniff(bytes)?;
    if ends_as_zip(bytes) {
        return Some(Stowaway::Archive);
    }
    bytes.get(end_of(kind, bytes)?..).and_then(recognise)
}

/// Where the file ends by its own account, `None` where it gives none or is cut off before.
fn end_of(kind: MediaType, bytes: &[u8]) -> Option<usize> {
    let end = match kind {
        MediaType::Png => end_of_png(bytes)?,
        MediaType::Jpeg => end_of_jpeg(bytes)?,
        MediaType::Gif => moving::end_of_gif(bytes)?,
        MediaType::Bmp => little_endian(bytes, 2)?.max(54),
        MediaType::Webp | MediaType::Wav => 8 + little_endian(bytes, 4)?.next_multiple_of(2),
        _ if kind.kind() == MediaKind::Video => end_of_boxes(bytes),
        MediaType::M4a => end_of_boxes(bytes),
        _ => return None,
    };
    (end <= bytes.len()).then_some(end)
}

fn little_endian(bytes: &[u8], at: usize) -> Option<usize> {
    bytes.get(at..)?.first_chunk().map(|word| u32::from_le_bytes(*word) as usize)
}

fn big_endian(bytes: &[u8], at: usize) -> Option<usize> {
    bytes.get(at..)?.first_chunk().map(|word| u32::from_be_bytes(*word) as usize)
}

/// Behind the chunk that says so.
fn end_of_png(bytes: &[u8]) -> Option<usize> {
    let mut at: usize = 8;
    loop {
        let length = big_endian(bytes, at)?;
        let kind = bytes.get(at + 4..at + 8)?;
        at = at.checked_add(length)?.checked_add(12)?;
        if kind == b"IEND" {
            return Some(at);
        }
    }
}

/// Behind the end marker of the first picture: segments by their lengths, coded data by looking
/// for the next marker.
fn end_of_jpeg(bytes: &[u8]) -> Option<usize> {
    let mut at = 2;
    loop {
        let marker = at + bytes.get(at..)?.windows(2).position(is_marker)?;
        at = marker + 2;
        match bytes.get(marker + 1)? {
            0xd9 => return Some(at),
            0xd8 | 0x01 => {}
            _ => {
                let length = bytes.get(at..)?.first_chunk().map(|n| u16::from_be_bytes(*n))?;
                at += usize::from(length).max(2);
            }
        }
    }
}

/// Neither a stuffed byte, nor a restart, nor a filling one.
fn is_marker(pair: &[u8]) -> bool {
    matches!(pair, [0xff, code] if !matches!(code, 0x00 | 0xd0..=0xd7 | 0xff))
}

/// Behind the last whole box of an MP4.
fn end_of_boxes(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(kind) = bytes.get(at + 4..at + 8) {
        let named = kind.iter().all(|letter| letter.is_ascii_graphic() || *letter == b' ');
        let length = match big_endian(bytes, at) {
            Some(0) => bytes.len() - at,
            Some(1) => {
                let long = bytes.get(at + 8..).and_then(|rest| rest.first_chunk());
                long.and_then(|long| usize::try_from(u64::from_be_bytes(*long)).ok()).unwrap_or(0)
            }
            Some(length) => length,
            None => 0,
        };
        match at.checked_add(length) {
            Some(next) if named && length >= 8 && next <= bytes.len() => at = next,
            _ => break,
        }
    }
    at
}

/// Archives of this kind are read from their end, so the beginning may be anything: the last record
/// says how long a comment follows it, to the end of the file.
fn ends_as_zip(bytes: &[u8]) -> bool {
    const RECORD_BYTES: usize = 22;
    let from = bytes.len().saturating_sub(RECORD_BYTES + usize::from(u16::MAX));
    let rest = &bytes[from..];
    rest.windows(RECORD_BYTES).enumerate().any(|(at, record)| {
        let comment = usize::from(u16::from_le_bytes([record[20], record[21]]));
        record.starts_with(b"PK\x05\x06") && at + RECORD_BYTES + comment == rest.len()
    })
}

/// What some bytes behind a file's end are.
fn recognise(tail: &[u8]) -> Option<Stowaway> {
    let start = tail.iter().position(|byte| !byte.is_ascii_whitespace() && *byte != 0)?;
    let tail = &tail[start..tail.len().min(start + TAIL_BYTES)];
    let begins = |words: &[&[u8]]| words.iter().any(|word| tail.starts_with(word));
    if begins(&[
        b"PK\x03\x04",
        b"PK\x05\x06",
        b"7z\xbc\xaf\x27\x1c",
        b"Rar!\x1a\x07",
        b"\x1f\x8b\x08",
    ]) {
        return Some(Stowaway::Archive);
    }
    if begins(&[
        b"\x7fELF",
        b"\xcf\xfa\xed\xfe",
        b"\xce\xfa\xed\xfe",
        b"\xca\xfe\xba\xbe",
        b"asm\x01",
    ]) || is_windows_program(tail)
    {
        return Some(Stowaway::Program);
    }
    if begins(&[b"#!"]) {
        return Some(Stowaway::Script);
    }
    if contains(tail, b"%pdf-") {
        return Some(Stowaway::Document);
    }
    let starts_as_page = [b"<?xml".as_slice(), b"<svg", b"<body", b"<iframe", b"<!doctype"]
        .iter()
        .any(|word| tail.len() >= word.len() && tail[..word.len()].eq_ignore_ascii_case(word));
    let within: [&[u8]; 4] = [b"<html", b"<script", b"<!doctype html", b"<?php"];
    let holds_page = within.iter().any(|word| contains(tail, word));
    (starts_as_page || holds_page).then_some(Stowaway::Page)
}

/// MZ, and the place it points to says PE.
fn is_windows_program(tail: &[u8]) -> bool {
    let place = little_endian(tail, 60).and_then(|at| tail.get(at..));
    tail.starts_with(b"MZ") && place.is_some_and(|place| place.starts_with(b"PE\0\0"))
}

/// In letters of either case; `word` in small ones.
fn contains(tail: &[u8], word: &[u8]) -> bool {
    tail.windows(word.len()).any(|part| part.eq_ignore_ascii_case(word))
}
