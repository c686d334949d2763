//! How questions and answers look in a pipe: a length, JSON of that length, then raw bytes.

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::{Error, ErrorKind, Read, Result};

/// Most bytes of the JSON, either way.
pub(crate) const HEAD_BYTES_MAX: usize = 16 << 10;

/// A head behind its length.
pub(crate) fn head_bytes(value: &impl Serialize) -> Result<Vec<u8>> {
    let json = serde_json::to_vec(value)?;
    let length = u32::try_from(json.len()).map_err(Error::other)?;
    Ok([&length.to_le_bytes()[..], &json].concat())
}

/// The length of a head, as it was written in front of it.
pub(crate) fn head_length(prefix: [u8; 4]) -> Result<usize> {
    match u32::from_le_bytes(prefix) as usize {
        length if length <= HEAD_BYTES_MAX => Ok(length),
        _ => Err(Error::new(ErrorKind::InvalidData, "a head is too long")),
    }
}

/// Reads a head where waiting is fine.
pub(crate) fn read_head<T: DeserializeOwned>(from: &mut impl Read) -> Result<T> {
    let mut prefix = [0; 4];
    from.read_exact(&mut prefix)?;
    let mut json = vec![0; head_length(prefix)?];
    from.read_exact(&mut json)?;
    Ok(serde_json::from_slice(&json)?)
}
