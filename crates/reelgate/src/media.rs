//! Where references and clips are kept, and how their addresses are made.
//!
//! Names are chosen here and never by callers. A clip's name carries the token of the lease it was
//! made under, so a worker that lost its job cannot overwrite the clip of the one that has it.

use hmac::{Hmac, KeyInit, Mac};
use object_store::local::LocalFileSystem;
use object_store::path::Path as ObjectPath;
use object_store::{ObjectStoreExt, PutPayload};
use reelgate_core::key::hex;
use reelgate_core::{JobId, Timestamp};
use sha2::{Digest, Sha256};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

/// A link lives at least this long, and at most an hour longer.
pub const LINK_TTL_MS: i64 = 24 * 3_600_000;
const HOUR_MS: i64 = 3_600_000;
const SIGNATURE_BYTES: usize = 16;
const CLIPS: &str = "clip";

/// Why media could not be kept or found.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// The storage failed.
    #[error("media storage: {0}")]
    Storage(#[from] object_store::Error),
    /// A file could not be read or written.
    #[error("media file: {0}")]
    File(#[from] std::io::Error),
}

/// Media storage in one folder.
#[derive(Clone)]
pub struct Media {
    objects: Arc<LocalFileSystem>,
    root: PathBuf,
    link_key: [u8; 32],
}

/// A file that was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Its name.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// Its SHA-256, lower-case hex.
    pub sha256: String,
}

impl Media {
    /// Opens (and makes) the folder.
    ///
    /// # Errors
    /// When it cannot be made or is no folder.
    pub fn open(root: &Path, link_key: [u8; 32]) -> Result<Self, MediaError> {
        std::fs::create_dir_all(root)?;
        let root = root.canonicalize()?;
        let objects = LocalFileSystem::new_with_prefix(&root)?.with_fsync(true);
        Ok(Self { objects: Arc::new(objects), root, link_key })
    }

    /// Keeps a reference under a name made from its content; the same bytes are kept once, and the
    /// file's time of change is when it was last asked for.
    ///
    /// # Errors
    /// When the storage fails.
    pub async fn put_reference(
        &self,
        bytes: bytes::Bytes,
        extension: &str,
        now: Timestamp,
    ) -> Result<String, MediaError> {
        let name = reference_name(&bytes, extension);
        let path = ObjectPath::from(name.as_str());
        if self.objects.head(&path).await.is_err() {
            self.objects.put(&path, PutPayload::from(bytes)).await?;
        }
        self.touch(&name, now)?;
        Ok(name)
    }

    /// Notes that a reference is needed again.
    ///
    /// # Errors
    /// When it is not there any more.
    pub fn touch(&self, name: &str, now: Timestamp) -> Result<(), MediaError> {
        let file = std::fs::File::options().append(true).open(self.file(name))?;
        let since = Duration::from_millis(u64::try_from(now.ms()).unwrap_or(0));
        Ok(file.set_modified(UNIX_EPOCH + since)?)
    }

