//! What hooks say about themselves in their requests' headers. Source: `spec/import-types/ir-fervidex.md` 1, 2.

use crate::error::{FatalError, shown};
use crate::format::Fields;

/// The header that names the program and its version.
pub const USER_AGENT: &str = "user-agent";
/// The header that names the game's build.
pub const SOFTWARE_MODEL: &str = "x-software-model";

/// What follows `prefix` in the user agent.
///
/// # Errors
/// When there is no user agent, or another program's.
pub fn user_agent<'f>(fields: &'f Fields, prefix: &str, name: &str) -> Result<&'f str, FatalError> {
    let agent = fields.get(USER_AGENT).map_or("", String::as_str);
    if agent.is_empty() {
        return Err(FatalError::bad_input("Invalid User-Agent."));
    }
    let text = || format!("Invalid User-Agent {} - expected {name} client.", shown(agent));
    agent.strip_prefix(prefix).ok_or_else(|| FatalError::bad_input(text()))
}

/// A build of an arcade game: `model:destination:specification:revision:extension`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SoftwareModel<'f> {
    /// As it was sent.
    pub text: &'f str,
    /// The game.
    pub model: &'f str,
    /// The kind of its data.
    pub revision: &'f str,
    /// The build's date and number.
    pub extension: &'f str,
}

impl<'f> SoftwareModel<'f> {
    /// Reads the header.
    ///
    /// # Errors
    /// When it is absent or has another form.
    pub fn read(fields: &'f Fields) -> Result<Self, FatalError> {
        let model = fields.get(SOFTWARE_MODEL).and_then(|text| Self::parse(text));
        model.ok_or_else(|| FatalError::bad_input("Invalid X-Software-Model."))
    }

    fn parse(text: &'f str) -> Option<Self> {
        let mut parts = text.split(':');
        let mut part = |length: usize, allowed: fn(&u8) -> bool| {
            parts.next().filter(|part| part.len() == length && part.as_bytes().iter().all(allowed))
        };
        let model = part(3, |byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())?;
        part(1, u8::is_ascii_uppercase)?;
        part(1, u8::is_ascii_uppercase)?;
        let revision = part(1, u8::is_ascii_uppercase)?;
        let extension = part(10, u8::is_ascii_digit)?;
        parts.next().is_none().then_some(Self { text, model, revision, extension })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn software_models_have_exactly_five_parts() {
        let model = SoftwareModel::parse("LDJ:J:B:A:2020092900").unwrap();
        assert_eq!((model.model, model.revision, model.extension), ("LDJ", "A", "2020092900"));
        for text in [
            "",
            "LDJ",
            "LDJ:J:B:A:NONSENSE",
            "LDJ:J:B:A:202009290",
            "LDJ:J:B:A:20200929000",
            "ldj:J:B:A:2020092900",
            "LDJ:1:B:A:2020092900",
            "LDJ:J:B:A:2020092900:",
            " LDJ:J:B:A:2020092900",
            "LDJ:J:B:AA:2020092900",
        ] {
            assert_eq!(SoftwareModel::parse(text), None, "{text}");
        }
    }
}
