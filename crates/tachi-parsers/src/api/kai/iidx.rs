//! beatmania IIDX of the kai family. Source: `spec/import-types/api-kai.md` 5.1 and 6.

use tachi_core::catalogue::Catalogue;
use tachi_core::game::{Game, Gpt, Metric};
use tachi_core::games::iidx::{self, BP, LAMP, SCORE};
use tachi_core::number::to_text;
use tachi_core::score::{DryScore, MetricIdx, ScoreData, metric};

use super::{KaiGame, PREFIX};
use crate::api::item;
use crate::charts;
use crate::error::Failure;
use crate::format::ProvidedClass;
use crate::json::Json;
use crate::schema::{Field, Kind, Schema};

pub(super) const GAME: KaiGame = KaiGame {
    game: Game::Iidx,
    history: "/api/iidx/v2/play_history",
    profile: "/api/iidx/v2/player_profile",
    convert,
    difficulty: |item| item.text_of("difficulty"),
    classes,
};

const SCHEMA: Schema = Schema::open(&[&[
    Field::required("music_id", Kind::Count),
    Field::required("play_style", Kind::OneOf(&["SINGLE", "DOUBLE"])),
    Field::required("difficulty", Kind::OneOf(&[BEGINNER, "NORMAL", "HYPER", "ANOTHER", LEGGENDARIA])),
    Field::required("version_played", Kind::Integer),
    // The position among the lamps.
    Field::required("lamp", Kind::IntegerBetween(0.0, 7.0)),
    Field::required("ex_score", Kind::Count),
    Field::required("miss_count", Kind::Own(item::count_or_unknown)),
    Field::required("fast_count", Kind::Own(item::count_or_null)),
    Field::required("slow_count", Kind::Own(item::count_or_null)),
    Field::required("timestamp", Kind::Text),
]]);

const BEGINNER: &str = "BEGINNER";
const LEGGENDARIA: &str = "LEGGENDARIA";

const METRICS: &[Metric] = iidx::SP.metrics;
const FAST: MetricIdx = metric(METRICS, "fast");
const SLOW: MetricIdx = metric(METRICS, "slow");

/// The versions of the game whose scores are read.
const VERSIONS: std::ops::RangeInclusive<f64> = 20.0..=32.0;

fn convert(item: &Json<'_>, catalogue: &Catalogue) -> Result<DryScore, Failure> {
    item::check(item, &SCHEMA, PREFIX)?;
    let version = item::number(item, "version_played");
    if !VERSIONS.contains(&version) {
        return Err(Failure::invalid(format!("Unsupported version {}.", to_text(version))));
    }
    let sent = item::number(item, "music_id");
    let (id, difficulty) = match legacy(sent) {
        Some(id) => (id, LEGGENDARIA),
        None => (sent, item.text_of("difficulty").unwrap_or_default()),
    };
    if difficulty == BEGINNER {
        return Err(Failure::Skip("BEGINNER is not tracked"));
    }
    let gpt = if item.text_of("play_style") == Some("DOUBLE") { Gpt::IidxDp } else { Gpt::IidxSp };
    let version = to_text(version);
    let chart = charts::listed(catalogue, gpt, id, difficulty, &version).ok_or_else(|| {
        let (id, playtype) = (to_text(id), gpt.playtype());
        Failure::NotFound(format!(
            "Could not find chart with songID {id} ({playtype} {difficulty} - Version {version})"
        ))
    })?;
    let mut data = ScoreData::new(gpt.config());
    data.set_number(SCORE, item::number(item, "ex_score"));
    data.set_enum(LAMP, item::number(item, "lamp") as usize);
    for (metric, name) in [(FAST, "fast_count"), (SLOW, "slow_count"), (BP, "miss_count")] {
        // Only the miss count may be -1: unknown, like null.
        if let Some(count) = item.number_of(name).filter(|count| *count >= 0.0) {
            data.set_number(metric, count);
        }
    }
    Ok(DryScore {
        chart,
        data,
        score_meta: serde_json::Map::new(),
        service: String::new(),
        comment: None,
        time_achieved: item::time(item, "timestamp")?,
    })
}

/// The number of today of a LEGGENDARIA chart that was a song of its own.
fn legacy(id: f64) -> Option<f64> {
    let found = LEGACY.binary_search_by(|(old, _)| f64::from(*old).total_cmp(&id));
    found.ok().map(|position| f64::from(LEGACY[position].1))
}

/// Ascending.
#[rustfmt::skip]
const LEGACY: [(u16, u16); 46] = [
    (1100, 1017), (4100, 4005), (4101, 4001), (5100, 5014), (11100, 11032), (11101, 11012), (12100, 12002),
    (13100, 13010), (14100, 14009), (14101, 14046), (15101, 15023), (15102, 15007), (15104, 15004), (15105, 15045),
    (16101, 16050), (16102, 16045), (16103, 16031), (16104, 16015), (17101, 17060), (18100, 18025), (18103, 18011),
    (19100, 19063), (20103, 20100), (20104, 20039), (20105, 20068), (20106, 20024), (20107, 20019), (21100, 21012),
    (21101, 21059), (21102, 21069), (21103, 21073), (21104, 21052), (21105, 21048), (21106, 21050), (21107, 21029),
    (22101, 22008), (22102, 22013), (22103, 22024), (22104, 22027), (22105, 22031), (22106, 22089), (22107, 22006),
    (23100, 23054), (23101, 23031), (24100, 24041), (24101, 24011),
];

/// The dans of a profile, by their positions.
fn classes(profile: &Json<'_>) -> Vec<ProvidedClass> {
    let dans = [("sp", Gpt::IidxSp), ("dp", Gpt::IidxDp)].into_iter();
    dans.filter_map(|(name, gpt)| ProvidedClass::at(gpt, "dan", profile.number_of(name)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_numbers_ascend_and_lead_to_songs_of_the_same_version() {
        assert!(LEGACY.is_sorted());
        for (old, new) in LEGACY {
            assert_eq!(old / 1000, new / 1000);
            assert_eq!(legacy(f64::from(old)), Some(f64::from(new)));
            assert_eq!(legacy(f64::from(new)), None);
        }
        assert_eq!(legacy(24_101.0), Some(24_011.0));
        assert_eq!(legacy(1_100.0), Some(1_017.0));
        assert_eq!(legacy(0.0), None);
    }
}
