//! What holds for all plays of all games, tried on random ones.

use std::sync::LazyLock;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};
use proptest::test_runner::{Config, TestCaseResult, TestRunner};
use serde_json::Value;
use tachi_core::catalogue::{Catalogue, Chart};
use tachi_core::game::{Bound, Game, Gpt, GptConfig, Group, Metric, MetricKind};
use tachi_core::games::iidx_like;
use tachi_core::hydrate::{self, HydrateError};
use tachi_core::ids::ScoreId;
use tachi_core::pb::{self, Pb, PbCandidate};
use tachi_core::rating::session_best;
use tachi_core::score::{MetricIdx, MetricValue, ScoreData};
use tachi_core::session::SessionBest;
use tachi_core::{grade, validate};

use crate::play;

// --- Random plays ------------------------------------------------------------------------------------------------

static CATALOGUES: LazyLock<Vec<Catalogue>> =
    LazyLock::new(|| Game::ALL.iter().map(|game| play::built_in_catalogue(*game)).collect());

fn charts(gpt: Gpt) -> impl Strategy<Value = &'static Chart> {
    let charts = CATALOGUES[gpt.game().index()].charts().iter();
    select(charts.filter(|chart| chart.gpt == gpt).collect::<Vec<_>>())
}

/// Tries a property on `cases` random inputs for each GPT.
#[track_caller]
fn check<S: Strategy>(cases: u32, input: impl Fn(Gpt) -> S, property: impl Fn(S::Value) -> TestCaseResult) {
    for gpt in Gpt::ALL {
        let config = Config { cases, failure_persistence: None, ..Config::default() };
        let result = TestRunner::new(config).run(&input(*gpt), &property);
        assert!(result.is_ok(), "{gpt}: {}", result.unwrap_err());
    }
}

/// What a bound allows on a chart; at most some millions where there is no maximum.
fn range(bound: Bound, chart: &Chart) -> (f64, f64) {
    match bound {
        Bound::Between(min, max) => (min, max),
        Bound::NonNegative(_) => (0.0, 5000.0),
        Bound::Chart(violation) => {
            let allowed = |hundredths: u32| violation(f64::from(hundredths) / 100.0, chart).is_none();
            let (mut low, mut high) = (0, 2_000_000_000);
            while high - low > 1 {
                let middle = low + (high - low) / 2;
                if allowed(middle) { low = middle } else { high = middle }
            }
            (0.0, f64::from(low) / 100.0)
        }
    }
}

/// Numbers of a range, its ends and round ones more often than others.
fn numbers((min, max): (f64, f64), integers: bool) -> BoxedStrategy<f64> {
    if min == max {
        return Just(min).boxed();
    }
    let steps = (0..=200_u32).prop_map(move |step| min + (max - min) * f64::from(step) / 200.0);
    let hundredths = (min..=max).prop_map(move |value| ((value * 100.0).round() / 100.0).clamp(min, max));
    let any = prop_oneof![1 => Just(min), 1 => Just(max), 3 => steps, 3 => hundredths, 3 => min..=max];
    if integers { any.prop_map(f64::round).boxed() } else { any.boxed() }
}

/// Values of a metric inside its bounds.
fn values(metric: &Metric, chart: &Chart) -> BoxedStrategy<MetricValue> {
    match metric.kind {
        MetricKind::Integer(bound) => numbers(range(bound, chart), true).prop_map(MetricValue::Number).boxed(),
        MetricKind::Decimal(bound) => numbers(range(bound, chart), false).prop_map(MetricValue::Number).boxed(),
        MetricKind::Enum { values, .. } => (0..values.len() as u8).prop_map(MetricValue::Enum).boxed(),
        MetricKind::Graph(bound) => {
            let elements = vec(numbers((bound.min, bound.max), bound.integers).prop_map(Some), 0..5);
            elements.prop_map(|graph| MetricValue::Graph(Box::new(graph))).boxed()
        }
        MetricKind::NullableGraph(bound) => {
            let elements = vec(option::of(numbers((bound.min, bound.max), bound.integers)), 0..5);
            elements.prop_map(|graph| MetricValue::Graph(Box::new(graph))).boxed()
        }
    }
}

