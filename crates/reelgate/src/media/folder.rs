//! Media in a folder of this machine.

use super::storage::MediaError;
use bytes::Bytes;
use object_store::local::LocalFileSystem;
use object_store::path::Path as ObjectPath;
use object_store::{ObjectStoreExt as _, PutPayload};
use reelgate_core::Timestamp;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

/// A folder; a file's time of change is when it was last asked for.
#[derive(Clone)]
pub(super) struct Folder {
    objects: Arc<LocalFileSystem>,
    root: PathBuf,
}

impl Folder {
    /// A folder, whose files are there after a loss of power if they are `lasting`.
    pub(super) fn open(root: &Path, lasting: bool) -> Result<Self, MediaError> {
        std::fs::create_dir_all(root)?;
        let root = root.canonicalize()?;
        let objects = LocalFileSystem::new_with_prefix(&root)?.with_fsync(lasting);
        Ok(Self { objects: Arc::new(objects), root })
    }

    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    pub(super) async fn put(&self, name: &str, bytes: Bytes) -> Result<(), MediaError> {
        self.objects.put(&ObjectPath::from(name), PutPayload::from(bytes)).await?;
        Ok(())
    }

    pub(super) async fn put_reference(
        &self,
        name: &str,
        bytes: Bytes,
        now: Timestamp,
    ) -> Result<(), MediaError> {
        if self.objects.head(&ObjectPath::from(name)).await.is_err() {
            self.put(name, bytes).await?;
        }
        self.touch(name, now)
    }

    pub(super) fn touch(&self, name: &str, now: Timestamp) -> Result<(), MediaError> {
        let file = std::fs::File::options().append(true).open(self.file(name))?;
        let since = Duration::from_millis(u64::try_from(now.ms()).unwrap_or(0));
        Ok(file.set_modified(UNIX_EPOCH + since)?)
    }

    pub(super) fn sweep_references(&self, before: Timestamp) -> Result<u64, MediaError> {
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

    pub(super) async fn remove(&self, name: &str) -> Result<(), MediaError> {
        match self.objects.delete(&ObjectPath::from(name)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) async fn remove_all(&self, folder: &str) -> Result<(), MediaError> {
        match tokio::fs::remove_dir_all(self.file(folder)).await {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    pub(super) async fn attempts(&self, folder: &str) -> Vec<String> {
        let mut found = Vec::new();
        // A folder that is not there holds nothing.
        let Ok(mut entries) = tokio::fs::read_dir(self.file(folder)).await else { return found };
        while let Ok(Some(entry)) = entries.next_entry().await {
            found.extend(entry.file_name().into_string());
        }
        found
    }
}
