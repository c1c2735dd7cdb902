//! The published formulas by name, so that they can be checked against test vectors from anywhere.
//!
//! A vector is `{fn, args, result}` or `{fn, args, throws: true}`; [`find`] gives the function of that name. Game
//! modules list theirs beside the formulas themselves.

use serde_json::{Map, Value};

use crate::game::{Best, Refusal};
use crate::{games, number, rating};

/// A function under its published name.
#[derive(Debug, Clone, Copy)]
pub struct Formula {
    /// The name, e.g. `IIDX.percent`.
    pub name: &'static str,
    /// The function over named arguments.
    pub calculate: fn(&Args<'_>) -> Result<Value, Refusal>,
}

/// The function of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Formula> {
    let shared = SHARED.iter();
    shared.chain(games::FORMULAS.iter().copied().flatten()).find(|formula| formula.name == name)
}

/// Every function, in no particular order.
pub fn all() -> impl Iterator<Item = &'static Formula> {
    SHARED.iter().chain(games::FORMULAS.iter().copied().flatten())
}

/// The named arguments of a vector.
#[derive(Debug, Clone, Copy)]
pub struct Args<'a>(pub &'a Map<String, Value>);

impl Args<'_> {
    /// A number that must be there.
    ///
    /// # Errors
    /// When it is missing or no number.
    pub fn number(&self, name: &str) -> Result<f64, Refusal> {
        self.optional_number(name).ok_or_else(|| Refusal::new(format!("no number {name:?}")))
    }

    /// A number that may be null or absent.
    #[must_use]
    pub fn optional_number(&self, name: &str) -> Option<f64> {
        self.0.get(name).and_then(Value::as_f64)
    }

    /// A text that must be there.
    ///
    /// # Errors
    /// When it is missing or no text.
    pub fn text(&self, name: &str) -> Result<&str, Refusal> {
        self.optional_text(name).ok_or_else(|| Refusal::new(format!("no text {name:?}")))
    }

    /// A text that may be null or absent.
    #[must_use]
    pub fn optional_text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }

    /// True or false; false when absent.
    #[must_use]
    pub fn flag(&self, name: &str) -> bool {
        self.0.get(name).and_then(Value::as_bool).unwrap_or(false)
    }

    /// A list of numbers; nulls are left out.
    #[must_use]
    pub fn numbers(&self, name: &str) -> Vec<f64> {
        let list = self.0.get(name).and_then(Value::as_array);
        list.map_or_else(Vec::new, |list| list.iter().filter_map(Value::as_f64).collect())
    }

    /// The position of a named text in a list of names.
    ///
    /// # Errors
    /// When the text is missing or not in the list.
    pub fn index(&self, name: &str, names: &[&str]) -> Result<usize, Refusal> {
        let text = self.text(name)?;
        let found = names.iter().position(|known| *known == text);
        found.ok_or_else(|| Refusal::new(format!("{text:?} is no {name}")))
    }
}

/// A number as a result.
#[must_use]
pub fn number_or_null(value: Option<f64>) -> Value {
    value.map_or(Value::Null, number::json)
}

const SHARED: &[Formula] = &[
    Formula { name: "FmtNumCompact", calculate: |args| Ok(number::compact(args.number("value")?).into()) },
    Formula { name: "FmtNum", calculate: |args| Ok(number::with_commas(args.number("value")?).into()) },
    Formula { name: "MathRound", calculate: |args| Ok(number::json(number::round(args.number("value")?))) },
    Formula { name: "NumberToString", calculate: |args| Ok(number::to_text(args.number("value")?).into()) },
    Formula {
        name: "ToFixed",
        calculate: |args| Ok(number::to_fixed(args.number("value")?, args.number("dp")? as u8).into()),
    },
    Formula {
        name: "Session.bestN",
        calculate: |args| {
            let n = args.number("n")? as usize;
            Ok(number_or_null(rating::session_best(&args.numbers("values"), n)))
        },
    },
    Formula {
        name: "Profile.bestN",
        calculate: |args| {
            let (values, n) = (args.numbers("values"), args.number("n")? as usize);
            let integral = args.optional_number("integral").filter(|scale| *scale > 1.0);
            if args.flag("strict") && values.len() < n {
                return Ok(Value::Null);
            }
            let how = match (args.flag("mean"), integral) {
                (true, Some(scale)) => Best::IntegralMean(scale),
                (true, None) => Best::Mean,
                (false, Some(scale)) => {
                    let whole: Vec<f64> = values.iter().map(|value| number::round(value * scale)).collect();
                    return Ok(number_or_null(rating::profile_best(&whole, n, Best::Sum).map(|sum| sum / scale)));
                }
                (false, None) => Best::Sum,
            };
            Ok(number_or_null(rating::profile_best(&values, n, how)))
        },
    },
];