/// Plays on a chart whose metrics are inside their bounds; nothing is derived yet.
fn plays_on(chart: &'static Chart) -> impl Strategy<Value = ScoreData> {
    let config = chart.config();
    let metrics: Vec<BoxedStrategy<Option<MetricValue>>> = config
        .metrics
        .iter()
        .map(|metric| match metric.group {
            Group::Provided => values(metric, chart).prop_map(Some).boxed(),
            Group::Derived => Just(None).boxed(),
            Group::Optional => option::weighted(0.3, values(metric, chart)).boxed(),
        })
        .collect();
    let judgements = vec(option::weighted(0.4, 0..=50_i64), config.judgements.len());
    (metrics, judgements).prop_map(move |(metrics, judgements)| {
        let mut data = ScoreData::new(config);
        for (index, value) in metrics.into_iter().enumerate() {
            data.set(MetricIdx::new(index), value);
        }
        for (index, count) in judgements.into_iter().enumerate() {
            if let Some(count) = count {
                data.set_judgement(index, count);
            }
        }
        data
    })
}

fn plays(gpt: Gpt) -> impl Strategy<Value = (&'static Chart, ScoreData)> {
    charts(gpt).prop_flat_map(|chart| (Just(chart), plays_on(chart)))
}

fn grade_index(data: &ScoreData) -> usize {
    data.index(data.config().metric("grade").unwrap().0)
}

// --- Hydration -----------------------------------------------------------------------------------------------------

#[test]
fn a_play_inside_the_bounds_is_valid_or_told_why_not() {
    check(120, plays, |(chart, data)| {
        match hydrate::derive(data, chart) {
            Ok((data, ratings)) => {
                let derived = chart.config().metrics_of(Group::Derived);
                prop_assert!(derived.into_iter().all(|(metric, _)| data.get(metric).is_some()));
                prop_assert_eq!(ratings.len(), chart.config().score_ratings.len());
                prop_assert!(ratings.iter().flatten().all(|rating| rating.is_finite()), "{:?}", ratings);
                prop_assert!(validate::problems(&data, chart).is_empty());
                for rating in chart.config().score_ratings {
                    let value = (rating.calculate)(&data, chart);
                    prop_assert!(value.is_ok(), "{} refuses a valid play: {:?}", rating.name, value);
                }
            }
            Err(HydrateError::Invalid(text)) => {
                let mut lines = text.lines();
                prop_assert!(lines.next().is_some_and(|first| first.starts_with("Got ")), "{}", text);
                prop_assert!(lines.clone().next().is_some() && lines.all(|line| !line.is_empty()), "{}", text);
            }
            Err(error) => prop_assert!(false, "{}", error),
        }
        Ok(())
    });
}

/// The provided metrics that a grade may follow: the score, and the default metric.
fn graded(config: &'static GptConfig) -> Vec<MetricIdx> {
    let by_name = ["score", "scorePercent", "percent"].iter().filter_map(|name| config.metric(name));
    let default = (config.default_metric, &config.metrics[config.default_metric.get()]);
    let provided = by_name.chain([default]).filter(|(_, metric)| metric.group == Group::Provided);
    provided.map(|(metric, _)| metric).collect()
}

#[test]
fn a_better_score_never_has_a_lower_grade() {
    let input = |gpt| {
        plays(gpt).prop_flat_map(|(chart, data)| {
            let metric = select(graded(chart.config()));
            let values = metric.prop_flat_map(move |metric| {
                let value = values(&chart.config().metrics[metric.get()], chart);
                (Just(metric), [value.clone(), value])
            });
            (Just(chart), Just(data), values)
        })
    };
    check(100, input, |(chart, data, (metric, values))| {
        let mut grades = values.map(|value| {
            let mut data = data.clone();
            data.set(metric, Some(value.clone()));
            hydrate::derive_metrics(&mut data, chart).map(|()| (value.rank(), grade_index(&data)))
        });
        grades.sort_by(|a, b| a.as_ref().unwrap().0.partial_cmp(&b.as_ref().unwrap().0).unwrap());
        let [low, high] = grades.map(Result::unwrap);
        prop_assert!(low.1 <= high.1, "{:?} {:?}", low, high);
        Ok(())
    });
}

