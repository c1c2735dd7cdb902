//! Songs and charts: each by itself, and what look-ups need to find exactly one.

use rustc_hash::FxHashSet;
use serde_json::Value;

use super::{Check, Finding, Unique, data};
use crate::catalogue::{Catalogue, ChartDocument, Place, Song, one_or_many};
use crate::game::{DifficultyKind, Game, Gpt, GptConfig};
use crate::ids::{ChartId, SongId};
use crate::match_type::MatchType;
use crate::number::to_text;

/// Where a match type looks for a chart.
struct LookUp {
    match_type: MatchType,
    /// The members of `chart.data` that it compares.
    members: &'static [&'static str],
    /// Whether the difficulty is part of the key.
    by_difficulty: bool,
}

const LOOK_UPS: &[LookUp] = &[
    by_id(MatchType::InGameId, &["inGameID"]),
    by_id(MatchType::SdvxInGameId, &["inGameID"]),
    by_id(MatchType::InGameStrId, &["inGameStrID"]),
    by_hash(MatchType::BmsChartHash, &["hashMD5", "hashSHA256"]),
    by_hash(MatchType::UscChartHash, &["hashSHA1"]),
    by_hash(MatchType::PopnChartHash, &["hashSHA256"]),
    by_hash(MatchType::ItgChartHash, &["hashGSv3"]),
];

const fn by_id(match_type: MatchType, members: &'static [&'static str]) -> LookUp {
    LookUp { match_type, members, by_difficulty: true }
}

const fn by_hash(match_type: MatchType, members: &'static [&'static str]) -> LookUp {
    LookUp { match_type, members, by_difficulty: false }
}

/// What no two charts may share.
#[derive(Default)]
struct ChartKeys<'a> {
    ids: Unique<'a, &'a ChartId>,
    primaries: Unique<'a, (Gpt, SongId, &'a str)>,
    versions: Unique<'a, (Gpt, SongId, &'a str, &'a str)>,
    /// GPT, member, difficulty, identifier.
    look_ups: Unique<'a, (Gpt, &'static str, &'a str, String)>,
}

impl<'a> Check<'a> {
    pub(super) fn songs(&mut self) {
        for (game, songs) in &self.collections.songs {
            let config = game.config();
            let found_by_hash =
                config.gpts.iter().any(|gpt| gpt.config().match_types.contains(&MatchType::DdrSongHash));
            let (mut ids, mut hashes) = (Unique::default(), Unique::default());
            for (place, song) in songs.located() {
                self.report.unique(&mut ids, place, song.id, "id", song.id);
                let data = parsed(song.data.get());
                for finding in data::findings(config.song_data, &data, self.is_strict()) {
                    self.report.problem(place, song.id, finding);
                }
                if let Some(hash) = data["ddrSongHash"].as_str().filter(|_| found_by_hash) {
                    self.report.unique(&mut hashes, place, song.id, "data.ddrSongHash", hash.to_owned());
                }
            }
        }
    }

    pub(super) fn charts(&mut self) {
        let mut keys = ChartKeys::default();
        for (game, charts) in &self.collections.charts {
            let songs = self.song_ids(*game);
            for (place, chart) in charts.located() {
                let id = &chart.chart_id;
                self.report.unique(&mut keys.ids, place, id, "chartID", id);
                if let Some(other) = self.game_of_stored_chart(id) {
                    let expected = format!("a value that {other} does not use");
                    self.report.problem(place, id, Finding::quoted("chartID", id, expected));
                }
                if !songs.contains(&chart.song_id) {
                    let expected = format!("the id of a song of {game}");
                    self.report.problem(place, id, Finding::new("songID", chart.song_id.to_string(), expected));
                }
                if let Some(gpt) = self.gpt(place, id, *game, &chart.playtype) {
                    self.chart(&mut keys, gpt.config(), place, chart);
                }
            }
        }
    }

    fn song_ids(&self, game: Game) -> FxHashSet<SongId> {
        match self.collections.songs.get(&game) {
            Some(songs) => songs.iter().map(|song| song.id).collect(),
            None => self.stored_songs(game).map(|song| song.id).collect(),
        }
    }

