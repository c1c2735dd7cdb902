//! BATCH-MANUAL as a request body.

use serde_json::json;
use tachi_db::users::AuthLevel;

use crate::ir_kit::{GUEST, NO_PERMISSION, home};
use crate::support::TestServer;

const PATH: &str = "/ir/direct-manual/import";

#[test]
fn the_caller_comes_before_the_body() {
    for server in [TestServer::start(), home()] {
        server.guest().post(PATH, &json!({})).refused(401, GUEST);
        server.user(AuthLevel::User, &[]).caller.post(PATH, &json!({})).refused(403, NO_PERMISSION);
        server.player().caller.post(PATH, &json!({})).failure(400);
    }
}
