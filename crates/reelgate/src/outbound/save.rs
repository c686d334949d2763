//! An answer's body into a file, a piece at a time, and whole or not at all.

use super::{OutboundError, broken};
use std::path::Path;
use std::time::Duration;
use tokio::io::AsyncWriteExt as _;

/// Time until an answer begins.
pub(super) const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);
/// Time between two pieces; there is no limit on all of them together, but on their bytes.
const PIECE_TIMEOUT: Duration = Duration::from_secs(30);

/// What was saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Saved {
    /// Bytes.
    pub bytes: u64,
}

/// Why nothing was saved.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// It could not be had.
    #[error(transparent)]
    Outbound(#[from] OutboundError),
    /// It ended before its announced end.
    #[error("broke off after {0} bytes")]
    Short(u64),
    /// It could not be written here.
    #[error("could not be written: {0}")]
    File(#[from] std::io::Error),
}

pub(super) async fn save(
    mut response: reqwest::Response,
    file: &Path,
    bytes_max: u64,
) -> Result<Saved, SaveError> {
    if !response.status().is_success() {
        return Err(OutboundError::Status(response.status().as_u16()).into());
    }
    let too_large = || OutboundError::TooLarge(usize::try_from(bytes_max).unwrap_or(usize::MAX));
    let announced = response.content_length();
    if announced.is_some_and(|length| length > bytes_max) {
        return Err(too_large().into());
    }
    let mut out = tokio::io::BufWriter::new(tokio::fs::File::create(file).await?);
    let mut bytes = 0_u64;
    loop {
        let piece = tokio::time::timeout(PIECE_TIMEOUT, response.chunk()).await;
        let piece = match piece.map_err(|_| OutboundError::TimedOut)? {
            Ok(Some(piece)) => piece,
            Ok(None) => break,
            // A connection that ends early is the same to us as a body that does.
            Err(_) if bytes > 0 => return Err(SaveError::Short(bytes)),
            Err(error) => return Err(broken(error).into()),
        };
        bytes += piece.len() as u64;
        if bytes > bytes_max {
            return Err(too_large().into());
        }
        out.write_all(&piece).await?;
    }
    out.flush().await?;
    match announced {
        Some(length) if length != bytes => Err(SaveError::Short(bytes)),
        _ => Ok(Saved { bytes }),
    }
}
