//! Where media is kept, and what opens a bucket.

use super::ConfigError;
use serde::Deserialize;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Environment variables of S3 clients everywhere; they win over the file.
pub(super) const VARIABLES: [&str; 5] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_ENDPOINT_URL",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
];

/// A text that is not shown.
#[derive(Clone, Deserialize, PartialEq, Eq)]
pub struct SecretText(String);

impl SecretText {
    /// The text itself, for the library that signs with it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<String> for SecretText {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"...\"")
    }
}

/// Where references and clips are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MediaPlace {
    /// A folder of this machine.
    Folder(PathBuf),
    /// An S3-compatible bucket.
    Bucket(BucketConfig),
}

/// A bucket and how to reach it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketConfig {
    /// Its name.
    pub name: String,
    /// What every name in it begins with, without slashes at the ends; may be empty.
    pub prefix: String,
    /// The service, when it is not Amazon's.
    pub endpoint: Option<String>,
    /// Its region.
    pub region: String,
    /// Access key and its secret; without them the machine's own role is asked for.
    pub keys: Option<(String, SecretText)>,
    /// What goes with keys that end.
    pub session_token: Option<SecretText>,
    /// Callers are sent to the bucket for files, instead of files being passed on.
    pub redirect: bool,
    /// Time for one call, and for silence while a file is read.
    pub timeout: Duration,
}

/// What is set about media.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaConfig {
    /// `s3://bucket/prefix` or a folder; `None` is a folder in the data folder.
    pub place: Option<String>,
    /// The service of a bucket, when it is not Amazon's.
    pub endpoint: Option<String>,
    /// The region of a bucket.
    pub region: String,
    /// The access key of a bucket.
    pub access_key_id: Option<String>,
    /// Its secret.
    pub secret_access_key: Option<SecretText>,
    /// What goes with keys that end.
    pub session_token: Option<SecretText>,
    /// Callers are sent to the bucket for files, instead of files being passed on.
    pub redirect: bool,
    /// Time for one call to a bucket, and for silence while a file is read.
    pub timeout: Duration,
}

impl Default for MediaConfig {
    fn default() -> Self {
        Self {
            place: None,
            endpoint: None,
            region: "us-east-1".to_owned(),
            access_key_id: None,
            secret_access_key: None,
            session_token: None,
            redirect: false,
            timeout: Duration::from_secs(60),
        }
    }
}

impl MediaConfig {
    /// Where media is kept, for this data folder.
    ///
    /// # Errors
    /// When the place is no bucket that can be opened and no folder.
    pub fn place(&self, data: &Path) -> Result<MediaPlace, ConfigError> {
        let refuse = |text: &str| Err(ConfigError(text.to_owned()));
        let Some(place) = &self.place else { return Ok(MediaPlace::Folder(data.join("media"))) };
        let Some(bucket) = place.strip_prefix("s3://") else {
            return match place.contains("://") || place.is_empty() {
                true => refuse("media must be a folder or s3://bucket/prefix"),
                false => Ok(MediaPlace::Folder(PathBuf::from(place))),
            };
        };
        let (name, prefix) = bucket.split_once('/').unwrap_or((bucket, ""));
        if name.is_empty() || name.contains(['@', ':']) {
            return refuse("media must name a bucket, s3://bucket/prefix, and no keys");
        }
        let keys = match (&self.access_key_id, &self.secret_access_key) {
            (Some(id), Some(secret)) => Some((id.clone(), secret.clone())),
            (None, None) => None,
            _ => return refuse("s3.access_key_id and s3.secret_access_key go together"),
        };
        Ok(MediaPlace::Bucket(BucketConfig {
            name: name.to_owned(),
            prefix: prefix.trim_matches('/').to_owned(),
            endpoint: self.endpoint.clone(),
            region: self.region.clone(),
            keys,
            session_token: self.session_token.clone(),
            redirect: self.redirect,
            timeout: self.timeout,
        }))
    }

    /// Takes what [`VARIABLES`] say.
    pub(super) fn read_environment(&mut self) {
        let read = |name: &str| {
            #[expect(clippy::disallowed_methods, reason = "this is config reading the environment")]
            let text = std::env::var(name);
            text.ok().filter(|text| !text.is_empty())
        };
        let [id, endpoint, region, secret, token] = VARIABLES.map(read);
        for (slot, value) in [(&mut self.access_key_id, id), (&mut self.endpoint, endpoint)] {
            *slot = value.or(slot.take());
        }
        if let Some(region) = region {
            self.region = region;
        }
        for (slot, value) in
            [(&mut self.secret_access_key, secret), (&mut self.session_token, token)]
        {
            *slot = value.map(SecretText).or(slot.take());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str) -> Result<MediaPlace, ConfigError> {
        let media = MediaConfig { place: Some(text.to_owned()), ..MediaConfig::default() };
        media.place(Path::new("d"))
    }

    #[test]
    fn a_place_is_a_folder_or_a_bucket() {
        let own = MediaConfig::default().place(Path::new("d"));
        assert_eq!(own, Ok(MediaPlace::Folder(PathBuf::from("d/media"))));
        assert_eq!(place("/srv/media"), Ok(MediaPlace::Folder(PathBuf::from("/srv/media"))));
        for (text, name, prefix) in [
            ("s3://films", "films", ""),
            ("s3://films/", "films", ""),
            ("s3://films/a/b/", "films", "a/b"),
        ] {
            let Ok(MediaPlace::Bucket(bucket)) = place(text) else { panic!("{text}") };
            assert_eq!((bucket.name.as_str(), bucket.prefix.as_str()), (name, prefix));
        }
        for text in ["", "s3://", "s3:///a", "s3://key:secret@films", "gs://films", "http://x/y"] {
            assert!(place(text).is_err(), "{text}");
        }
    }

    #[test]
    fn secrets_are_not_shown() {
        let media = MediaConfig {
            place: Some("s3://films".to_owned()),
            access_key_id: Some("id".to_owned()),
            secret_access_key: Some(SecretText("hush".to_owned())),
            session_token: Some(SecretText("hush".to_owned())),
            ..MediaConfig::default()
        };
        let shown = format!("{media:?} {:?}", media.place(Path::new("d")));
        assert!(shown.contains("films") && !shown.contains("hush"), "{shown}");
        let half = MediaConfig { secret_access_key: None, ..media };
        let why = "s3.access_key_id and s3.secret_access_key go together";
        assert_eq!(half.place(Path::new("d")), Err(ConfigError(why.to_owned())));
    }
}
