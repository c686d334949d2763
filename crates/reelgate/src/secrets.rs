//! The data folder and the one secret file in it.

use crate::entropy::Entropy;
use std::io::{self, Write as _};
use std::path::Path;

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