/// Values that fixed bounds never allow.
fn outside(metric: &Metric) -> Vec<MetricValue> {
    let graph = |values: &[f64]| -> Vec<MetricValue> {
        values.iter().map(|value| MetricValue::Graph(Box::new(vec![Some(*value)]))).collect()
    };
    let numbers = |values: &[f64]| values.iter().copied().map(MetricValue::Number).collect();
    match metric.kind {
        MetricKind::Integer(Bound::Between(min, max)) => numbers(&[min - 1.0, max + 1.0, min + 0.5, f64::INFINITY]),
        MetricKind::Decimal(Bound::Between(min, max)) => numbers(&[min - 0.01, max + 0.01, f64::NAN, f64::INFINITY]),
        MetricKind::Integer(Bound::NonNegative(_)) => numbers(&[-1.0, 0.5, 1e16]),
        MetricKind::Decimal(Bound::NonNegative(_)) => numbers(&[-0.01, f64::NAN]),
        MetricKind::Integer(Bound::Chart(_)) => numbers(&[-1.0, 0.5, f64::INFINITY]),
        MetricKind::Decimal(Bound::Chart(_)) => numbers(&[-0.01, f64::NAN]),
        MetricKind::Enum { values, .. } => vec![MetricValue::Enum(values.len() as u8)],
        MetricKind::Graph(bound) | MetricKind::NullableGraph(bound) => graph(&[bound.min - 0.01, bound.max + 0.01]),
    }
}

#[test]
fn values_outside_their_bounds_are_refused_by_name() {
    let input = |gpt| (plays(gpt), any::<Index>(), any::<Index>());
    check(120, input, |((chart, mut data), metric, value)| {
        let sent: Vec<(MetricIdx, &Metric)> =
            [Group::Provided, Group::Optional].into_iter().flat_map(|group| chart.config().metrics_of(group)).collect();
        let (index, metric) = sent[metric.index(sent.len())];
        let values = outside(metric);
        data.set(index, Some(values[value.index(values.len())].clone()));
        let Err(HydrateError::Invalid(text)) = hydrate::derive(data.clone(), chart) else {
            return Err(TestCaseError::fail(format!("{} is valid: {data:?}", metric.name)));
        };
        let named = format!("Invalid value for {}, ", metric.name);
        let named_metric = format!("Invalid value for metric {}, ", metric.name);
        prop_assert!(text.contains(&named) || text.contains(&named_metric), "{}: {}", metric.name, text);
        Ok(())
    });
}

#[test]
fn percent_and_grade_agree_at_every_boundary_of_iidx_likes() {
    let mut bounds: Vec<f64> = (2..=8).map(|ninths| (100.0 * f64::from(ninths)) / 9.0).collect();
    bounds.insert(0, 0.0);
    bounds.extend([(100.0 * 17.0) / 18.0, 100.0]);
    for notecount in 1..=6000_u32 {
        let max = 2 * notecount;
        let ninths = (2..=8).map(|ninths| (ninths * max).div_ceil(9));
        for least in ninths.chain([(17 * max).div_ceil(18), max]) {
            for score in [least - 1, least] {
                let (score, notecount) = (f64::from(score), f64::from(notecount));
                let by_percent = grade::grade(&bounds, iidx_like::percent(score, notecount));
                assert_eq!(Ok(iidx_like::grade(score, notecount)), by_percent, "{score} of {notecount} notes");
            }
        }
    }
}

