//! Compressed answers, and how large answers may be.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use tachi_parsers::fetch::Limits;

use super::{HISTORY, World, invalid};
use crate::fetch::quick;
use crate::support::upstream::Reply;

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn compressed_pages_are_read() {
    let world = World::new();
    let body = gzip(br#"{"_links":{"_next":null},"_items":[7]}"#);
    world.kai.upstream.always(HISTORY, Reply::ok(body).with("Content-Encoding", "gzip"));
    assert_eq!(world.fetch().unwrap(), r#"{"service":"FLO","profile":{"sp":18,"dp":4},"pages":[[7]]}"#);
    let requests = world.kai.upstream.requests();
    assert!(requests.last().unwrap().header("accept-encoding").contains("gzip"));

    let world = World::new();
    world.kai.upstream.always(HISTORY, Reply::ok(&b"no gzip"[..]).with("Content-Encoding", "gzip"));
    assert_eq!(world.failure(), invalid());
}

#[test]
fn an_answer_has_a_limit_that_holds_after_decompression() {
    let limits = || Limits { response: 1000, ..quick() };
    let page = |length: usize| {
        let frame = r#"{"_links":{"_next":null},"_items":[""]}"#.len();
        format!(r#"{{"_links":{{"_next":null}},"_items":["{}"]}}"#, "x".repeat(length - frame))
    };
    for (length, is_read) in [(1000, true), (1001, false), (1_000_000, false)] {
        for compressed in [false, true] {
            let world = World::with(limits());
            let reply = if compressed {
                Reply::ok(gzip(page(length).as_bytes())).with("Content-Encoding", "gzip")
            } else {
                Reply::ok(page(length))
            };
            world.kai.upstream.always(HISTORY, reply);
            let result = world.fetch();
            assert_eq!(result.is_ok(), is_read, "{length} {compressed}");
            if !is_read {
                assert_eq!(result.unwrap_err(), invalid());
            }
            assert_eq!(world.asked_for(HISTORY), 1);
        }
    }
}

#[test]
fn a_transcript_has_a_limit() {
    let world = World::with(Limits { transcript: 60, ..quick() });
    assert_eq!(world.failure(), (500, "Received more than 60 bytes of scores from their API.".to_owned()));
}
