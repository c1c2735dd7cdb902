//! The CSV dialect of the e-amusement sites, which escape neither commas nor quotes.
//! Source: `spec/import-types/file-eamusement-iidx-csv.md` 2.

use std::borrow::Cow;

use memchr::{memchr, memchr_iter};

use crate::error::FatalError;
use crate::text;

/// The longest header line, in code points.
const MAX_HEADER: usize = 1000;
/// The most columns.
const MAX_COLUMNS: usize = 50;

/// A file whose header has been read; each row has as many cells as the header.
#[derive(Debug)]
pub struct NaiveCsv<'a> {
    /// How many columns the header has; their names do not matter.
    pub columns: usize,
    lines: Lines<'a>,
}

/// Reads a file's header.
///
/// # Errors
/// When the file is not UTF-8 or has no proper header.
pub fn parse(bytes: &[u8]) -> Result<NaiveCsv<'_>, FatalError> {
    let text = text::of_csv(bytes)?;
    // Files with the line ends of old Macs exist.
    let separator = if memchr(b'\n', text.as_bytes()).is_some() { b'\n' } else { b'\r' };
    let mut lines = Lines { rest: Some(text), separator, next: 0 };
    let header = lines.next().map_or("", |(_, line)| line);
    Ok(NaiveCsv { columns: columns_of(header)?, lines })
}

impl<'a> NaiveCsv<'a> {
    /// The rows that have cells, from the first one on; each is checked when it is asked for.
    #[must_use]
    pub fn rows(&self) -> Rows<'a> {
        Rows { columns: self.columns, lines: self.lines.clone() }
    }
}

/// Lines with their indexes, without a carriage return at their ends.
#[derive(Debug, Clone)]
struct Lines<'a> {
    rest: Option<&'a str>,
    separator: u8,
    next: usize,
}

impl<'a> Iterator for Lines<'a> {
    type Item = (usize, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.rest?;
        let end = memchr(self.separator, rest.as_bytes());
        let line = &rest[..end.unwrap_or(rest.len())];
        self.rest = end.map(|end| &rest[end + 1..]);
        self.next += 1;
        Some((self.next - 1, line.strip_suffix('\r').unwrap_or(line)))
    }
}

fn refuse_nul(line: usize, text: &str) -> Result<(), FatalError> {
    if memchr(0, text.as_bytes()).is_some() {
        return Err(FatalError::bad_input(format!("Input contains a NUL character (line {}).", line + 1)));
    }
    Ok(())
}

fn columns_of(header: &str) -> Result<usize, FatalError> {
    refuse_nul(0, header)?;
    if header.is_empty() {
        return Err(FatalError::bad_input("Expected headers, but received nothing in the first row."));
    }
    if header.chars().nth(MAX_HEADER).is_some() {
        return Err(FatalError::bad_input(format!("Headers were longer than {MAX_HEADER} characters long.")));
    }
    let columns = memchr_iter(b',', header.as_bytes()).count() + 1;
    if columns > MAX_COLUMNS {
        return Err(FatalError::bad_input("Too many CSV headers."));
    }
    Ok(columns)
}

/// The rows of a file. An error is about the whole file.
#[derive(Debug, Clone)]
pub struct Rows<'a> {
    columns: usize,
    lines: Lines<'a>,
}

impl<'a> Iterator for Rows<'a> {
    type Item = Result<Row<'a>, FatalError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (line, text) = self.lines.next()?;
            if let Err(error) = refuse_nul(line, text) {
                return Some(Err(error));
            }
            let commas = memchr_iter(b',', text.as_bytes()).count();
            if commas > 0 {
                return Some(self.row(line, text, commas + 1));
            }
        }
    }
}

impl<'a> Rows<'a> {
    /// A line as a row.
    ///
    /// A spreadsheet that saved the file again puts quotes around cells with commas; only a line with too many cells
    /// is read that way, because the sites' own quotes mean nothing.
    fn row(&self, line: usize, text: &'a str, plain: usize) -> Result<Row<'a>, FatalError> {
        let row = Row { line, text, quoted: plain > self.columns };
        // One cell too many is enough to know.
        let cells = if row.quoted { row.raw_cells().take(self.columns + 1).count() } else { plain };
        if cells == self.columns {
            return Ok(row);
        }
        let expected = self.columns;
        let text = format!("Row {line} has an invalid amount of cells ({plain}, expected {expected}).");
        Err(FatalError::bad_input(text))
    }
}

/// A row, with as many cells as the header.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// The line's index in the file; the header is 0.
    pub line: usize,
    text: &'a str,
    quoted: bool,
}

impl<'a> Row<'a> {
    /// The cells, without the quotes around them.
    pub fn cells(&self) -> impl Iterator<Item = Cow<'a, str>> + use<'a> {
        self.raw_cells().map(unquote)
    }

