//! Fetches a player's history from MYT over gRPC and writes it down as the transcript that [`crate::api::myt`] reads.
//!
//! The whole history is written down before anything of it is converted, because MYT closes a stream that is read
//! slowly.
//! Source: `spec/import-types/api-myt.md` 1 to 3.

mod config;
mod transcript;

use std::error::Error;
use std::future::Future;
use std::io::Write;
use std::time::Duration;

use chrono::{DateTime, SecondsFormat};
use serde::Serialize;
use serde_json::{Map, Value, json};
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::Channel;
use tonic::{Code, Request, Response, Status, Streaming, TimeoutExpired};

pub use self::config::{ConfigError, MytConfig};
use self::proto::mythos::cards::v0::LookupRequest;
use self::proto::mythos::cards::v0::cards_client::CardsClient;
use self::proto::mythos::wacca::v0::wacca_user_client::WaccaUserClient;
use self::proto::mythos::wacca::v0::{DataRequest, PlaylogRequest, PlaylogStreamItem};
use self::proto::mythos::{chunithm, maimai, ongeki};
use self::transcript::Transcript;
use super::http::{Deadline, NoAnswer};
use super::transcript::Out;
use super::{Limits, Progress, tls};
use crate::api;
use crate::api::source::MytTitle;
use crate::error::{FatalError, FatalKind};
use crate::json::Json;
use crate::time::parse_iso;

/// What `build.rs` made of `proto/`.
mod proto {
    include!(concat!(env!("OUT_DIR"), "/myt.rs"));
}

/// A title's name for people.
const fn label(title: MytTitle) -> &'static str {
    match title {
        MytTitle::Chunithm => "CHUNITHM",
        MytTitle::Maimaidx => "maimai DX",
        MytTitle::Ongeki => "O.N.G.E.K.I.",
        MytTitle::Wacca => "WACCA",
    }
}

/// Who is told how far a fetch has come.
pub type ProgressSink<'a> = &'a (dyn Fn(Progress) + Send + Sync);

/// Reads the play log of a game; the packages of the three have the same services and messages.
macro_rules! play_log {
    ($session:ident, $profile:ident, $cursor:ident, $progress:ident, $out:ident, $package:ident, $module:ident::$client:ident) => {{
        let mut client = $package::v0::$module::$client::new($session.channel.clone());
        let request = $session.request($package::v0::GetPlaylogRequest {
            profile_api_id: $profile,
            last_user_play_date: $cursor.and_then(iso_8601),
            limit: None,
        });
        let transcript = Transcript::new(&Value::Null, &$session.limits, $out);
        $session.read(client.get_playlog(request), transcript, |_| true, $progress).await
    }};
}

/// Fetches the history of the player with that card (`None`: the player has none stored) and writes it down as a
/// transcript. With a `cursor`, UNIX milliseconds, only plays after it.
///
/// # Errors
/// The failures of the page. None of them tells the host, the token or the card.
pub async fn fetch(
    config: &MytConfig,
    title: MytTitle,
    card: Option<&str>,
    cursor: Option<i64>,
    progress: ProgressSink<'_>,
    out: &mut (dyn Write + Send),
) -> Result<(), FatalError> {
    let card = card.ok_or_else(|| FatalError {
        kind: FatalKind::Unauthorised,
        message: "This user has no card info set up for this service.".to_owned(),
    })?;
    let (limits, deadline) = (config.limits.clone(), Deadline::after(&config.limits));
    let session = Session { channel: config.channel()?, bearer: config.bearer()?, limits, deadline };
    let profile = session.look_up(title, card).await?;
    match title {
        MytTitle::Chunithm => {
            play_log!(session, profile, cursor, progress, out, chunithm, chunithm_user_client::ChunithmUserClient)
        }
        MytTitle::Maimaidx => {
            play_log!(session, profile, cursor, progress, out, maimai, maimai_user_client::MaimaiUserClient)
        }
        MytTitle::Ongeki => {
            play_log!(session, profile, cursor, progress, out, ongeki, ongeki_user_client::OngekiUserClient)
        }
        MytTitle::Wacca => session.wacca(profile, cursor, progress, out).await,
    }
}

/// A connection to MYT and what goes with every call.
struct Session {
    channel: Channel,
    bearer: MetadataValue<Ascii>,
    limits: Limits,
    deadline: Deadline,
}

