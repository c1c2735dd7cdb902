//! The stages before the transaction: parse, convert, hydrate. None of them needs a database.

use serde_json::{Value, json};
use tachi_core::catalogue::{Catalogue, ChartIdx, ChartKey};
use tachi_core::game::{Game, Gpt};
use tachi_core::hydrate::{HydrateError, Hydrated, hydrate};
use tachi_core::ids::{OrphanId, UserId};
use tachi_core::import_document::ImportErrorKind;
use tachi_core::import_type::ImportType;
use tachi_core::score::DryScore;
use tachi_core::score_id::{DedupKey, dedup_key};
use tachi_db::imports::{ImportRow, RowStatus};
use tachi_parsers::error::{Failure, FatalError};
use tachi_parsers::format::{Input, Outcome, Parsed, ProvidedClass};
use tachi_parsers::registry;
use tachi_parsers::unknown_chart::UnknownChart;

/// A parsed and converted input.
#[derive(Debug)]
pub struct Converted {
    /// The game of the import.
    pub game: Game,
    /// What all elements share, as orphans store it.
    pub context: Value,
    /// Classes that the input tells of.
    pub classes: Vec<ProvidedClass>,
    /// Every element.
    pub elements: Vec<Element>,
    /// Scores to be highlighted if they are stored already, each once.
    pub highlights: Vec<(ChartKey, DedupKey)>,
    /// Charts to be queued.
    pub unknown_charts: Vec<UnknownChart>,
}

/// An element and what conversion made of it.
#[derive(Debug)]
pub struct Element {
    /// The row that reports it.
    pub row: ImportRow,
    /// What conversion made of it.
    pub outcome: ElementOutcome,
}

/// What conversion made of an element.
#[derive(Debug)]
pub enum ElementOutcome {
    /// A score that may be new.
    Score(Box<Candidate>),
    /// An element to be kept as an orphan.
    Orphan(NewOrphan),
    /// Nothing: the row says why.
    Nothing,
}

/// A converted score that may be new.
#[derive(Debug)]
pub struct Candidate {
    /// The chart.
    pub chart: ChartIdx,
    /// The chart's number in the store.
    pub chart_key: ChartKey,
    /// The GPT.
    pub gpt: Gpt,
    /// How the score arrived.
    pub import_type: ImportType,
    /// What tells the user's plays apart.
    pub dedup_key: DedupKey,
    /// What the converter knew.
    pub dry: DryScore,
    /// What follows from it. An error counts only if the score is not known: what is stored is not judged again.
    pub hydrated: Result<Hydrated, HydrateError>,
}

/// An element to be kept as an orphan.
#[derive(Debug)]
pub struct NewOrphan {
    /// The hash of type, element, context and user.
    pub id: OrphanId,
    /// The element.
    pub data: Value,
    /// Why its chart was not found.
    pub message: String,
}

/// Parses an input and converts its elements.
pub fn convert(import_type: ImportType, input: &Input<'_>, user: UserId) -> Result<Converted, FatalError> {
    let entry = registry::find(import_type)
        .ok_or_else(|| FatalError::bad_input(format!("The import type {import_type} is not read here.")))?;
    let mut parsed = (entry.parse)(input)?;
    let mut elements = Vec::with_capacity(parsed.size_hint().0);
    let (mut highlights, mut unknown_charts) = (Vec::new(), Vec::new());
    while let Some(outcome) = parsed.next() {
        let number = elements.len();
        let mut outcome = outcome?;
        unknown_charts.extend(outcome.unknown_chart.take().map(|chart| *chart));
        let is_highlight = outcome.highlight;
        let element = element(number, outcome, import_type, &parsed, user, input.surroundings.catalogue);
        if let (true, ElementOutcome::Score(candidate)) = (is_highlight, &element.outcome) {
            highlights.push((candidate.chart_key, candidate.dedup_key));
        }
        elements.push(element);
    }
    highlights.sort_unstable();
    highlights.dedup();
    let Parsed { game, context, classes, .. } = parsed;
    Ok(Converted { game, context, classes, elements, highlights, unknown_charts })
}

fn element(
    number: usize,
    outcome: Outcome,
    import_type: ImportType,
    parsed: &Parsed<'_>,
    user: UserId,
    catalogue: &Catalogue,
) -> Element {
    let mut row = row(number, outcome.place.to_string(), outcome.title, outcome.difficulty);
    let outcome = match outcome.result {
        Ok(dry) => ElementOutcome::Score(Box::new(candidate(dry, import_type, user, catalogue))),
        Err(failure) => {
            let orphan = outcome.orphan.map(|data| orphan(import_type, data, &parsed.context, user, &failure));
            fail(&mut row, failure);
            match orphan {
                Some(orphan) => {
                    row.orphan_id = Some(orphan.id.clone());
                    ElementOutcome::Orphan(orphan)
                }
                None => ElementOutcome::Nothing,
            }
        }
    };
    Element { row, outcome }
}

/// The row of an element of which nothing is known yet.
pub(crate) fn row(number: usize, place: String, title: Option<String>, difficulty: Option<String>) -> ImportRow {
    ImportRow {
        row: u32::try_from(number).unwrap_or(u32::MAX),
        place,
        status: RowStatus::New,
        title,
        difficulty,
        error: None,
        message: None,
        score_id: None,
        orphan_id: None,
    }
}

/// The candidate that a dry score of a user is.
pub fn candidate(dry: DryScore, import_type: ImportType, user: UserId, catalogue: &Catalogue) -> Candidate {
    let chart = catalogue.chart(dry.chart);
    let key = dedup_key(user, &chart.id, &dry.data);
    let hydrated = hydrate(dry.data.clone(), chart, user, key);
    Candidate { chart: dry.chart, chart_key: chart.key, gpt: chart.gpt, import_type, dedup_key: key, dry, hydrated }
}

fn orphan(import_type: ImportType, data: Value, context: &Value, user: UserId, failure: &Failure) -> NewOrphan {
    let definition = json!({
        "importType": import_type, "data": data, "context": context, "userID": user,
    });
    NewOrphan { id: OrphanId::of(&definition), data, message: failure.to_string() }
}

/// Records in its row that an element cannot be a score.
pub(crate) fn fail(row: &mut ImportRow, failure: Failure) {
    let (status, error, message) = match failure {
        Failure::Skip(reason) => (RowStatus::Skipped, None, reason.to_owned()),
        Failure::NotFound(message) => (RowStatus::Orphan, Some(ImportErrorKind::SongOrChartNotFound), message),
        Failure::Ambiguous(message) => (RowStatus::Ambiguous, Some(ImportErrorKind::AmbiguousTitle), message),
        Failure::Invalid(message) => (RowStatus::Invalid, Some(ImportErrorKind::InvalidDatapoint), message),
        Failure::Internal(detail) => {
            log::error!("{}: {detail}", row.place);
            let message = "An internal error has occurred.".to_owned();
            (RowStatus::Internal, Some(ImportErrorKind::InternalError), message)
        }
    };
    (row.status, row.error, row.message) = (status, error, Some(message));
}

/// Records in its row that a score cannot be hydrated.
pub(crate) fn fail_hydration(row: &mut ImportRow, error: HydrateError) {
    let failure = match error {
        HydrateError::Invalid(message) => Failure::Invalid(message),
        missing @ HydrateError::MissingMetric(_) => Failure::Internal(missing.to_string()),
    };
    fail(row, failure);
}
