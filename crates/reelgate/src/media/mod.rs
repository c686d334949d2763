//! Where references and clips are kept, and how their addresses are made.
//!
//! Names are chosen here and never by callers. A clip's name carries the token of the lease it was
//! made under, so a worker that lost its job cannot overwrite the clip of the one that has it.

mod bucket;
mod folder;
mod link;
mod storage;

pub use bucket::Part;
pub use link::LINK_TTL_MS;
pub use storage::MediaError;

use crate::config::MediaPlace;
use bucket::Bucket;
use bytes::Bytes;
use folder::Folder;
use link::Links;
use object_store::GetRange;
use reelgate_core::key::hex;
use reelgate_core::{JobId, Timestamp};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use storage::Kept;

const CLIPS: &str = "clip";

/// Media storage.
#[derive(Clone)]
pub struct Media {
    kept: Kept,
    links: Links,
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
    /// Opens the place that the settings name; a folder is made, and waits for the disk only where
    /// its files are to be `lasting`.
    ///
    /// # Errors
    /// When a folder cannot be made, or a bucket's settings make no sense.
    pub fn open(place: &MediaPlace, link_key: [u8; 32], lasting: bool) -> Result<Self, MediaError> {
        let kept = match place {
            MediaPlace::Folder(root) => Kept::Folder(Folder::open(root, lasting)?),
            MediaPlace::Bucket(config) => Kept::Bucket(Bucket::open(config)?),
        };
        Ok(Self { kept, links: Links::new(link_key) })
    }

    /// Keeps a reference under a name made from its content; the same bytes are kept once, and it
    /// is known when it was last asked for.
    ///
    /// # Errors
    /// When the storage fails.
    pub async fn put_reference(
        &self,
        bytes: Bytes,
        extension: &str,
        now: Timestamp,
    ) -> Result<String, MediaError> {
        let name = reference_name(&bytes, extension);
        match &self.kept {
            Kept::Folder(folder) => folder.put_reference(&name, bytes, now).await?,
            Kept::Bucket(bucket) => bucket.put_reference(&name, bytes, now).await?,
        }
        Ok(name)
    }

    /// Notes that a reference is needed again.
    ///
    /// # Errors
    /// When it is not there any more.
    pub async fn touch(&self, name: &str, now: Timestamp) -> Result<(), MediaError> {
        match &self.kept {
            Kept::Folder(folder) => folder.touch(name, now),
            Kept::Bucket(bucket) => bucket.touch(name, now).await,
        }
    }

    /// Removes references that were not asked for since `before`; answers how many.
    ///
    /// # Errors
    /// When the storage fails.
    pub async fn sweep_references(&self, before: Timestamp) -> Result<u64, MediaError> {
        match &self.kept {
            Kept::Folder(folder) => folder.sweep_references(before),
            Kept::Bucket(bucket) => bucket.sweep_references(before).await,
        }
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
        let content = Bytes::from(tokio::fs::read(file).await?);
        let sha256 = hex(&Sha256::digest(&content));
        let bytes = content.len() as u64;
        match &self.kept {
            Kept::Folder(folder) => folder.put(&name, content).await?,
            Kept::Bucket(bucket) => bucket.put(&name, content).await?,
        }
        Ok(Stored { name, bytes, sha256 })
    }

    /// The name of another file of the clip that `of` belongs to.
    #[must_use]
    pub fn beside(&self, of: &str, kind: ClipFile) -> String {
        let folder = of.rsplit_once('/').map_or(of, |(folder, _)| folder);
        format!("{folder}/{}", kind.file_name())
    }

    /// Keeps another file of the clip that `of` belongs to; answers its name.
    ///
    /// # Errors
    /// When the storage fails.
    pub async fn put_beside(
        &self,
        of: &str,
        kind: ClipFile,
        content: Bytes,
    ) -> Result<String, MediaError> {
        let name = self.beside(of, kind);
        match &self.kept {
            Kept::Folder(folder) => folder.put(&name, content).await?,
            Kept::Bucket(bucket) => bucket.put(&name, content).await?,
        }
        Ok(name)
    }

    /// Whether there is a file of this name.
    ///
    /// # Errors
    /// When the storage fails.
    pub async fn has(&self, name: &str) -> Result<bool, MediaError> {
        match &self.kept {
            Kept::Folder(folder) => Ok(tokio::fs::try_exists(folder.file(name)).await?),
            Kept::Bucket(bucket) => match bucket.size(name).await {
                Err(error) if error.is_gone() => Ok(false),
                other => other.map(|_| true),
            },
        }
    }

    /// Forgets every file of an attempt's clip; forgetting what is not there is fine.
    ///
    /// # Errors
    /// When the storage fails.
    pub async fn remove_clip(&self, job: JobId, token: u64) -> Result<(), MediaError> {
        let name = clip_name(job, token);
        match &self.kept {
            Kept::Folder(folder) => folder.remove_all(&name).await,
            Kept::Bucket(bucket) => bucket.remove_all(&name).await,
        }
    }

    /// Names of attempts whose files are kept, `{job}-{token}`; of a bucket a bounded part, the
    /// next time the next.
    ///
    /// # Errors
    /// When the storage fails.
    pub async fn attempts(&self) -> Result<Vec<String>, MediaError> {
        match &self.kept {
            Kept::Folder(folder) => Ok(folder.attempts(CLIPS).await),
            Kept::Bucket(bucket) => bucket.attempts(CLIPS).await,
        }
    }

