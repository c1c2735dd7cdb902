//! PMS, the nine-button variant of BMS, on a controller and on a keyboard. Source: `spec/games/pms.md`.
//!
//! The playtypes tell players' devices apart, not files: every file is two charts, one per playtype, with the same
//! hashes.

use super::bms::{self, GAUGE_META, INPUT_DEVICE, RANDOM, SHARED, SONG_DATA, level_text};
use crate::formula::Formula;
use crate::game::{ClassSet, ClassValue, Edition, Game, GameConfig, Gpt, GptConfig, MetaField, MetaKind};

/// The game.
pub static GAME: GameConfig = GameConfig {
    game: Game::Pms,
    name: "PMS",
    edition: Edition::Home,
    gpts: &[Gpt::PmsController, Gpt::PmsKeyboard],
    song_data: SONG_DATA,
};

/// On a controller.
pub static CONTROLLER: GptConfig = GptConfig {
    gpt: Gpt::PmsController,
    playtype: "Controller",
    v3: "pms-controller",
    name: "PMS (Controller)",
    ..PMS
};

/// On a keyboard.
pub static KEYBOARD: GptConfig =
    GptConfig { gpt: Gpt::PmsKeyboard, playtype: "Keyboard", v3: "pms-keyboard", name: "PMS (Keyboard)", ..PMS };

/// What both playtypes share. The judgements are never checked: the published rule reads `pgreat`, which PMS does not
/// have.
const PMS: GptConfig = GptConfig {
    game: Game::Pms,
    judgements: &["cool", "great", "good", "bad", "poor"],
    score_meta: &[
        MetaField::nullable("random", MetaKind::OneOf(RANDOM)),
        INPUT_DEVICE,
        MetaField::nullable("client", MetaKind::OneOf(&["beatoraja"])),
        GAUGE_META,
    ],
    validators: &[],
    score_ratings: &[bms::score_rating(sieglinde_text)],
    session_ratings: &[bms::session_rating(sieglinde_text)],
    profile_ratings: &[bms::profile_rating(sieglinde_text)],
    classes: &[ClassSet::provided("dan", DAN)],
    ..SHARED
};

fn sieglinde_text(value: f64) -> String {
    level_text(value, "○", "●")
}

const DAN: &[ClassValue] = &[
    ClassValue::new("INSANE_1", "●1", "Insane 1st Dan"),
    ClassValue::new("INSANE_2", "●2", "Insane 2nd Dan"),
    ClassValue::new("INSANE_3", "●3", "Insane 3rd Dan"),
    ClassValue::new("INSANE_4", "●4", "Insane 4th Dan"),
    ClassValue::new("INSANE_5", "●5", "Insane 5th Dan"),
    ClassValue::new("INSANE_6", "●6", "Insane 6th Dan"),
    ClassValue::new("INSANE_7", "●7", "Insane 7th Dan"),
    ClassValue::new("INSANE_8", "●8", "Insane 8th Dan"),
    ClassValue::new("INSANE_9", "●9", "Insane 9th Dan"),
    ClassValue::new("INSANE_10", "●10", "Insane 10th Dan"),
    ClassValue::new("INSANE_KAIDEN", "●●", "Insane Kaiden"),
    ClassValue::new("OVERJOY", "●OJ", "Overjoy"),
    ClassValue::new("UNDEFINED", "●UNDF", "Undefined (Post-Overjoy)"),
];

/// The game's formulas: those of BMS serve.
pub static FORMULAS: &[Formula] = &[];
