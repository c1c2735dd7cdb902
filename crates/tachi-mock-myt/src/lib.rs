//! A stand-in for MYT: its five services over plaintext HTTP/2. Source: `spec/import-types/api-myt.md` 6.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use tokio::runtime::Runtime;
use tonic::codegen::BoxStream;
use tonic::codegen::tokio_stream::{self, StreamExt, iter};
use tonic::service::Routes;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Code, Request, Response, Status};

use self::proto::mythos::cards::v0::cards_server::{Cards, CardsServer};
use self::proto::mythos::cards::v0::lookup_response::TitleEntry;
use self::proto::mythos::cards::v0::{LookupRequest, LookupResponse};
pub use self::proto::mythos::{
    chunithm::v0 as chunithm, maimai::v0 as maimai, ongeki::v0 as ongeki, wacca::v0 as wacca,
};
use self::raw::RawChunithm;

mod raw;

#[expect(clippy::allow_attributes, clippy::too_many_lines, reason = "generated code")]
mod proto {
    include!(concat!(env!("OUT_DIR"), "/myt.rs"));
}

/// The operator's token.
pub const TOKEN: &str = "operator-token-4711";
/// The only card that is known.
pub const CARD: &str = "01234567890123456789";

/// What the service holds and how it misbehaves.
#[derive(Default)]
pub struct State {
    /// The titles of [`CARD`]: kind and profile.
    pub titles: Vec<(&'static str, &'static str)>,
    pub chunithm: Vec<chunithm::GetPlaylogStreamItem>,
    pub maimai: Vec<maimai::GetPlaylogStreamItem>,
    pub ongeki: Vec<ongeki::GetPlaylogStreamItem>,
    pub wacca: Vec<wacca::PlaylogStreamItem>,
    /// Rank by version.
    pub ranks: Vec<(i32, i32)>,
    /// How a look-up fails.
    pub look_up: Option<Code>,
    /// Whether a look-up is never answered.
    pub look_up_hangs: bool,
    /// How player data fails.
    pub data: Option<Code>,
    /// How streams end.
    pub end: End,
    /// How long each item takes.
    pub drip: Duration,
    /// What CHUNITHM is answered with instead, as it is.
    pub raw: Option<Vec<Vec<u8>>>,
}

/// How a stream ends.
#[derive(Debug, Default, Clone, Copy)]
pub enum End {
    /// After its last item.
    #[default]
    Whole,
    /// After some items, with a status.
    Fails(usize, Code),
    /// After some items nothing comes any more.
    Stalls(usize),
    /// After some items the connection is cut.
    IsCut(usize),
}

/// A request, as the service saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    LookUp { card: String, titles: Vec<String>, timeout: String, agent: String },
    Data { profile: String },
    PlayLog { profile: String, cursor: Option<String> },
}

/// A running service, which ends with this value.
pub struct Mock {
    pub address: SocketAddr,
    state: Arc<Mutex<Arc<State>>>,
    seen: Arc<Mutex<Vec<Seen>>>,
    runtime: Arc<Mutex<Option<Runtime>>>,
}

impl Mock {
    pub fn start(state: State) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (cut, cuts) = mpsc::channel();
        let raw = state.raw.clone().map(RawChunithm);
        let state = Arc::new(Mutex::new(Arc::new(state)));
        let service = Service { state: Arc::clone(&state), seen: Arc::clone(&seen), cut };
        let _guard = runtime.enter();
        let incoming = TcpIncoming::bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = incoming.local_addr().unwrap();
        let routes = Routes::new(CardsServer::new(service.clone()))
            .add_service(maimai::maimai_user_server::MaimaiUserServer::new(service.clone()))
            .add_service(ongeki::ongeki_user_server::OngekiUserServer::new(service.clone()))
            .add_service(wacca::wacca_user_server::WaccaUserServer::new(service.clone()));
        let routes = match raw {
            Some(raw) => routes.add_service(raw),
            None => routes.add_service(chunithm::chunithm_user_server::ChunithmUserServer::new(service)),
        };
        runtime.spawn(async move { Server::builder().add_routes(routes).serve_with_incoming(incoming).await.unwrap() });
        drop(_guard);
        let runtime = Arc::new(Mutex::new(Some(runtime)));
        let cutter = Arc::clone(&runtime);
        std::thread::spawn(move || {
            if cuts.recv().is_ok() {
                stop(&cutter);
            }
        });
        Self { address, state, seen, runtime }
    }

    /// From now on it holds that, and misbehaves like that; [`raw`](State::raw) is for a start only.
    pub fn set(&self, state: State) {
        *self.state.lock().unwrap() = Arc::new(state);
    }

    /// The requests so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        stop(&self.runtime);
    }
}

/// Ends all tasks, and with them all connections.
fn stop(runtime: &Mutex<Option<Runtime>>) {
    if let Some(runtime) = runtime.lock().unwrap().take() {
        runtime.shutdown_background();
    }
}

#[derive(Clone)]
struct Service {
    state: Arc<Mutex<Arc<State>>>,
    seen: Arc<Mutex<Vec<Seen>>>,
    cut: mpsc::Sender<()>,
}

