//! The data folder, the one secret file in it, and new secrets for webhooks.

use crate::entropy::Entropy;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::io::{self, Write as _};
use std::path::Path;

/// Random bytes behind a webhook secret: the recommended least are 24.
const WEBHOOK_SECRET_BYTES: usize = 24;

/// Makes the data folder, for its owner alone.
///
/// # Errors
/// When it cannot be made.
pub fn make_folder(data: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(data)
}

/// A new secret to sign webhooks with, in the form that Standard Webhooks has for one.
#[must_use]
pub fn webhook_secret(entropy: &dyn Entropy) -> String {
    let mut secret = [0; WEBHOOK_SECRET_BYTES];
    entropy.fill(&mut secret);
    format!("whsec_{}", STANDARD.encode(secret))
}

/// The key that signs download links: read from the data folder, made there the first time.
///
/// # Errors
/// When it can neither be read nor made, or is damaged.
pub fn link_key(data: &Path, entropy: &dyn Entropy) -> io::Result<[u8; 32]> {
    let path = data.join("link.key");
    if !path.exists() {
        let mut key = [0; 32];
        entropy.fill(&mut key);
        let mut file = tempfile::NamedTempFile::new_in(data)?;
        file.write_all(&key)?;
        file.as_file().sync_all()?;
        // Two processes may start at once: the first key stays, the other is thrown away.
        if let Err(error) = file.persist_noclobber(&path)
            && !path.exists()
        {
            return Err(error.error);
        }
    }
    let key = std::fs::read(&path)?;
    let damaged = || io::Error::new(io::ErrorKind::InvalidData, "link.key is not 32 bytes long");
    key.try_into().map_err(|_| damaged())
}
