//! Media in an S3-compatible bucket.
//!
//! Every call has a time limit, and what the bucket answers is bounded. Callers never see it: links
//! lead here, and what they name is passed on.

use super::storage::{MediaError, attempt_of};
use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt as _, TryStreamExt as _};
use http::Method;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path as ObjectPath;
use object_store::signer::Signer as _;
use object_store::{
    BackoffConfig, GetOptions, GetRange, ObjectStore as _, ObjectStoreExt as _, PutPayload,
    RetryConfig,
};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::AsyncWriteExt as _;

use crate::config::BucketConfig;
use crate::outbound::BucketDoor;
use reelgate_core::Timestamp;

/// Names looked at for files of lost attempts, and for old references, in one go.
const NAMES_MAX: usize = 5000;
/// Further tries of one call.
const RETRIES_MAX: usize = 3;
/// A reference that was asked for is written anew at most this often: a bucket notes only when a
/// thing was written.
const TOUCH_EVERY_MS: i64 = 24 * 3_600_000;

/// A bucket and the part of it that is ours.
#[derive(Clone)]
pub(super) struct Bucket {
    objects: Arc<AmazonS3>,
    prefix: String,
    time_max: Duration,
    /// Presigned addresses instead of passing files on.
    pub(super) redirects: bool,
    /// Where the next look for lost attempts begins.
    next: Arc<Mutex<Option<ObjectPath>>>,
}

/// A part of a file, or the whole of it.
pub struct Part {
    /// Bytes of the whole file.
    pub size: u64,
    /// First byte, and one past the last one.
    pub range: std::ops::Range<u64>,
    /// The bytes as they arrive.
    pub body: BoxStream<'static, Result<Bytes, std::io::Error>>,
}

