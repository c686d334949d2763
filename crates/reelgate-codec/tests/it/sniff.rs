//! Files are known by their first bytes.

use reelgate_codec::{MediaKind, MediaType, sniff};

fn check(bytes: &[u8], expected: Option<MediaType>) {
    assert_eq!(sniff(bytes), expected, "{:?}", String::from_utf8_lossy(bytes));
}

#[test]
fn pictures() {
    check(b"\xff\xd8\xff\xe0\0\x10JFIF", Some(MediaType::Jpeg));
    check(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", Some(MediaType::Png));
    check(b"RIFF\x24\0\0\0WEBPVP8 ", Some(MediaType::Webp));
    check(b"GIF89a\x01\0\x01\0", Some(MediaType::Gif));
    check(b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0", Some(MediaType::Bmp));
    check(b"BM is a company, not a bitmap", None);
}

#[test]
fn videos() {
    check(b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41", Some(MediaType::Mp4));
    check(b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", Some(MediaType::Mp4));
    check(b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", Some(MediaType::Mov));
    check(b"\0\0\0\x14ftypM4V \0\0\0\x01M4V ", Some(MediaType::M4v));
    check(b"\0\0\0\x18ftypwhat\0\0\0\0whatisom", Some(MediaType::Mp4));
    check(b"\0\0\x10\0moov\0\0\0\x6cmvhd", Some(MediaType::Mov));
    check(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", None);
    check(b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf", None);
}

#[test]
fn sounds() {
    check(b"ID3\x04\0\0\0\0\0\0", Some(MediaType::Mp3));
    check(b"\xff\xfb\x90\x64\0\0", Some(MediaType::Mp3));
    check(b"RIFF\x24\0\0\0WAVEfmt ", Some(MediaType::Wav));
    check(b"\0\0\0\x14ftypM4A \0\0\0\0M4A ", Some(MediaType::M4a));
    check(b"\xff\xf1\x50\x80 an ADTS frame of AAC", None);
}

#[test]
fn a_frame_sync_that_leads_nowhere_is_not_mp3() {
    let mut frame = vec![0; 500];
    frame[..4].copy_from_slice(b"\xff\xfb\x90\x64");
    check(&frame, None);
    frame[417..421].copy_from_slice(b"\xff\xfb\x90\x64");
    check(&frame, Some(MediaType::Mp3));
}

#[test]
fn everything_else() {
    for bytes in [b"".as_slice(), b"<html>", b"\0", b"\xff\xd8", b"%PDF-1.7", b"\0\0\0\x08ftyp"] {
        check(bytes, None);
    }
}

#[test]
fn names_of_a_type() {
    let mp4 = MediaType::Mp4;
    assert_eq!((mp4.mime(), mp4.extension(), mp4.kind()), ("video/mp4", "mp4", MediaKind::Video));
    assert_eq!(MediaType::Webp.kind(), MediaKind::Image);
    assert_eq!(MediaType::Wav.kind(), MediaKind::Audio);
}
