//! Folder queries: which charts a folder holds. Source: `spec/games/README.md` 12.
//!
//! A query is read once into a list of tests, and all folders are answered in one pass over the charts: there are
//! thousands of folders and a hundred thousand charts. Members of a chart are compared where they are; the JSON of
//! `data` is parsed at most once per chart, and only when a test gets that far.

use std::cell::OnceCell;

use serde_json::{Map, Value, json};
use thiserror::Error;

use super::{Catalogue, Chart, ChartIdx, FolderDocument, FolderKind, Song, SongIdx};
use crate::game::Gpt;
use crate::ids::ChartId;

/// A folder whose query cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}{problem}", if path.is_empty() { String::new() } else { format!("{path}: ") })]
pub struct QueryError {
    /// Where in the query: a dotted path, with the `$` names of the operators on the way; empty at the top.
    pub path: String,
    /// What is wrong there.
    pub problem: QueryProblem,
}

/// What is wrong with a query.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum QueryProblem {
    /// An operator that does not exist, or not there.
    #[error("there is no operator {0} here")]
    UnknownOperator(String),
    /// A value of the wrong kind.
    #[error("expected {0}")]
    Expected(&'static str),
    /// A playtype that the folder's game does not have.
    #[error("there is no playtype {0:?}")]
    Playtype(String),
}

impl QueryError {
    fn expected(path: &[Box<str>], what: &'static str) -> Self {
        Self { path: path.join("."), problem: QueryProblem::Expected(what) }
    }
}

/// The charts of a folder, in the order of the catalogue.
pub type FolderMembers = Vec<ChartIdx>;

/// A folder's rule, ready to be asked.
#[derive(Debug, Clone, PartialEq)]
pub struct FolderQuery {
    gpt: Gpt,
    rule: Rule,
}

#[derive(Debug, Clone, PartialEq)]
enum Rule {
    Charts(Vec<Test>),
    Songs(Vec<Test>),
    Static(Vec<ChartId>),
}

impl FolderQuery {
    /// Reads a folder's query.
    ///
    /// # Errors
    /// When the query has an operator that does not exist or a value where none of its kind belongs.
    pub fn compile(folder: &FolderDocument) -> Result<Self, QueryError> {
        let gpt = folder.gpt().ok_or_else(|| QueryError {
            path: "playtype".to_owned(),
            problem: QueryProblem::Playtype(folder.playtype.clone()),
        })?;
        let rule = match folder.kind {
            FolderKind::Charts => Rule::Charts(read_query(&folder.data)?),
            FolderKind::Songs => Rule::Songs(read_query(&folder.data)?),
            FolderKind::Static => Rule::Static(read_list(&folder.data)?),
        };
        Ok(Self { gpt, rule })
    }

    /// The GPT whose charts the folder may hold.
    #[must_use]
    pub fn gpt(&self) -> Gpt {
        self.gpt
    }

    /// The folder's charts; for many folders [`folder_members`] is much faster.
    #[must_use]
    pub fn members(&self, catalogue: &Catalogue) -> FolderMembers {
        folder_members(catalogue, std::slice::from_ref(self)).pop().unwrap_or_default()
    }
}

/// The charts of every folder, in the order of the folders.
#[must_use]
pub fn folder_members(catalogue: &Catalogue, folders: &[FolderQuery]) -> Vec<FolderMembers> {
    let mut members = vec![FolderMembers::new(); folders.len()];
    let mut over_charts: Vec<Vec<(usize, &[Test])>> = vec![Vec::new(); Gpt::ALL.len()];
    for (at, folder) in folders.iter().enumerate() {
        match &folder.rule {
            Rule::Charts(tests) => over_charts[folder.gpt.index()].push((at, tests)),
            Rule::Songs(tests) => members[at] = charts_of_songs(catalogue, folder.gpt, tests),
            Rule::Static(ids) => {
                let charts = ids.iter().filter_map(|id| catalogue.chart_by_id(id));
                members[at] = charts.filter(|chart| catalogue.chart(*chart).gpt == folder.gpt).collect();
                members[at].sort_unstable();
                members[at].dedup();
            }
        }
    }
    for (index, chart) in (0..).map(ChartIdx).zip(catalogue.charts()) {
        let data = Data::new(chart.data.get());
        for (at, tests) in &over_charts[chart.gpt.index()] {
            if all(tests, Node::Chart(chart, &data)) {
                members[*at].push(index);
            }
        }
    }
    members
}

