//! Why a store operation did not happen.

use reelgate_core::Error;

/// Why a store operation did not happen. Nothing was written when one of these comes back, with the
/// one exception that [`StoreError::Database`] names.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// A rule forbids it; the caller may be told as it stands.
    #[error("{0}")]
    Refused(#[from] Error),
    /// Too much is waiting already, or another process holds the database: try again.
    #[error("the store is busy")]
    Busy,
    /// The new row's id belongs to another row already: a new id will do.
    #[error("the id is taken")]
    Taken,
    /// The database cannot be reached, or went away before the commit was asked for. Nothing was
    /// written; it may be back in a moment.
    #[error("database: {0}")]
    Unavailable(String),
    /// A row does not mean anything; somebody must look at it.
    #[error("{table}.{column} of {id:?} cannot be read: {detail}")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's id, or empty when that is the problem.
        id: String,
        /// What is wrong with it.
        detail: String,
    },
    /// The database failed. When it did so while committing, whether the operation happened is not
    /// known; every operation may be repeated safely.
    #[error("database: {0}")]
    Database(String),
}

impl StoreError {
    /// What a caller of the API may know of this; the rest belongs in the log.
    #[must_use]
    pub fn public(&self) -> Error {
        match self {
            Self::Refused(error) => error.clone(),
            Self::Busy | Self::Taken | Self::Unavailable(_) => Error::busy(1),
            Self::Corrupt { .. } | Self::Database(_) => Error::internal(),
        }
    }

    /// A database failure, with the place it was met in front.
    pub(crate) fn database(place: &str, cause: impl std::fmt::Display) -> Self {
        Self::Database(format!("{place}: {cause}"))
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        error.public()
    }
}
