//! Hydration: everything that follows from a dry score, its chart and its player. Source: `spec/pipeline.md` 6, 7.

use thiserror::Error;

use crate::catalogue::Chart;
use crate::game::{GptConfig, Group};
use crate::ids::{ScoreId, UserId};
use crate::score::ScoreData;
use crate::score_id::{self, DedupKey};
use crate::validate;

/// Why a score cannot be hydrated.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum HydrateError {
    /// The score is not valid; the text lists everything that is wrong.
    #[error("{0}")]
    Invalid(String),
    /// A provided metric is missing: a fault of the converter.
    #[error("the converter set no {0}")]
    MissingMetric(&'static str),
}

/// A score with its derived metrics, ratings and public ID.
#[derive(Debug, Clone, PartialEq)]
pub struct Hydrated {
    /// Metrics, derived ones included, and judgements.
    pub data: ScoreData,
    /// The score ratings of the GPT, in its order.
    pub ratings: Ratings,
    /// The public ID.
    pub id: ScoreId,
}

/// Values of the GPT's score ratings, in its order; null where one does not apply.
pub type Ratings = Box<[Option<f64>]>;

/// Derives, validates, rates and names a score.
///
/// # Errors
/// When the score is not valid, or not complete.
pub fn hydrate(data: ScoreData, chart: &Chart, user: UserId, key: DedupKey) -> Result<Hydrated, HydrateError> {
    let (data, ratings) = derive(data, chart)?;
    let id = score_id::score_id(user, &chart.id, &data, key);
    Ok(Hydrated { data, ratings, id })
}

/// Derives, validates and rates a score.
///
/// A refusal of a deriver counts only when nothing else is wrong: an out-of-range value is better explained by its
/// bound. A refusal of a rating for a valid score is a defect of the chart; the rating is null then.
///
/// # Errors
/// When the score is not valid, or not complete.
pub fn derive(mut data: ScoreData, chart: &Chart) -> Result<(ScoreData, Ratings), HydrateError> {
    let config = data.config();
    if let Some(missing) = data.missing_metric() {
        return Err(HydrateError::MissingMetric(missing));
    }
    let refusal = derive_metrics(&mut data, chart).err();
    let mut problems = validate::problems(&data, chart);
    if problems.is_empty() {
        problems.extend(refusal);
    }
    if !problems.is_empty() {
        return Err(HydrateError::Invalid(validate::message(&problems)));
    }
    let ratings = rate(config, &data, chart);
    Ok((data, ratings))
}

/// Sets the derived metrics anew; they stay as they are when the deriver refuses.
///
/// # Errors
/// The deriver's reason.
pub fn derive_metrics(data: &mut ScoreData, chart: &Chart) -> Result<(), String> {
    let config = data.config();
    let derived = (config.derive)(data, chart).map_err(|refusal| refusal.0)?;
    for ((index, _), value) in config.metrics_of(Group::Derived).zip(derived) {
        data.set(index, Some(value));
    }
    Ok(())
}

/// The GPT's score ratings of hydrated data. Never NaN or infinite: such a value is null.
#[must_use]
pub fn rate(config: &'static GptConfig, data: &ScoreData, chart: &Chart) -> Ratings {
    let rate = |rating: &crate::game::ScoreRating| match (rating.calculate)(data, chart) {
        Ok(value) => value.filter(|value| value.is_finite()),
        Err(refusal) => {
            log::debug!("{} of a score on chart {} is null: {refusal}", rating.name, chart.id);
            None
        }
    };
    config.score_ratings.iter().map(rate).collect()
}
