//! USC (unnamed_sdvx_clone): SOUND VOLTEX's rules with fewer lamps. Source: `spec/games/usc.md`.

use serde_json::Value;

use super::common::{FAST, GAUGE, MAX_COMBO, SLOW, standard_label, table_levels};
use super::volforce::{self, main_metrics};
use crate::catalogue::{Chart, Song};
use crate::formula::Formula;
use crate::game::{
    DataField, DataKind, Difficulty, Edition, Game, GameConfig, Gpt, GptConfig, MetaField, MetaKind, Metric,
};
use crate::match_type::MatchType;

/// The game.
pub static GAME: GameConfig = GameConfig {
    game: Game::Usc,
    name: "USC",
    edition: Edition::Home,
    gpts: &[Gpt::UscController, Gpt::UscKeyboard],
    song_data: &[],
};

/// On a controller.
pub static CONTROLLER: GptConfig = GptConfig {
    gpt: Gpt::UscController,
    playtype: "Controller",
    v3: "usc-controller",
    name: "USC (Controller)",
    difficulties: &[
        Difficulty { id: "NOV", short: "NOV", long: "Controller NOV" },
        Difficulty { id: "ADV", short: "ADV", long: "Controller ADV" },
        Difficulty { id: "EXH", short: "EXH", long: "Controller EXH" },
        Difficulty { id: "INF", short: "INF", long: "Controller INF" },
    ],
    ..SHARED
};

/// On a keyboard or anything else.
pub static KEYBOARD: GptConfig = GptConfig {
    gpt: Gpt::UscKeyboard,
    playtype: "Keyboard",
    v3: "usc-keyboard",
    name: "USC (Keyboard/Other)",
    difficulties: &[
        Difficulty { id: "NOV", short: "NOV", long: "Keyboard NOV" },
        Difficulty { id: "ADV", short: "ADV", long: "Keyboard ADV" },
        Difficulty { id: "EXH", short: "EXH", long: "Keyboard EXH" },
        Difficulty { id: "INF", short: "INF", long: "Keyboard INF" },
    ],
    ..SHARED
};

/// What both playtypes share, beyond what is SOUND VOLTEX's.
const SHARED: GptConfig = GptConfig {
    game: Game::Usc,
    match_types: &[MatchType::UscChartHash, MatchType::TachiSongId],
    metrics: METRICS,
    score_meta: &[
        MetaField::new("noteMod", MetaKind::OneOf(&["NORMAL", "MIRROR", "RANDOM", "MIR-RAN"])),
        MetaField::new("gaugeMod", MetaKind::OneOf(&["NORMAL", "HARD", "PERMISSIVE"])),
    ],
    chart_label: label,
    chart_data: &[
        DataField::required("hashSHA1", DataKind::TextOrList),
        DataField::required("isOfficial", DataKind::Bool),
        DataField::required("effector", DataKind::Text),
        DataField::required("tableFolders", DataKind::TableFolders),
    ],
    ..volforce::SHARED
};

// --- Metrics ----------------------------------------------------------------------------------------------------

const LAMPS: &[&str] = &["FAILED", "CLEAR", "EXCESSIVE CLEAR", "ULTIMATE CHAIN", "PERFECT ULTIMATE CHAIN"];

const METRICS: &[Metric] = {
    let [score, lamp, grade] = main_metrics(LAMPS);
    &[score, lamp, grade, FAST, SLOW, MAX_COMBO, GAUGE]
};

// --- Chart labels -----------------------------------------------------------------------------------------------

/// `.59 -BOOTH BOOST REMIX- (ADV 8)`, on tables `title (Controller ADV 8, us3)`. Levels of unofficial charts are
/// whatever their makers like and left out: `title (Controller EXH us0*)`.
fn label(song: &Song, chart: &Chart) -> String {
    let official = chart.data_json()["isOfficial"] == Value::Bool(true);
    let tables = table_levels(chart);
    if official && tables.is_empty() {
        return standard_label(song, chart);
    }
    let difficulty = chart.config().difficulty(&chart.difficulty).map_or(&*chart.difficulty, |known| known.long);
    match (official, &*tables) {
        (true, tables) => format!("{} ({difficulty} {}, {tables})", song.title, chart.level),
        (false, "") => format!("{} ({difficulty})", song.title),
        (false, tables) => format!("{} ({difficulty} {tables})", song.title),
    }
}

// --- Formulas under their published names -----------------------------------------------------------------------

/// The game's formulas: none that SOUND VOLTEX does not list.
pub static FORMULAS: &[Formula] = &[];
