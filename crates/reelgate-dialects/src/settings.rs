//! What the dialects are told about this installation.

use reelgate_core::{Catalogue, ModelId};

/// What the operator decides and a dialect has to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Millionths of a US dollar that one credit stands for, where an API shows dollars.
    pub usd_micro_per_credit: i64,
    /// Whether pictures may come inside the request as `data:` URIs, where an API has them
    /// (contract 4.B). The core's policy has to allow them as well.
    pub allow_data_uris: bool,
    /// The models on offer: names that are not here are refused, with the list of those that are.
    pub models: Vec<ModelId>,
}

impl Settings {
    /// What follows from a catalogue; `data:` URIs are allowed.
    #[must_use]
    pub fn of(catalogue: &Catalogue) -> Self {
        Self {
            usd_micro_per_credit: catalogue.usd_micro_per_credit,
            allow_data_uris: true,
            models: catalogue.models.iter().map(|model| model.id.clone()).collect(),
        }
    }

    /// The names of the models that `dialect` offers, in the catalogue's order.
    pub(crate) fn names(&self, dialect: &str) -> Vec<String> {
        self.models
            .iter()
            .filter(|id| id.dialect() == dialect)
            .map(|id| id.name().to_owned())
            .collect()
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self::of(&Catalogue::built_in())
    }
}