fn charts_of_songs(catalogue: &Catalogue, gpt: Gpt, tests: &[Test]) -> FolderMembers {
    let songs = (0..).map(SongIdx).zip(catalogue.songs());
    let matching =
        songs.filter(|(_, song)| song.game == gpt.game() && all(tests, Node::Song(song, &Data::new(song.data.get()))));
    let mut charts: FolderMembers = matching.flat_map(|(index, _)| catalogue.charts_of_song(gpt, index)).collect();
    charts.sort_unstable();
    charts
}

// --- The compiled form -------------------------------------------------------------------------------------------

/// A dotted path, step by step; empty for the thing itself.
type Path = Box<[Box<str>]>;

#[derive(Debug, Clone, PartialEq)]
enum Test {
    /// A value at the path, or an element of it, meets the condition.
    Some(Path, Condition),
    /// At least one of these does not hold.
    Not(Vec<Test>),
}

#[derive(Debug, Clone, PartialEq)]
enum Condition {
    /// Equal to one of these.
    In(Vec<Scalar>),
    /// A number that compares so.
    Compare(Comparison, f64),
    /// An element of an array for which all of these hold.
    Element(Vec<Test>),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Comparison {
    Above,
    AtLeast,
    Below,
    AtMost,
}

#[derive(Debug, Clone, PartialEq)]
enum Scalar {
    Null,
    Flag(bool),
    Number(f64),
    Text(Box<str>),
}

// --- Reading -----------------------------------------------------------------------------------------------------

fn read_list(data: &Value) -> Result<Vec<ChartId>, QueryError> {
    let ids = data.as_array().map(|ids| ids.iter().map(Value::as_str).collect::<Option<Vec<_>>>());
    let ids = ids.flatten().ok_or_else(|| QueryError::expected(&[], "a list of chart IDs"))?;
    Ok(ids.into_iter().map(ChartId::new).collect())
}

fn read_query(data: &Value) -> Result<Vec<Test>, QueryError> {
    let members = data.as_object().ok_or_else(|| QueryError::expected(&[], "an object"))?;
    let mut tests = Vec::new();
    read_members(&mut tests, &[], members)?;
    // What needs no JSON comes first, so that most charts are ruled out without any being parsed.
    tests.sort_by_key(Test::reads_data);
    Ok(tests)
}

/// Member names of the public files write `¬` and `~` for the dots and dollars that their old store did not allow.
fn unescape(name: &str) -> String {
    name.replace('¬', ".").replace('~', "$")
}

fn read_members(tests: &mut Vec<Test>, path: &[Box<str>], members: &Map<String, Value>) -> Result<(), QueryError> {
    for (name, value) in members {
        let name = unescape(name);
        if name.starts_with('$') {
            return Err(QueryError { path: path.join("."), problem: QueryProblem::UnknownOperator(name) });
        }
        let path: Vec<Box<str>> = path.iter().cloned().chain(name.split('.').map(Into::into)).collect();
        read_condition(tests, &path, value)?;
    }
    Ok(())
}

fn read_condition(tests: &mut Vec<Test>, path: &[Box<str>], value: &Value) -> Result<(), QueryError> {
    let Value::Object(members) = value else {
        let scalar = Scalar::read(value).ok_or_else(|| QueryError::expected(path, "a scalar or an object"))?;
        tests.push(Test::Some(path.into(), Condition::In(vec![scalar])));
        return Ok(());
    };
    if members.is_empty() {
        return Err(QueryError::expected(path, "a condition"));
    }
    let operators = members.keys().filter(|name| name.starts_with(['$', '~'])).count();
    if operators == 0 {
        return read_members(tests, path, members);
    }
    if operators < members.len() {
        return Err(QueryError::expected(path, "either operators or members, not both"));
    }
    members.iter().try_for_each(|(name, operand)| read_operator(tests, path, &unescape(name), operand))
}

fn read_operator(tests: &mut Vec<Test>, path: &[Box<str>], name: &str, operand: &Value) -> Result<(), QueryError> {
    let inside: Vec<Box<str>> = path.iter().cloned().chain([name.into()]).collect();
    let compare = |comparison| {
        let number = operand.as_f64().ok_or_else(|| QueryError::expected(&inside, "a number"))?;
        Ok(Condition::Compare(comparison, number))
    };
    let condition = match name {
        "$gt" => compare(Comparison::Above)?,
        "$gte" => compare(Comparison::AtLeast)?,
        "$lt" => compare(Comparison::Below)?,
        "$lte" => compare(Comparison::AtMost)?,
        "$in" => {
            let scalars = operand.as_array().map(|list| list.iter().map(Scalar::read).collect::<Option<Vec<_>>>());
            Condition::In(scalars.flatten().ok_or_else(|| QueryError::expected(&inside, "a list of scalars"))?)
        }
        "$not" => {
            let mut inner = Vec::new();
            read_condition(&mut inner, path, object(&inside, operand)?)?;
            tests.push(Test::Not(inner));
            return Ok(());
        }
        "$elemMatch" => {
            let mut inner = Vec::new();
            read_condition(&mut inner, &[], object(&inside, operand)?).map_err(|error| {
                let steps = [inside.join("."), error.path];
                QueryError { path: steps.join(".").trim_end_matches('.').to_owned(), ..error }
            })?;
            Condition::Element(inner)
        }
        _ => {
            let problem = QueryProblem::UnknownOperator(name.to_owned());
            return Err(QueryError { path: path.join("."), problem });
        }
    };
    tests.push(Test::Some(path.into(), condition));
    Ok(())
}

fn object<'a>(path: &[Box<str>], value: &'a Value) -> Result<&'a Value, QueryError> {
    if value.is_object() { Ok(value) } else { Err(QueryError::expected(path, "an object")) }
}

