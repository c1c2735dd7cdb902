//! Score IDs and de-duplication keys. Source: `spec/pipeline.md` 4.

use std::sync::LazyLock;

use sha2::{Digest, Sha256};

use crate::canonical;
use crate::game::{Gpt, GptConfig, Group};
use crate::ids::{ChartId, ScoreId, ScoreIdForm, UserId};
use crate::number;
use crate::score::{MetricIdx, MetricValue, ScoreData};

/// The key by which a user's plays are told apart: the form T digest. Unlike a form R ID it holds no derived value,
/// so a corrected chart does not change it.
pub type DedupKey = [u8; 32];

/// One member of the hashed object.
enum Member {
    ChartId,
    UserId,
    Metric(MetricIdx, String),
}

/// How a GPT's IDs are made: the members of form T in canonical order, and the metrics of form R where it applies.
struct Plan {
    members: Vec<Member>,
    form_r: Option<[MetricIdx; 4]>,
}

static PLANS: LazyLock<Vec<Plan>> = LazyLock::new(|| Gpt::ALL.iter().map(|gpt| Plan::of(gpt.config())).collect());

impl Plan {
    fn of(config: &'static GptConfig) -> Self {
        let mut named = vec![("chartID".to_owned(), Member::ChartId), ("userID".to_owned(), Member::UserId)];
        let mut optional_in_id = false;
        for (index, metric) in config.metrics.iter().enumerate().filter(|(_, metric)| metric.part_of_id) {
            let index = MetricIdx::new(index);
            let name = match metric.group {
                Group::Provided => metric.name.to_owned(),
                Group::Derived => continue,
                Group::Optional => {
                    optional_in_id = true;
                    format!("optional.{}", metric.name)
                }
            };
            named.push((name.clone(), Member::Metric(index, name)));
        }
        named.sort_by(|a, b| a.0.cmp(&b.0));
        let four: Option<Vec<MetricIdx>> = ["lamp", "grade", "score", "percent"]
            .into_iter()
            .map(|name| config.metric(name).map(|(index, _)| index))
            .collect();
        let form_r = four.filter(|_| !optional_in_id).and_then(|four| four.try_into().ok());
        Self { members: named.into_iter().map(|(_, member)| member).collect(), form_r }
    }
}

/// The canonical JSON that form T hashes.
#[must_use]
pub fn form_t_text(user: UserId, chart: &ChartId, data: &ScoreData) -> String {
    let plan = &PLANS[data.config().gpt.index()];
    let mut text = String::with_capacity(192);
    text.push('{');
    for (position, member) in plan.members.iter().enumerate() {
        if position > 0 {
            text.push(',');
        }
        match member {
            Member::ChartId => {
                text.push_str("\"chartID\":");
                canonical::push_string(&mut text, chart.as_str());
            }
            Member::UserId => {
                text.push_str("\"userID\":");
                number::push_text(&mut text, f64::from(user.0));
            }
            Member::Metric(index, name) => {
                text.push('"');
                text.push_str(name);
                text.push_str("\":");
                match data.get(*index) {
                    Some(MetricValue::Number(value)) => number::push_text(&mut text, *value),
                    Some(MetricValue::Enum(_)) => canonical::push_string(&mut text, data.value(*index)),
                    Some(MetricValue::Graph(_)) | None => text.push_str("null"),
                }
            }
        }
    }
    text.push('}');
    text
}

/// The text that form R hashes; `None` for GPTs whose IDs have form T.
///
/// The data must be hydrated, as percent and grade are among the hashed values.
#[must_use]
pub fn form_r_text(user: UserId, chart: &ChartId, data: &ScoreData) -> Option<String> {
    let [lamp, grade, score, percent] = PLANS[data.config().gpt.index()].form_r?;
    let mut text = String::with_capacity(128);
    number::push_text(&mut text, f64::from(user.0));
    for part in [chart.as_str(), data.value(lamp), data.value(grade)] {
        text.push('|');
        text.push_str(part);
    }
    for part in [score, percent] {
        text.push('|');
        number::push_text(&mut text, data.number(part));
    }
    Some(text)
}

/// The de-duplication key. Needs no derived metric.
#[must_use]
pub fn dedup_key(user: UserId, chart: &ChartId, data: &ScoreData) -> DedupKey {
    Sha256::digest(form_t_text(user, chart, data)).into()
}

/// The public ID of a hydrated score: form R where the GPT has lamp, grade, score and percent and no optional metric
/// in its ID, else form T.
#[must_use]
pub fn score_id(user: UserId, chart: &ChartId, data: &ScoreData, dedup_key: DedupKey) -> ScoreId {
    match form_r_text(user, chart, data) {
        Some(text) => ScoreId::new(ScoreIdForm::R, Sha256::digest(text).into()),
        None => ScoreId::new(ScoreIdForm::T, dedup_key),
    }
}
