//! What both kinds of storage have in common.

use super::bucket::Bucket;
use super::folder::Folder;

/// Why media could not be kept or found.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// The storage failed.
    #[error("media storage: {0}")]
    Storage(#[from] object_store::Error),
    /// A file could not be read or written.
    #[error("media file: {0}")]
    File(#[from] std::io::Error),
    /// The storage did not answer in time.
    #[error("media storage did not answer in time")]
    Slow,
}

impl MediaError {
    /// Whether what was asked for is not there.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        match self {
            Self::Storage(object_store::Error::NotFound { .. }) => true,
            Self::File(error) => error.kind() == std::io::ErrorKind::NotFound,
            Self::Storage(_) | Self::Slow => false,
        }
    }
}

/// Where media is kept.
#[derive(Clone)]
pub(super) enum Kept {
    /// In a folder of this machine.
    Folder(Folder),
    /// In a bucket.
    Bucket(Bucket),
}

/// The attempt that a clip's file belongs to: the second part of its name.
pub(super) fn attempt_of(name: &str) -> Option<String> {
    let mut parts = name.split('/');
    let attempt = parts.nth(1)?;
    parts.next().map(|_| attempt.to_owned())
}
