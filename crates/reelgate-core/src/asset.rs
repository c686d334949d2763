//! Files that an account uploads once, to use in many orders.

use crate::error::{Error, Kind};
use crate::id::{AccountId, AssetId};
use crate::media::MediaKind;
use crate::size::Size;
use crate::time::Timestamp;

/// Files one account may have uploaded at the same time.
pub const COUNT_MAX: u64 = 1000;
/// Characters of a file's name that are kept; what is longer is cut.
pub const NAME_CHARS_MAX: usize = 200;

/// An uploaded file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// Its name in orders: `asset://ID`.
    pub id: AssetId,
    /// Whose.
    pub account: AccountId,
    /// What its owner calls it, for people; may be empty.
    pub name: String,
    /// What it is, by its content.
    pub kind: MediaKind,
    /// Under which name media storage keeps it: made from its content.
    pub stored: String,
    /// Its length.
    pub bytes: u64,
    /// Columns and rows, where it has any.
    pub size: Option<Size>,
    /// Whether it came with a test key, and is for tests.
    pub test: bool,
    /// When it was uploaded first.
    pub created: Timestamp,
    /// When it was uploaded or ordered with last; it is forgotten a retention period later.
    pub used: Timestamp,
}

/// What an account has uploaded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Space {
    /// Files.
    pub files: u64,
    /// Their bytes together.
    pub bytes: u64,
}

impl Asset {
    /// SHA-256 of the content, lower-case hex: the middle of its stored name.
    #[must_use]
    pub fn sha256(&self) -> &str {
        let file = self.stored.rsplit('/').next().unwrap_or("");
        file.split('.').next().unwrap_or("")
    }
}

/// Whether one more file fits.
///
/// # Errors
/// `TooLarge`, saying which limit is reached.
pub fn admit(space: Space, bytes: u64, bytes_max: u64) -> Result<(), Error> {
    let refuse = |message: String| Err(Error::new(Kind::TooLarge, message));
    if space.files >= COUNT_MAX {
        return refuse(format!("an account may keep {COUNT_MAX} uploads, delete one first"));
    }
    match space.bytes.checked_add(bytes) {
        Some(together) if together <= bytes_max => Ok(()),
        _ => refuse(format!("an account's uploads may have {bytes_max} bytes together")),
    }
}

/// A file's name as it is kept: without its path and control characters, and not too long.
#[must_use]
pub fn clean_name(name: &str) -> String {
    let base = name.rsplit(['/', '\\']).next().unwrap_or("");
    base.chars().filter(|c| !c.is_control()).take(NAME_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_fits_until_one_limit_is_reached() {
        let space = |files, bytes| Space { files, bytes };
        assert!(admit(space(COUNT_MAX - 1, 90), 10, 100).is_ok());
        let message = |space, bytes| admit(space, bytes, 100).expect_err("full").message;
        let many = "an account may keep 1000 uploads, delete one first";
        assert_eq!(message(space(COUNT_MAX, 0), 1), many);
        let large = "an account's uploads may have 100 bytes together";
        assert_eq!(message(space(0, 91), 10), large);
        assert_eq!(message(space(0, u64::MAX), 1), large);
    }

    #[test]
    fn a_name_loses_its_path_and_what_nobody_can_read() {
        assert_eq!(clean_name("C:\\photos\\cat\u{7}.png"), "cat.png");
        assert_eq!(clean_name("../../etc/passwd"), "passwd");
        assert_eq!(clean_name(&"x".repeat(300)).len(), NAME_CHARS_MAX);
    }
}
