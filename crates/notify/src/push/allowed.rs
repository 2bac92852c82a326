//! Where messages may be sent. A subscriber names any address; what the server reaches is the office's decision.

use std::{
    net::{IpAddr, SocketAddr},
    str::FromStr,
};

/// A word of the list cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0} is neither a network (10.0.0.0/8), a host (push.example.jp) nor an address with its port (10.0.0.5:8443)"
)]
pub struct BadAllowance(String);

/// The push services that may be spoken to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Allowed(Vec<Allowance>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Allowance {
    /// Whoever resolves into this network.
    Network(IpAddr, u8),
    /// This host by its name.
    Host(String),
    /// This very address and port, also without TLS and on this machine.
    Exactly(SocketAddr),
}

impl FromStr for Allowed {
    type Err = BadAllowance;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
        words.map(allowance).collect::<Result<_, _>>().map(Self)
    }
}

fn allowance(word: &str) -> Result<Allowance, BadAllowance> {
    let bad = || BadAllowance(word.to_owned());
    if let Ok(address) = word.parse() {
        return Ok(Allowance::Exactly(address));
    }
    if let Some((network, bits)) = word.split_once('/') {
        let network: IpAddr = network.parse().map_err(|_no_address| bad())?;
        let bits = bits.parse().ok().filter(|bits| *bits <= width(network)).ok_or_else(bad)?;
        return Ok(Allowance::Network(network, bits));
    }
    let letters = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    if word.parse::<IpAddr>().is_ok() || !word.chars().all(letters) {
        return Err(bad());
    }
    Ok(Allowance::Host(word.to_ascii_lowercase()))
}

impl Allowed {
    /// Whether this address may be spoken to under this name. Never this machine, by whichever of its addresses, or its link, unless
    /// named with the port.
    pub(super) fn permits(&self, host: &str, address: SocketAddr, encrypted: bool) -> bool {
        let ip = plain(address.ip());
        let near = ip.is_loopback()
            || ip.is_unspecified()
            || ip.is_multicast()
            || is_link_local(ip)
            || is_this_machine(ip);
        let literal = host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
        self.0.iter().any(|allowance| match allowance {
            Allowance::Exactly(exact) => literal && *exact == address,
            Allowance::Network(network, bits) => encrypted && !near && within(ip, *network, *bits),
            Allowance::Host(name) => encrypted && !near && host.eq_ignore_ascii_case(name),
        })
    }
}

/// An IPv4 address that is written as IPv6 is judged as what it is.
fn plain(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(ip, IpAddr::V4),
        IpAddr::V4(_) => ip,
    }
}

fn is_link_local(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => v4.is_link_local() || v4.is_broadcast(),
        IpAddr::V6(v6) => v6.is_unicast_link_local(),
    }
}

/// Whether an address is one of this machine's own in its networks. Where they cannot be told, each might be.
fn is_this_machine(ip: IpAddr) -> bool {
    if_addrs::get_if_addrs().map_or(true, |own| own.iter().any(|interface| plain(interface.ip()) == ip))
}

const fn width(ip: IpAddr) -> u8 {
    if ip.is_ipv4() { 32 } else { 128 }
}

fn within(ip: IpAddr, network: IpAddr, bits: u8) -> bool {
    let number = |ip: IpAddr| match ip {
        IpAddr::V4(v4) => u128::from(v4.to_bits()) << 96,
        IpAddr::V6(v6) => v6.to_bits(),
    };
    let mask = if bits == 0 { 0 } else { u128::MAX << (128 - u32::from(bits)) };
    ip.is_ipv4() == network.is_ipv4() && number(ip) & mask == number(network) & mask
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRIVATE: &str = "10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, fc00::/7";

    fn permits(list: &str, host: &str, address: &str, encrypted: bool) -> bool {
        list.parse::<Allowed>().unwrap().permits(host, address.parse().unwrap(), encrypted)
    }

    #[test]
    fn a_closed_network_is_all_that_is_reached() {
        for (address, allowed) in [
            ("10.1.2.3:443", true),
            ("172.31.0.1:443", true),
            ("172.32.0.1:443", false),
            ("192.168.7.7:8443", true),
            ("[fd00::1]:443", true),
            ("8.8.8.8:443", false),
            ("[2001:db8::1]:443", false),
            ("127.0.0.1:5432", false),
            ("[::1]:443", false),
            ("[::ffff:127.0.0.1]:443", false),
            ("[::ffff:10.0.0.1]:443", true),
            ("169.254.169.254:443", false),
            ("[fe80::1]:443", false),
            ("0.0.0.0:443", false),
            ("224.0.0.1:443", false),
            ("255.255.255.255:443", false),
        ] {
            assert_eq!(permits(PRIVATE, "push.office", address, true), allowed, "{address}");
        }
        assert!(!permits(PRIVATE, "push.office", "10.1.2.3:80", false), "not without TLS");
    }

    #[test]
    fn this_machine_is_reached_only_where_it_is_named_with_its_port() {
        for list in ["0.0.0.0/0, ::/0", "localhost", "push.office"] {
            assert!(!permits(list, "localhost", "127.0.0.1:443", true), "{list}");
        }
        assert!(permits("127.0.0.1:4000", "127.0.0.1", "127.0.0.1:4000", false));
        assert!(!permits("127.0.0.1:4000", "127.0.0.1", "127.0.0.1:4001", false));
        // A name that resolves to it is no address.
        assert!(!permits("127.0.0.1:4000", "push.office", "127.0.0.1:4000", true));
    }

    #[test]
    fn this_machine_is_not_reached_by_its_address_in_the_network() {
        assert!(!is_this_machine("203.0.113.5".parse().unwrap()));
        for interface in if_addrs::get_if_addrs().unwrap() {
            let own = SocketAddr::new(interface.ip(), 443).to_string();
            let every = "0.0.0.0/0, ::/0, push.office";
            assert!(!permits(every, "push.office", &own, true), "{own}");
            let host = own.rsplit_once(':').unwrap().0;
            assert!(permits(&own, host, &own, false), "named with its port: {own}");
        }
    }

    #[test]
    fn a_host_is_reached_by_its_name() {
        assert!(permits("Push.example.jp", "push.EXAMPLE.jp", "203.0.113.5:443", true));
        assert!(!permits("push.example.jp", "push.example.jp.evil.example", "203.0.113.5:443", true));
        assert!(!permits("", "push.example.jp", "203.0.113.5:443", true));
    }

    #[test]
    fn what_is_no_allowance_is_refused() {
        for bad in ["10.0.0.0/33", "::/129", "10.0.0.1", "http://push", "a b", "10.0.0/8"] {
            assert!(bad.parse::<Allowed>().is_err(), "{bad}");
        }
    }
}