impl Service {
    fn see(&self, seen: Seen) {
        self.seen.lock().unwrap().push(seen);
    }

    fn state(&self) -> Arc<State> {
        Arc::clone(&self.state.lock().unwrap())
    }

    fn play_log<T: Send + 'static>(&self, items: Vec<T>) -> Response<BoxStream<T>> {
        let state = self.state();
        let (count, cut, drip) = (items.len(), self.cut.clone(), state.drip);
        let (count, end): (usize, BoxStream<T>) = match state.end {
            End::Whole => (count, Box::pin(tokio_stream::empty())),
            End::Fails(after, code) => {
                let status = Status::new(code, format!("no more for {TOKEN}"));
                (after, Box::pin(tokio_stream::once(Err(status))))
            }
            End::Stalls(after) => (after, Box::pin(tokio_stream::pending())),
            End::IsCut(after) => {
                let waits = tokio_stream::once(()).then(move |()| {
                    cut.send(()).unwrap();
                    std::future::pending()
                });
                (after, Box::pin(waits))
            }
        };
        let items = iter(items).take(count).then(move |item| async move {
            if !drip.is_zero() {
                tokio::time::sleep(drip).await;
            }
            Ok(item)
        });
        Response::new(Box::pin(items.chain(end)))
    }
}

fn authorise<T>(request: &Request<T>) -> Result<(), Status> {
    let bearer = request.metadata().get("authorization").and_then(|value| value.to_str().ok());
    let expected = format!("Bearer {TOKEN}");
    if bearer == Some(&*expected) { Ok(()) } else { Err(Status::unauthenticated("who are you?")) }
}

fn header<T>(request: &Request<T>, name: &str) -> String {
    request.metadata().get(name).map_or_else(String::new, |value| value.to_str().unwrap().to_owned())
}

#[tonic::async_trait]
impl Cards for Service {
    async fn lookup(&self, request: Request<LookupRequest>) -> Result<Response<LookupResponse>, Status> {
        authorise(&request)?;
        let (timeout, agent) = (header(&request, "grpc-timeout"), header(&request, "user-agent"));
        let LookupRequest { access_code, titles } = request.into_inner();
        self.see(Seen::LookUp { card: access_code.clone(), titles, timeout, agent });
        let state = self.state();
        if state.look_up_hangs {
            std::future::pending::<()>().await;
        }
        if let Some(code) = state.look_up {
            return Err(Status::new(code, format!("trouble with {TOKEN}")));
        }
        if access_code != CARD {
            return Err(Status::not_found("there is no such\n card"));
        }
        let titles = state
            .titles
            .iter()
            .map(|(kind, profile)| TitleEntry { title_kind: (*kind).to_owned(), title_api_id: (*profile).to_owned() });
        Ok(Response::new(LookupResponse { player_api_id: "player".to_owned(), titles: titles.collect() }))
    }
}

/// The service of a game whose messages are those of the others; only plays strictly after a cursor are sent.
macro_rules! play_log_service {
    ($package:ident, $server:ident::$service:ident) => {
        #[tonic::async_trait]
        impl $package::$server::$service for Service {
            type GetPlaylogStream = BoxStream<$package::GetPlaylogStreamItem>;

            async fn get_playlog(
                &self,
                request: Request<$package::GetPlaylogRequest>,
            ) -> Result<Response<Self::GetPlaylogStream>, Status> {
                authorise(&request)?;
                let request = request.into_inner();
                assert_eq!(request.limit, None);
                let cursor = request.last_user_play_date;
                self.see(Seen::PlayLog { profile: request.profile_api_id, cursor: cursor.clone() });
                let date = |item: &$package::GetPlaylogStreamItem| item.info.clone().unwrap().user_play_date;
                let mut items = self.state().$package.clone();
                items.retain(|item| cursor.as_ref().is_none_or(|cursor| date(item) > *cursor));
                Ok(self.play_log(items))
            }
        }
    };
}

play_log_service!(chunithm, chunithm_user_server::ChunithmUser);
play_log_service!(maimai, maimai_user_server::MaimaiUser);
play_log_service!(ongeki, ongeki_user_server::OngekiUser);

#[tonic::async_trait]
impl wacca::wacca_user_server::WaccaUser for Service {
    async fn get_data(&self, request: Request<wacca::DataRequest>) -> Result<Response<wacca::DataResponse>, Status> {
        authorise(&request)?;
        self.see(Seen::Data { profile: request.into_inner().api_id });
        let state = self.state();
        if let Some(code) = state.data {
            return Err(Status::new(code, format!("trouble with {TOKEN}")));
        }
        let version = |rank| wacca::data_response::VersionData { rank, ..Default::default() };
        let version_data = state.ranks.iter().map(|(id, rank)| (*id, version(*rank))).collect();
        Ok(Response::new(wacca::DataResponse { user_name: "Player".to_owned(), version_data, ..Default::default() }))
    }

    type GetPlaylogStream = BoxStream<wacca::PlaylogStreamItem>;

