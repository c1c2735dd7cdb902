//! CSV as RFC 4180 describes it, read strictly: what the file says twice, its number of columns, must agree.
//! Source: `spec/import-types/file-mypagescraper-records-csv.md` 1.
//!
//! Empty lines and broken quotes are errors here, which the usual readers pass over.

use std::borrow::Cow;

use crate::error::FatalError;
use crate::text;

/// A file: its header and its records, each with as many cells as the header.
#[derive(Debug)]
pub struct RfcCsv<'a> {
    header: Vec<Cow<'a, str>>,
    /// The records after the header.
    pub records: Vec<Record<'a>>,
}

/// A record.
#[derive(Debug)]
pub struct Record<'a> {
    /// The line it begins on; the header is on line 1.
    pub line: usize,
    /// Its cells.
    pub cells: Vec<Cow<'a, str>>,
}

impl RfcCsv<'_> {
    /// The position of a column; of several with one name the last.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().rposition(|column| column == name)
    }
}

/// Splits a file into records.
///
/// # Errors
/// When it is not UTF-8, holds a NUL character, has a record of another length than the header, or broken quoting.
pub fn parse(bytes: &[u8]) -> Result<RfcCsv<'_>, FatalError> {
    let mut reader = Reader { rest: text::of_csv(bytes)?, line: 1 };
    let header = reader.record()?.map_or_else(Vec::new, |record| record.cells);
    let mut records = Vec::new();
    while let Some(record) = reader.record()? {
        let (wanted, got) = (header.len(), record.cells.len());
        if got != wanted {
            let line = record.line;
            return Err(broken(format!("Invalid Record Length: columns length is {wanted}, got {got} on line {line}")));
        }
        records.push(record);
    }
    Ok(RfcCsv { header, records })
}

fn broken(text: String) -> FatalError {
    FatalError::bad_input(format!("Failed to parse CSV: {text}"))
}

/// What is left of a file.
struct Reader<'a> {
    rest: &'a str,
    /// The line that `rest` begins on.
    line: usize,
}

/// What follows a cell.
enum End {
    Cell,
    Record,
}

impl<'a> Reader<'a> {
    /// The next record; `None` at the end, where a last line end begins no further record.
    fn record(&mut self) -> Result<Option<Record<'a>>, FatalError> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let line = self.line;
        let mut cells = Vec::new();
        loop {
            cells.push(self.cell()?);
            if let End::Record = self.end()? {
                break;
            }
        }
        if cells.iter().any(|cell| cell.contains('\0')) {
            return Err(FatalError::bad_input(format!("Input contains a NUL character (line {line}).")));
        }
        Ok(Some(Record { line, cells }))
    }

    fn cell(&mut self) -> Result<Cow<'a, str>, FatalError> {
        let Some(quoted) = self.rest.strip_prefix('"') else {
            let end = self.rest.find([',', '\n', '\r']).unwrap_or(self.rest.len());
            let (cell, rest) = self.rest.split_at(end);
            if cell.contains('"') {
                return Err(broken(format!("Invalid Opening Quote: a quote is inside a cell on line {}", self.line)));
            }
            self.rest = rest;
            return Ok(Cow::Borrowed(cell));
        };
        let end = closing_quote(quoted)
            .ok_or_else(|| broken(format!("Quote Not Closed: the quote on line {} is never closed", self.line)))?;
        let cell = &quoted[..end];
        self.line += lines_in(cell);
        self.rest = &quoted[end + 1..];
        Ok(if cell.contains('"') { Cow::Owned(cell.replace("\"\"", "\"")) } else { Cow::Borrowed(cell) })
    }

    fn end(&mut self) -> Result<End, FatalError> {
        if let Some(rest) = self.rest.strip_prefix(',') {
            self.rest = rest;
            return Ok(End::Cell);
        }
        if let Some(rest) = ["\r\n", "\n", "\r"].iter().find_map(|end| self.rest.strip_prefix(end)) {
            self.rest = rest;
            self.line += 1;
            return Ok(End::Record);
        }
        match self.rest.chars().next() {
            None => Ok(End::Record),
            Some(letter) => Err(broken(format!(
                "Invalid Closing Quote: got {letter:?} after a quote on line {} instead of a comma or the line's end",
                self.line
            ))),
        }
    }
}

/// The position of the first quote that is not doubled.
fn closing_quote(text: &str) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + text[from..].find('"')?;
        if !text[at + 1..].starts_with('"') {
            return Some(at);
        }
        from = at + 2;
    }
}

/// How many line ends a text holds, CRLF being one.
fn lines_in(text: &str) -> usize {
    text.split("\r\n").map(|part| part.matches(['\n', '\r']).count()).sum::<usize>() + text.matches("\r\n").count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(text: &str) -> Vec<Vec<String>> {
        let csv = parse(text.as_bytes()).unwrap();
        csv.records.iter().map(|record| record.cells.iter().map(ToString::to_string).collect()).collect()
    }

    fn error(text: &str) -> String {
        parse(text.as_bytes()).unwrap_err().message
    }

    #[test]
    fn quoted_cells_hold_commas_quotes_and_line_ends() {
        assert_eq!(records("a,b\n\"1, 2\",\"x \"\"y\"\"\"\n"), [["1, 2", "x \"y\""]]);
        assert_eq!(records("a,b\n\"1\n2\",\"\"\n3,4"), [["1\n2", ""], ["3", "4"]]);
    }

    #[test]
    fn records_end_with_any_line_end_and_a_last_one_begins_no_record() {
        for text in ["a,b\n1,2\n3,4", "a,b\r\n1,2\r\n3,4\r\n", "a,b\r1,2\r3,4\r", "\u{FEFF}a,b\n1,2\n3,4\n"] {
            assert_eq!(records(text), [["1", "2"], ["3", "4"]], "{text:?}");
            assert_eq!(parse(text.as_bytes()).unwrap().column("b"), Some(1), "{text:?}");
        }
        assert_eq!(records(""), Vec::<Vec<String>>::new());
        assert_eq!(records("a,b"), Vec::<Vec<String>>::new());
    }

    #[test]
    fn records_of_another_length_are_refused_with_their_line() {
        let text = |got, line| {
            format!("Failed to parse CSV: Invalid Record Length: columns length is 2, got {got} on line {line}")
        };
        assert_eq!(error("a,b\n1"), text(1, 2));
        assert_eq!(error("a,b\n1,2\n\n3,4"), text(1, 3));
        assert_eq!(error("a,b\n\"1\r\n2\",2\n1,2,3"), text(3, 4));
    }

    #[test]
    fn broken_quoting_and_bytes_are_refused() {
        assert_eq!(error("a,b\n1,\"2"), "Failed to parse CSV: Quote Not Closed: the quote on line 2 is never closed");
        assert_eq!(
            error("a,b\n1,2\"x"),
            "Failed to parse CSV: Invalid Opening Quote: a quote is inside a cell on line 2"
        );
        assert_eq!(
            error("a,b\n\"1\"x,2"),
            "Failed to parse CSV: Invalid Closing Quote: got 'x' after a quote on line 2 instead of a comma or the \
             line's end"
        );
        assert_eq!(error("a,b\n1,\0"), "Input contains a NUL character (line 2).");
        assert_eq!(parse(b"a,\xFF").unwrap_err().message, "CSV is not valid UTF-8.");
    }
}
