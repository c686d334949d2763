//! What a PNG says about itself: text chunks, which every viewer of metadata shows.

/// The signature and the header chunk, after which texts may stand.
const HEAD_BYTES: usize = 8 + 25;
const TEXT: &[u8; 4] = b"iTXt";

/// Puts texts into a PNG: a keyword of 1 to 79 Latin letters, and anything in UTF-8. A file that is
/// no PNG comes back as it was.
#[must_use]
pub fn label_png(png: Vec<u8>, texts: &[(String, String)]) -> Vec<u8> {
    if png.len() < HEAD_BYTES || !png.starts_with(b"\x89PNG\r\n\x1a\n") {
        return png;
    }
    let mut labelled = png[..HEAD_BYTES].to_vec();
    for (keyword, text) in texts {
        // Not compressed, in no named language, with no translated keyword.
        let data = [keyword.as_bytes(), b"\0\0\0\0\0", text.as_bytes()].concat();
        let Ok(length) = u32::try_from(data.len()) else { continue };
        let check = crc32fast::hash(&[TEXT.as_slice(), &data].concat());
        labelled.extend(length.to_be_bytes());
        labelled.extend(TEXT);
        labelled.extend(&data);
        labelled.extend(check.to_be_bytes());
    }
    labelled.extend(&png[HEAD_BYTES..]);
    labelled
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ImageLimits, Rgb, decode_image, encode_png};

    #[test]
    fn a_labelled_picture_is_the_same_picture() {
        let picture = Rgb { width: 2, height: 1, data: vec![1, 2, 3, 4, 5, 6] };
        let plain = encode_png(&picture).expect("a PNG");
        let texts = [("comment".to_owned(), "zażółć".to_owned())];
        let labelled = label_png(plain.clone(), &texts);
        assert_eq!(decode_image(&labelled, ImageLimits::default()).expect("a PNG"), picture);
        let said = "comment\0\0\0\0\0zażółć";
        assert!(labelled.windows(said.len()).any(|bytes| bytes == said.as_bytes()));
        assert_eq!(label_png(plain.clone(), &[]), plain);
        assert_eq!(label_png(b"GIF89a".to_vec(), &texts), b"GIF89a");
    }
}
