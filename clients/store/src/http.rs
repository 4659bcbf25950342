//! Files by HTTP.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, UdpSocket},
    time::Duration,
};

use ureq::{
    config::Config,
    http::Uri,
    unversioned::{
        resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver},
        transport::{DefaultConnector, NextTimeout},
    },
    Agent,
};
use url::Url;

use crate::{
    read::{self, Unread},
    Allowed, Error,
};

/// Longest wait for a connection.
const CONNECTING: Duration = Duration::from_secs(10);
/// Longest time to hand a file over.
const PUTTING: Duration = Duration::from_secs(600);

#[derive(Debug)]
pub struct Http {
    agent: Agent,
    token: Option<String>,
}

/// Where a store has something.
pub fn address(base: &Url, sha256: &str) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}/{sha256}", base.path().trim_end_matches('/')));
    url
}

impl Http {
    /// For stores that the owner named, wherever they are.
    pub fn named(token: Option<String>) -> Self {
        Self {
            agent: config().new_agent(),
            token,
        }
    }

    /// For any host that is neither this machine nor in a private network.
    pub fn public() -> Self {
        let resolver = PublicOnly(DefaultResolver::default());
        Self {
            agent: Agent::with_parts(config(), DefaultConnector::default(), resolver),
            token: None,
        }
    }

    pub fn get(&self, url: &Url, sha256: &str, allowed: Allowed) -> Result<Vec<u8>, Error> {
        let uri = url.to_string();
        let unreachable = |reason: String| Error::Unreachable {
            uri: uri.clone(),
            reason,
        };
        let request = self
            .agent
            .get(url.as_str())
            .config()
            .timeout_global(Some(allowed.time))
            .build();
        let mut answer = request.call().map_err(|error| match error {
            ureq::Error::Other(other) if other.is::<Private>() => Error::NotAllowed {
                uri: uri.clone(),
                why: other.to_string(),
            },
            error => unreachable(error.to_string()),
        })?;
        let status = answer.status();
        if status.is_redirection() {
            let to = answer.headers().get("location");
            let to = to.and_then(|to| to.to_str().ok()).unwrap_or("nowhere");
            return Err(Error::Redirect {
                uri: uri.clone(),
                to: to.to_owned(),
            });
        }
        match status.as_u16() {
            200 => {}
            404 | 410 => return Err(Error::Missing { uri: uri.clone() }),
            status => return Err(unreachable(format!("the host answered {status}"))),
        }
        let body = answer.body_mut().as_reader();
        read::checked(body, &uri, sha256, allowed.bytes).map_err(|unread| match unread {
            Unread::Error(error) => error,
            Unread::Io(error) | Unread::Write(error) => unreachable(error.to_string()),
        })
    }

    pub fn put(&self, base: &Url, sha256: &str, bytes: &[u8]) -> Result<Url, Error> {
        let url = address(base, sha256);
        let request = self
            .agent
            .put(url.as_str())
            .config()
            .timeout_global(Some(PUTTING))
            .build()
            // Nothing is sent to a store that would not take it.
            .header("expect", "100-continue");
        let request = match &self.token {
            Some(token) => request.header("authorization", format!("Bearer {token}")),
            None => request,
        };
        let mut answer = request.send(bytes).map_err(|error| Error::Unreachable {
            uri: url.to_string(),
            reason: error.to_string(),
        })?;
        if answer.status().is_success() {
            return Ok(url);
        }
        let status = answer.status().as_u16();
        let said = answer.body_mut().with_config().limit(1 << 10);
        Err(Error::Refused {
            uri: url.to_string(),
            status,
            reason: said.read_to_string().unwrap_or_default().trim().to_owned(),
        })
    }
}

fn config() -> Config {
    Agent::config_builder()
        .max_redirects(0)
        .http_status_as_error(false)
        .timeout_connect(Some(CONNECTING))
        // A proxy of the environment would resolve names in our place.
        .proxy(None)
        .build()
}

/// Finds hosts, but none of this machine or a private network: what a stranger's address
/// may not make a node ask. It looks at what the connection will use, so that a name cannot
/// mean one host here and another there.
#[derive(Debug)]
struct PublicOnly(DefaultResolver);

impl Resolver for PublicOnly {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.0.resolve(uri, config, timeout)?;
        let forbidden = |address: IpAddr| !is_public(address) || is_own(address);
        match found.iter().find(|found| forbidden(found.ip())) {
            Some(found) => Err(ureq::Error::Other(Box::new(Private(found.ip())))),
            None => Ok(found),
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("{0} is an address of this machine or of a private network")]
struct Private(IpAddr);

/// Whether an address is one of this machine's, public or not: only such can be listened at.
/// What a router translates to this machine is not known here.
fn is_own(address: IpAddr) -> bool {
    UdpSocket::bind((address, 0)).is_ok()
}

/// Whether an address is of the open internet, by the special ranges of RFC 6890.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(a == 0
        || address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_documentation()
        || a >= 224 // multicast, reserved, broadcast
        || (a == 100 && (64..128).contains(&b)) // shared by carriers
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (18..20).contains(&b))) // benchmarks
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    if let Some(inside) = address.to_ipv4() {
        return is_public_v4(inside); // ::a.b.c.d and ::ffff:a.b.c.d, ::1 among them
    }
    // 2000::/3 is all that is given out; without documentation, and without 6to4, Teredo
    // and NAT64, which carry an IPv4 address.
    (first & 0xe000) == 0x2000
        && first != 0x2002
        && !(first == 0x2001 && (second == 0 || second == 0x0db8))
        && first != 0x3fff
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_this_machine_is_known_also_when_it_is_no_private_one() {
        // All of 127.0.0.0/8 is this machine's; the others are nobody's here.
        assert!(is_own("127.0.0.1".parse().expect("an address")));
        for other in ["1.1.1.1", "8.8.8.8"] {
            assert!(!is_own(other.parse().expect(other)), "{other}");
        }
    }

    #[test]
    fn only_the_open_internet_is_public() {
        for public in [
            "1.1.1.1",
            "100.128.0.1",
            "2606:4700::1111",
            "::ffff:8.8.8.8",
        ] {
            assert!(is_public(public.parse().expect(public)), "{public}");
        }
        for private in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "fe80::1",
            "fd00::1",
            "2002:7f00:1::",
            "64:ff9b::7f00:1",
        ] {
            assert!(!is_public(private.parse().expect(private)), "{private}");
        }
    }
}
