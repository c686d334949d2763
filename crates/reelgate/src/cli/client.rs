//! A small client of the native API, for the commands that talk to a server.

use super::CliError;
use serde::Deserialize;
use serde_json::Value;
use std::path::Path;
use std::time::Duration;
use tokio::io::AsyncWriteExt as _;

const TIMEOUT: Duration = Duration::from_secs(60);
/// A clip larger than this is not one of ours.
const DOWNLOAD_BYTES_MAX: u64 = 2 << 30;

/// A server and the key to use there.
pub(super) struct Client {
    http: reqwest::Client,
    base: String,
    key: String,
}

/// A job as the native API shows it.
#[derive(Debug, Deserialize)]
pub(super) struct RemoteJob {
    pub(super) id: String,
    pub(super) state: String,
    pub(super) progress: f64,
    pub(super) output: Option<RemoteOutput>,
    pub(super) error: Option<RemoteError>,
}

#[derive(Debug, Deserialize)]
pub(super) struct RemoteOutput {
    pub(super) video_url: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct RemoteError {
    pub(super) message: String,
}

#[derive(Debug, Deserialize)]
struct Refusal {
    error: RemoteError,
}

impl Client {
    pub(super) fn new(base: &str, key: &str) -> Result<Self, CliError> {
        Self::with(reqwest::Client::builder(), base, key)
    }

    /// For a server in this process: reading whom the machine trusts takes ten milliseconds, and
    /// nobody else is spoken to.
    pub(super) fn here(base: &str, key: &str) -> Result<Self, CliError> {
        let builder = reqwest::Client::builder().no_proxy().tls_certs_only([]);
        Self::with(builder, base, key)
    }

    fn with(builder: reqwest::ClientBuilder, base: &str, key: &str) -> Result<Self, CliError> {
        // A server in the same process may have done this already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = builder.connect_timeout(TIMEOUT).build();
        let http = http.map_err(|error| CliError::said(error.to_string()))?;
        let base = base.trim_end_matches('/').to_owned();
        Ok(Self { http, base, key: key.to_owned() })
    }

    pub(super) async fn submit(&self, order: &Value) -> Result<RemoteJob, CliError> {
        let url = format!("{}/api/reelgate/v1/jobs", self.base);
        self.send(self.http.post(url).json(order)).await
    }

    pub(super) async fn job(&self, id: &str) -> Result<RemoteJob, CliError> {
        let url = format!("{}/api/reelgate/v1/jobs/{id}", self.base);
        self.send(self.http.get(url)).await
    }

    pub(super) async fn cancel(&self, id: &str) -> Result<RemoteJob, CliError> {
        let url = format!("{}/api/reelgate/v1/jobs/{id}/cancel", self.base);
        self.send(self.http.post(url)).await
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<RemoteJob, CliError> {
        let request = request.bearer_auth(&self.key).timeout(TIMEOUT);
        let response = request.send().await.map_err(|error| self.unreachable(&error))?;
        let (status, body) = (response.status(), response.bytes().await);
        let body = body.map_err(|error| self.unreachable(&error))?;
        if status.is_success() {
            return serde_json::from_slice(&body).map_err(|error| {
                CliError::said(format!("{} does not speak Reelgate's API: {error}", self.base))
            });
        }
        Err(CliError::said(match serde_json::from_slice::<Refusal>(&body) {
            Ok(refusal) => refusal.error.message,
            Err(_) => format!("{} answered with HTTP status {status}", self.base),
        }))
    }

    /// Streams a file to `path`; an unfinished download leaves nothing behind.
    pub(super) async fn download(&self, url: &str, path: &Path) -> Result<u64, CliError> {
        let response = self.http.get(url).send().await.map_err(|error| self.unreachable(&error))?;
        let mut response =
            response.error_for_status().map_err(|error| CliError::said(error.to_string()))?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let part = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
        let mut file = tokio::fs::File::from_std(part.reopen()?);
        let mut bytes = 0;
        while let Some(chunk) = response.chunk().await.map_err(|error| self.unreachable(&error))? {
            bytes += chunk.len() as u64;
            if bytes > DOWNLOAD_BYTES_MAX {
                return Err(CliError::said("the clip is larger than 2 GiB"));
            }
            file.write_all(&chunk).await?;
        }
        file.sync_all().await?;
        let kept = part.persist(path).map_err(|error| error.error)?;
        open_to_readers(&kept)?;
        Ok(bytes)
    }

    fn unreachable(&self, error: &reqwest::Error) -> CliError {
        CliError::said(format!("cannot reach {}: {error}", self.base))
    }
}

/// Temporary files are made for their owner alone; a finished clip is an ordinary file.
fn open_to_readers(file: &std::fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}