    /// Removes references that were not asked for since `before`; answers how many.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn sweep_references(&self, before: Timestamp) -> Result<u64, MediaError> {
        let mut swept = 0;
        let folder = match std::fs::read_dir(self.root.join("reference")) {
            Ok(folder) => folder,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(0),
            Err(error) => return Err(error.into()),
        };
        for file in folder {
            let file = file?;
            let changed = file.metadata()?.modified()?.duration_since(UNIX_EPOCH);
            let changed_ms = changed.map_or(0, |since| since.as_millis());
            if changed_ms < u128::from(before.ms().max(0).unsigned_abs()) {
                std::fs::remove_file(file.path())?;
                swept += 1;
            }
        }
        Ok(swept)
    }

    /// Keeps one file of an attempt's clip.
    ///
    /// # Errors
    /// When the file cannot be read or the storage fails.
    pub async fn put_clip_file(
        &self,
        job: JobId,
        token: u64,
        kind: ClipFile,
        file: &Path,
    ) -> Result<Stored, MediaError> {
        let name = format!("{}/{}", clip_name(job, token), kind.file_name());
        let bytes = bytes::Bytes::from(tokio::fs::read(file).await?);
        let sha256 = hex(&Sha256::digest(&bytes));
        let length = bytes.len() as u64;
        self.objects.put(&ObjectPath::from(name.as_str()), PutPayload::from(bytes)).await?;
        Ok(Stored { name, bytes: length, sha256 })
    }

    /// Forgets every file of an attempt's clip; forgetting what is not there is fine.
    ///
    /// # Errors
    /// When the storage fails.
    pub async fn remove_clip(&self, job: JobId, token: u64) -> Result<(), MediaError> {
        match tokio::fs::remove_dir_all(self.clip_folder(job, token)).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// The folder with the clips of all attempts.
    #[must_use]
    pub fn clips(&self) -> PathBuf {
        self.root.join(CLIPS)
    }

    /// The folder with one attempt's clip.
    #[must_use]
    pub fn clip_folder(&self, job: JobId, token: u64) -> PathBuf {
        self.root.join(clip_name(job, token))
    }

    /// Forgets a file; forgetting what is not there is fine.
    ///
    /// # Errors
    /// When the storage fails.
    pub async fn remove(&self, name: &str) -> Result<(), MediaError> {
        match self.objects.delete(&ObjectPath::from(name)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// The file behind a name that this storage handed out.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// The path of a signed link to `name`, valid for a day: `/files/{expiry}-{signature}/{name}`.
    ///
    /// Expiry is rounded up to whole hours, so that polls within an hour get the same address and
    /// a browser's cache serves it.
    #[must_use]
    pub fn link(&self, name: &str, now: Timestamp) -> String {
        let expires_ms = (now.ms() + LINK_TTL_MS).div_euclid(HOUR_MS) * HOUR_MS + HOUR_MS;
        self.link_until(name, Timestamp::from_ms(expires_ms))
    }

    /// The same, valid until a moment.
    #[must_use]
    pub fn link_until(&self, name: &str, expires: Timestamp) -> String {
        let expires_s = expires.ms() / 1000;
        format!("/files/{expires_s}-{}/{name}", hex(&self.signature(name, expires_s)))
    }

    /// Whether a link's first part was made by [`Media::link`] for `name` and is still valid.
    #[must_use]
    pub fn accepts(&self, ticket: &str, name: &str, now: Timestamp) -> bool {
        let Some((expires, signature)) = ticket.split_once('-') else { return false };
        let Ok(expires_s) = expires.parse::<i64>() else { return false };
        let expected = hex(&self.signature(name, expires_s));
        let same = expected.len() == signature.len()
            && expected.bytes().zip(signature.bytes()).fold(0, |acc, (a, b)| acc | (a ^ b)) == 0;
        same && now.ms() / 1000 < expires_s
    }

    /// A proof that `text` was written here; it never expires.
    #[must_use]
    pub fn seal(&self, text: &str) -> String {
        hex(&self.signature(text, 0))
    }

    fn signature(&self, name: &str, expires_s: i64) -> [u8; SIGNATURE_BYTES] {
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&self.link_key)
            .expect("HMAC takes a key of any length");
        mac.update(format!("{expires_s}:{name}").as_bytes());
        let full = mac.finalize().into_bytes();
        let mut short = [0; SIGNATURE_BYTES];
        short.copy_from_slice(&full[..SIGNATURE_BYTES]);
        short
    }
}

/// The name of a reference with this content.
#[must_use]
pub fn reference_name(bytes: &[u8], extension: &str) -> String {
    format!("reference/{}.{extension}", hex(&Sha256::digest(bytes)))
}

fn clip_name(job: JobId, token: u64) -> String {
    format!("{CLIPS}/{job}-{token}")
}

/// A file of a clip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClipFile {
    /// The MP4.
    Video,
    /// The PNG of an order for a picture.
    Image,
    /// A JPEG from early in the clip.
    Poster,
    /// The last frame as PNG.
    LastFrame,
}

impl ClipFile {
    const fn file_name(self) -> &'static str {
        match self {
            Self::Video => "video.mp4",
            Self::Image => "image.png",
            Self::Poster => "poster.jpg",
            Self::LastFrame => "last-frame.png",
        }
    }
}
