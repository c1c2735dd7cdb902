//! Random histories of imports, deletions and reverts, compared with a naive model and with one import of what is left.
//! Source: `spec/pipeline.md` 11 and 15.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU32, Ordering};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};
use tachi_core::game::Gpt;
use tachi_core::ids::{ImportId, UserId};
use tachi_core::import_document::ImportDocument;
use tachi_db::pbs::pbs_of_user;
use tachi_db::profiles::profile_get;
use tachi_db::scores::{Score, StoredScore, scores_of_charts, scores_public_ids};

use crate::support::{World, on_both, score, with};

const T0: i64 = 1_619_454_485_988;

/// What tells plays apart: chart, EX score, lamp. Everything else follows from it, so that no two elements contradict
/// each other.
type Play = (u8, u8, u8);

/// What an element may tell about its play beyond that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Member {
    Time,
    Pgreat,
    Bp,
    Random,
}

const MEMBERS: [Member; 4] = [Member::Time, Member::Pgreat, Member::Bp, Member::Random];

#[derive(Debug, Clone)]
struct Element {
    play: Play,
    members: BTreeSet<Member>,
}

#[derive(Debug, Clone)]
enum Step {
    Import(Vec<Element>),
    /// Of the stored plays, the one at this position, counted round.
    Delete(usize),
    /// Of the imports that were not reverted yet.
    Revert(usize),
}

const DIFFICULTIES: [&str; 3] = ["NORMAL", "HYPER", "ANOTHER"];
const LAMPS: [&str; 3] = ["CLEAR", "HARD CLEAR", "EX HARD CLEAR"];

/// Some plays are close in time, some far apart, and some at the same moment.
fn time((chart, ex, lamp): Play) -> i64 {
    T0 + i64::from(ex) * 7_200_000 + i64::from(chart) * 60_000 + i64::from(lamp / 2)
}

fn member(play: Play, member: Member) -> (&'static str, Value) {
    let (_, ex, lamp) = play;
    match member {
        Member::Time => ("timeAchieved", json!(time(play))),
        Member::Pgreat => ("judgements", json!({"good": i64::from(ex)})),
        Member::Bp => ("optional", json!({"bp": i64::from(9 - ex) + i64::from(lamp)})),
        Member::Random => ("scoreMeta", json!({"random": "MIRROR"})),
    }
}

fn element(Element { play, members }: &Element) -> Value {
    let (chart, ex, lamp) = *play;
    let base = score(DIFFICULTIES[usize::from(chart)], 100 + i64::from(ex), LAMPS[usize::from(lamp)]);
    let members: Map<String, Value> = members
        .iter()
        .map(|name| {
            let (name, value) = member(*play, *name);
            (name.to_owned(), value)
        })
        .collect();
    with(base, &Value::Object(members))
}

/// The naive model: which play was brought by which import, and which of its members were told by which.
#[derive(Debug, Default)]
struct Model {
    plays: BTreeMap<Play, (usize, BTreeMap<Member, usize>)>,
}

impl Model {
    fn import(&mut self, number: usize, elements: &[Element]) {
        for Element { play, members } in elements {
            let (_, known) = self.plays.entry(*play).or_insert_with(|| (number, BTreeMap::new()));
            for member in members {
                known.entry(*member).or_insert(number);
            }
        }
    }

    fn revert(&mut self, number: usize) {
        self.plays.retain(|_, (brought, _)| *brought != number);
        for (_, members) in self.plays.values_mut() {
            members.retain(|_, told| *told != number);
        }
    }

    /// Everything that is known, as elements.
    fn elements(&self) -> Vec<Element> {
        let elements = self.plays.iter();
        elements
            .map(|(play, (_, members))| Element { play: *play, members: members.keys().copied().collect() })
            .collect()
    }
}

/// What does not depend on the way to it: scores, PBs, the profile.
#[derive(Debug, PartialEq)]
struct State {
    scores: BTreeMap<String, Value>,
    pbs: Vec<Value>,
    ratings: Option<Vec<Option<f64>>>,
}

struct Player<'a> {
    world: &'a World,
    user: UserId,
}

