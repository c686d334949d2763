//! What every client of this server has in common.

use reqwest::ClientBuilder;
use reqwest::dns::Resolve;
use std::sync::Arc;
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
