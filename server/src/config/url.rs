//! What addresses in settings may be.

use std::net::IpAddr;

use actix_web::http::Uri;
use anyhow::{Result, ensure};

/// Checks that a setting is a scheme and a host, with or without a port, and nothing else.
pub(super) fn origin(name: &str, url: &str) -> Result<()> {
    let parsed: Option<Uri> = url.parse().ok();
    let parts = parsed.as_ref().and_then(|parsed| Some((parsed.scheme_str()?, parsed.authority()?.as_str())));
    let is_origin = parts.is_some_and(|(scheme, authority)| {
        matches!(scheme, "http" | "https") && !authority.contains('@') && url == format!("{scheme}://{authority}")
    });
    ensure!(is_origin, "{name}: expected an origin such as https://example.com, without a slash, got {url:?}");
    Ok(())
}

/// Checks that what goes to a URL is encrypted, unless it stays on this machine.
pub(super) fn secure(name: &str, url: &str) -> Result<()> {
    let is_secure = url.starts_with("https://") || (url.starts_with("http://") && is_loopback(url));
    ensure!(is_secure, "{name}: expected https://, or http:// on this machine only, got {url:?}");
    Ok(())
}

/// Whether a URL names this machine.
pub(super) fn is_loopback(url: &str) -> bool {
    let parsed: Option<Uri> = url.parse().ok();
    parsed.as_ref().and_then(Uri::host).is_some_and(|host| {
        let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        host == "localhost" || address.is_ok_and(|address| address.is_loopback())
    })
}