    /// The cells as they stand in the file, for callers that need few of them; see [`unquote`].
    #[must_use]
    pub fn raw_cells(&self) -> RawCells<'a> {
        RawCells { rest: Some(self.text), quoted: self.quoted }
    }
}

/// The cells of a row as they stand in the file.
#[derive(Debug, Clone)]
pub struct RawCells<'a> {
    rest: Option<&'a str>,
    quoted: bool,
}

impl<'a> Iterator for RawCells<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let rest = self.rest?;
        let closing = if self.quoted && rest.starts_with('"') {
            let closing = quoted_cell(rest);
            // Where nothing closes this cell, nothing closes a later one.
            self.quoted = closing.is_some();
            closing
        } else {
            None
        };
        let end = closing.or_else(|| memchr(b',', rest.as_bytes()));
        let (cell, rest) = rest.split_at(end.unwrap_or(rest.len()));
        self.rest = rest.strip_prefix(',');
        Some(cell)
    }
}

/// Where a quoted cell ends: it begins with a quote and runs to the next one before a comma or the line's end.
fn quoted_cell(rest: &str) -> Option<usize> {
    let inner = rest.strip_prefix('"')?;
    let ends = memchr_iter(b'"', inner.as_bytes()).map(|at| at + 2);
    ends.into_iter().find(|end| matches!(rest.as_bytes().get(*end), None | Some(b',')))
}

/// A cell without the quotes around it; quotes inside are halved if every one of them is doubled.
#[must_use]
pub fn unquote(cell: &str) -> Cow<'_, str> {
    let Some(inner) = cell.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')) else {
        return Cow::Borrowed(cell);
    };
    let doubled = inner.contains('"') && !inner.replace("\"\"", "").contains('"');
    if doubled { Cow::Owned(inner.replace("\"\"", "\"")) } else { Cow::Borrowed(inner) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Result<Vec<Vec<String>>, FatalError> {
        let rows = parse(text.as_bytes())?.rows();
        rows.map(|row| Ok(row?.cells().map(Cow::into_owned).collect())).collect()
    }

    fn cells(text: &str) -> Vec<String> {
        rows(text).unwrap().remove(0)
    }

    fn error(text: &str) -> String {
        rows(text).unwrap_err().message
    }

    #[test]
    fn quotes_around_a_cell_are_dropped_and_others_kept() {
        assert_eq!(cells("a,b,c\n\"a \",hea\"der,\"\n"), ["a ", "hea\"der", "\""]);
        assert_eq!(cells("a,b\nBEMANI \"TATSUYA\",\"a \"\"b\"\"\""), ["BEMANI \"TATSUYA\"", "a \"b\""]);
        assert_eq!(cells("a,b\n\"a \"b\" c\",x"), ["a \"b\" c", "x"]);
    }

    #[test]
    fn a_line_with_too_many_cells_is_split_again_with_quotes_honoured() {
        assert_eq!(cells("1,2,3\na,\"b, c\",d"), ["a", "b, c", "d"]);
        assert_eq!(error("1,2,3\na,b, c,d"), "Row 1 has an invalid amount of cells (4, expected 3).");
        let unclosed = format!("1,2,3\n{}", ",\"a".repeat(100_000));
        assert_eq!(error(&unclosed), "Row 1 has an invalid amount of cells (100001, expected 3).");
    }

    #[test]
    fn every_kind_of_line_end_separates() {
        for text in ["a,b\nc,d\ne,f", "a,b\r\nc,d\r\ne,f\r\n", "a,b\rc,d\re,f\r", "\u{FEFF}a,b\nc,d\n\ne,f\n"] {
            assert_eq!(rows(text).unwrap(), [["c", "d"], ["e", "f"]], "{text:?}");
        }
    }

    #[test]
    fn headers_are_counted_and_otherwise_not_looked_at() {
        assert_eq!(error(""), "Expected headers, but received nothing in the first row.");
        let long = format!("{},a", "a".repeat(1000));
        assert_eq!(error(&long), "Headers were longer than 1000 characters long.");
        assert_eq!(error(&vec!["a"; 51].join(",")), "Too many CSV headers.");
        let row = format!("{}\n{}", vec!["h"; 27].join(","), vec!["c"; 51].join(","));
        assert_eq!(error(&row), "Row 1 has an invalid amount of cells (51, expected 27).");
    }

    #[test]
    fn bytes_that_are_no_utf8_refuse_the_file() {
        let error = parse(b"a,b\n\x83\x65,1").unwrap_err();
        assert_eq!(error.message, "CSV is not valid UTF-8.");
    }

    #[test]
    fn a_nul_character_refuses_the_file_wherever_it_is() {
        assert_eq!(error("a,b\nx\0,1"), "Input contains a NUL character (line 2).");
        assert_eq!(error("a,b\nx,1\n\0"), "Input contains a NUL character (line 3).");
        assert_eq!(error("a\0,b\nx,1"), "Input contains a NUL character (line 1).");
    }
}
