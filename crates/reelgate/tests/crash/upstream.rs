//! A stand-in for an upstream, in the test's own process: it outlives every server that asks it.

use crate::server::Place;
use reelgate::app::WallClock;
use reelgate::outbound::SystemNames;
use reelgate::stand_in::script::Chance;
use reelgate::stand_in::{Options, StandIn};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::runtime::Runtime;

/// The workflow of a ComfyUI that has none to speak of.
const WORKFLOW: &str = r#"{
    "workflow": {
        "6": { "inputs": { "text": "" } },
        "8": { "inputs": { "width": 0, "height": 0, "length": 0 } }
    },
    "slots": {
        "prompt": "/6/inputs/text", "width": "/8/inputs/width",
        "height": "/8/inputs/height", "frames": "/8/inputs/length"
    },
    "fps": 24
}"#;

/// A running stand-in.
pub(crate) struct Upstream {
    stand_in: Option<StandIn>,
    runtime: Runtime,
}

impl Upstream {
    /// Starts one whose jobs take this long.
    pub(crate) fn start(kind: &str, takes_ms: i64, chance: Chance) -> Self {
        let mut threads = tokio::runtime::Builder::new_multi_thread();
        let runtime = threads.worker_threads(1).enable_all().build().expect("a runtime");
        let options = Options {
            kind: kind.to_owned(),
            listen: ([127, 0, 0, 1], 0).into(),
            takes_ms,
            chance,
            clock: Arc::new(WallClock),
            names: Arc::new(SystemNames),
        };
        let stand_in = runtime.block_on(StandIn::start(options)).expect("it starts");
        Self { stand_in: Some(stand_in), runtime }
    }

    /// Has the servers of a place buy their clips here.
    pub(crate) fn serve(&self, place: &Place, kind: &str) {
        let base = self.stand_in.as_ref().expect("it runs").base_url();
        let file = match kind {
            "comfyui" => format!("file = {:?}", place.write("workflow.json", WORKFLOW)),
            _ => String::new(),
        };
        place.add_settings(&format!(
            "[engines.up]\nkind = {kind:?}\nbase_url = {base:?}\n\
             key_env = \"REELGATE_TEST_UPSTREAM_KEY\"\n{file}\n\
             [engines.up.models]\n\"native/preview\" = \"seedance-2-0\"\n"
        ));
    }

    /// Whether it made a customer's order of this name.
    pub(crate) fn made(&self, name: &str) -> bool {
        let summary = self.stand_in.as_ref().expect("it runs").summary();
        summary.jobs.iter().any(|job| job.prompt.ends_with(&format!(", {name}")))
    }

    /// No order was made twice; answers how many were made.
    pub(crate) fn check(&self, what: &str) -> usize {
        let summary = self.stand_in.as_ref().expect("it runs").summary();
        let mut made = BTreeMap::<_, Vec<_>>::new();
        for job in &summary.jobs {
            // The order's name stands in its words.
            made.entry(job.prompt.clone()).or_default().push(job.id.clone());
        }
        for (prompt, ids) in &made {
            assert_eq!(ids.len(), 1, "{what}: made more than once: {prompt}: {ids:?}");
        }
        made.len()
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        let _inside = self.runtime.enter();
        self.stand_in.take();
    }
}
