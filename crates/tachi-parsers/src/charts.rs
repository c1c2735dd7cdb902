//! Look-ups of charts under the names of `spec/import-types/README.md` 7.

use std::slice;

use tachi_core::catalogue::{Catalogue, ChartIdx};
use tachi_core::game::Gpt;

/// `sdvx-id+version`, or `sdvx-id` without a version. The difficulty may be `ANY_INF`.
#[must_use]
pub fn sdvx_id(catalogue: &Catalogue, id: f64, difficulty: &str, version: Option<&str>) -> Option<ChartIdx> {
    let gpt = Gpt::SdvxSingle;
    let group = gpt.config().difficulty_groups.iter().find(|group| group.id == difficulty);
    let difficulties = group.map_or(slice::from_ref(&difficulty), |group| group.members);
    catalogue.chart_by_in_game_id(gpt, id as i64, difficulties, version)
}

/// `iidx-id+version`: custom charts, which bear the same numbers, are found by their hash only.
#[must_use]
pub fn iidx_id(catalogue: &Catalogue, gpt: Gpt, id: f64, difficulty: &str, version: &str) -> Option<ChartIdx> {
    let chart = catalogue.chart_by_in_game_id(gpt, id as i64, &[difficulty], Some(version))?;
    (!catalogue.chart(chart).is_custom).then_some(chart)
}

/// The chart with that in-game ID and difficulty, whatever its versions and whether or not it is the primary one. The
/// difficulty may be the name of a group.
#[must_use]
pub fn any_version(catalogue: &Catalogue, gpt: Gpt, id: f64, difficulty: &str) -> Option<ChartIdx> {
    let group = gpt.config().difficulty_groups.iter().find(|group| group.id == difficulty);
    let difficulties = group.map_or(slice::from_ref(&difficulty), |group| group.members);
    let charts = catalogue.charts_with_in_game_id(gpt, id as i64);
    catalogue.smallest(charts.filter(|chart| difficulties.contains(&&*catalogue.chart(*chart).difficulty)))
}
