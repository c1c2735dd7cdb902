//! What families have in common that need not be there.

use tachi_db::links::Link;
use tachi_server::config::upstream::UpstreamOptions;

use super::arc::ARC;
use super::cg::CG;
use super::{ACCOUNT, CARD_ID, PIN, UNKNOWN_CARD, failed, import, link, on_each, options};
use crate::support::limits;

const NO_CARD: &str = "This user has no card info set up for this service.";

#[test]
fn who_has_linked_nothing_is_told_so_and_then_what_the_operator_lacks() {
    let nothing = || ((), options(UpstreamOptions::default()));
    on_each(&limits(), nothing, |server, ()| {
        let player = server.player();
        let generic = "An internal service error has occurred. This has been reported!";
        let no_account = "No authentication was stored for api/arc-iidx.";
        let no_host = "Tried to get MYT API server host, yet was not defined?";
        let rows = [
            (ARC, no_account, generic, Link::ArcIidx, &[ACCOUNT][..]),
            (CG, NO_CARD, "Tried to get dev CG conf, yet was not defined?", Link::CgDev, &[CARD_ID, PIN]),
            ("api/myt-chunithm", NO_CARD, no_host, Link::Myt, &[UNKNOWN_CARD]),
        ];
        for (import_type, unlinked, unconfigured, of, values) in rows {
            failed(server, player.id, &import(&player.caller, import_type), 401, unlinked);
            link(server, player.id, of, values);
            failed(server, player.id, &import(&player.caller, import_type), 500, unconfigured);
        }
    });
}
