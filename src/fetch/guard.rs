//! Which addresses may be reached: no request to loopback, private, link-local or otherwise special ones.
//!
//! Literals are checked before a request, names when they are resolved: the connection goes to the very addresses that
//! were checked, so a name that changes its mind in between changes nothing.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use super::error::Fault;

#[derive(Clone, Debug)]
pub(super) struct Guard {
    allow_private: Arc<[IpNet]>,
}

/// What resolving ends with when nothing may be reached. Travels through reqwest as a boxed error.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unresolved {
    #[error("no such host")]
    NoSuchHost,
    #[error("{0} may not be reached")]
    Forbidden(IpAddr),
}

impl Guard {
    pub fn new(allow_private: &[IpNet]) -> Self {
        Self { allow_private: allow_private.into() }
    }

    /// The scheme, the host, and the address when it is written out. The `url` crate has already read `0x7f.1` and
    /// `2130706433` as the addresses they are.
    pub fn check(&self, url: &Url) -> Result<(), Fault> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Fault::NotHttp);
        }
        let ip = match url.host().ok_or(Fault::NotHttp)? {
            Host::Domain(_) => return Ok(()),
            Host::Ipv4(ip) => IpAddr::V4(ip),
            Host::Ipv6(ip) => IpAddr::V6(ip),
        };
        if self.allows(ip) { Ok(()) } else { Err(Fault::ForbiddenAddress(ip)) }
    }

    pub fn allows(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        is_public(ip) || self.allow_private.iter().any(|network| network.contains(&ip))
    }

    /// The addresses of a name that may be reached: at least one.
    pub async fn resolve(&self, name: &str) -> Result<Vec<SocketAddr>, Unresolved> {
        let found = tokio::net::lookup_host((name, 0)).await.map_err(|_| Unresolved::NoSuchHost)?;
        let (allowed, refused): (Vec<_>, Vec<_>) = found.partition(|address| self.allows(address.ip()));
        match (allowed.is_empty(), refused.first()) {
            (false, _) => Ok(allowed),
            (true, Some(refused)) => Err(Unresolved::Forbidden(refused.ip())),
            (true, None) => Err(Unresolved::NoSuchHost),
        }
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        Box::pin(async move {
            let addresses = Guard::resolve(&guard, name.as_str()).await?;
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

/// Globally reachable unicast, by the IANA special-purpose registries (RFC 6890); what carries an IPv4 address inside is
/// judged by that too.
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let special = match ip.octets() {
        [0 | 10 | 127, ..] => true,
        [100, b, ..] => (64..128).contains(&b), // Shared between carriers (RFC 6598).
        [169, 254, ..] | [192, 168, ..] | [192, 0, 0 | 2, _] | [192, 88, 99, _] => true,
        [172, b, ..] => (16..32).contains(&b),
        [198, 18 | 19, ..] | [198, 51, 100, _] | [203, 0, 113, _] => true,
        [first, ..] if first >= 224 => true, // Multicast, reserved, broadcast.
        _ => false,
    };
    !special
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let words = ip.segments();
    let inside = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match words {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => inside(high, low), // NAT64 (RFC 6052).
        [0x2002, high, low, ..] => inside(high, low),               // 6to4 (RFC 3056).
        [0x2001, 0..=0x01ff, ..] | [0x2001, 0x0db8, ..] => false,   // Teredo, benchmarking, ORCHID, documentation.
        [0x3fff, 0..=0x0fff, ..] => false,                          // Documentation (RFC 9637).
        // Everything else that is public lies in 2000::/3: not ::1, ::, fc00::/7, fe80::/10, ff00::/8.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_addresses_are_refused_however_they_are_written() {
        let guard = Guard::new(&[]);
        let check = |host: &str, allowed: bool| {
            let url = Url::parse(&format!("http://{host}/")).unwrap();
            assert_eq!(guard.check(&url).is_ok(), allowed, "{host}");
        };
        check("93.184.216.34", true);
        check("[2606:2800:220:1::1]", true);
        check("exemple.fr", true);
        for host in [
            "127.0.0.1",
            "127.1",
            "0x7f.0.0.1",
            "2130706433",
            "017700000001",
            "127.0.0.1.",
            "0.0.0.0",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "192.0.0.8",
            "192.0.2.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "[::1]",
            "[::]",
            "[::ffff:127.0.0.1]",
            "[::ffff:a9fe:a9fe]",
            "[::127.0.0.1]",
            "[64:ff9b::127.0.0.1]",
            "[64:ff9b::169.254.169.254]",
            "[64:ff9b:1::1]",
            "[2002:7f00:1::]",
            "[2002:c0a8:101::1]",
            "[2001:0:1::1]",
            "[fc00::1]",
            "[fd00:ec2::254]",
            "[fe80::1]",
            "[fec0::1]",
            "[ff02::1]",
            "[2001:db8::1]",
            "[3fff::1]",
            "[100::1]",
        ] {
            check(host, false);
        }
        check("172.32.0.1", true);
        check("100.128.0.1", true);
        check("[64:ff9b::93.184.216.34]", true);
        check("[2002:5db8:d822::1]", true);
    }

    #[test]
    fn only_listed_networks_are_opened() {
        let guard = Guard::new(&["127.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()]);
        let check = |ip: &str, allowed: bool| assert_eq!(guard.allows(ip.parse().unwrap()), allowed, "{ip}");
        check("127.0.1.20", true);
        check("::ffff:127.0.0.1", true);
        check("fd12::1", true);
        check("10.0.0.1", false);
        check("::1", false);
        check("64:ff9b::127.0.0.1", false);
        check("169.254.169.254", false);
    }

    #[test]
    fn only_the_web_is_read() {
        let guard = Guard::new(&[]);
        for url in ["file:///etc/passwd", "ftp://exemple.fr/", "gopher://exemple.fr/", "data:,a", "javascript:alert(1)"]
        {
            assert_eq!(guard.check(&Url::parse(url).unwrap()), Err(Fault::NotHttp), "{url}");
        }
    }

    #[tokio::test]
    async fn a_name_that_resolves_to_a_private_address_is_refused() {
        let refused = Guard::new(&[]).resolve("localhost").await.unwrap_err();
        assert!(matches!(refused, Unresolved::Forbidden(_)), "{refused:?}");
        let open = Guard::new(&["127.0.0.0/8".parse().unwrap()]);
        let addresses = open.resolve("localhost").await.unwrap();
        assert!(addresses.iter().all(|address| address.is_ipv4()), "{addresses:?}");
    }

    proptest::proptest! {
        /// Whatever wraps a private IPv4 address is refused with it.
        #[test]
        fn embedding_an_address_hides_nothing(a: u8, b: u8, c: u8, d: u8) {
            let plain = Ipv4Addr::new(a, b, c, d);
            let (high, low) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
            let guard = Guard::new(&[]);
            let expected = guard.allows(plain.into());
            proptest::prop_assert_eq!(guard.allows(plain.to_ipv6_mapped().into()), expected);
            proptest::prop_assert_eq!(guard.allows(Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low).into()), expected);
            proptest::prop_assert_eq!(guard.allows(Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1).into()), expected);
            proptest::prop_assert!(!guard.allows(Ipv6Addr::new(0, 0, 0, 0, 0, 0, high, low).into()));
        }
    }
}