impl Session {
    fn request<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        request.metadata_mut().insert("authorization", self.bearer.clone());
        request.set_timeout(self.time());
        request
    }

    /// How long a call may take.
    fn time(&self) -> Duration {
        self.limits.call.min(self.deadline.left())
    }

    /// Waits for an answer no longer than the deadline; tonic itself minds it only until an answer begins.
    async fn within<T>(&self, answer: impl Future<Output = Result<T, Status>>) -> Result<T, Status> {
        let answer = tokio::time::timeout(self.time(), answer).await;
        let answer = answer.unwrap_or_else(|_| Err(Status::deadline_exceeded("")));
        answer.map_err(|status| if is_expired(&status) { Status::deadline_exceeded("") } else { status })
    }

    /// The profile of a card in a title.
    async fn look_up(&self, title: MytTitle, card: &str) -> Result<String, FatalError> {
        let kind = title.as_str();
        let request = LookupRequest { access_code: card.to_owned(), titles: vec![kind.to_owned()] };
        let mut client = CardsClient::new(self.channel.clone());
        let answer = self.within(client.lookup(self.request(request))).await;
        let titles = answer.map_err(|status| look_up_failure(&status))?.into_inner().titles;
        let entry = titles.into_iter().find(|entry| entry.title_kind == kind);
        entry.map(|entry| entry.title_api_id).ok_or_else(|| {
            let label = label(title);
            FatalError::bad_input(format!("Couldn't find {label} profile on MYT."))
        })
    }

    async fn wacca(
        &self,
        profile: String,
        cursor: Option<i64>,
        progress: ProgressSink<'_>,
        out: Out<'_>,
    ) -> Result<(), FatalError> {
        let mut client = WaccaUserClient::new(self.channel.clone());
        let request = self.request(DataRequest { api_id: profile.clone() });
        let data = self.within(client.get_data(request)).await.map_err(|status| {
            log_status("WaccaUser.GetData", &status);
            upstream("Failed to fetch player data from MYT.")
        })?;
        let versions = data.into_inner().version_data.into_iter();
        let versions: Map<_, _> = versions.map(|(id, data)| (id.to_string(), json!({"rank": data.rank}))).collect();
        let data = json!({"versionData": versions});
        // An unknown class is refused here already, before any score is read.
        api::myt::classes(&Json::from_value(&data))?;
        let request = self.request(PlaylogRequest { api_id: profile, music_id: None });
        // This call takes no cursor.
        let is_new =
            |item: &PlaylogStreamItem| !item.info.as_ref().is_some_and(|info| is_old(&info.user_play_date, cursor));
        let transcript = Transcript::new(&data, &self.limits, out);
        self.read(client.get_playlog(request), transcript, is_new, progress).await
    }

    /// Reads a stream to its end. The deadline is that of the whole call.
    async fn read<T: Serialize>(
        &self,
        call: impl Future<Output = Result<Response<Streaming<T>>, Status>>,
        mut transcript: Transcript<'_>,
        is_wanted: impl Fn(&T) -> bool,
        progress: ProgressSink<'_>,
    ) -> Result<(), FatalError> {
        let failed = |status| {
            log_status("GetPlaylog", &status);
            upstream("Failed to get scores from MYT.")
        };
        let reading = async {
            let mut stream = call.await.map_err(failed)?.into_inner();
            progress(Progress { pages: 1, scores: 0 });
            while let Some(item) = stream.message().await.map_err(failed)? {
                let scores = transcript.receive(&item, is_wanted(&item))?;
                if scores.is_multiple_of(PROGRESS_EVERY) {
                    progress(Progress { pages: 1, scores });
                }
            }
            progress(Progress { pages: 1, scores: transcript.received() });
            Ok(())
        };
        let read = tokio::time::timeout(self.time(), reading).await;
        read.unwrap_or_else(|_| Err(failed(Status::deadline_exceeded(""))))?;
        transcript.finish()
    }
}

/// How many scores lie between two reports.
const PROGRESS_EVERY: usize = 500;

/// The cursor as MYT takes it: ISO 8601 in UTC with milliseconds. `None` for a time out of all bounds.
fn iso_8601(cursor: i64) -> Option<String> {
    let time = DateTime::from_timestamp_millis(cursor)?;
    Some(time.to_rfc3339_opts(SecondsFormat::Millis, true))
}

/// Whether a play is not after the cursor. One whose time is not known is never old.
fn is_old(date: &str, cursor: Option<i64>) -> bool {
    let time = parse_iso(date).ok().flatten();
    matches!((time, cursor), (Some(time), Some(cursor)) if time <= cursor)
}

/// Whether tonic gave up at the deadline, which it calls a cancellation.
fn is_expired(status: &Status) -> bool {
    let mut source = status.source();
    while let Some(error) = source {
        if error.is::<TimeoutExpired>() {
            return true;
        }
        source = error.source();
    }
    false
}

fn look_up_failure(status: &Status) -> FatalError {
    log_status("Cards.Lookup", status);
    let unexpected = |code: Code| upstream(&format!("Unexpected response from MYT - {}", code as i32));
    match status.code() {
        Code::NotFound => FatalError {
            kind: FatalKind::Unauthorised,
            message: format!("Card not found on MYT: {}", presentable(status.message())),
        },
        Code::Unavailable => unexpected(status.code()),
        // Not a status that was sent: the connection broke, or what answers there does not speak gRPC.
        _ if status.source().is_some() => upstream("Failed to look up card at MYT. Are they down?"),
        code => unexpected(code),
    }
}

fn upstream(message: &str) -> FatalError {
    FatalError { kind: FatalKind::Upstream, message: message.to_owned() }
}

/// A text of MYT's as players may see it: no control characters, and no more than 500 others.
fn presentable(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(500).collect()
}

/// The code only: a message may repeat the card.
fn log_status(call: &str, status: &Status) {
    if let Some(problem) = tls::distrust(status) {
        log::warn!("MYT: {}: {problem}", NoAnswer::Untrusted);
    }
    log::warn!("MYT answered {call} with {:?}", status.code());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_are_utc_with_milliseconds() {
        assert_eq!(iso_8601(1_714_644_930_000).as_deref(), Some("2024-05-02T10:15:30.000Z"));
        assert_eq!(iso_8601(i64::MAX), None);
    }

    #[test]
    fn plays_at_the_cursor_are_old_and_those_without_time_are_not() {
        let cursor = Some(1_714_644_930_000);
        assert!(is_old("2024-05-02T10:15:30.000Z", cursor));
        assert!(is_old("2024-05-02T19:15:29.999+09:00", cursor));
        assert!(!is_old("2024-05-02T10:15:30.001Z", cursor));
        assert!(!is_old("", cursor));
        assert!(!is_old("yesterday", cursor));
        assert!(!is_old("2024-05-02T10:15:30.000Z", None));
    }

    #[test]
    fn texts_of_others_are_cut_and_have_no_control_characters() {
        assert_eq!(presentable("no\u{1b}[31m such\r\ncard\0"), "no[31m suchcard");
        assert_eq!(presentable(&"é".repeat(501)), "é".repeat(500));
    }
}
