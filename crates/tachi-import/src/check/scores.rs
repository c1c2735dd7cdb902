//! Scores: what names them, what follows from their data, and where they belong.

use tachi_core::catalogue::Chart;
use tachi_core::ids::ScoreIdForm;
use tachi_core::score_id::{dedup_key, score_id};
use tachi_db::scores::{Score, scores_page};
use tachi_db::{DbError, ScoreKey};

use super::{Check, Invariant, PAGE};
use crate::stages::settle::rederived;

/// Checks all scores.
pub fn scores(check: &mut Check<'_>) -> Result<(), DbError> {
    let mut last: Option<ScoreKey> = None;
    loop {
        let page = check.read(|conn| scores_page(conn, last, PAGE))?;
        let Some(end) = page.last() else { return Ok(()) };
        last = Some(end.key);
        for stored in &page {
            score(check, &stored.score);
        }
    }
}

fn score(check: &mut Check<'_>, score: &Score) {
    let is_placed = score.session.is_some();
    let holds = is_placed == score.time_achieved.is_some() && is_placed == score.session_pos.is_some();
    check.expect(holds, Invariant::Membership, || {
        let (time, session, position) = (score.time_achieved, score.session, score.session_pos);
        format!("score {}: time {time:?}, session {session:?}, position {position:?}", score.id)
    });
    let found = Problems::of(score, check.catalogue.chart_by_key(score.chart));
    for (invariant, text) in found.0 {
        check.found(invariant, format!("score {}: {text}", score.id));
    }
}

/// What is wrong with a score in itself.
struct Problems(Vec<(Invariant, String)>);

impl Problems {
    fn of(score: &Score, chart: Option<&Chart>) -> Self {
        let mut problems = Self(Vec::new());
        let gpt = score.data.config().gpt;
        match chart.filter(|chart| chart.gpt == gpt) {
            Some(chart) => problems.look(score, chart),
            None => problems.add(Invariant::ScoreChart, format!("{gpt} has no chart with the key {}", score.chart.0)),
        }
        problems
    }

    fn add(&mut self, invariant: Invariant, text: String) {
        self.0.push((invariant, text));
    }

    fn look(&mut self, score: &Score, chart: &Chart) {
        let key = dedup_key(score.user, &chart.id, &score.data);
        if key != score.dedup_key {
            self.add(Invariant::DedupKey, "the de-duplication key is not that of its data".to_owned());
        }
        let id = score_id(score.user, &chart.id, &score.data, key);
        if id != score.id {
            let invariant = match id.form() {
                ScoreIdForm::R => Invariant::ScoreIdOfChart,
                ScoreIdForm::T => Invariant::ScoreId,
            };
            self.add(invariant, format!("its data gives {id}"));
        }
        match rederived(&score.data, chart) {
            Ok((data, ratings)) if data == score.data && ratings == score.ratings => {}
            Ok(_) => self.add(Invariant::Derived, format!("chart {} gives other values by now", chart.id)),
            Err(reason) => self.add(Invariant::Derived, format!("chart {} refuses it: {reason}", chart.id)),
        }
    }
}
