//! What the tests share: a server of their own, callers of it, and what they send and get.

mod answer;
mod form;
pub mod logs;
mod server;
pub mod smtp;
pub mod tls;

pub use answer::{Answer, members};
pub use form::Form;
pub use server::{
    Caller, Player, Stored, TestServer, client, client_builder, fixture, limits, on_both, on_both_with, settings,
    settings_with_key,
};

use serde_json::{Value, json};

/// Noon of 10 September 2021 in Japan, UNIX milliseconds.
pub const NOON: i64 = 1_631_242_800_000;

/// The export that the demo imports.
pub fn demo_csv() -> Vec<u8> {
    fixture("file/eamusement-iidx-csv/demo/input.csv")
}

/// A BATCH-MANUAL document of scores on beatmania IIDX SP.
pub fn batch(scores: &[Value]) -> Vec<u8> {
    let meta = json!({"game": "iidx", "playtype": "SP", "service": "Test"});
    json!({"meta": meta, "scores": scores}).to_string().into_bytes()
}

/// An element of such a document, on an ANOTHER chart.
pub fn score(title: &str, ex: i64, lamp: &str, time: i64) -> Value {
    json!({
        "matchType": "songTitle", "identifier": title, "difficulty": "ANOTHER",
        "score": ex, "lamp": lamp, "timeAchieved": time,
    })
}

/// The names of an object's members, sorted.
#[track_caller]
pub fn keys(object: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = object.as_object().expect("an object").keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}
