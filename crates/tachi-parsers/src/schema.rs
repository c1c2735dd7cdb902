//! JSON objects described by tables: one row for each member, in the order in which they are checked.

mod json_schema;

use serde_json::Value;

use crate::error::Failure;
use crate::json::{Json, SchemaError, expect, member};

/// What an object must hold.
#[derive(Debug, Clone, Copy)]
pub struct Schema {
    /// Its members; several lists because forms of one format share some.
    fields: &'static [&'static [Field]],
    /// Whether other members are errors.
    strict: bool,
}

/// A member.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    name: &'static str,
    kind: Kind,
    presence: Presence,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Presence {
    Required,
    Optional,
    Nullable,
}

/// What a member may hold.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Anything.
    Any,
    /// A text.
    Text,
    /// True or false.
    Bool,
    /// A finite number of at least 0.
    PositiveNumber,
    /// A number between two bounds, inclusive.
    NumberBetween(f64, f64),
    /// A safe integer.
    Integer,
    /// A safe integer of at least 0.
    Count,
    /// A safe integer between two bounds, inclusive.
    IntegerBetween(f64, f64),
    /// One of these texts.
    OneOf(&'static [&'static str]),
    /// One of the texts on the left; on the right is what it means here.
    Meaning(Meanings),
    /// One of these numbers.
    OneOfNumbers(&'static [f64]),
    /// An array of such values.
    Array(&'static Self),
    /// An object.
    Object(Schema),
    /// What the function accepts; it returns the reason of a refusal.
    Own(Check),
    /// The same, with the JSON Schema of what it accepts.
    Described(Check, fn() -> Value),
}

/// Accepts a value, or returns the reason of a refusal.
pub type Check = fn(Option<&Json<'_>>) -> Result<(), &'static str>;

/// Texts as they are sent and what they mean here.
pub type Meanings = &'static [(&'static str, &'static str)];

/// What a text means; `None` when it is not in the table.
#[must_use]
pub fn meaning(table: Meanings, text: Option<&str>) -> Option<&'static str> {
    table.iter().find(|(sent, _)| Some(*sent) == text).map(|(_, meaning)| *meaning)
}

impl Field {
    /// A member that must be there and not be null.
    #[must_use]
    pub const fn required(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, presence: Presence::Required }
    }

    /// A member that may be absent.
    #[must_use]
    pub const fn optional(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, presence: Presence::Optional }
    }

    /// A member that may be absent or null.
    #[must_use]
    pub const fn nullable(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, presence: Presence::Nullable }
    }

    fn check(&self, value: Option<&Json<'_>>) -> Result<(), SchemaError> {
        match (self.presence, value) {
            (Presence::Optional | Presence::Nullable, None) | (Presence::Nullable, Some(Json::Null)) => Ok(()),
            _ => self.kind.check(self.name, value),
        }
    }
}

impl Kind {
    fn check(&self, path: &str, value: Option<&Json<'_>>) -> Result<(), SchemaError> {
        match *self {
            Self::Any => Ok(()),
            Self::Text => expect::text(path, value).map(drop),
            Self::Bool => expect::boolean(path, value).map(drop),
            Self::PositiveNumber => expect::positive_number(path, value).map(drop),
            Self::NumberBetween(min, max) => expect::number_between(path, value, min, max).map(drop),
            Self::Integer => expect::integer(path, value).map(drop),
            Self::Count => expect::positive_integer(path, value).map(drop),
            Self::IntegerBetween(min, max) => expect::integer_between(path, value, min, max).map(drop),
            Self::OneOf(texts) => expect::any_of(path, value, texts).map(drop),
            Self::Meaning(table) => {
                let known = meaning(table, value.and_then(Json::text)).is_some();
                if known { Ok(()) } else { Err(none_of(path, value, table.iter().map(|(sent, _)| (*sent).to_owned()))) }
            }
            Self::OneOfNumbers(numbers) => {
                let known = value.and_then(Json::number).is_some_and(|number| numbers.contains(&number));
                if known { Ok(()) } else { Err(none_of(path, value, numbers.iter().map(ToString::to_string))) }
            }
            Self::Array(of) => {
                let Some(Json::Array(elements)) = value else {
                    return Err(SchemaError::new(path, "Value was not an array.", value));
                };
                let mut elements = elements.iter().enumerate();
                elements.try_for_each(|(index, element)| {
                    of.check("", Some(element)).map_err(|error| error.within(&format!("[{index}]")).within(path))
                })
            }
            Self::Object(schema) => schema.check(value).map_err(|error| error.within(path)),
            Self::Own(check) | Self::Described(check, _) => {
                check(value).map_err(|reason| SchemaError::new(path, reason, value))
            }
        }
    }
}

fn none_of(path: &str, value: Option<&Json<'_>>, known: impl Iterator<Item = String>) -> SchemaError {
    SchemaError::new(path, format!("Expected any of {}.", known.collect::<Vec<_>>().join(", ")), value)
}