#[test]
fn stored_data_reads_back_equal() {
    check(60, plays, |(chart, mut data)| {
        hydrate::derive_metrics(&mut data, chart).unwrap();
        // Through text, as it is stored.
        let stored: Value = serde_json::from_str(&data.to_json().to_string()).unwrap();
        let mut read = ScoreData::new(chart.config());
        for metric in chart.config().metrics {
            let members = if metric.group == Group::Optional { &stored["optional"] } else { &stored };
            read.set_json(metric.name, members.get(metric.name).unwrap_or(&Value::Null)).unwrap();
        }
        read.set_judgements_json(stored["judgements"].as_object().unwrap()).unwrap();
        prop_assert_eq!(read.to_json(), data.to_json());
        for metric in (0..chart.config().metrics.len()).map(MetricIdx::new) {
            prop_assert_eq!(read.get(metric), data.get(metric));
        }
        for judgement in 0..chart.config().judgements.len() {
            prop_assert_eq!(read.judgement(judgement), data.judgement(judgement));
        }
        Ok(())
    });
}

// --- PBs -----------------------------------------------------------------------------------------------------------

/// A score of one user on one chart.
#[derive(Debug, Clone)]
struct Score {
    id: ScoreId,
    data: ScoreData,
    time_achieved: Option<i64>,
    highlight: bool,
}

/// Some scores on one chart. Values and times repeat, so that ties are common; IDs do not follow the order.
fn scores(gpt: Gpt) -> impl Strategy<Value = (&'static Chart, Vec<Score>)> {
    charts(gpt).prop_flat_map(|chart| {
        let pool = vec(plays_on(chart), 1..4);
        let scores = vec((any::<[Index; 8]>(), option::of(0..4_i64), any::<bool>()), 1..7);
        let ids = Just((0..8_u8).collect::<Vec<u8>>()).prop_shuffle();
        (Just(chart), pool, scores, ids).prop_map(|(chart, pool, scores, ids)| {
            let scores = scores.into_iter().zip(ids).map(|((choices, time_achieved, highlight), id)| {
                let data = mixed(&pool, &choices, chart);
                let id = format!("T{}", const_hex::encode([id; 32])).parse().unwrap();
                Score { id, data, time_achieved, highlight }
            });
            (chart, scores.collect())
        })
    })
}

/// A play that takes each metric from one of several others.
fn mixed(pool: &[ScoreData], choices: &[Index], chart: &Chart) -> ScoreData {
    let mut data = pool[choices[0].index(pool.len())].clone();
    for (metric, choice) in (0..chart.config().metrics.len()).zip(choices.iter().cycle()) {
        let metric = MetricIdx::new(metric);
        data.set(metric, pool[choice.index(pool.len())].get(metric).cloned());
    }
    hydrate::derive_metrics(&mut data, chart).unwrap();
    data
}

fn compose<'a>(scores: impl IntoIterator<Item = &'a Score>, chart: &Chart) -> Option<Pb> {
    let candidates = scores.into_iter().map(|score| PbCandidate {
        id: score.id,
        data: &score.data,
        time_achieved: score.time_achieved,
        highlight: score.highlight,
    });
    pb::compose(&candidates.collect::<Vec<_>>(), chart)
}

#[test]
fn a_pb_does_not_depend_on_the_order_of_its_scores() {
    let input = |gpt| {
        scores(gpt).prop_flat_map(|(chart, scores)| {
            let shuffled = Just(scores.clone()).prop_shuffle();
            (Just(chart), Just(scores), shuffled)
        })
    };
    check(40, input, |(chart, scores, shuffled)| {
        prop_assert_eq!(compose(&scores, chart), compose(&shuffled, chart));
        Ok(())
    });
}

#[test]
fn a_pb_has_the_largest_default_metric() {
    check(40, scores, |(chart, scores)| {
        let metric = chart.config().default_metric;
        let largest = scores.iter().filter_map(|score| score.data.rank(metric)).reduce(f64::max);
        prop_assert_eq!(compose(&scores, chart).unwrap().data.rank(metric), largest);
        Ok(())
    });
}