impl Bucket {
    pub(super) fn open(config: &BucketConfig) -> Result<Self, MediaError> {
        let time_max = config.timeout;
        let retry = RetryConfig {
            backoff: BackoffConfig {
                init_backoff: Duration::from_millis(50),
                max_backoff: Duration::from_secs(2),
                base: 2.0,
            },
            max_retries: RETRIES_MAX,
            retry_timeout: time_max,
        };
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&config.name)
            .with_region(&config.region)
            .with_allow_http(true)
            .with_disable_tagging(true)
            .with_disable_bulk_delete(true)
            .with_retry(retry)
            .with_http_connector(BucketDoor::new(time_max));
        if let Some(endpoint) = &config.endpoint {
            builder = builder.with_endpoint(endpoint);
        }
        if let Some((id, secret)) = &config.keys {
            builder = builder.with_access_key_id(id).with_secret_access_key(secret.reveal());
        }
        if let Some(token) = &config.session_token {
            builder = builder.with_token(token.reveal());
        }
        Ok(Self {
            objects: Arc::new(builder.build()?),
            prefix: config.prefix.clone(),
            time_max,
            redirects: config.redirect,
            next: Arc::default(),
        })
    }

    fn at(&self, name: &str) -> ObjectPath {
        match self.prefix.as_str() {
            "" => ObjectPath::from(name),
            prefix => ObjectPath::from(format!("{prefix}/{name}")),
        }
    }

    /// The name of an object that is ours.
    fn name(&self, path: &ObjectPath) -> Option<String> {
        match self.prefix.as_str() {
            "" => Some(path.to_string()),
            prefix => {
                let rest = path.as_ref().strip_prefix(prefix)?.strip_prefix('/')?;
                Some(rest.to_owned())
            }
        }
    }

    async fn timed<T>(
        &self,
        call: impl Future<Output = object_store::Result<T>>,
    ) -> Result<T, MediaError> {
        Ok(tokio::time::timeout(self.time_max, call).await.map_err(|_| MediaError::Slow)??)
    }

    pub(super) async fn put(&self, name: &str, bytes: Bytes) -> Result<(), MediaError> {
        let path = self.at(name);
        self.timed(self.objects.put(&path, PutPayload::from(bytes))).await.map(drop)
    }

    /// Keeps what is not there yet, and notes that it is needed.
    pub(super) async fn put_reference(
        &self,
        name: &str,
        bytes: Bytes,
        now: Timestamp,
    ) -> Result<(), MediaError> {
        match self.written_ms(name).await? {
            Some(written_ms) if now.ms() - written_ms < TOUCH_EVERY_MS => Ok(()),
            _ => self.put(name, bytes).await,
        }
    }

    /// When an object was written, by the bucket's clock; nothing when it is not there.
    async fn written_ms(&self, name: &str) -> Result<Option<i64>, MediaError> {
        let path = self.at(name);
        match self.timed(self.objects.head(&path)).await {
            Ok(meta) => Ok(Some(meta.last_modified.timestamp_millis())),
            Err(error) if error.is_gone() => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(super) async fn touch(&self, name: &str, now: Timestamp) -> Result<(), MediaError> {
        let path = self.at(name);
        let meta = self.timed(self.objects.head(&path)).await?;
        if now.ms() - meta.last_modified.timestamp_millis() >= TOUCH_EVERY_MS {
            let bytes = self.read(name).await?;
            self.put(name, bytes).await?;
        }
        Ok(())
    }

    pub(super) async fn read(&self, name: &str) -> Result<Bytes, MediaError> {
        let path = self.at(name);
        self.timed(async { self.objects.get(&path).await?.bytes().await }).await
    }

    pub(super) async fn sweep_references(&self, before: Timestamp) -> Result<u64, MediaError> {
        // What was asked for within a day of being written was not written again.
        let before_ms = before.ms() - TOUCH_EVERY_MS;
        let folder = self.at("reference");
        let mut swept = 0;
        let mut listed = self.objects.list(Some(&folder)).take(NAMES_MAX);
        while let Some(meta) = self.timed(listed.try_next()).await? {
            if meta.last_modified.timestamp_millis() < before_ms {
                self.timed(self.objects.delete(&meta.location)).await?;
                swept += 1;
            }
        }
        Ok(swept)
    }

    pub(super) async fn remove(&self, name: &str) -> Result<(), MediaError> {
        let path = self.at(name);
        match self.timed(self.objects.delete(&path)).await {
            Err(error) if !error.is_gone() => Err(error),
            _ => Ok(()),
        }
    }

    pub(super) async fn remove_all(&self, folder: &str) -> Result<(), MediaError> {
        let folder = self.at(folder);
        let mut listed = self.objects.list(Some(&folder)).take(NAMES_MAX);
        while let Some(meta) = self.timed(listed.try_next()).await? {
            self.timed(self.objects.delete(&meta.location)).await?;
        }
        Ok(())
    }

    /// Names of attempts with files under `folder`: a bounded part of them, the next time the next.
    pub(super) async fn attempts(&self, folder: &str) -> Result<Vec<String>, MediaError> {
        let root = self.at(folder);
        let from = self.next.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let listed = match &from {
            Some(from) => self.objects.list_with_offset(Some(&root), from),
            None => self.objects.list(Some(&root)),
        };
        let listed = listed.take(NAMES_MAX).map_ok(|meta| meta.location).try_collect();
        let paths: Vec<ObjectPath> = self.timed(listed).await?;
        let more = (paths.len() == NAMES_MAX).then(|| paths.last().cloned()).flatten();
        *self.next.lock().unwrap_or_else(PoisonError::into_inner) = more;
        let names = paths.iter().filter_map(|path| attempt_of(&self.name(path)?));
        Ok(names.collect::<BTreeSet<_>>().into_iter().collect())
    }

    /// Writes an object into a file on this machine.
    pub(super) async fn fetch(&self, name: &str, to: &Path) -> Result<(), MediaError> {
        let part = self.part(name, None).await?;
        let mut file = tokio::fs::File::create(to).await?;
        let mut body = part.body;
        while let Some(bytes) = body.try_next().await? {
            file.write_all(&bytes).await?;
        }
        Ok(file.flush().await?)
    }

    /// Opens an object, or a part of it.
    pub(super) async fn part(
        &self,
        name: &str,
        range: Option<GetRange>,
    ) -> Result<Part, MediaError> {
        let path = self.at(name);
        let options = GetOptions { range, ..GetOptions::default() };
        let got = self.timed(self.objects.get_opts(&path, options)).await?;
        let (size, range) = (got.meta.size, got.range.clone());
        let body = got.into_stream().map_err(std::io::Error::other).boxed();
        Ok(Part { size, range, body })
    }

    pub(super) async fn size(&self, name: &str) -> Result<u64, MediaError> {
        let path = self.at(name);
        Ok(self.timed(self.objects.head(&path)).await?.size)
    }

    /// An address of the bucket itself that works for so long.
    pub(super) async fn signed(&self, name: &str, for_s: u64) -> Result<String, MediaError> {
        let path = self.at(name);
        let signing = self.objects.signed_url(Method::GET, &path, Duration::from_secs(for_s));
        self.timed(signing).await.map(|url| url.to_string())
    }
}