/// How a file of vectors compares with our functions.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct VectorReport {
    /// How many rows were checked.
    pub rows: usize,
    /// The rows that disagree, in words, with both numbers.
    pub disagreements: Vec<String>,
}

/// Checks test vectors: a JSON array of `{fn, args, result}` and `{fn, args, throws: true}` rows.
///
/// Where a function has rows of `"version": "v3"` and others for the same arguments, those of v3 are the ones that
/// count. Numbers must be equal, or within 1e-9 for the functions that use `pow` and `ln`.
///
/// # Errors
/// When the text is not such an array.
pub fn check_vectors(text: &str) -> Result<VectorReport, serde_json::Error> {
    let rows: Vec<Map<String, Value>> = serde_json::from_str(text)?;
    let key = |row: &Map<String, Value>| format!("{}{}", row.get("fn").unwrap_or(&Value::Null), row_args(row));
    let newest: std::collections::HashSet<String> =
        rows.iter().filter(|row| row.get("version").is_some_and(|version| version == "v3")).map(key).collect();
    let mut report = VectorReport::default();
    for row in &rows {
        report.rows += 1;
        let superseded = row.get("version").is_none() && newest.contains(&key(row));
        if superseded {
            continue;
        }
        let name = row.get("fn").and_then(Value::as_str).unwrap_or_default();
        let throws = row.get("throws").and_then(Value::as_bool).unwrap_or(false);
        let expected = row.get("result").unwrap_or(&Value::Null);
        let empty = Map::new();
        let args = row.get("args").and_then(Value::as_object).unwrap_or(&empty);
        let got = match find(name) {
            None => Err("we have no such function".to_owned()),
            Some(formula) => match (formula.calculate)(&Args(args)) {
                Ok(_) if throws => Err("expected a refusal".to_owned()),
                Ok(value) if agree(&value, expected) => Ok(()),
                Ok(value) => Err(format!("expected {expected}, got {value}")),
                Err(_) if throws => Ok(()),
                Err(refusal) => Err(format!("expected {expected}, got a refusal: {refusal}")),
            },
        };
        if let Err(problem) = got {
            let shown: String = row_args(row).chars().take(200).collect();
            report.disagreements.push(format!("{name}({shown}): {problem}"));
        }
    }
    Ok(report)
}

fn row_args(row: &Map<String, Value>) -> String {
    row.get("args").map(ToString::to_string).unwrap_or_default()
}

fn agree(got: &Value, expected: &Value) -> bool {
    match (got, expected) {
        (Value::Number(got), Value::Number(expected)) => {
            let (got, expected) = (got.as_f64().unwrap_or(f64::NAN), expected.as_f64().unwrap_or(f64::NAN));
            got == expected || (got - expected).abs() <= 1e-9 * expected.abs()
        }
        (Value::Object(got), Value::Object(expected)) => {
            got.len() == expected.len()
                && expected.iter().all(|(name, value)| got.get(name).is_some_and(|member| agree(member, value)))
        }
        (Value::Array(got), Value::Array(expected)) => {
            got.len() == expected.len() && got.iter().zip(expected).all(|(a, b)| agree(a, b))
        }
        (got, expected) => got == expected,
    }
}
