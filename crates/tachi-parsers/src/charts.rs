//! Look-ups of charts under the names of `spec/import-types/README.md` 7.

use std::slice;

use tachi_core::catalogue::{Catalogue, Chart, ChartIdx};
use tachi_core::game::Gpt;

/// `sdvx-id+version`, or `sdvx-id` without a version. The difficulty may be `ANY_INF`.
#[must_use]
pub fn sdvx_id(catalogue: &Catalogue, id: f64, difficulty: &str, version: Option<&str>) -> Option<ChartIdx> {
    let gpt = Gpt::SdvxSingle;
    catalogue.chart_by_in_game_id(gpt, id as i64, members(gpt, &difficulty), version)
}

/// The difficulties that one stands for: those of a group, else just itself.
fn members<'d>(gpt: Gpt, difficulty: &'d &'d str) -> &'d [&'d str] {
    let group = gpt.config().difficulty_groups.iter().find(|group| group.id == *difficulty);
    group.map_or(slice::from_ref(difficulty), |group| group.members)
}

/// The chart with that in-game ID and difficulty (or group of difficulties) that lists the version itself; no sole
/// chart stands in for it. Custom charts, which bear the same numbers, are found by their hash only.
#[must_use]
pub fn listed(catalogue: &Catalogue, gpt: Gpt, id: f64, difficulty: &str, version: &str) -> Option<ChartIdx> {
    with_id(catalogue, gpt, id, difficulty, |chart| chart.in_version(version))
}

/// The chart with that in-game ID and difficulty, whatever its versions, primary or not.
#[must_use]
pub fn of_any_version(catalogue: &Catalogue, gpt: Gpt, id: f64, difficulty: &str) -> Option<ChartIdx> {
    with_id(catalogue, gpt, id, difficulty, |_| true)
}

fn with_id(
    catalogue: &Catalogue,
    gpt: Gpt,
    id: f64,
    difficulty: &str,
    accept: impl Fn(&Chart) -> bool,
) -> Option<ChartIdx> {
    let difficulties = members(gpt, &difficulty);
    let charts = catalogue.charts_with_in_game_id(gpt, id as i64).filter(|chart| {
        let chart = catalogue.chart(*chart);
        !chart.is_custom && difficulties.contains(&&*chart.difficulty) && accept(chart)
    });
    catalogue.smallest(charts)
}

/// `iidx-id+version`: custom charts, which bear the same numbers, are found by their hash only.
#[must_use]
pub fn iidx_id(catalogue: &Catalogue, gpt: Gpt, id: f64, difficulty: &str, version: &str) -> Option<ChartIdx> {
    let chart = catalogue.chart_by_in_game_id(gpt, id as i64, &[difficulty], Some(version))?;
    (!catalogue.chart(chart).is_custom).then_some(chart)
}