impl Player<'_> {
    fn import(&self, elements: &[Element]) -> ImportDocument {
        let scores: Vec<Value> = elements.iter().map(element).collect();
        let document = json!({"meta": {"game": "iidx", "playtype": "SP", "service": "test"}, "scores": scores});
        let request = tachi_import::Request { user: self.user, ..self.world.request(&document) };
        let done = self.world.importer.import(request).unwrap();
        assert_eq!(done.errors, []);
        done
    }

    fn scores(&self) -> Vec<StoredScore> {
        let catalogue = self.world.catalogue();
        let charts: Vec<_> =
            catalogue.charts().iter().filter(|chart| chart.gpt == Gpt::IidxSp).map(|chart| chart.key).collect();
        self.world.read(|conn| scores_of_charts(conn, self.user, &charts))
    }

    fn state(&self) -> State {
        let stored = self.scores();
        let number = |name: &str, score: &Score| {
            let data = &score.data;
            data.number(data.config().metric(name).unwrap().0) as i64
        };
        let scores = stored.iter().map(|StoredScore { score, .. }| {
            let text = json!({
                "ex": number("score", score), "chart": score.chart.0, "data": score.data.to_json(),
                "ratings": score.ratings, "time": score.time_achieved, "meta": score.score_meta,
            });
            (score.id.to_string(), text)
        });
        let (pbs, ids, profile) = self.world.read(|conn| {
            let pbs = pbs_of_user(conn, self.user, Gpt::IidxSp)?;
            let keys: Vec<_> = pbs.iter().flat_map(|pb| &pb.composed).map(|part| part.1).collect();
            let ids = scores_public_ids(conn, &keys)?;
            Ok((pbs, ids, profile_get(conn, self.user, Gpt::IidxSp)?))
        });
        let pb = |pb: &tachi_db::pbs::StoredPb| {
            let composed: Vec<_> = pb.composed.iter().map(|(name, key)| (name.clone(), ids[key].to_string())).collect();
            json!({
                "chart": pb.chart.0, "data": pb.data.to_json(), "ratings": pb.ratings, "time": pb.time_achieved,
                "composed": composed,
            })
        };
        State {
            scores: scores.collect(),
            pbs: pbs.iter().map(pb).collect(),
            ratings: profile.map(|profile| profile.ratings.to_vec()),
        }
    }

    fn delete(&self, play: Play) {
        let (chart, ex, lamp) = play;
        let stored = self.scores().into_iter().find(|StoredScore { score, .. }| {
            let (data, config) = (&score.data, score.data.config());
            let catalogue = self.world.catalogue();
            let difficulty = &*catalogue.chart_by_key(score.chart).unwrap().difficulty;
            difficulty == DIFFICULTIES[usize::from(chart)]
                && data.number(config.metric("score").unwrap().0) == 100.0 + f64::from(ex)
                && data.value(config.metric("lamp").unwrap().0) == LAMPS[usize::from(lamp)]
        });
        let key = stored.unwrap().key;
        assert_eq!(self.world.importer.delete_scores(self.user, &[key], false), Ok(1));
    }

    /// Goes through a history; returns the model at its end and the imports that are left.
    fn live(&self, steps: &[Step]) -> (Model, Vec<ImportId>) {
        let mut model = Model::default();
        let mut imports: Vec<(usize, ImportId)> = Vec::new();
        for (number, step) in steps.iter().enumerate() {
            match step {
                Step::Import(elements) => {
                    model.import(number, elements);
                    imports.push((number, self.import(elements).import_id));
                }
                Step::Delete(index) if !model.plays.is_empty() => {
                    let play = *model.plays.keys().nth(index % model.plays.len()).unwrap();
                    model.plays.remove(&play);
                    self.delete(play);
                }
                Step::Revert(index) if !imports.is_empty() => {
                    let (number, id) = imports.remove(index % imports.len());
                    model.revert(number);
                    assert_eq!(self.world.importer.revert(id), Ok(true));
                }
                Step::Delete(_) | Step::Revert(_) => {}
            }
        }
        (model, imports.into_iter().map(|(_, id)| id).collect())
    }
}

fn elements() -> impl Strategy<Value = Vec<Element>> {
    let members = prop::sample::subsequence(&MEMBERS[..], 0..=MEMBERS.len());
    let element = ((0..3_u8, 0..4_u8, 0..3_u8), members)
        .prop_map(|(play, members)| Element { play, members: members.into_iter().collect() });
    prop::collection::vec(element, 0..8)
}

fn history() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => elements().prop_map(Step::Import),
        1 => any::<prop::sample::Index>().prop_map(|index| Step::Delete(index.index(1 << 16))),
        1 => any::<prop::sample::Index>().prop_map(|index| Step::Revert(index.index(1 << 16))),
    ];
    prop::collection::vec(step, 1..10)
}

/// Runs a property with a player of its own for each case.
fn players<S: Strategy>(cases: u32, strategy: &S, test: impl Fn(&Player<'_>, S::Value)) {
    on_both(|world| {
        let number = AtomicU32::new(0);
        let config = Config { cases, failure_persistence: None, ..Config::default() };
        let run = |value| {
            let user = world.add_user(&format!("player{}", number.fetch_add(1, Ordering::Relaxed)));
            test(&Player { world, user }, value);
            Ok(())
        };
        TestRunner::new(config).run(strategy, run).unwrap();
        assert_eq!(world.findings(), []);
    });
}

#[test]
fn whatever_happened_what_is_left_is_what_one_import_of_it_gives() {
    players(24, &history(), |player, steps| {
        let (model, imports) = player.live(&steps);
        let lived = player.state();
        assert_eq!(player.world.findings(), []);
        assert_eq!(lived.scores.len(), model.plays.len());
        for id in imports {
            player.world.importer.revert(id).unwrap();
        }
        let nothing = player.state();
        assert!(nothing.scores.is_empty() && nothing.pbs.is_empty(), "{nothing:?}");
        let left = model.elements();
        if !left.is_empty() {
            player.import(&left);
            assert_eq!(lived, player.state());
        }
    });
}

#[test]
fn order_and_split_do_not_matter() {
    let shuffled = elements().prop_flat_map(|elements| {
        let split = 0..=elements.len();
        (Just(elements.clone()), Just(elements).prop_shuffle(), split)
    });
    players(16, &shuffled, |player, (elements, shuffled, split)| {
        let first = player.import(&elements);
        let whole = player.state();
        player.world.importer.revert(first.import_id).unwrap();
        player.import(&shuffled[..split]);
        player.import(&shuffled[split..]);
        assert_eq!(State { ratings: None, ..whole }, State { ratings: None, ..player.state() });
    });
}
