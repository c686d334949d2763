//! Words about a clip, stored the iTunes way so that players and ffprobe show them.

use super::boxes::Boxes;

/// Most bytes all keys and values of a clip's tags may have together.
pub const TAG_BYTES_MAX: usize = 64 * 1024;

/// Who owns the free-form keys.
const MEAN: &str = "com.reelgate";

/// Written when no `encoder` tag is given; without a version, so releases stay comparable.
const TOOL: &str = "Reelgate";

/// Appends `udta` with `title`, `comment` and `encoder` under their well-known names and every
/// other key as a free-form item.
pub(super) fn append(b: &mut Boxes, tags: &[(String, String)]) {
    b.nest(*b"udta", |b| {
        b.full(*b"meta", 0, 0, |b| {
            b.full(*b"hdlr", 0, 0, |b| {
                b.u32(0);
                b.bytes(b"mdirappl");
                b.zeros(9);
            });
            b.nest(*b"ilst", |b| append_items(b, tags));
        });
    });
}

fn append_items(b: &mut Boxes, tags: &[(String, String)]) {
    if !tags.iter().any(|(key, _)| key == "encoder") {
        b.nest(*b"\xa9too", |b| text(b, TOOL));
    }
    for (key, value) in tags {
        match key.as_str() {
            "title" => b.nest(*b"\xa9nam", |b| text(b, value)),
            "comment" => b.nest(*b"\xa9cmt", |b| text(b, value)),
            "encoder" => b.nest(*b"\xa9too", |b| text(b, value)),
            _ => b.nest(*b"----", |b| {
                b.full(*b"mean", 0, 0, |b| b.bytes(MEAN.as_bytes()));
                b.full(*b"name", 0, 0, |b| b.bytes(key.as_bytes()));
                text(b, value);
            }),
        }
    }
}

fn text(b: &mut Boxes, value: &str) {
    const UTF8: u32 = 1;
    b.nest(*b"data", |b| {
        b.u32(UTF8);
        b.u32(0);
        b.bytes(value.as_bytes());
    });
}
