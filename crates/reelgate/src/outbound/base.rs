//! What every client of this server has in common.

use reqwest::dns::Resolve;
use reqwest::{Client, ClientBuilder};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// Time to reach the other side.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// A client that goes where it is sent and no further: whoever follows a redirect decides that.
pub(super) fn plain() -> ClientBuilder {
    // Several apps may live in one test process; only the first installs the provider.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .user_agent(concat!("reelgate/", env!("CARGO_PKG_VERSION")))
}

/// The same, which resolves names with `names` and asks no proxy to do so.
pub(super) fn resolving(names: Arc<dyn Resolve>) -> ClientBuilder {
    plain().dns_resolver(names).no_proxy()
}

/// A client that is made when something is first sent: it reads all certificates that the machine
/// trusts, which takes longer than everything else that a process does when it starts.
#[derive(Clone)]
pub(super) struct Latent {
    names: Arc<dyn Resolve>,
    idle_max: usize,
    made: Arc<OnceLock<Option<Client>>>,
}

impl Latent {
    /// One that resolves names with `names` and keeps so many connections to a host open.
    pub(super) fn new(names: Arc<dyn Resolve>, idle_max: usize) -> Self {
        Self { names, idle_max, made: Arc::default() }
    }

    /// The client; none where the machine trusts nobody, which is logged once.
    pub(super) fn get(&self) -> Option<&Client> {
        let make = || {
            let client = resolving(Arc::clone(&self.names)).pool_max_idle_per_host(self.idle_max);
            let made = client.build();
            made.inspect_err(|error| tracing::error!(%error, "nothing can be sent over TLS")).ok()
        };
        self.made.get_or_init(make).as_ref()
    }
}
