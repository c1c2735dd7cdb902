//! Settings of the mail that is sent. Source: `spec/rest-api.md` 6.

use std::net::IpAddr;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use lettre::SmtpTransport;
use lettre::message::Mailbox;
use lettre::transport::smtp::extension::ClientId;
use reqwest::Url;

use super::upstream::both;
use super::url::is_loopback;

option_group! {
    /// The mail that is sent.
    MailOptions, "Mail",
    {
        /// The server that takes our mail: smtps://USER:PASSWORD@HOST:465, smtp://USER:PASSWORD@HOST:587?tls=required,
        /// or smtp://HOST:25 without a password; without one no mail is sent
        smtp_url: String, "TACHI_SMTP_URL";
        /// Whom our mail is from, such as Tachi <tachi@example.com>
        mail_from: String, "TACHI_MAIL_FROM";
    }
}

/// The settings in force.
#[derive(Debug, Clone)]
pub struct Mail {
    /// What hands mail over.
    pub transport: SmtpTransport,
    /// Whom it is from.
    pub from: Mailbox,
}

/// How long the server may take for each step.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The address is not repeated: it may hold a password.
const FORMS: &str = "smtp_url: expected smtps://USER:PASSWORD@HOST:465, smtp://USER:PASSWORD@HOST:587?tls=required or \
                     smtp://HOST:25";

pub(super) fn resolve(options: MailOptions, our_url: &str) -> Result<Option<Mail>> {
    let Some((url, from)) = both("smtp_url", options.smtp_url, "mail_from", options.mail_from)? else {
        return Ok(None);
    };
    let expected = || format!("mail_from: expected an address such as Tachi <tachi@example.com>, got {from:?}");
    let from = from.parse().ok().with_context(expected)?;
    Ok(Some(Mail { transport: transport(&url, our_url)?, from }))
}

fn transport(url: &str, our_url: &str) -> Result<SmtpTransport> {
    let parsed = Url::parse(url).ok().context(FORMS)?;
    // The library takes a path for our own name, and leaves out a name without a password.
    ensure!(matches!(parsed.path(), "" | "/"), "{FORMS}, without a path");
    let has_password = parsed.password().is_some_and(|password| !password.is_empty());
    ensure!(parsed.username().is_empty() != has_password, "{FORMS}: a user comes with a password");
    let is_encrypted = parsed.scheme() == "smtps" || parsed.query() == Some("tls=required");
    let is_here = is_loopback(&format!("http://{}", parsed.host_str().context(FORMS)?));
    ensure!(is_encrypted || is_here || !has_password, "{FORMS}: the password would be sent without encryption");
    let builder = SmtpTransport::from_url(url).ok().context(FORMS)?;
    Ok(builder.timeout(Some(TIMEOUT)).hello_name(our_name(our_url)).build())
}

/// What we call ourselves to the server.
fn our_name(our_url: &str) -> ClientId {
    let host = Url::parse(our_url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
    match host.trim_start_matches('[').trim_end_matches(']').parse() {
        Ok(IpAddr::V4(address)) => ClientId::Ipv4(address),
        Ok(IpAddr::V6(address)) => ClientId::Ipv6(address),
        Err(_) => ClientId::Domain(host),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(url: Option<&str>, from: Option<&str>) -> Result<Option<Mail>> {
        let options = MailOptions { smtp_url: url.map(str::to_owned), mail_from: from.map(str::to_owned) };
        resolve(options, "https://tachi.example.com")
    }

    #[test]
    fn mail_is_sent_with_both_settings_or_not_at_all() {
        assert!(of(None, None).unwrap().is_none());
        assert!(of(Some("smtp://localhost"), None).unwrap_err().to_string().contains("mail_from is missing"));
        assert!(of(None, Some("x@example.com")).unwrap_err().to_string().contains("smtp_url is missing"));
        for from in ["x@example.com", "Tachi <x@example.com>", "\"Our Tachi\" <x@example.com>"] {
            assert!(of(Some("smtp://localhost"), Some(from)).unwrap().is_some(), "{from}");
        }
        for from in ["", "Tachi", "Tachi <x>", "x@example.com, y@example.com", "x@example.com\nBcc: y@example.com"] {
            assert!(of(Some("smtp://localhost"), Some(from)).unwrap_err().to_string().contains("mail_from"), "{from}");
        }
    }

    #[test]
    fn passwords_are_sent_over_tls_and_never_shown() {
        let transport = |url: &str| of(Some(url), Some("x@example.com")).map(Option::unwrap);
        for url in [
            "smtp://mail.example.com",
            "smtp://mail.example.com:25",
            "smtp://mail.example.com?tls=opportunistic",
            "smtp://mail.example.com:587?tls=required",
            "smtp://user:s3cret@mail.example.com:587?tls=required",
            "smtps://user:s3cret@mail.example.com:465",
            "smtps://user%40example.com:s3cret@mail.example.com",
            "smtp://user:s3cret@127.0.0.1:2525",
            "smtp://user:s3cret@localhost:2525",
        ] {
            let mail = transport(url).unwrap_or_else(|error| panic!("{url}: {error}"));
            assert!(!format!("{mail:?}").contains("s3cret"), "{url}");
        }
        for url in [
            "",
            "mail.example.com:25",
            "http://mail.example.com",
            "smtp://",
            "smtp://mail.example.com:port",
            "smtp://mail.example.com/path",
            "smtp://mail.example.com?tls=perhaps",
            "smtp://user@mail.example.com?tls=required",
            "smtp://:s3cret@mail.example.com?tls=required",
            "smtp://user:s3cret@mail.example.com",
            "smtp://user:s3cret@mail.example.com?tls=opportunistic",
        ] {
            let text = format!("{:#}", transport(url).expect_err(url));
            assert!(text.starts_with("smtp_url: expected smtps://") && !text.contains("s3cret"), "{url}: {text}");
        }
    }
}
