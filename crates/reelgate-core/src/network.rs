//! Ranges of network addresses, as an operator writes them: `203.0.113.7` or `10.0.0.0/8`.

use std::fmt;
use std::net::IpAddr;

/// A range of addresses of one family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Network {
    address: IpAddr,
    prefix_bits: u8,
}

impl Network {
    /// Reads an address, or an address with the length of its prefix. Bits after the prefix must be
    /// zero: somebody who writes `10.1.2.3/8` may mean one machine or sixteen million.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let bits_max = bits_of(address);
        let prefix_bits = match prefix {
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                digits.parse().ok().filter(|bits| *bits <= bits_max)?
            }
            Some(_) => return None,
            None => bits_max,
        };
        let network = Self { address, prefix_bits };
        (number(address) & !network.mask() == 0).then_some(network)
    }

    /// Whether the address lies in this range. An IPv4 address inside an IPv6 one counts as itself.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let (own, other) = (self.address, address.to_canonical());
        own.is_ipv4() == other.is_ipv4() && number(other) & self.mask() == number(own)
    }

    /// The bits that addresses of this range have in common, at the top of 128.
    fn mask(&self) -> u128 {
        match self.prefix_bits {
            0 => 0,
            bits => u128::MAX << (128_u32.saturating_sub(u32::from(bits))),
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.prefix_bits == bits_of(self.address) {
            return write!(f, "{}", self.address);
        }
        write!(f, "{}/{}", self.address, self.prefix_bits)
    }
}

const fn bits_of(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

/// An address's bits, the first of them at the top of 128.
fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_bits()) << 96,
        IpAddr::V6(address) => address.to_bits(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn a_range_contains_the_addresses_that_begin_alike() {
        for (range, inside, outside) in [
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.1"),
            ("203.0.113.7", "203.0.113.7", "203.0.113.8"),
            ("203.0.113.7", "::ffff:203.0.113.7", "::203.0.113.7"),
            ("2001:db8::/32", "2001:db8:1::5", "2001:db9::5"),
            ("0.0.0.0/0", "198.51.100.1", "2001:db8::1"),
            ("::/0", "2001:db8::1", "198.51.100.1"),
        ] {
            let network = Network::parse(range).expect(range);
            assert!(network.contains(address(inside)), "{range} has {inside}");
            assert!(!network.contains(address(outside)), "{range} has not {outside}");
            assert_eq!(network.to_string(), range);
        }
    }

    #[test]
    fn text_that_is_no_range_is_none() {
        for text in
            ["", "10.1.2.3/8", "10.0.0.0/33", "10.0.0.0/+8", "10.0.0.0/", "example.com", "::/129"]
        {
            assert_eq!(Network::parse(text), None, "{text}");
        }
    }
}
