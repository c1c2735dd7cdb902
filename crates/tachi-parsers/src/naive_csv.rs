//! The CSV dialect of the e-amusement sites, which escape neither commas nor quotes.
//! Source: `spec/import-types/file-eamusement-iidx-csv.md` 2.

use std::borrow::Cow;

use crate::error::FatalError;

/// The longest header line, in code points.
const MAX_HEADER: usize = 1000;
/// The most columns.
const MAX_COLUMNS: usize = 50;

/// A file split into cells; each row has as many cells as the header.
#[derive(Debug)]
pub struct NaiveCsv<'a> {
    /// How many columns the header has; their names do not matter.
    pub columns: usize,
    /// The rows that have cells.
    pub rows: Vec<Row<'a>>,
}

/// A row of cells.
#[derive(Debug)]
pub struct Row<'a> {
    /// The line's index in the file; the header is 0.
    pub line: usize,
    /// The cells, without the quotes around them.
    pub cells: Vec<Cow<'a, str>>,
}

/// Splits a file.
///
/// # Errors
/// When it is not UTF-8, holds a NUL character, has no proper header or a row of another length.
pub fn parse(bytes: &[u8]) -> Result<NaiveCsv<'_>, FatalError> {
    let bytes = bytes.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|_| FatalError::bad_input("CSV is not valid UTF-8."))?;
    // Files with the line ends of old Macs exist.
    let separator = if text.contains('\n') { '\n' } else { '\r' };
    let mut lines = text.split(separator).map(|line| line.strip_suffix('\r').unwrap_or(line)).enumerate();
    let columns = header(lines.next().map_or("", |(_, line)| line))?;
    let mut rows = Vec::new();
    for (line, text) in lines {
        if text.contains('\0') {
            return Err(FatalError::bad_input(format!("Input contains a NUL character (line {}).", line + 1)));
        }
        if !text.contains(',') {
            continue;
        }
        let cells = split_row(text, columns).map_err(|got| {
            FatalError::bad_input(format!("Row {line} has an invalid amount of cells ({got}, expected {columns})."))
        })?;
        rows.push(Row { line, cells });
    }
    Ok(NaiveCsv { columns, rows })
}

fn header(line: &str) -> Result<usize, FatalError> {
    if line.is_empty() {
        return Err(FatalError::bad_input("Expected headers, but received nothing in the first row."));
    }
    if line.chars().nth(MAX_HEADER).is_some() {
        return Err(FatalError::bad_input(format!("Headers were longer than {MAX_HEADER} characters long.")));
    }
    let columns = line.split(',').count();
    if columns > MAX_COLUMNS {
        return Err(FatalError::bad_input("Too many CSV headers."));
    }
    Ok(columns)
}

/// The cells of a line, or how many a plain split gives when that is the wrong number.
///
/// A spreadsheet that saved the file again puts quotes around cells with commas; only a line with too many cells is
/// read that way, because the sites' own quotes mean nothing.
fn split_row(line: &str, columns: usize) -> Result<Vec<Cow<'_, str>>, usize> {
    let plain = line.split(',').count();
    let cells: Vec<&str> = if plain > columns { split_quoted(line) } else { line.split(',').collect() };
    if cells.len() == columns { Ok(cells.into_iter().map(unquote).collect()) } else { Err(plain) }
}

/// Splits at commas outside quoted cells: a cell that begins with a quote runs to the next quote before a comma or
/// the line's end.
fn split_quoted(line: &str) -> Vec<&str> {
    let mut cells = Vec::new();
    let mut rest = line;
    loop {
        let closing = rest.strip_prefix('"').and_then(|inner| {
            let quotes = inner.match_indices('"').map(|(at, _)| at + 2);
            quotes.into_iter().find(|end| rest[*end..].is_empty() || rest[*end..].starts_with(','))
        });
        let end = closing.or_else(|| rest.find(',')).unwrap_or(rest.len());
        cells.push(&rest[..end]);
        match rest[end..].strip_prefix(',') {
            Some(next) => rest = next,
            None => return cells,
        }
    }
}

/// A cell without the quotes around it; quotes inside are halved if every one of them is doubled.
fn unquote(cell: &str) -> Cow<'_, str> {
    let Some(inner) = cell.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')) else {
        return Cow::Borrowed(cell);
    };
    let doubled = inner.contains('"') && !inner.replace("\"\"", "").contains('"');
    if doubled { Cow::Owned(inner.replace("\"\"", "\"")) } else { Cow::Borrowed(inner) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str) -> Vec<String> {
        let csv = parse(text.as_bytes()).unwrap();
        csv.rows[0].cells.iter().map(ToString::to_string).collect()
    }

    fn error(text: &str) -> String {
        parse(text.as_bytes()).unwrap_err().message
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
    }

    #[test]
    fn every_kind_of_line_end_separates() {
        for text in ["a,b\nc,d\ne,f", "a,b\r\nc,d\r\ne,f\r\n", "a,b\rc,d\re,f\r", "\u{FEFF}a,b\nc,d\n\ne,f\n"] {
            let csv = parse(text.as_bytes()).unwrap();
            assert_eq!(csv.rows.len(), 2, "{text:?}");
            assert_eq!(csv.rows[1].cells[1], "f", "{text:?}");
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
        assert_eq!(error_of_nul(), "Input contains a NUL character (line 2).");
    }

    fn error_of_nul() -> String {
        error("a,b\nx\0,1")
    }
}