impl Scalar {
    fn read(value: &Value) -> Option<Self> {
        match value {
            Value::Null => Some(Self::Null),
            Value::Bool(flag) => Some(Self::Flag(*flag)),
            Value::Number(number) => number.as_f64().map(Self::Number),
            Value::String(text) => Some(Self::Text(text.as_str().into())),
            Value::Array(_) | Value::Object(_) => None,
        }
    }
}

// --- Asking ------------------------------------------------------------------------------------------------------

fn all(tests: &[Test], node: Node<'_>) -> bool {
    tests.iter().all(|test| test.holds(node))
}

impl Test {
    fn holds(&self, node: Node<'_>) -> bool {
        match self {
            Self::Some(path, condition) => node.any(path, &mut |value, is_element| condition.holds(value, is_element)),
            Self::Not(tests) => !all(tests, node),
        }
    }

    fn reads_data(&self) -> bool {
        match self {
            Self::Some(path, _) => path.first().is_some_and(|member| &**member == "data"),
            Self::Not(tests) => tests.iter().any(Self::reads_data),
        }
    }
}

impl Condition {
    /// Whether a value, found as it is or as an element of an array, meets the condition.
    fn holds(&self, value: Node<'_>, is_element: bool) -> bool {
        match self {
            Self::In(scalars) => scalars.iter().any(|scalar| scalar.equals(value)),
            Self::Compare(comparison, operand) => match (comparison, value) {
                (Comparison::Above, Node::Number(number)) => number > *operand,
                (Comparison::AtLeast, Node::Number(number)) => number >= *operand,
                (Comparison::Below, Node::Number(number)) => number < *operand,
                (Comparison::AtMost, Node::Number(number)) => number <= *operand,
                _ => false,
            },
            Self::Element(tests) => is_element && all(tests, value),
        }
    }
}

impl Scalar {
    fn equals(&self, value: Node<'_>) -> bool {
        match (self, value) {
            (Self::Null, Node::Missing) => true,
            (Self::Flag(a), Node::Flag(b)) => *a == b,
            (Self::Number(a), Node::Number(b)) => *a == b,
            (Self::Text(a), Node::Text(b)) => **a == *b,
            _ => false,
        }
    }
}

