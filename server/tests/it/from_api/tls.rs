//! Services behind TLS whose certificates no well-known authority has signed. Source: `spec/integrations.md` 8.

use tachi_mock_myt::Mock;
use tachi_server::config::Options;
use tachi_server::config::upstream::UpstreamOptions;
use tempfile::NamedTempFile;

use super::arc::{self, ARC, with_arc};
use super::cg::{self, CG, with_cg};
use super::myt::{self, MYT, with_myt};
use super::{FLO, HISTORY, INVALID, failed, import, item, linked, new_scores, on_each, pair, tokens, with_flo};
use crate::kai::Kai;
use crate::support::tls::Tls;
use crate::support::{limits, logs};
use crate::upstream::{Reply, Upstream};

/// A service of each family, all of them behind TLS.
struct Services {
    kai: (Kai, Tls),
    arc: (arc::Service, Tls),
    cg: (Upstream, Tls),
    myt: (Mock, Tls),
}

impl Services {
    fn start() -> Self {
        let kai = Kai::start();
        kai.history(HISTORY, &[&[], &[&item(1001, 1000, 13)]]);
        let kai_tls = before(&kai.upstream);
        let next = format!("https://{}{HISTORY}?page=2", kai_tls.host);
        let first = format!(r#"{{"_links":{{"_next":"{next}"}},"_items":[{}]}}"#, item(1000, 1501, 15));
        kai.upstream.once(HISTORY, Reply::ok(first));
        let arc = arc::Service::start();
        let arc_tls = before(&arc.upstream);
        let cg = Upstream::start(|_| cg::answer(&[cg::score()]));
        let cg_tls = before(&cg);
        let myt = myt::chunithm();
        let myt_tls = Tls::before(myt.address);
        Self { kai: (kai, kai_tls), arc: (arc, arc_tls), cg: (cg, cg_tls), myt: (myt, myt_tls) }
    }

    /// An instance that knows all of them.
    fn options(&self) -> Options {
        let address = |tls: &Tls| format!("https://{}", tls.host);
        let flo = with_flo(&address(&self.kai.1)).upstream;
        let arc = with_arc(&address(&self.arc.1)).upstream;
        let cg = with_cg(&address(&self.cg.1)).upstream;
        let options = with_myt(&self.myt.1.host);
        let upstream = UpstreamOptions {
            flo_api_url: flo.flo_api_url,
            flo_oauth2_client_id: flo.flo_oauth2_client_id,
            flo_oauth2_client_secret: flo.flo_oauth2_client_secret,
            flo_oauth2_redirect_uri: flo.flo_oauth2_redirect_uri,
            arc_api_url: arc.arc_api_url,
            arc_auth_token: arc.arc_auth_token,
            cg_dev_url: cg.cg_dev_url,
            cg_dev_api_key: cg.cg_dev_api_key,
            myt_plaintext: None,
            ..options.upstream
        };
        Options { upstream, ..options }
    }

    /// How much the services were asked; what does not get through TLS does not get here.
    fn asked(&self) -> usize {
        let http = [&self.kai.0.upstream, &self.arc.0.upstream, &self.cg.0];
        http.iter().map(|upstream| upstream.asked().len()).sum::<usize>() + self.myt.0.seen().len()
    }
}

fn before(upstream: &Upstream) -> Tls {
    Tls::before(upstream.origin().trim_start_matches("http://").parse().unwrap())
}

fn file(text: &str) -> NamedTempFile {
    let file = NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    file
}

#[track_caller]
fn are_refused(start: impl Fn() -> (Services, Options)) {
    on_each(&limits(), start, |server, services| {
        let player = linked(server);
        let text = "An error has occurred while attempting reauthentication.";
        failed(server, player.id, &import(&player.caller, FLO), 500, text);
        assert_eq!(pair(server, player.id), tokens(1));
        let player = arc::linked(server);
        failed(server, player.id, &import(&player.caller, ARC), 500, INVALID);
        let player = cg::linked(server);
        failed(server, player.id, &import(&player.caller, CG), 500, INVALID);
        let player = myt::linked(server);
        failed(server, player.id, &import(&player.caller, MYT), 500, "Unexpected response from MYT - 14");
        assert_eq!(services.asked(), 0);
    });
    let warnings = logs::warnings();
    for service in ["FLO", "ARC", "CG", "MYT"] {
        let clear = format!("{service}: its certificate is not trusted");
        let line = warnings.iter().find(|line| line.starts_with(&clear));
        let line = line.unwrap_or_else(|| panic!("{service}: {warnings:#?}"));
        assert!(line.contains("invalid peer certificate"), "{line}");
    }
}

#[test]
fn a_service_that_nobody_vouches_for_is_refused_before_anything_is_sent() {
    are_refused(|| {
        let services = Services::start();
        let options = services.options();
        (services, options)
    });
}

#[test]
fn authorities_vouch_for_their_own_services_only() {
    let other = Tls::before("127.0.0.1:1".parse().unwrap());
    let file = file(&other.certificate);
    are_refused(|| {
        let services = Services::start();
        let mut options = services.options();
        options.upstream.upstream_ca = Some(file.path().to_owned());
        (services, options)
    });
}

#[test]
fn a_service_is_trusted_whose_certificate_the_operator_names() {
    let start = || {
        let services = Services::start();
        let all = [&services.kai.1, &services.arc.1, &services.cg.1, &services.myt.1];
        let file = file(&all.map(|tls| tls.certificate.as_str()).join("\n"));
        let mut options = services.options();
        options.upstream.upstream_ca = Some(file.path().to_owned());
        ((services, file), options)
    };
    on_each(&limits(), start, |server, _| {
        assert_eq!(new_scores(&import(&linked(server).caller, FLO).body()), 2);
        assert_eq!(new_scores(&import(&arc::linked(server).caller, ARC).body()), 1);
        assert_eq!(new_scores(&import(&cg::linked(server).caller, CG).body()), 1);
        assert_eq!(new_scores(&import(&myt::linked(server).caller, MYT).body()), 1);
    });
}