    pub(super) fn stored_songs(&self, game: Game) -> impl Iterator<Item = &'a Song> + use<'a> {
        let songs = self.existing.catalogue.map_or(&[][..], Catalogue::songs);
        songs.iter().filter(move |song| song.game == game)
    }

    /// The game of a chart that the store has under that identifier, unless the game's charts are loaded anew.
    fn game_of_stored_chart(&self, id: &ChartId) -> Option<Game> {
        let catalogue = self.existing.catalogue?;
        let game = catalogue.chart(catalogue.chart_by_id(id)?).gpt.game();
        (!self.collections.charts.contains_key(&game)).then_some(game)
    }

    fn chart(&mut self, keys: &mut ChartKeys<'a>, config: &GptConfig, place: Place<'a>, chart: &'a ChartDocument) {
        let (id, song, difficulty) = (&chart.chart_id, chart.song_id, chart.difficulty.as_str());
        if config.difficulty_kind == DifficultyKind::Fixed && config.difficulty(difficulty).is_none() {
            let known = config.difficulties.iter().map(|known| known.id).collect::<Vec<_>>().join(", ");
            self.report.problem(place, id, Finding::quoted("difficulty", difficulty, format!("one of {known}")));
        }
        if chart.is_primary
            && let Some(first) = keys.primaries.taken((config.gpt, song, difficulty), place)
        {
            let expected = format!("false, because {first} is the primary chart of song, playtype and difficulty");
            self.report.problem(place, id, Finding::new("isPrimary", "true", expected));
        }
        for version in &chart.versions {
            if let Some(first) = keys.versions.taken((config.gpt, song, difficulty, version), place) {
                let expected = format!("no version of {first}, which has the same song, playtype and difficulty");
                self.report.problem(place, id, Finding::quoted("versions", version, expected));
            }
        }
        let data = parsed(chart.data.get());
        for finding in data::findings(config.chart_data, &data, self.is_strict()) {
            self.report.problem(place, id, finding);
        }
        if chart.is_primary {
            self.look_ups(keys, config, place, chart, &data);
        }
    }

    /// Look-ups without a version find primary charts, so only those have to differ.
    fn look_ups(
        &mut self,
        keys: &mut ChartKeys<'a>,
        config: &GptConfig,
        place: Place<'a>,
        chart: &'a ChartDocument,
        data: &Value,
    ) {
        for look_up in LOOK_UPS.iter().filter(|look_up| config.match_types.contains(&look_up.match_type)) {
            let difficulty = if look_up.by_difficulty { &chart.difficulty } else { "" };
            // A name that stands for one of several difficulties has to find one chart, too.
            let groups = config.difficulty_groups.iter().filter(|group| {
                !group.any_primary
                    && group.match_types.contains(&look_up.match_type)
                    && group.members.contains(&difficulty)
            });
            let names: Vec<&'a str> = std::iter::once(difficulty).chain(groups.map(|group| group.id)).collect();
            for member in look_up.members {
                for identifier in identifiers(&data[*member], look_up.by_difficulty) {
                    let key = |name: &&'a str| (config.gpt, *member, *name, identifier.clone());
                    let taken = names.iter().find_map(|name| keys.look_ups.taken(key(name), place));
                    if let Some(first) = taken {
                        self.report.duplicate(place, &chart.chart_id, &format!("data.{member}"), &identifier, first);
                    }
                }
            }
        }
    }
}

/// The identifiers in a member as texts; hashes are found in any case.
fn identifiers(value: &Value, is_exact: bool) -> impl Iterator<Item = String> {
    one_or_many(value).iter().filter_map(move |identifier| match identifier {
        Value::String(text) if is_exact => Some(text.clone()),
        Value::String(hash) => Some(hash.to_ascii_lowercase()),
        number => number.as_f64().map(to_text),
    })
}

/// `data` as JSON. It was parsed once when the document was read, so it cannot fail now.
fn parsed(data: &str) -> Value {
    serde_json::from_str(data).unwrap_or_default()
}
