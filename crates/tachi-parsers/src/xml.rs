//! XML from outside, as much of it as the formats need: elements and their text.
//! Source: `spec/import-types/file-solid-state-squad.md` 2.
//!
//! Namespaces, attributes, comments and processing instructions are passed over. Entities that a document declares are
//! never expanded: what is no predefined entity and no character stays in the text as it is written.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::Event;

use crate::error::FatalError;

/// How deep elements may be nested.
const MAX_DEPTH: usize = 64;

/// A document that is read from its begin to its end.
pub struct Xml<'a> {
    text: &'a str,
    reader: Reader<&'a [u8]>,
    depth: usize,
}

/// A part of an element's content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part<'a> {
    /// A child begins; its own content comes next, up to its [`End`](Self::End).
    Child(String),
    /// Text, or some of it.
    Text(Cow<'a, str>),
    /// The element ends.
    End,
}

impl std::fmt::Debug for Xml<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Xml").field("position", &self.reader.buffer_position()).finish_non_exhaustive()
    }
}

impl<'a> Xml<'a> {
    /// Begins a document: reads up to its outermost element and returns that element's name.
    ///
    /// # Errors
    /// When the bytes are not UTF-8, hold a NUL character or do not begin like XML.
    pub fn open(bytes: &'a [u8]) -> Result<(Self, String), FatalError> {
        let bytes = bytes.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(bytes);
        let text = std::str::from_utf8(bytes).map_err(|_| refusal("it is not UTF-8"))?;
        if let Some(position) = memchr::memchr(0, bytes) {
            let line = line_of(text, position);
            return Err(FatalError::bad_input(format!("Input contains a NUL character (line {line}).")));
        }
        let mut reader = Reader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        let mut xml = Self { text, reader, depth: 0 };
        loop {
            match xml.part()? {
                Some(Part::Child(name)) => return Ok((xml, name)),
                Some(Part::Text(text)) if text.trim().is_empty() => {}
                _ => return Err(xml.refusal("there is no element")),
            }
        }
    }

    /// The next part of the innermost element that is open.
    ///
    /// # Errors
    /// When the document is not well-formed.
    pub fn read(&mut self) -> Result<Part<'a>, FatalError> {
        self.part()?.ok_or_else(|| self.refusal("it ends too early"))
    }

    /// Passes over the rest of the innermost element that is open.
    ///
    /// # Errors
    /// When the document is not well-formed.
    pub fn skip(&mut self) -> Result<(), FatalError> {
        let outside = self.depth.saturating_sub(1);
        while self.depth > outside {
            self.read()?;
        }
        Ok(())
    }

    /// Checks that nothing follows the outermost element.
    ///
    /// # Errors
    /// When something does.
    pub fn close(mut self) -> Result<(), FatalError> {
        loop {
            match self.part()? {
                None => return Ok(()),
                Some(Part::Text(text)) if text.trim().is_empty() => {}
                Some(_) => return Err(self.refusal("something follows the outermost element")),
            }
        }
    }

    /// The next part; `None` at the end of the document.
    fn part(&mut self) -> Result<Option<Part<'a>>, FatalError> {
        loop {
            let event = self.reader.read_event().map_err(|error| self.refusal(&error.to_string()))?;
            return Ok(Some(match event {
                Event::Start(element) => {
                    if let Some(error) = element.attributes().find_map(Result::err) {
                        return Err(self.refusal(&error.to_string()));
                    }
                    self.depth += 1;
                    if self.depth > MAX_DEPTH {
                        return Err(self.refusal(&format!("elements are nested deeper than {MAX_DEPTH}")));
                    }
                    Part::Child(element.local_name().as_ref().to_owned())
                }
                Event::End(_) => {
                    self.depth -= 1;
                    Part::End
                }
                Event::Text(text) => Part::Text(text.xml10_content()),
                Event::CData(text) => Part::Text(text.xml10_content()),
                Event::GeneralRef(entity) => {
                    let letter = entity.resolve_char_ref().map_err(|error| self.refusal(&error.to_string()))?;
                    Part::Text(letter.map_or_else(|| entity_text(&entity), |letter| letter.to_string()).into())
                }
                Event::Eof if self.depth > 0 => return Err(self.refusal("it ends inside an element")),
                Event::Eof => return Ok(None),
                Event::Decl(_) | Event::PI(_) | Event::DocType(_) | Event::Comment(_) | Event::Empty(_) => continue,
            }));
        }
    }

    fn refusal(&self, reason: &str) -> FatalError {
        let position = usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX);
        refusal(&format!("line {}: {reason}", line_of(self.text, position)))
    }
}

fn refusal(reason: &str) -> FatalError {
    FatalError::bad_input(format!("Could not parse XML. ({reason})"))
}

fn line_of(text: &str, position: usize) -> usize {
    memchr::memchr_iter(b'\n', &text.as_bytes()[..position.min(text.len())]).count() + 1
}

/// What a reference stands for; itself, if nobody but the document says so.
fn entity_text(name: &str) -> String {
    const PREDEFINED: [(&str, &str); 5] = [("lt", "<"), ("gt", ">"), ("amp", "&"), ("apos", "'"), ("quot", "\"")];
    let predefined = PREDEFINED.iter().find(|(known, _)| *known == name);
    predefined.map_or_else(|| format!("&{name};"), |(_, text)| (*text).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text of the outermost element, its children's put in brackets.
    fn text(document: &str) -> Result<String, String> {
        let (mut xml, name) = Xml::open(document.as_bytes()).map_err(|error| error.message)?;
        let (mut text, mut depth) = (format!("{name}:"), 1);
        while depth > 0 {
            match xml.read().map_err(|error| error.message)? {
                Part::Child(name) => {
                    text.push_str(&format!("[{name}:"));
                    depth += 1;
                }
                Part::Text(part) => text.push_str(&part),
                Part::End => {
                    text.push(']');
                    depth -= 1;
                }
            }
        }
        xml.close().map_err(|error| error.message)?;
        Ok(text)
    }

    #[test]
    fn text_cdata_and_references_are_one_text() {
        let document = "\u{FEFF}<?xml version='1.0'?><!DOCTYPE a [<!ENTITY x 'y'>]>\n<!-- c --><n:a b='c'> 1 &lt;&#65;&#x42;\
                        &amp;lt;&x;<![CDATA[<&amp;]]><b/><c>2</c></n:a>\n";
        assert_eq!(text(document).unwrap(), "a: 1 <AB&lt;&x;<&amp;[b:][c:2]]");
    }

    #[test]
    fn documents_that_are_not_well_formed_are_refused() {
        for document in [
            "",
            "text",
            "<a>",
            "<a></b>",
            "<a><b></a></b>",
            "<a></a><b></b>",
            "<a></a>text",
            "<a>&lt</a>",
            "<a b=1 b=2></a>",
            "<a>&#xD800;</a>",
            "<a",
        ] {
            let error = text(document).unwrap_err();
            assert!(error.starts_with("Could not parse XML. ("), "{document}: {error}");
        }
        assert_eq!(text("<a>\n\0</a>").unwrap_err(), "Input contains a NUL character (line 2).");
        assert!(Xml::open(b"<a>\xFF</a>").is_err());
    }

    #[test]
    fn nesting_is_limited() {
        let nested = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
        assert!(text(&nested(64)).is_ok());
        assert!(text(&nested(65)).is_err());
    }
}