    async fn get_playlog(
        &self,
        request: Request<wacca::PlaylogRequest>,
    ) -> Result<Response<Self::GetPlaylogStream>, Status> {
        authorise(&request)?;
        let request = request.into_inner();
        assert_eq!(request.music_id, None);
        self.see(Seen::PlayLog { profile: request.api_id, cursor: None });
        Ok(self.play_log(self.state().wacca.clone()))
    }
}

/// Plays as the examples of the page have them.
pub mod plays {
    use super::{BTreeMap, chunithm, maimai, ongeki, wacca};

    pub fn chunithm() -> chunithm::GetPlaylogStreamItem {
        chunithm::GetPlaylogStreamItem {
            playlog_api_id: "a1".to_owned(),
            info: Some(chunithm::PlaylogInfo {
                music_id: 956,
                level: chunithm::ChunithmLevel::Master as i32,
                score: 1_001_715,
                score_rank: chunithm::ChunithmScoreRank::Ss as i32,
                combo_status: chunithm::ChunithmComboStatus::None as i32,
                full_chain_status: chunithm::ChunithmFullChainStatus::None as i32,
                clear_status: chunithm::ChunithmClearStatus::Absolute as i32,
                track: 2,
                user_play_date: "2024-02-05T00:00:00.000Z".to_owned(),
                ..Default::default()
            }),
            judge: Some(chunithm::PlaylogJudge {
                judge_heaven: 300,
                judge_critical: 1159,
                judge_justice: 37,
                judge_attack: 4,
                judge_miss: 10,
                max_combo: 493,
            }),
        }
    }

    pub fn maimai() -> maimai::GetPlaylogStreamItem {
        maimai::GetPlaylogStreamItem {
            playlog_api_id: "b1".to_owned(),
            info: Some(maimai::PlaylogInfo {
                music_id: 11294,
                level: maimai::MaimaiLevel::Expert as i32,
                achievement: 990_562,
                deluxscore: 1825,
                score_rank: maimai::MaimaiScoreRank::Ss as i32,
                combo_status: maimai::MaimaiComboStatus::FullCombo as i32,
                track: 1,
                user_play_date: "2022-11-03T04:21:05.000+09:00".to_owned(),
                ..Default::default()
            }),
            judge: Some(maimai::PlaylogJudge {
                judge_critical_perfect: 10,
                judge_perfect: 656,
                judge_great: 19,
                judge_good: 1,
                judge_miss: 8,
                max_combo: 279,
                fast_count: 5,
                late_count: 8,
            }),
        }
    }

    pub fn ongeki() -> ongeki::GetPlaylogStreamItem {
        ongeki::GetPlaylogStreamItem {
            playlog_api_id: "c1".to_owned(),
            info: Some(ongeki::PlaylogInfo {
                music_id: 678,
                level: ongeki::OngekiLevel::Master as i32,
                tech_score: 1_003_385,
                battle_score: 4_987_905,
                over_damage: 13151,
                platinum_score: 893,
                tech_score_rank: ongeki::OngekiTechScoreRank::SsPlus as i32,
                battle_score_rank: ongeki::OngekiBattleScoreRank::Great as i32,
                combo_status: ongeki::OngekiComboStatus::None as i32,
                clear_status: ongeki::OngekiClearStatus::OverDamage as i32,
                is_full_bell: true,
                user_play_date: "2022-09-28T12:04:21.400Z".to_owned(),
                ..Default::default()
            }),
            judge: Some(ongeki::PlaylogJudge {
                judge_critical_break: 967,
                judge_break: 19,
                judge_miss: 5,
                max_combo: 525,
                bell_count: 174,
                total_bell_count: 174,
                ..Default::default()
            }),
        }
    }

    pub fn wacca() -> wacca::PlaylogStreamItem {
        wacca::PlaylogStreamItem {
            playlog_api_id: "w1".to_owned(),
            info: Some(wacca::PlaylogInfo {
                music_id: 2085,
                music_difficulty: wacca::WaccaMusicDifficulty::Expert as i32,
                score: 996_827,
                grade: wacca::WaccaMusicScoreGrade::SssPlus as i32,
                judge: Some(wacca::WaccaJudge { marvelous: 909, great: 4, good: 1, miss: 1 }),
                clear_status: Some(wacca::WaccaClearStatus { is_clear: true, is_missless: true, ..Default::default() }),
                combo: 408,
                fast: 4,
                late: 1,
                user_play_mode: wacca::WaccaPlayMode::Single as i32,
                track: 1,
                user_play_date: "2024-03-23T19:34:10.350+00:00".to_owned(),
                ..Default::default()
            }),
        }
    }

    /// Titles with others in front of the wanted one, which is there twice.
    pub fn titles(kind: &'static str) -> Vec<(&'static str, &'static str)> {
        let others = BTreeMap::from([("chunithm", "x1"), ("maimai", "x2"), ("ongeki", "x3"), ("wacca", "x4")]);
        let others = others.into_iter().filter(|(other, _)| *other != kind);
        others.chain([(kind, "profile-1"), (kind, "profile-2")]).collect()
    }
}
