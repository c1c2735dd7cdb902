//! Charts that are named as importers name them. Source: `spec/games/README.md` 11.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Map, Value, json};
use tachi_core::catalogue::{Chart, ChartQuery, ResolveError};
use tachi_core::match_type::MatchType;

use super::reading::{OnGame, Reading};
use super::shown;
use crate::body;
use crate::envelope::ApiError;

/// The chart that a body names.
#[derive(Debug)]
pub struct Wanted {
    match_type: MatchType,
    identifier: String,
    difficulty: Option<String>,
    version: Option<String>,
    artist: Option<String>,
}

impl Wanted {
    /// Reads the body of a request. It is no extractor: who asks comes before what they ask for.
    ///
    /// # Errors
    /// When the body is not what it should be.
    pub async fn receive(request: &HttpRequest, payload: web::Payload) -> Result<Self, ApiError> {
        Self::read(&body::object(request, payload).await?)
    }

    fn read(body: &Map<String, Value>) -> Result<Self, ApiError> {
        let text = |name| optional_text(body, name);
        let required = |name| text(name)?.ok_or_else(|| refused(name, "a string", None));
        let match_type: String = required("matchType")?;
        let known = || {
            let names = MatchType::ALL.iter().map(|kind| kind.id()).collect::<Vec<_>>().join(", ");
            refused("matchType", &format!("any of {names}"), Some(&Value::from(match_type.as_str())))
        };
        Ok(Self {
            match_type: match_type.parse().map_err(|()| known())?,
            identifier: required("identifier")?,
            difficulty: text("difficulty")?,
            version: text("version")?,
            artist: text("artist")?,
        })
    }

    /// The chart in the catalogue.
    pub fn find<'a>(&self, reading: &'a Reading) -> Result<&'a Chart, ApiError> {
        let query = ChartQuery {
            match_type: self.match_type,
            identifier: &self.identifier,
            difficulty: self.difficulty.as_deref(),
            artist: self.artist.as_deref(),
            version: self.version.as_deref(),
        };
        let found = reading.catalogue.resolve(reading.gpt, &query).map_err(|error| match error {
            ResolveError::NotFound(text) => ApiError::not_found(text),
            ResolveError::Ambiguous(text) | ResolveError::Invalid(text) => ApiError::bad_request(text),
        })?;
        Ok(reading.catalogue.chart(found))
    }
}

/// A member that may be a text, null or absent.
fn optional_text(body: &Map<String, Value>, name: &str) -> Result<Option<String>, ApiError> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(other) => Err(refused(name, "a string", Some(other))),
    }
}

/// What is said of a member that is not what it should be.
pub fn refused(name: &str, expected: &str, received: Option<&Value>) -> ApiError {
    let received = match received {
        None => "nothing (undefined)".to_owned(),
        Some(Value::String(text)) => shown(text),
        Some(other) => shown(&other.to_string()),
    };
    ApiError::bad_request(format!("[{name}] Expected {expected}. (Received {received})"))
}

/// `POST /games/:game/:playtype/charts/resolve`.
pub async fn chart(on: OnGame, payload: web::Payload) -> Result<HttpResponse, ApiError> {
    let wanted = Wanted::receive(on.request(), payload).await?;
    on.answer("Resolved chart.", move |_, reading| {
        let chart = wanted.find(reading)?;
        let song = reading.catalogue.song_of(chart).to_document();
        Ok(json!({"chart": chart.to_document(), "song": song}))
    })
    .await
}
