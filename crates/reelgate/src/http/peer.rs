//! Where a request comes from, as far as that can be trusted.

use http::{HeaderMap, HeaderName};
use reelgate_core::Network;
use std::net::{IpAddr, SocketAddr};

/// Whom the proxies on the way have seen, the nearest last.
pub(crate) const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The address at the other end of the connection, among a request's extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(pub IpAddr);

/// The caller's address: the peer's, or what `X-Forwarded-For` says where the peer is a trusted
/// proxy. Nothing when that cannot be known.
///
/// Each proxy adds the address that it saw at the end of the list, so it is read from there for as
/// long as the addresses are those of trusted proxies; what callers wrote themselves comes before.
#[must_use]
pub fn caller_address(
    peer: Option<Peer>,
    headers: &HeaderMap,
    trusted: &[Network],
) -> Option<IpAddr> {
    let is_trusted = |address| trusted.iter().any(|network| network.contains(address));
    let Peer(mut address) = peer?;
    let mut values = headers.get_all(FORWARDED_FOR).iter().rev();
    let mut entries: Vec<&str> = Vec::new();
    while is_trusted(address) {
        if entries.is_empty() {
            let Some(value) = values.next() else { break };
            entries = value.to_str().ok()?.split(',').collect();
        }
        address = read(entries.pop()?)?;
    }
    Some(address.to_canonical())
}

/// An address, perhaps with a port.
fn read(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    text.parse().ok().or_else(|| text.parse().ok().map(|socket: SocketAddr| socket.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(peer: &str, forwarded: &[&str]) -> Option<String> {
        let trusted = ["10.0.0.0/8", "::1"].map(|text| Network::parse(text).expect("a range"));
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(FORWARDED_FOR, value.parse().expect("a header's value"));
        }
        let peer = Peer(peer.parse().expect("an address"));
        caller_address(Some(peer), &headers, &trusted).map(|address| address.to_string())
    }

    #[test]
    fn a_stranger_is_where_it_is_whatever_it_says() {
        assert_eq!(address("203.0.113.7", &["10.1.1.1"]).as_deref(), Some("203.0.113.7"));
        assert_eq!(caller_address(None, &HeaderMap::new(), &[]), None);
    }

    #[test]
    fn a_trusted_proxy_says_who_it_saw_and_nobody_else_is_believed() {
        for (forwarded, caller) in [
            (&["198.51.100.1"][..], Some("198.51.100.1")),
            (&["192.0.2.1, 198.51.100.1"], Some("198.51.100.1")),
            (&["192.0.2.1", "198.51.100.1:4711, 10.2.2.2"], Some("198.51.100.1")),
            (&["[2001:db8::1]:80"], Some("2001:db8::1")),
            (&[], Some("10.1.1.1")),
            (&["198.51.100.1, nonsense"], None),
        ] {
            assert_eq!(address("10.1.1.1", forwarded).as_deref(), caller, "{forwarded:?}");
        }
    }
}
