//! The `content` array of API B: texts and pictures in one list, and `@image2` in the texts.
//!
//! Source: seed 003; contract 2.3 and 4.B.

use crate::json::{Fields, is_data_uri, string_of};
use reelgate_core::{DraftMedia, Error, Field, MediaSource, Role};
use serde_json::Value;

/// What a content array says.
pub(super) struct Content {
    /// The texts, each on its own line.
    pub(super) text: String,
    /// The pictures in the order given.
    pub(super) images: Vec<DraftMedia>,
}

/// The array as the thing to blame.
pub(super) fn whole() -> Field {
    Field::Named("content".to_owned())
}

/// Reads the array's items.
///
/// Pictures that the text mentions are references to use as it says; without any mention their
/// place in the list decides later what they are for.
pub(super) fn read(items: Vec<Value>, allow_data: bool) -> Result<Content, Error> {
    let mut texts = Vec::new();
    let mut images = Vec::new();
    for (index, item) in items.into_iter().enumerate() {
        match read_item(index, item, allow_data)? {
            Item::Text(text) => texts.push(text),
            Item::Image(source) => {
                images.push(DraftMedia { source, role: None, field: Field::Media(Some(index)) });
            }
        }
    }
    let text = texts.join("\n");
    if text.trim().is_empty() {
        return Err(Error::invalid(whole(), "must contain a text item that is not empty"));
    }
    if check_mentions(&text, images.len())? {
        images.iter_mut().for_each(|image| image.role = Some(Role::Reference));
    }
    Ok(Content { text, images })
}

enum Item {
    Text(String),
    Image(MediaSource),
}

/// Reads one item. Upstream's `role` is ignored, as is everything else that is not documented.
fn read_item(index: usize, item: Value, allow_data: bool) -> Result<Item, Error> {
    let at = |tail: &str| Field::Named(format!("content[{index}]{tail}"));
    let mut item = Fields::of_value(item, at(""))?;
    let kind = item.required("type", at(".type"))?;
    match kind.as_str() {
        "text" => Ok(Item::Text(item.required("text", at(".text"))?)),
        "image_url" => {
            let image = item.take("image_url");
            let image = image.ok_or_else(|| Error::invalid(at(".image_url"), "is required"))?;
            let mut image = Fields::of_value(image, at(".image_url"))?;
            let url = image.take("url");
            let field = Field::Media(Some(index));
            let url = url.ok_or_else(|| Error::invalid(field.clone(), "is required"))?;
            source(string_of(url, field.clone())?, field, allow_data).map(Item::Image)
        }
        other => Err(crate::json::unknown(at(".type"), &["text", "image_url"], other)),
    }
}

/// With or without `data:` URIs, as the operator wants.
fn source(text: String, field: Field, allow_data: bool) -> Result<MediaSource, Error> {
    if allow_data && is_data_uri(&text) {
        return Ok(MediaSource::Data(text));
    }
    crate::json::url_of(text, field)
}

/// Whether the text mentions pictures; a mention of one that did not come is refused.
fn check_mentions(text: &str, images: usize) -> Result<bool, Error> {
    let mut mentioned = false;
    for digits in mentions(text) {
        let known = digits.parse::<usize>().is_ok_and(|number| (1..=images).contains(&number));
        if !known {
            let number = digits.get(..6).unwrap_or(digits);
            let supplied = if images == 1 { "1 image is" } else { &format!("{images} images are") };
            let message = format!("mentions @image{number}, but {supplied} supplied");
            return Err(Error::invalid(whole(), message));
        }
        mentioned = true;
    }
    Ok(mentioned)
}

/// The digits after every `@image`, in whatever case it is written.
fn mentions(text: &str) -> impl Iterator<Item = &str> {
    const MARK: &str = "@image";
    text.match_indices('@').filter_map(|(at, _)| {
        let tail = text.get(at..at + MARK.len()).filter(|mark| mark.eq_ignore_ascii_case(MARK));
        let rest = &text[at + tail?.len()..];
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        (end > 0).then(|| &rest[..end])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mentions_are_found_in_any_case_and_script() {
        for (text, found) in [
            ("the cat in @image1 meets @IMAGE12.", vec!["1", "12"]),
            ("\u{732b}@Image2\u{304c}@image", vec!["2"]),
            ("@images @image_1 image1 @@image3", vec!["3"]),
            ("@", vec![]),
            ("@imag\u{e9}1", vec![]),
        ] {
            assert_eq!(mentions(text).collect::<Vec<_>>(), found, "{text}");
        }
    }
}