#[test]
fn a_pb_refers_to_each_of_its_scores_once_and_the_base_first() {
    check(40, scores, |(chart, scores)| {
        let pb = compose(&scores, chart).unwrap();
        let ids: Vec<ScoreId> = pb.composed_from.iter().map(|reference| reference.score_id).collect();
        let unique: std::collections::HashSet<&ScoreId> = ids.iter().collect();
        prop_assert_eq!(unique.len(), ids.len());
        prop_assert!(ids.iter().all(|id| scores.iter().any(|score| score.id == *id)));
        prop_assert_eq!(&pb.composed_from[0].name, chart.config().pb.base);
        Ok(())
    });
}

/// Lamp and score of a PB may come from different plays, which must not make them contradict each other.
#[test]
fn a_pb_of_valid_scores_can_be_rated() {
    let input = |gpt| charts(gpt).prop_flat_map(|chart| (Just(chart), vec(plays_on(chart), 1..7)));
    check(100, input, |(chart, plays)| {
        let valid = plays.into_iter().filter_map(|data| Some(hydrate::derive(data, chart).ok()?.0));
        let scores: Vec<Score> = (0_u8..)
            .zip(valid)
            .map(|(id, data)| {
                let id = format!("T{}", const_hex::encode([id; 32])).parse().unwrap();
                Score { id, data, time_achieved: None, highlight: false }
            })
            .collect();
        let Some(pb) = compose(&scores, chart) else { return Ok(()) };
        for rating in chart.config().score_ratings {
            let value = (rating.calculate)(&pb.data, chart);
            prop_assert!(value.is_ok(), "{} refuses a PB: {:?}", rating.name, value);
        }
        Ok(())
    });
}

/// An import composes a PB of the scores that the old PB refers to and the new ones, whatever else there is.
#[test]
fn a_pb_can_be_composed_of_what_the_old_one_refers_to_and_new_scores() {
    let input = |gpt| {
        scores(gpt).prop_flat_map(|(chart, scores)| {
            let known = subsequence((0..scores.len()).collect::<Vec<_>>(), 0..=scores.len());
            (Just(chart), Just(scores), known)
        })
    };
    check(80, input, |(chart, scores, known)| {
        let (old, new): (Vec<_>, Vec<_>) = scores.iter().enumerate().partition(|(index, _)| known.contains(index));
        let old_pb = compose(old.iter().map(|(_, score)| *score), chart);
        let references = old_pb.map(|pb| pb.composed_from).unwrap_or_default();
        let referenced =
            old.iter().filter(|(_, score)| references.iter().any(|reference| reference.score_id == score.id));
        let fewer = referenced.chain(&new).map(|(_, score)| *score);
        prop_assert_eq!(compose(fewer, chart), compose(&scores, chart));
        Ok(())
    });
}

#[test]
fn a_session_is_rated_by_its_best_scores_in_whatever_order_they_join() {
    let scores = vec(vec(option::of(0.0..2000.0), 4), 0..30);
    let strategy = (select(Gpt::ALL), scores, any::<bool>());
    let test = |(gpt, scores, backwards): (Gpt, Vec<Vec<Option<f64>>>, bool)| {
        let config = gpt.config();
        let mut best = SessionBest::default();
        let mut joining: Vec<&Vec<Option<f64>>> = scores.iter().collect();
        if backwards {
            joining.reverse();
        }
        joining.into_iter().for_each(|score| best.add(config, score));
        let naive = config.session_ratings.iter().map(|rating| {
            let of = config.score_rating(rating.of).unwrap();
            let values: Vec<f64> = scores.iter().filter_map(|score| score[of]).collect();
            session_best(&values, rating.best).map(|mean| mean * rating.times)
        });
        prop_assert_eq!(best.ratings(config), naive.collect::<Vec<_>>());
        Ok(())
    };
    TestRunner::new(Config::with_cases(500)).run(&strategy, test).unwrap();
}
