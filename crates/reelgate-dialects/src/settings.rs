//! What the dialects are told about this installation.

use reelgate_core::{Catalogue, ModelId};
use std::collections::BTreeMap;

/// What the operator decides and a dialect has to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Millionths of a US dollar that one credit stands for, where an API shows dollars.
    pub usd_micro_per_credit: i64,
    /// Whether pictures may come inside the request as `data:` URIs, where an API has them
    /// (contract 4.B). The core's policy has to allow them as well.
    pub allow_data_uris: bool,
    /// Milliseconds for which the files of a job that has ended are kept; zero for ever.
    pub retention_ms: i64,
    /// Further names of models on OpenAI's videos API, and the models that they stand for.
    pub openai_models: BTreeMap<String, ModelId>,
    /// The models on offer: names that are not here are refused, with the list of those that are.
    pub models: Vec<ModelId>,
}

impl Settings {
    /// What follows from a catalogue; `data:` URIs are allowed, and files are kept for thirty days.
    #[must_use]
    pub fn of(catalogue: &Catalogue) -> Self {
        Self {
            usd_micro_per_credit: catalogue.usd_micro_per_credit,
            allow_data_uris: true,
            retention_ms: 30 * 24 * 3_600_000,
            openai_models: BTreeMap::new(),
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