/// Something that a test can be put to.
#[derive(Clone, Copy)]
enum Node<'a> {
    Chart(&'a Chart, &'a Data<'a>),
    Song(&'a Song, &'a Data<'a>),
    /// An array or an object.
    Json(&'a Value),
    Text(&'a str),
    Number(f64),
    Flag(bool),
    /// A member that is absent or null.
    Missing,
}

impl<'a> Node<'a> {
    fn of(value: &'a Value) -> Self {
        match value {
            Value::Null => Self::Missing,
            Value::Bool(flag) => Self::Flag(*flag),
            Value::Number(number) => number.as_f64().map_or(Self::Missing, Self::Number),
            Value::String(text) => Self::Text(text),
            Value::Array(_) | Value::Object(_) => Self::Json(value),
        }
    }

    /// Whether the test holds for any value at the path. An array stands for its elements, on the way and at the end;
    /// a path that leads nowhere stands for a missing value.
    fn any(self, path: &[Box<str>], test: &mut dyn FnMut(Node<'_>, bool) -> bool) -> bool {
        let Some((name, rest)) = path.split_first() else {
            return match self {
                Self::Json(Value::Array(elements)) => elements.iter().any(|element| test(Node::of(element), true)),
                value => test(value, false),
            };
        };
        match self {
            Self::Chart(chart, _) if &**name == "versions" && rest.is_empty() => {
                chart.versions.iter().any(|version| test(Node::Text(version), true))
            }
            Self::Song(song, _) if &**name == "altTitles" && rest.is_empty() => {
                song.alt_titles.iter().any(|title| test(Node::Text(title), true))
            }
            Self::Song(song, _) if &**name == "searchTerms" && rest.is_empty() => {
                song.search_terms.iter().any(|term| test(Node::Text(term), true))
            }
            Self::Json(Value::Array(elements)) => {
                let mut objects = elements.iter().filter(|element| element.is_object()).peekable();
                match objects.peek() {
                    None => test(Node::Missing, false),
                    Some(_) => objects.any(|element| Node::of(element).any(path, test)),
                }
            }
            node => node.member(name).any(rest, test),
        }
    }

    /// A member that is not a list of texts.
    fn member(self, name: &str) -> Self {
        match self {
            Self::Chart(chart, data) => match name {
                "level" => Self::Text(&chart.level),
                "levelNum" => Self::Number(chart.level_num),
                "difficulty" => Self::Text(&chart.difficulty),
                "data" => Self::Json(data.json()),
                "isPrimary" => Self::Flag(chart.is_primary),
                "playtype" => Self::Text(chart.gpt.playtype()),
                "chartID" => Self::Text(chart.id.as_str()),
                "songID" => Self::Number(f64::from(chart.song_id.0)),
                _ => Self::Missing,
            },
            Self::Song(song, data) => match name {
                "id" => Self::Number(f64::from(song.id.0)),
                "title" => Self::Text(&song.title),
                "artist" => Self::Text(&song.artist),
                "data" => Self::Json(data.json()),
                _ => Self::Missing,
            },
            Self::Json(Value::Object(members)) => members.get(name).map_or(Self::Missing, Self::of),
            _ => Self::Missing,
        }
    }
}

/// The members of `data`, parsed when first asked for.
struct Data<'a> {
    text: &'a str,
    json: OnceCell<Value>,
}

impl<'a> Data<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, json: OnceCell::new() }
    }

    fn json(&self) -> &Value {
        self.json.get_or_init(|| {
            let mut data: Value = serde_json::from_str(self.text).unwrap_or_default();
            list_table_folders(&mut data);
            data
        })
    }
}

/// Newer data has table levels as an object of table → level; queries are written for the list.
fn list_table_folders(data: &mut Value) {
    if let Some(Value::Object(levels)) = data.get("tableFolders") {
        let folders = levels.iter().map(|(table, level)| json!({"table": table, "level": level})).collect();
        data["tableFolders"] = folders;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(query: &Value, data: &Value) -> bool {
        let mut data = data.clone();
        list_table_folders(&mut data);
        all(&read_query(query).unwrap(), Node::Json(&data))
    }

    /// Query, document, whether it holds.
    fn table() -> Vec<(Value, Value, bool)> {
        let tables = json!({"t": [{"table": "★", "level": "1"}, {"table": "st", "level": "2"}]});
        vec![
            (json!({}), json!({}), true),
            // Scalars: by value, by text, never converted; arrays by element.
            (json!({"a": 12}), json!({"a": 12.0}), true),
            (json!({"a": 12}), json!({"a": "12"}), false),
            (json!({"a": "12"}), json!({"a": 12}), false),
            (json!({"a": "x"}), json!({"a": "X"}), false),
            (json!({"a": true}), json!({"a": true}), true),
            (json!({"a": true}), json!({"a": 1}), false),
            (json!({"a": "x"}), json!({"a": ["w", "x"]}), true),
            (json!({"a": "x"}), json!({"a": []}), false),
            (json!({"a": "x", "b": 1}), json!({"a": "x", "b": 2}), false),
            // Missing and null are one.
            (json!({"a": "x"}), json!({}), false),
            (json!({"a": false}), json!({"a": null}), false),
            (json!({"a": null}), json!({}), true),
            (json!({"a": null}), json!({"a": null}), true),
            (json!({"a": null}), json!({"a": 0}), false),
            (json!({"a": {"$in": [null, 1]}}), json!({}), true),
            // $in
            (json!({"a": {"$in": ["x", 2]}}), json!({"a": 2}), true),
            (json!({"a": {"$in": ["x", 2]}}), json!({"a": ["y", "x"]}), true),
            (json!({"a": {"$in": ["x", 2]}}), json!({"a": "2"}), false),
            (json!({"a": {"$in": []}}), json!({"a": 1}), false),
            (json!({"a": {"$in": [1]}}), json!({}), false),
            // Comparisons
            (json!({"a": {"$gt": 1}}), json!({"a": 1}), false),
            (json!({"a": {"$gte": 1}}), json!({"a": 1}), true),
            (json!({"a": {"$lt": 1}}), json!({"a": 1}), false),
            (json!({"a": {"$lte": 1}}), json!({"a": 1}), true),
            (json!({"a": {"$gte": 1, "$lt": 2}}), json!({"a": 1.9}), true),
            (json!({"a": {"$gte": 1, "$lt": 2}}), json!({"a": 2}), false),
            (json!({"a": {"$gte": 1}}), json!({"a": "5"}), false),
            (json!({"a": {"$gte": 1}}), json!({"a": [0, 5]}), true),
            (json!({"a": {"$gte": 1}}), json!({}), false),
            (json!({"a": {"$lt": 1}}), json!({"a": null}), false),
            // $not, also when the member is missing
            (json!({"a": {"$not": {"$gte": 1, "$lt": 3}}}), json!({"a": 2}), false),
            (json!({"a": {"$not": {"$gte": 1, "$lt": 3}}}), json!({"a": 3}), true),
            (json!({"a": {"$not": {"$gte": 1}}}), json!({}), true),
            (json!({"a": {"$not": {"$in": ["x"]}}}), json!({"a": null}), true),
            (json!({"a": {"$not": {"b": 1}}}), json!({"a": {"b": 2}}), true),
            (json!({"a": {"$not": {"b": 1}}}), json!({"a": {"b": 1}}), false),
            (json!({"a": {"$gt": 0, "$not": {"$gt": 5}}}), json!({"a": 6}), false),
            // $elemMatch: one element, all conditions
            (json!({"t": {"$elemMatch": {"table": "★", "level": "1"}}}), tables.clone(), true),
            (json!({"t": {"$elemMatch": {"table": "★", "level": "2"}}}), tables.clone(), false),
            (json!({"t": {"$elemMatch": {"table": "★"}}}), json!({"t": {"table": "★"}}), false),
            (json!({"t": {"$elemMatch": {"table": "★"}}}), json!({"t": []}), false),
            (json!({"t": {"$elemMatch": {"table": "★"}}}), json!({}), false),
            (json!({"a": {"$elemMatch": {"$gte": 2, "$lt": 3}}}), json!({"a": [1, 3]}), false),
            (json!({"a": {"$elemMatch": {"$gte": 2, "$lt": 4}}}), json!({"a": [1, 3]}), true),
            (json!({"a": {"$elemMatch": {"b": {"$not": {"$gt": 1}}}}}), json!({"a": [{"b": 2}, {}]}), true),
            // Nested objects: each inner path, with or without other members
            (json!({"a": {"b": 1}}), json!({"a": {"b": 1, "c": 2}}), true),
            (json!({"a": {"b": {"c": 1}}}), json!({"a": {"b": {"c": 2}}}), false),
            (json!({"t": {"table": "★", "level": "2"}}), tables.clone(), true),
            // Dotted paths step through arrays of objects
            (json!({"t.table": "st"}), tables.clone(), true),
            (json!({"t.table": "sl"}), tables, false),
            (json!({"t.table": "st"}), json!({"t": ["st"]}), false),
            (json!({"t.table": null}), json!({"t": []}), true),
            (json!({"a.b.c": 1}), json!({"a": [{"b": [{"c": 0}, {"c": 1}]}]}), true),
            (json!({"a.b": 1}), json!({"a": 1}), false),
            // Escaped names, at every depth
            (json!({"a¬b": {"~in": [1]}}), json!({"a": {"b": 1}}), true),
            (json!({"t": {"~elemMatch": {"a¬b": {"~gte": 2}}}}), json!({"t": [{"a": {"b": 2}}]}), true),
            (json!({"a": "x~y¬z"}), json!({"a": "x~y¬z"}), true),
            // Table levels as newer data has them
            (
                json!({"tableFolders": {"$elemMatch": {"table": "★", "level": "1"}}}),
                json!({"tableFolders": {"st": "2", "★": "1"}}),
                true,
            ),
            (json!({"tableFolders.table": "sl"}), json!({"tableFolders": {"st": "2"}}), false),
            (json!({"tableFolders.table": "sl"}), json!({"tableFolders": {}}), false),
        ]
    }

    #[test]
    fn conditions_hold_as_the_page_says() {
        for (query, data, expected) in table() {
            assert_eq!(holds(&query, &data), expected, "{query} of {data}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for (query, path, problem) in [
            (json!([]), "", "expected an object"),
            (json!({"$or": []}), "", "there is no operator $or here"),
            (json!({"a": {"~regex": "x"}}), "a", "there is no operator $regex here"),
            (json!({"a": [1]}), "a", "expected a scalar or an object"),
            (json!({"a": {}}), "a", "expected a condition"),
            (json!({"a": {"$gt": 1, "b": 2}}), "a", "expected either operators or members, not both"),
            (json!({"a": {"$gt": "1"}}), "a.$gt", "expected a number"),
            (json!({"a": {"$in": 1}}), "a.$in", "expected a list of scalars"),
            (json!({"a": {"$in": [[1]]}}), "a.$in", "expected a list of scalars"),
            (json!({"a": {"$not": 1}}), "a.$not", "expected an object"),
            (json!({"a¬b": {"$elemMatch": 1}}), "a.b.$elemMatch", "expected an object"),
            (json!({"a": {"$elemMatch": {"c": {"$x": 1}}}}), "a.$elemMatch.c", "there is no operator $x here"),
            (json!({"a": {"b": {"$x": 1}}}), "a.b", "there is no operator $x here"),
        ] {
            let error = read_query(&query).unwrap_err();
            assert_eq!((error.path.as_str(), error.problem.to_string().as_str()), (path, problem), "{query}");
        }
    }

    #[test]
    fn tests_that_need_json_come_last() {
        let tests = read_query(&json!({"data¬x": 1, "level": "1", "data.y": {"$not": {"$gt": 1}}})).unwrap();
        assert!(!tests[0].reads_data() && tests[1].reads_data() && tests[2].reads_data());
    }
}
