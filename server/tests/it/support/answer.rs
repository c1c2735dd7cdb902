//! Answers, and what is expected of them.

use std::fmt;

use reqwest::blocking::Response;
use reqwest::header::HeaderMap;
use serde::Deserializer as _;
use serde::de::{MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Value, json};

/// An answer of the server.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl From<Response> for Answer {
    fn from(response: Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Self { status, headers, text: response.text().unwrap() }
    }
}

impl Answer {
    /// A header, as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The whole envelope.
    #[track_caller]
    pub fn json(&self) -> Value {
        assert_eq!(self.header("Content-Type"), Some("application/json"), "{self:?}");
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The body of a success.
    #[track_caller]
    pub fn body(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text);
        let mut envelope = self.json();
        assert_eq!(envelope["success"], true, "{}", self.text);
        assert_eq!(members(&self.text).iter().map(|(name, _)| &**name).collect::<Vec<_>>(), ENVELOPE);
        envelope["body"].take()
    }

    /// The description of a failure with this status.
    #[track_caller]
    pub fn failure(&self, status: u16) -> String {
        assert_eq!(self.status, status, "{}", self.text);
        let envelope = self.json();
        let description = envelope["description"].as_str().unwrap().to_owned();
        assert_eq!(envelope, json!({"success": false, "description": description}));
        description
    }

    /// Expects a failure with this status and text.
    #[track_caller]
    pub fn refused(&self, status: u16, description: &str) {
        assert_eq!(self.failure(status), description);
    }
}

const ENVELOPE: [&str; 3] = ["success", "description", "body"];

/// The members of the object that a JSON text holds, in the order of the text.
#[track_caller]
pub fn members(text: &str) -> Vec<(String, Box<RawValue>)> {
    struct InOrder;

    impl<'de> Visitor<'de> for InOrder {
        type Value = Vec<(String, Box<RawValue>)>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut members = Vec::new();
            while let Some(member) = map.next_entry()? {
                members.push(member);
            }
            Ok(members)
        }
    }

    serde_json::Deserializer::from_str(text).deserialize_map(InOrder).unwrap()
}
