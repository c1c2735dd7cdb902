//! Fetches that panic. Source: `spec/pipeline.md` 3 and 8.

use tachi_import::failpoints::Fault;
use tachi_import::stage::Stage;
use tachi_server::config::Options;
use tachi_server::config::upstream::UpstreamOptions;

use super::arc::{self, ARC, with_arc};
use super::cg::{self, CG, with_cg};
use super::myt::{self, MYT, with_myt};
use super::{FLO, HISTORY, eventually, flo, import, item, left, linked, new_scores, on_each, pair, poll, start};
use super::{tokens, untouched};
use crate::failures::error_id;
use crate::support::{Player, TestServer, limits, logs};
use crate::upstream::Upstream;

const INTERNAL: &str = "An internal service error has occurred. This has been reported!";

/// An import whose fetch panics leaves no trace but its tracker, and the next one finds everything as it should be.
fn survives(server: &TestServer, import_type: &str, player: &Player<'_>) {
    println!("{import_type}");
    let armed = server.app.importer.arm(Stage::Fetch, Fault::Panic);
    let id = error_id(&import(&player.caller, import_type));
    assert!(armed.is_reached());
    untouched(server, player.id);
    left(server, player.id, 500, INTERNAL);
    let logged = logs::errors();
    let line = logged.iter().find(|line| line.contains(&id)).unwrap_or_else(|| panic!("{id}: {logged:#?}"));
    assert!(line.contains("the stage fetch was told to panic"), "{line}");
    assert_eq!(new_scores(&import(&player.caller, import_type).body()), 1);
}

#[test]
fn a_fetch_that_panics_is_a_fault_of_ours_that_keeps_the_new_link_and_no_lock() {
    on_each(&limits(), flo, |server, kai| {
        kai.history(HISTORY, &[&[&item(1000, 1501, 15)], &[]]);
        let player = linked(server);
        survives(server, FLO, &player);
        assert_eq!(pair(server, player.id), tokens(3));
    });
}

#[test]
fn a_fetch_in_the_background_that_panics_is_told_to_who_polls() {
    on_each(&limits(), flo, |server, kai| {
        kai.history(HISTORY, &[&[&item(1000, 1501, 15)]]);
        let player = linked(server);
        let armed = server.app.importer.arm(Stage::Fetch, Fault::Panic);
        let id = start(&player.caller, FLO);
        eventually("it never failed", || poll(server, &id).status != 200);
        poll(server, &id).refused(500, INTERNAL);
        assert!(armed.is_reached());
        left(server, player.id, 500, INTERNAL);
        untouched(server, player.id);
        assert_eq!(new_scores(&import(&player.caller, FLO).body()), 1);
    });
}

/// The services of the other families, each with one score.
pub struct Others {
    pub arc: arc::Service,
    pub cg: Upstream,
    pub myt: tachi_mock_myt::Mock,
}

pub fn others() -> (Others, Options) {
    let services = Others {
        arc: arc::Service::start(),
        cg: Upstream::start(|_| cg::answer(&[cg::score()])),
        myt: myt::chunithm(),
    };
    let arc = with_arc(&services.arc.upstream.origin()).upstream;
    let cg = with_cg(&services.cg.origin()).upstream;
    let options = with_myt(&services.myt.address.to_string());
    let upstream = UpstreamOptions {
        arc_api_url: arc.arc_api_url,
        arc_auth_token: arc.arc_auth_token,
        cg_dev_url: cg.cg_dev_url,
        cg_dev_api_key: cg.cg_dev_api_key,
        ..options.upstream
    };
    (services, Options { upstream, ..options })
}

#[test]
fn a_panic_harms_nothing_whatever_the_family() {
    on_each(&limits(), others, |server, _| {
        survives(server, ARC, &arc::linked(server));
        survives(server, CG, &cg::linked(server));
        survives(server, MYT, &myt::linked(server));
    });
}
