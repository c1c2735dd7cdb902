//! `multipart/form-data` (RFC 7578), taken apart while it arrives.
//!
//! Pure: bytes are pushed in as they come, events are pulled out. Lines may end in CRLF, as they should, or in LF alone,
//! as some clients send them; the first boundary tells which.

use actix_web::http::header::{ContentDisposition, HeaderValue};
use actix_web::web::{Bytes, BytesMut};
use memchr::{memchr, memmem};
use thiserror::Error;

/// The most bytes of a part's headers, and of a line before the first part.
const MAX_HEAD: usize = 16 << 10;

/// What a part says of itself before its content.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Head {
    /// The name of the form field.
    pub name: String,
    /// The name of the file, if the sender gave one.
    pub file_name: Option<String>,
    /// Whether the part is a file: it has a file name or says that it is bytes.
    pub is_file: bool,
}

/// What comes next in a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A part begins; the one before, if any, is over.
    Part(Head),
    /// The next piece of the part's content.
    Data(Bytes),
}

/// The body is not multipart, or its boundary is another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the body is no well-formed multipart/form-data")]
pub struct Malformed;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before the first boundary.
    Preamble,
    /// Just after a boundary.
    Boundary,
    /// In the headers of a part.
    Head,
    /// In the content of a part.
    Content,
    /// After the last boundary.
    End,
}

/// Takes a body apart.
#[derive(Debug)]
pub struct Parser {
    state: State,
    buffer: BytesMut,
    /// `--boundary`.
    marker: Vec<u8>,
    /// What ends a part's content: a line end and the marker.
    delimiter: Vec<u8>,
    head: Head,
    head_size: usize,
}

/// The boundary of a `multipart/…` content type.
#[must_use]
pub fn boundary(content_type: &str) -> Option<&str> {
    let (kind, parameters) = content_type.split_once(';')?;
    if !kind.trim_start().get(..10)?.eq_ignore_ascii_case("multipart/") {
        return None;
    }
    let named = parameters.split(';').filter_map(|parameter| parameter.split_once('='));
    let mut values = named.filter(|(name, _)| name.trim().eq_ignore_ascii_case("boundary"));
    let value = values.next()?.1.trim();
    let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
    (!value.is_empty()).then_some(value)
}

impl Parser {
    /// A parser for a body with this boundary.
    #[must_use]
    pub fn new(boundary: &str) -> Self {
        Self {
            state: State::Preamble,
            buffer: BytesMut::new(),
            marker: format!("--{boundary}").into_bytes(),
            delimiter: Vec::new(),
            head: Head::default(),
            head_size: 0,
        }
    }

    /// Adds what has arrived.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.state != State::End {
            self.buffer.extend_from_slice(bytes);
        }
    }

    /// Whether the last boundary was seen.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.state == State::End
    }

    /// The next event of what was pushed; `None` when more is needed, or nothing more comes.
    ///
    /// # Errors
    /// When the body is not what it should be.
    pub fn next_event(&mut self) -> Result<Option<Event>, Malformed> {
        loop {
            let advanced = match self.state {
                State::Preamble => self.preamble()?,
                State::Boundary => self.boundary()?,
                State::Head => {
                    let Some(line) = self.line()? else { return Ok(None) };
                    if self.head_line(&line)? {
                        return Ok(Some(Event::Part(std::mem::take(&mut self.head))));
                    }
                    true
                }
                State::Content => match self.content() {
                    Some(data) if data.is_empty() => true,
                    Some(data) => return Ok(Some(Event::Data(data))),
                    None => false,
                },
                State::End => false,
            };
            if !advanced {
                return Ok(None);
            }
        }
    }

    /// Skips a line before the first part; says whether there was one.
    fn preamble(&mut self) -> Result<bool, Malformed> {
        if let Some(rest) = self.buffer.strip_prefix(&*self.marker)
            && rest.starts_with(b"--")
        {
            self.state = State::End;
            return Ok(true);
        }
        let Some(line) = self.line()? else { return Ok(false) };
        if line.trim_ascii_end() == self.marker {
            let line_end: &[u8] = if line.ends_with(b"\r\n") { b"\r\n" } else { b"\n" };
            self.delimiter = [line_end, &self.marker].concat();
            self.state = State::Head;
        }
        Ok(true)
    }

    /// Tells a boundary between parts from the last one.
    fn boundary(&mut self) -> Result<bool, Malformed> {
        if self.buffer.len() < 2 {
            return Ok(false);
        }
        if self.buffer.starts_with(b"--") {
            self.buffer.clear();
            self.state = State::End;
            return Ok(true);
        }
        let Some(line) = self.line()? else { return Ok(false) };
        if !line.trim_ascii().is_empty() {
            return Err(Malformed);
        }
        self.state = State::Head;
        Ok(true)
    }

    /// Reads a header, or the empty line after the last one; says whether it was that.
    fn head_line(&mut self, line: &[u8]) -> Result<bool, Malformed> {
        self.head_size += line.len();
        if self.head_size > MAX_HEAD {
            return Err(Malformed);
        }
        let line = String::from_utf8_lossy(line);
        let line = line.trim();
        if line.is_empty() {
            self.head_size = 0;
            self.state = State::Content;
            return Ok(true);
        }
        let (name, value) = line.split_once(':').ok_or(Malformed)?;
        self.head.add(name.trim(), value.trim())?;
        Ok(false)
    }

    /// The next piece of content, possibly empty; whatever may be the beginning of a boundary waits for more.
    fn content(&mut self) -> Option<Bytes> {
        if let Some(end) = memmem::find(&self.buffer, &self.delimiter) {
            let data = self.buffer.split_to(end).freeze();
            let _delimiter = self.buffer.split_to(self.delimiter.len());
            self.state = State::Boundary;
            return Some(data);
        }
        let certain = self.buffer.len().saturating_sub(self.delimiter.len() - 1);
        (certain > 0).then(|| self.buffer.split_to(certain).freeze())
    }

    /// The next whole line, with its end.
    fn line(&mut self) -> Result<Option<Bytes>, Malformed> {
        match memchr(b'\n', &self.buffer) {
            Some(end) => Ok(Some(self.buffer.split_to(end + 1).freeze())),
            None if self.buffer.len() > MAX_HEAD => Err(Malformed),
            None => Ok(None),
        }
    }
}

