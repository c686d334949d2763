//! How many frames a moving picture has, counted without decoding one.

use crate::sniff::{MediaType, sniff};

/// Frames of a GIF or WebP; one for everything else, and for what breaks off before the first.
pub(crate) fn frames(bytes: &[u8]) -> usize {
    let counted = match sniff(bytes) {
        Some(MediaType::Gif) => in_gif(bytes),
        Some(MediaType::Webp) => in_webp(bytes),
        _ => 1,
    };
    counted.max(1)
}

fn in_gif(bytes: &[u8]) -> usize {
    walk_gif(bytes).0
}

/// Where a GIF says it ends; `None` when it breaks off before.
pub(crate) fn end_of_gif(bytes: &[u8]) -> Option<usize> {
    let at = walk_gif(bytes).1;
    (bytes.get(at) == Some(&0x3b)).then_some(at + 1)
}

/// Walks from block to block: a GIF89a specification's sections 17 to 27. How many frames there
/// were, and the place of the first block of another kind.
fn walk_gif(bytes: &[u8]) -> (usize, usize) {
    let mut count = 0;
    let mut at = 13 + bytes.get(10).map_or(0, |packed| table_bytes(*packed));
    while let Some(kind) = bytes.get(at) {
        at = match kind {
            0x21 => behind_blocks(bytes, at + 2),
            0x2c => {
                count += 1;
                let table = bytes.get(at + 9).map_or(0, |packed| table_bytes(*packed));
                behind_blocks(bytes, at + 11 + table)
            }
            _ => break,
        };
    }
    (count, at)
}

/// Bytes of the colour table that a packed field announces.
fn table_bytes(packed: u8) -> usize {
    if packed & 0x80 == 0 { 0 } else { 3 << ((packed & 7) + 1) }
}

/// The place behind a row of blocks, each led by its length and the last one empty.
fn behind_blocks(bytes: &[u8], mut at: usize) -> usize {
    while let Some(length) = bytes.get(at) {
        at += 1 + usize::from(*length);
        if *length == 0 {
            break;
        }
    }
    at
}

/// Walks from chunk to chunk: RIFF, whose chunks are of even length.
fn in_webp(bytes: &[u8]) -> usize {
    let mut count = 0;
    let mut at = 12;
    while let Some(head) = bytes.get(at..at + 8) {
        count += usize::from(head.starts_with(b"ANMF"));
        let length = head[4..].iter().rev().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
        at += 8 + length.next_multiple_of(2);
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_of_a_gif_are_counted_behind_tables_and_extensions() {
        let mut gif = b"GIF89a\x01\0\x01\0\x81\0\0".to_vec();
        gif.extend([7; 12]);
        assert_eq!(frames(&gif), 1, "none yet");
        for _ in 0..3 {
            gif.extend([0x21, 0xf9, 4, 0, 10, 0, 0, 0]);
            gif.extend([0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0x80]);
            gif.extend([9; 6]);
            gif.extend([2, 2, 0x44, 1, 0]);
        }
        assert_eq!(frames(&gif), 3);
        gif.push(0x3b);
        assert_eq!(frames(&gif), 3);
    }

    #[test]
    fn frames_of_a_webp_are_its_chunks() {
        let mut webp = b"RIFF\0\0\0\0WEBPVP8X\x03\0\0\0abc\0".to_vec();
        for _ in 0..4 {
            webp.extend(b"ANMF\x05\0\0\0ANMF!\0");
        }
        assert_eq!(frames(&webp), 4);
        assert_eq!(frames(b"RIFF\0\0\0\0WEBPANMF\xff\xff\xff\xff"), 1);
        assert_eq!(frames(b"anything else"), 1);
    }
}
