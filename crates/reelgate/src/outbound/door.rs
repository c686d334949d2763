//! The way to the operator's own bucket: an address that no caller can choose.

use super::base;
use object_store::ClientOptions;
use object_store::client::{HttpClient, HttpConnector};
use std::time::Duration;

const IDLE_MAX: usize = 16;

/// Makes the client that speaks to a bucket.
#[derive(Clone, Copy, Debug)]
pub struct BucketDoor {
    silence_max: Duration,
}

impl BucketDoor {
    /// A client that gives up after so long without a byte.
    #[must_use]
    pub fn new(silence_max: Duration) -> Self {
        Self { silence_max }
    }
}

impl HttpConnector for BucketDoor {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        let client =
            base::plain().read_timeout(self.silence_max).pool_max_idle_per_host(IDLE_MAX).build();
        let client = client.map_err(|error| object_store::Error::Generic {
            store: "S3",
            source: Box::new(error),
        })?;
        Ok(HttpClient::new(client))
    }
}