    /// Forgets a file; forgetting what is not there is fine.
    ///
    /// # Errors
    /// When the storage fails.
    pub async fn remove(&self, name: &str) -> Result<(), MediaError> {
        match &self.kept {
            Kept::Folder(folder) => folder.remove(name).await,
            Kept::Bucket(bucket) => bucket.remove(name).await,
        }
    }

    /// The file behind a name that this storage handed out, when it is on this machine.
    #[must_use]
    pub fn file(&self, name: &str) -> Option<PathBuf> {
        match &self.kept {
            Kept::Folder(folder) => Some(folder.file(name)),
            Kept::Bucket(_) => None,
        }
    }

    /// A file on this machine with the content of `name`: fetched into `scratch` when it is not
    /// here.
    ///
    /// # Errors
    /// When the storage fails or has no such name.
    pub async fn local(&self, name: &str, scratch: &Path) -> Result<PathBuf, MediaError> {
        let bucket = match &self.kept {
            Kept::Folder(folder) => return Ok(folder.file(name)),
            Kept::Bucket(bucket) => bucket,
        };
        let file = scratch.join(name.replace('/', "-"));
        bucket.fetch(name, &file).await?;
        Ok(file)
    }

    /// All bytes of a file that was made or kept here, which bounds them.
    ///
    /// # Errors
    /// When the storage fails or has no such name.
    pub async fn read(&self, name: &str) -> Result<Bytes, MediaError> {
        match &self.kept {
            Kept::Folder(folder) => Ok(tokio::fs::read(folder.file(name)).await?.into()),
            Kept::Bucket(bucket) => bucket.read(name).await,
        }
    }

    /// Opens a file that is not on this machine, or a part of it.
    ///
    /// # Errors
    /// When the storage fails or has no such name.
    pub async fn part(&self, name: &str, range: Option<GetRange>) -> Result<Part, MediaError> {
        match &self.kept {
            Kept::Bucket(bucket) => bucket.part(name, range).await,
            Kept::Folder(_) => Err(not_here()),
        }
    }

    /// Bytes of a file that is not on this machine.
    ///
    /// # Errors
    /// When the storage fails or has no such name.
    pub async fn size(&self, name: &str) -> Result<u64, MediaError> {
        match &self.kept {
            Kept::Bucket(bucket) => bucket.size(name).await,
            Kept::Folder(_) => Err(not_here()),
        }
    }

    /// The bucket's own address of a file, valid for so long, where callers are to be sent there.
    ///
    /// # Errors
    /// When no address can be signed.
    pub async fn elsewhere(&self, name: &str, for_s: u64) -> Result<Option<String>, MediaError> {
        match &self.kept {
            Kept::Bucket(bucket) if bucket.redirects => bucket.signed(name, for_s).await.map(Some),
            Kept::Bucket(_) | Kept::Folder(_) => Ok(None),
        }
    }

    /// Writes, reads and removes a small file.
    ///
    /// # Errors
    /// When one of these fails.
    pub async fn check(&self) -> Result<(), MediaError> {
        let name = "check/reelgate";
        let said = Bytes::from_static(b"reelgate");
        match &self.kept {
            Kept::Folder(folder) => folder.put(name, said).await?,
            Kept::Bucket(bucket) => {
                bucket.put(name, said).await?;
                bucket.size(name).await?;
            }
        }
        self.remove(name).await
    }

    /// The path of a signed link to `name`, valid for a day: `/files/{expiry}-{signature}/{name}`.
    ///
    /// Expiry is rounded up to whole hours, so that polls within an hour get the same address and
    /// a browser's cache serves it.
    #[must_use]
    pub fn link(&self, name: &str, now: Timestamp) -> String {
        self.links.link(name, now)
    }

    /// The same, valid until a moment.
    #[must_use]
    pub fn link_until(&self, name: &str, expires: Timestamp) -> String {
        self.links.link_until(name, expires)
    }

    /// A proof that `text` was written here; it never expires.
    #[must_use]
    pub fn seal(&self, text: &str) -> String {
        self.links.seal(text)
    }

    /// Whether a link's first part was made by [`Media::link`] for `name` and is still valid.
    #[must_use]
    pub fn accepts(&self, ticket: &str, name: &str, now: Timestamp) -> bool {
        self.links.accepts(ticket, name, now)
    }
}

fn not_here() -> MediaError {
    MediaError::File(std::io::Error::other("files of a folder are served from it"))
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
    /// A small moving picture.
    Thumbnail,
    /// A small still picture, made when it is asked for.
    Still,
    /// Moments of the clip side by side, made likewise.
    Spritesheet,
}

impl ClipFile {
    const fn file_name(self) -> &'static str {
        match self {
            Self::Video => "video.mp4",
            Self::Image => "image.png",
            Self::Poster => "poster.jpg",
            Self::LastFrame => "last-frame.png",
            Self::Thumbnail => "thumbnail.gif",
            Self::Still => "still.webp",
            Self::Spritesheet => "spritesheet.jpg",
        }
    }
}
