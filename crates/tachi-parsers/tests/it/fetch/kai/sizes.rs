//! Compressed answers, and how large answers may be.

use std::io::{self, Write as _};

use flate2::Compression;
use flate2::write::GzEncoder;
use tachi_core::import_type::ImportType;
use tachi_parsers::error::{FatalError, FatalKind};
use tachi_parsers::fetch::{Limits, fetch};

use super::{HISTORY, World, invalid};
use crate::fetch::{block_on, quick};
use crate::support::kai::Kai;
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

/// Notes what it is given, and how much the service had been asked by then.
struct Sink<'a> {
    kai: &'a Kai,
    written: Vec<(usize, String)>,
    is_full: bool,
}

impl io::Write for Sink<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.is_full {
            return Err(io::Error::other("no space left"));
        }
        self.written.push((self.kai.upstream.asked().len(), String::from_utf8(bytes.to_vec()).unwrap()));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn fetch_into(world: &World, sink: &mut Sink<'_>) -> Result<(), FatalError> {
    block_on(fetch(&world.services, ImportType::ApiFloIidx, &world.links, &|_| {}, None, sink))
}

#[test]
fn every_page_is_written_down_before_the_next_one_is_asked_for() {
    let world = World::new();
    world.kai.history(HISTORY, &[&["1", "2"], &["3"], &["4"]]);
    let mut sink = Sink { kai: &world.kai, written: Vec::new(), is_full: false };
    fetch_into(&world, &mut sink).unwrap();
    // The token and the profile come first.
    let pages = sink.written.iter().filter(|(_, text)| text.starts_with('['));
    let pages: Vec<(usize, &str)> = pages.map(|(asked, text)| (*asked, text.as_str())).collect();
    assert_eq!(pages, [(3, "[1,2]"), (4, "[3]"), (5, "[4]")]);
}

#[test]
fn a_transcript_that_cannot_be_written_is_a_fault_of_ours() {
    let world = World::new();
    let error = fetch_into(&world, &mut Sink { kai: &world.kai, written: Vec::new(), is_full: true }).unwrap_err();
    assert_eq!(error.kind, FatalKind::Unconfigured);
    assert_eq!(error.message, "An internal service error has occurred. This has been reported!");
}