impl Head {
    fn add(&mut self, name: &str, value: &str) -> Result<(), Malformed> {
        if name.eq_ignore_ascii_case("Content-Disposition") {
            let value = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| Malformed)?;
            let value = ContentDisposition::from_raw(&value).map_err(|_| Malformed)?;
            self.name = value.get_name().unwrap_or_default().to_owned();
            let extended = value.get_filename_ext().map(|name| String::from_utf8_lossy(&name.value).into_owned());
            self.file_name = extended.or_else(|| value.get_filename().map(str::to_owned));
            self.is_file |= self.file_name.is_some();
        } else if name.eq_ignore_ascii_case("Content-Type") {
            let kind = value.split(';').next().unwrap_or_default().trim();
            self.is_file |= kind.eq_ignore_ascii_case("application/octet-stream");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The parts of a body that arrives in pieces of `size` bytes.
    fn parts(body: &[u8], size: usize) -> Result<Vec<(Head, Vec<u8>)>, Malformed> {
        let mut parser = Parser::new("b");
        let mut parts: Vec<(Head, Vec<u8>)> = Vec::new();
        for piece in body.chunks(size) {
            parser.push(piece);
            while let Some(event) = parser.next_event()? {
                match event {
                    Event::Part(head) => parts.push((head, Vec::new())),
                    Event::Data(data) => parts.last_mut().unwrap().1.extend_from_slice(&data),
                }
            }
        }
        if parser.is_complete() { Ok(parts) } else { Err(Malformed) }
    }

    fn text(name: &str) -> Head {
        Head { name: name.to_owned(), ..Head::default() }
    }

    fn file(name: &str, file_name: &str) -> Head {
        Head { name: name.to_owned(), file_name: Some(file_name.to_owned()), is_file: true }
    }

    const BODY: &str = "before\r\n--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\none\r\n--b \r\n\
        content-disposition: form-data; name=f; filename=\"x.csv\"\r\nContent-Type: text/csv\r\n\r\n\
        line\r\n--\r\n--c\r\n\n--b\n\r\r\n--b--\r\nafter";

    #[test]
    fn parts_are_the_same_however_they_arrive() {
        let expected =
            vec![(text("a"), b"one".to_vec()), (file("f", "x.csv"), b"line\r\n--\r\n--c\r\n\n--b\n\r".to_vec())];
        for size in 1..=BODY.len() {
            assert_eq!(parts(BODY.as_bytes(), size), Ok(expected.clone()), "in pieces of {size}");
        }
    }

    #[test]
    fn lines_may_end_in_lf_alone_and_content_may_end_in_cr() {
        let body = "--b\nContent-Disposition: form-data; name=a\n\none\r\n--b\nContent-Disposition: form-data; \
                    name=f; filename=\"\"\n\n\n--b--";
        for size in 1..=body.len() {
            assert_eq!(
                parts(body.as_bytes(), size),
                Ok(vec![(text("a"), b"one\r".to_vec()), (file("f", ""), Vec::new())])
            );
        }
    }

    #[test]
    fn a_body_without_parts_is_complete() {
        assert_eq!(parts(b"--b--", 1), Ok(Vec::new()));
        assert_eq!(parts(b"--b--\r\n", 100), Ok(Vec::new()));
    }

    #[test]
    fn bodies_that_break_off_or_have_another_boundary_are_malformed() {
        for body in ["", "--b\r\n", "--c\r\n\r\nx\r\n--c--", "--b\r\n\r\nx", "--b\r\n\r\nx\r\n--b", "--b\r\nx\r\n\r\n"]
        {
            assert_eq!(parts(body.as_bytes(), 100), Err(Malformed), "{body:?}");
        }
        let endless = [b"--b\r\nX: ".to_vec(), vec![b'x'; MAX_HEAD + 1]].concat();
        assert_eq!(parts(&endless, 1000), Err(Malformed));
    }

    #[test]
    fn file_names_may_be_in_any_script() {
        let body = "--b\r\nContent-Disposition: form-data; name=f; filename*=utf-8''%E6%9B%B2.csv\r\n\r\n\r\n\
                    --b\r\nContent-Disposition: form-data; name=g; filename=\"曲.csv\"\r\n\r\n\r\n--b--";
        let expected = vec![(file("f", "曲.csv"), Vec::new()), (file("g", "曲.csv"), Vec::new())];
        assert_eq!(parts(body.as_bytes(), 100), Ok(expected));
    }

    #[test]
    fn boundaries_are_read_as_clients_write_them() {
        assert_eq!(boundary("multipart/form-data; boundary=abc"), Some("abc"));
        assert_eq!(boundary("Multipart/Form-Data;charset=utf-8; Boundary=\"a b\""), Some("a b"));
        assert_eq!(boundary("multipart/form-data; boundary=----=_Part_1"), Some("----=_Part_1"));
        for none in ["", "multipart/form-data", "multipart/form-data; boundary=", "application/json; boundary=x"] {
            assert_eq!(boundary(none), None, "{none}");
        }
    }
}
