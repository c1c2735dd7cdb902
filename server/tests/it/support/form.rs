//! Multipart bodies, also those that no ordinary client would send.

/// A `multipart/form-data` body.
#[derive(Debug, Clone)]
pub struct Form {
    parts: Vec<(String, Vec<u8>)>,
    line_end: &'static str,
    closed: bool,
}

const BOUNDARY: &str = "----a-boundary-of-the-tests";

impl Form {
    /// A form without parts.
    pub fn new() -> Self {
        Self { parts: Vec::new(), line_end: "\r\n", closed: true }
    }

    /// What a client sends to import a file.
    pub fn import(import_type: &str, file: &[u8]) -> Self {
        Self::new().text("importType", import_type).file("scoreData", "scores.dat", file)
    }

    /// Adds a text field.
    pub fn text(self, name: &str, value: &str) -> Self {
        self.part(&format!("Content-Disposition: form-data; name=\"{name}\""), value.as_bytes())
    }

    /// Adds a file.
    pub fn file(self, name: &str, file_name: &str, bytes: &[u8]) -> Self {
        let disposition = format!("Content-Disposition: form-data; name=\"{name}\"; filename=\"{file_name}\"");
        self.part(&format!("{disposition}\nContent-Type: application/octet-stream"), bytes)
    }

    /// Adds a part with these headers, one a line.
    pub fn part(mut self, headers: &str, bytes: &[u8]) -> Self {
        self.parts.push((headers.to_owned(), bytes.to_vec()));
        self
    }

    /// Ends lines in something else than CRLF.
    pub fn line_end(self, line_end: &'static str) -> Self {
        Self { line_end, ..self }
    }

    /// Leaves out the last boundary, as if the sender had been cut off.
    pub fn unclosed(self) -> Self {
        Self { closed: false, ..self }
    }

    /// The header that goes with the body.
    pub fn content_type(&self) -> String {
        format!("multipart/form-data; boundary={BOUNDARY}")
    }

    /// The body.
    pub fn bytes(&self) -> Vec<u8> {
        let end = self.line_end;
        let mut body = Vec::new();
        for (headers, bytes) in &self.parts {
            let headers = headers.replace('\n', end);
            body.extend_from_slice(format!("--{BOUNDARY}{end}{headers}{end}{end}").as_bytes());
            body.extend_from_slice(bytes);
            body.extend_from_slice(end.as_bytes());
        }
        if self.closed {
            body.extend_from_slice(format!("--{BOUNDARY}--{end}").as_bytes());
        }
        body
    }
}
