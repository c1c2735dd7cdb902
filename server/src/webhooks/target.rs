//! Where events may be sent: to public hosts, never into the network that this server is in.
//! Source: `spec/rest-api.md` 11.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};

use anyhow::{Context, Result, bail, ensure};
use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Which targets are allowed.
#[derive(Debug, Clone, Copy)]
pub struct Allowed {
    /// Whether this machine itself is one, also without encryption.
    pub to_loopback: bool,
}

impl Allowed {
    /// The address, if events may be sent there. Names are looked at again when they are resolved.
    pub fn check(self, text: &str) -> Result<Url> {
        let url = Url::parse(text).context("its address is none")?;
        let host = url.host_str().context("its address has no host")?;
        let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().ok();
        if self.to_loopback && address.is_some_and(|address| address.is_loopback()) {
            return Ok(url);
        }
        ensure!(url.scheme() == "https", "its address is not https");
        let name = host.trim_end_matches('.').to_ascii_lowercase();
        if name == "localhost" || name.ends_with(".localhost") || address.is_some_and(|address| !is_public(address)) {
            bail!("its host is not public");
        }
        Ok(url)
    }
}

/// Finds the addresses of names, and none that is not public.
#[derive(Debug, Clone, Copy)]
pub struct PublicHosts;

impl Resolve for PublicHosts {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::task::spawn_blocking(move || (name.as_str(), 0).to_socket_addrs()).await??;
            let public: Vec<SocketAddr> = found.filter(|address| is_public(address.ip())).collect();
            if public.is_empty() {
                return Err("its host is not public".into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [first, second, ..] = address.octets();
    let is_shared = first == 100 && (64..128).contains(&second);
    !(first == 0
        || is_shared
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        // Reserved, and broadcast.
        || first >= 240)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(v4) = address.to_ipv4() {
        // Mapped ones, and ::1 and :: too.
        return is_public_v4(v4);
    }
    let segments = address.segments();
    // NAT64 leads to whatever stands in the last 32 bits.
    let is_nat64 = segments[..6] == [0x64, 0xff9b, 0, 0, 0, 0];
    !(is_nat64 || address.is_unique_local() || address.is_unicast_link_local() || address.is_multicast())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_hosts_by_https_are_told() {
        let public = Allowed { to_loopback: false };
        for url in [
            "https://example.com/hook",
            "https://example.com:8443/x?y=z",
            "https://8.8.8.8/",
            "https://[2606:4700::1]/",
        ] {
            assert!(public.check(url).is_ok(), "{url}");
        }
        for url in [
            "",
            "example.com",
            "http://example.com/",
            "ftp://example.com/",
            "https://localhost/",
            "https://LOCALHOST./",
            "https://a.localhost/",
            "https://127.0.0.1/",
            "https://127.9.9.9/",
            "https://2130706433/",
            "https://10.1.2.3/",
            "https://172.16.0.1/",
            "https://172.31.0.1/",
            "https://192.168.0.1/",
            "https://169.254.169.254/",
            "https://0.0.0.0/",
            "https://100.64.0.1/",
            "https://[::1]/",
            "https://[::]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[fc00::1]/",
            "https://[fd12::1]/",
            "https://[fe80::1]/",
            "https://[64:ff9b::7f00:1]/",
        ] {
            assert!(public.check(url).is_err(), "{url}");
        }
        let testing = Allowed { to_loopback: true };
        assert!(testing.check("http://127.0.0.1:1/").is_ok() && testing.check("http://10.0.0.1/").is_err());
    }
}