impl Schema {
    /// An object whose other members are ignored.
    #[must_use]
    pub const fn open(fields: &'static [&'static [Field]]) -> Self {
        Self { fields, strict: false }
    }

    /// An object that has no other members.
    #[must_use]
    pub const fn strict(fields: &'static [&'static [Field]]) -> Self {
        Self { fields, strict: true }
    }

    /// Checks a value; paths of errors begin inside it.
    ///
    /// # Errors
    /// The first member that is not as described.
    pub fn check(&self, value: Option<&Json<'_>>) -> Result<(), SchemaError> {
        let Some(Json::Object(members)) = value else { return Err(SchemaError::not_an_object("", value)) };
        let mut fields = self.fields.iter().copied().flatten();
        fields.try_for_each(|field| field.check(member(members, field.name)))?;
        if !self.strict {
            return Ok(());
        }
        let known = |name: &str| self.fields.iter().copied().flatten().any(|field| field.name == name);
        let unknown: Vec<&str> = members.iter().map(|(name, _)| &**name).filter(|name| !known(name)).collect();
        if unknown.is_empty() { Ok(()) } else { Err(SchemaError::unexpected("", &unknown)) }
    }

    /// What the member of that name may hold; `None` where the table has no such member.
    #[must_use]
    pub fn kind_of(&self, name: &str) -> Option<&'static Kind> {
        self.fields.iter().copied().flatten().find(|field| field.name == name).map(|field| &field.kind)
    }

    /// An element of an orphan, which is checked again because formats change.
    ///
    /// # Errors
    /// When it is not as described.
    pub fn restore(&self, data: &Value) -> Result<Json<'static>, Failure> {
        let element = Json::from_value(data);
        self.check(Some(&element)).map_err(|error| Failure::Invalid(error.to_string()))?;
        Ok(element)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INNER: &[Field] =
        &[Field::required("list", Kind::Array(&Kind::IntegerBetween(0.0, 9.0))), Field::optional("on", Kind::Bool)];
    const TABLE: Schema = Schema::strict(&[&[
        Field::required("count", Kind::Count),
        Field::nullable("inner", Kind::Object(Schema::open(&[INNER]))),
        Field::optional("kind", Kind::OneOfNumbers(&[0.0, 2.0])),
        Field::optional("name", Kind::Meaning(&[("A", "a"), ("B", "b")])),
        Field::optional("objects", Kind::Array(&Kind::Object(Schema::open(&[INNER])))),
    ]]);

    fn error(text: &str) -> String {
        TABLE.check(Some(&Json::parse(text).unwrap())).unwrap_err().to_string()
    }

    #[test]
    fn what_the_table_allows_passes() {
        for text in [
            r#"{"count":0}"#,
            r#"{"count":5e2,"inner":null,"kind":2,"name":"B"}"#,
            r#"{"count":1.0,"inner":{"list":[],"other":1}}"#,
            r#"{"count":1,"inner":{"list":[0,9],"on":true}}"#,
        ] {
            assert_eq!(TABLE.check(Some(&Json::parse(text).unwrap())), Ok(()), "{text}");
        }
    }

    #[test]
    fn errors_name_the_whole_path() {
        let object = "Object does not match structure of schema, expected this location to have an object.";
        assert_eq!(
            TABLE.check(None).unwrap_err().to_string(),
            format!("null | {object} | Received undefined [type: undefined].")
        );
        assert_eq!(error("[]"), format!("null | {object}."));
        assert_eq!(error("{}"), "count | Expected a positive integer. | Received undefined [type: undefined].");
        assert_eq!(error(r#"{"count":1,"inner":[]}"#), format!("inner | {object}."));
        assert_eq!(
            error(r#"{"count":1,"inner":{"list":[3,"4"]}}"#),
            "inner.list[1] | Expected an integer between 0 and 9. | Received 4 [type: string]."
        );
        assert_eq!(error(r#"{"count":1,"inner":{"list":{}}}"#), "inner.list | Value was not an array..");
        assert_eq!(
            error(r#"{"count":1,"inner":{"list":[],"on":null}}"#),
            "inner.on | Expected boolean. | Received null [type: null]."
        );
        assert_eq!(error(r#"{"count":1,"kind":1}"#), "kind | Expected any of 0, 2. | Received 1 [type: number].");
        assert_eq!(error(r#"{"count":1,"name":"a"}"#), "name | Expected any of A, B. | Received a [type: string].");
        assert_eq!(
            error(r#"{"count":1,"objects":[{"list":[]},{"list":[10]}]}"#),
            "objects[1].list[0] | Expected an integer between 0 and 9. | Received 10 [type: number]."
        );
        assert_eq!(error(r#"{"count":1,"x":1,"y":2}"#), "null | Unexpected properties inside object: x, y..");
    }
}
