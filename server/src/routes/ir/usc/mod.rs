//! USC-IR, the protocol of unnamed_sdvx_clone. Source: `spec/import-types/ir-usc.md`.

mod protocol;
mod record;
mod replays;
mod scores;

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;
use tachi_core::catalogue::ChartIdx;
use tachi_db::pbs::pb_leaderboard;

use self::protocol::{Player, Refusal, Status, tell};
use self::record::server_scores;
use crate::app::now;
use crate::envelope::Nothing;

pub use self::replays::submit as submit_replay;
pub use self::scores::submit as submit_score;

/// A player who only looks.
type Reader = Player<false>;
/// A player who sends something.
type Submitter = Player<true>;

/// The version of the protocol.
const IR_VERSION: &str = "0.4.0-a";

/// `GET /`: who this is.
pub async fn server(player: Reader) -> HttpResponse {
    let body = json!({
        "serverTime": now() / 1000, "serverName": player.app.settings.name, "irVersion": IR_VERSION,
    });
    tell(Status::Success, "IR Request Successful.", Some(body))
}

/// The chart that the path names.
fn find_chart<const SUBMITS: bool>(player: &Player<SUBMITS>, request: &HttpRequest) -> Result<ChartIdx, Refusal> {
    let hash = request.match_info().get("hash").unwrap_or_default();
    player.app.catalogue().chart_by_hash(&[player.gpt], hash).ok_or_else(|| {
        let needed = player.app.settings.usc_queue_size;
        let people = if needed == 1 { "person has" } else { "people have" };
        let text = format!("This IR doesn't have any record data yet, or {needed} {people} not played the chart yet.");
        Refusal::new(Status::NotFound, text)
    })
}

/// `GET /charts/:chartHash`: whether the chart is known.
pub async fn chart(player: Reader, request: HttpRequest) -> Result<HttpResponse, Refusal> {
    find_chart(&player, &request)?;
    Ok(tell(Status::Success, "Chart exists.", Some(Nothing {})))
}

/// `GET /charts/:chartHash/record`: the best PB of all.
pub async fn record(player: Reader, request: HttpRequest) -> Result<HttpResponse, Refusal> {
    let chart = player.app.catalogue().chart(find_chart(&player, &request)?).key;
    let best = player.app.read(move |conn| {
        let best = pb_leaderboard(conn, chart, 1, 1)?;
        server_scores(conn, &best)
    });
    let best = best.await?.pop().ok_or_else(|| Refusal::new(Status::NotFound, "No server record found."))?;
    Ok(tell(Status::Success, "Retrieved score.", Some(json!({ "record": best }))))
}

/// The most entries of a leaderboard.
const MAX_ENTRIES: i64 = 10;

/// `GET /charts/:chartHash/leaderboard`: the best PBs.
pub async fn leaderboard(player: Reader, request: HttpRequest) -> Result<HttpResponse, Refusal> {
    let chart = player.app.catalogue().chart(find_chart(&player, &request)?).key;
    let entries = wanted_entries(request.query_string())?;
    let scores = player.app.read(move |conn| {
        let best = pb_leaderboard(conn, chart, 1, entries)?;
        server_scores(conn, &best)
    });
    Ok(tell(Status::Success, "Successfully retrieved leaderboard.", Some(scores.await?)))
}

/// How many entries a query asks for.
fn wanted_entries(query: &str) -> Result<i64, Refusal> {
    let query = web::Query::<BTreeMap<String, String>>::from_query(query).map(web::Query::into_inner);
    let query = query.unwrap_or_default();
    let refuse = |text: &str| Err(Refusal::new(Status::BadRequest, text));
    let mode = query.get("mode").map_or("", String::as_str);
    if !matches!(mode, "best" | "rivals") {
        return refuse("Invalid 'mode' param - expected 'best' or 'rivals'.");
    }
    let digits = query.get("n").filter(|n| n.bytes().all(|byte| byte.is_ascii_digit()));
    let Some(entries) = digits.and_then(|n| n.parse::<i64>().ok()).filter(|n| *n >= 1) else {
        return refuse("Invalid 'n' param - expected a positive non-zero integer less than or equal to 10.");
    };
    if mode == "rivals" {
        return refuse("This is currently unsupported.");
    }
    Ok(entries.min(MAX_ENTRIES))
}

#[cfg(test)]
mod tests {
    use super::wanted_entries;

    #[test]
    fn leaderboards_have_ten_entries_at_most() {
        let entries = |query: &str| wanted_entries(query).map_err(|refusal| refusal.to_string());
        assert_eq!(entries("mode=best&n=1"), Ok(1));
        assert_eq!(entries("mode=best&n=11"), Ok(10));
        for query in ["mode=best", "mode=best&n=foo", "mode=best&n=0", "mode=best&n=-1", "mode=best&n=1.5"] {
            assert!(entries(query).unwrap_err().starts_with("Invalid 'n' param"), "{query}");
        }
        for query in ["", "n=1", "mode=worst&n=1"] {
            assert!(entries(query).unwrap_err().starts_with("Invalid 'mode' param"), "{query}");
        }
        assert_eq!(entries("mode=rivals&n=1").unwrap_err(), "This is currently unsupported.");
    }
}
