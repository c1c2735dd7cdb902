//! Times in text. Source: `spec/import-types/README.md` 7.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime};

use crate::error::{Failure, shown};

/// The offset of Japan, which has no daylight saving, in seconds.
pub const JST: i32 = 9 * 3600;

/// Reads `YYYY-MM-DD` or `YYYY/MM/DD`, optionally followed by a space or `T` and `HH:MM[:SS[.fff]]`, optionally with
/// `Z` or an offset, as UNIX milliseconds; a text without offset is read at `offset` seconds east of UTC. An empty
/// text, and a time that is not after 1970, is no time.
///
/// # Errors
/// When the text is not such a time.
pub fn parse_local(text: &str, offset: i32) -> Result<Option<i64>, Failure> {
    let text = tachi_core::catalogue::trim(text);
    if text.is_empty() {
        return Ok(None);
    }
    let time = read(text, offset)
        .ok_or_else(|| Failure::invalid(format!("Invalid/Unparsable score timestamp of {}.", shown(text))))?;
    Ok(Some(time).filter(|time| *time > 0))
}

fn read(text: &str, offset: i32) -> Option<i64> {
    let (date, rest) = text.split_at_checked(10)?;
    let date = NaiveDate::parse_from_str(date, if date.contains('/') { "%Y/%m/%d" } else { "%Y-%m-%d" }).ok()?;
    if !text.as_bytes()[..4].iter().all(u8::is_ascii_digit) {
        return None;
    }
    let Some(clock) = rest.strip_prefix([' ', 'T']) else {
        return rest.is_empty().then(|| at(date.and_hms_opt(0, 0, 0)?, offset)).flatten();
    };
    if let Some(utc) = clock.strip_suffix('Z') {
        return at(date.and_time(clock_time(utc)?), 0);
    }
    match clock.rfind(['+', '-']) {
        None => at(date.and_time(clock_time(clock)?), offset),
        Some(sign) => at(date.and_time(clock_time(&clock[..sign])?), explicit_offset(&clock[sign..])?),
    }
}

fn clock_time(text: &str) -> Option<chrono::NaiveTime> {
    let format = match text.len() {
        5 => "%H:%M",
        8 => "%H:%M:%S",
        _ => "%H:%M:%S%.f",
    };
    chrono::NaiveTime::parse_from_str(text, format).ok()
}

/// `+09:00`, `+0900` or `+09` in seconds.
fn explicit_offset(text: &str) -> Option<i32> {
    let digits: String = text[1..].chars().filter(|c| *c != ':').collect();
    let (hours, minutes) = match digits.len() {
        2 => (digits.parse::<i32>().ok()?, 0),
        4 => (digits[..2].parse::<i32>().ok()?, digits[2..].parse::<i32>().ok()?),
        _ => return None,
    };
    let seconds = hours * 3600 + minutes * 60;
    Some(if text.starts_with('-') { -seconds } else { seconds })
}

fn at(time: NaiveDateTime, offset: i32) -> Option<i64> {
    let zone = FixedOffset::east_opt(offset)?;
    let time: DateTime<FixedOffset> = time.and_local_timezone(zone).single()?;
    Some(time.timestamp_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn japanese_time_is_nine_hours_ahead_unless_the_text_says_otherwise() {
        let read = |text| parse_local(text, JST).unwrap();
        assert_eq!(read("2021-09-10 21:04"), Some(1_631_275_440_000));
        assert_eq!(read("2021/09/10 21:04:00"), Some(1_631_275_440_000));
        assert_eq!(read("2021-09-10T12:04:00.000Z"), Some(1_631_275_440_000));
        assert_eq!(read("2021-09-10T21:04:00+09:00"), Some(1_631_275_440_000));
        assert_eq!(read("2021-09-10"), Some(1_631_199_600_000));
        assert_eq!(read(""), None);
        assert_eq!(read("1970-01-01 09:00"), None);
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["---", "yesterday", "2021-13-01 00:00", "2021-09-10 25:00", "2021-09-1021:04", "２０２１-09-10"]
        {
            assert!(parse_local(text, JST).is_err(), "{text}");
        }
    }
}
