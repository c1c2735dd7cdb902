//! Times in text. Source: `spec/import-types/README.md` 7.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

use crate::error::{Failure, shown};

/// The offset of Japan, which has no daylight saving, in seconds.
pub const JST: i32 = 9 * 3600;
/// The offset of formats that mean UTC without saying so.
pub const UTC: i32 = 0;

/// Reads `YYYY-MM-DD` or `YYYY/MM/DD`, optionally followed by a space or `T` and `HH:MM[:SS[.fff]]`, optionally with
/// `Z` or an offset, as UNIX milliseconds; a text without offset is read at `offset` seconds east of UTC. An empty
/// text, and a time that is not after 1970, is no time.
///
/// # Errors
/// When the text is not such a time.
pub fn parse_local(text: &str, offset: i32) -> Result<Option<i64>, Failure> {
    let text = tachi_core::catalogue::trim(text);
    if text.is_empty() { Ok(None) } else { parse_required(text, offset) }
}

/// [`parse_local`] where an empty text is an error too.
///
/// # Errors
/// When the text is not such a time.
pub fn parse_required(text: &str, offset: i32) -> Result<Option<i64>, Failure> {
    let text = tachi_core::catalogue::trim(text);
    let time = read(text.as_bytes(), offset)
        .ok_or_else(|| Failure::invalid(format!("Invalid/Unparsable score timestamp of {}.", shown(text))))?;
    Ok(Some(time).filter(|time| *time > 0))
}

/// Reads a time of a fetched score: ISO 8601, `YYYY-MM-DD`, optionally followed by one space or `T` and
/// `HH:MM[:SS[.fff…]]`, optionally with `Z` or `±HH:MM`; without an offset it is UTC. An empty text, and a time that is
/// not after 1970, is no time. Source: `spec/import-types/api-kai.md` 5.3.
///
/// # Errors
/// When the text is not such a time.
pub fn parse_iso(text: &str) -> Result<Option<i64>, Failure> {
    if text.is_empty() {
        return Ok(None);
    }
    let time = read_iso(text.as_bytes())
        .ok_or_else(|| Failure::invalid(format!("Invalid/Unparsable score timestamp of {}.", shown(text))))?;
    Ok(Some(time).filter(|time| *time > 0))
}

fn read_iso(text: &[u8]) -> Option<i64> {
    if *text.get(4)? != b'-' {
        return None;
    }
    let (date, rest) = date(text)?;
    let [b' ' | b'T', clock @ ..] = rest else {
        return rest.is_empty().then(|| milliseconds(date.and_time(NaiveTime::MIN), UTC));
    };
    let (time, rest) = clock_time(clock, usize::MAX)?;
    let offset = match rest {
        [] | [b'Z'] => UTC,
        [b'+', digits @ ..] if digits.len() == 5 => explicit_offset(digits)?,
        [b'-', digits @ ..] if digits.len() == 5 => -explicit_offset(digits)?,
        _ => return None,
    };
    Some(milliseconds(date.and_time(time), offset))
}

fn read(text: &[u8], offset: i32) -> Option<i64> {
    let (date, rest) = date(text)?;
    let [b' ' | b'T', clock @ ..] = rest else {
        return rest.is_empty().then(|| milliseconds(date.and_time(NaiveTime::MIN), offset));
    };
    let (time, rest) = clock_time(clock, 9)?;
    let offset = match rest {
        [] => offset,
        [b'Z'] => 0,
        [b'+', digits @ ..] => explicit_offset(digits)?,
        [b'-', digits @ ..] => -explicit_offset(digits)?,
        _ => return None,
    };
    Some(milliseconds(date.and_time(time), offset))
}

/// `YYYY-MM-DD` or `YYYY/MM/DD`, and what follows it.
fn date(text: &[u8]) -> Option<(NaiveDate, &[u8])> {
    let (year, rest) = number(text, 4)?;
    let (separator @ (b'-' | b'/'), rest) = rest.split_first()? else { return None };
    let (month, rest) = number(rest, 2)?;
    let (day, rest) = number(rest.strip_prefix(&[*separator])?, 2)?;
    Some((NaiveDate::from_ymd_opt(year as i32, month, day)?, rest))
}

/// `HH:MM[:SS[.fff]]`, and what follows it. Of a fraction, which has at most that many digits, the milliseconds count.
fn clock_time(text: &[u8], fraction_digits: usize) -> Option<(NaiveTime, &[u8])> {
    let (hour, rest) = number(text, 2)?;
    let (minute, mut rest) = number(rest.strip_prefix(b":")?, 2)?;
    let (mut second, mut millisecond) = (0, 0);
    if let Some(after) = rest.strip_prefix(b":") {
        (second, rest) = number(after, 2)?;
        if let Some(fraction) = rest.strip_prefix(b".") {
            let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
            if !(1..=fraction_digits).contains(&digits) {
                return None;
            }
            let padded = fraction[..digits].iter().chain(b"000").take(3);
            millisecond = padded.fold(0, |value, digit| 10 * value + u32::from(digit - b'0'));
            rest = &fraction[digits..];
        }
    }
    Some((NaiveTime::from_hms_milli_opt(hour, minute, second, millisecond)?, rest))
}

/// The digits of `09:00`, `0900` or `09`, in seconds.
fn explicit_offset(text: &[u8]) -> Option<i32> {
    let (hours, rest) = number(text, 2)?;
    let minutes = match rest.strip_prefix(b":").unwrap_or(rest) {
        [] if rest.is_empty() => 0,
        digits => number(digits, 2).filter(|(_, rest)| rest.is_empty())?.0,
    };
    (hours < 24 && minutes < 60).then_some((hours * 3600 + minutes * 60) as i32)
}

/// A number of exactly that many digits, and what follows it.
fn number(text: &[u8], digits: usize) -> Option<(u32, &[u8])> {
    let (number, rest) = text.split_at_checked(digits)?;
    let value =
        number.iter().try_fold(0, |value, byte| byte.is_ascii_digit().then(|| 10 * value + u32::from(byte - b'0')))?;
    Some((value, rest))
}

fn milliseconds(time: NaiveDateTime, offset: i32) -> i64 {
    time.and_utc().timestamp_millis() - i64::from(offset) * 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn japanese_time_is_nine_hours_ahead_unless_the_text_says_otherwise() {
        let read = |text| parse_local(text, JST).unwrap();
        assert_eq!(read("2021-09-10 21:04"), Some(1_631_275_440_000));
        assert_eq!(read("2021/09/10 21:04:00"), Some(1_631_275_440_000));
        assert_eq!(read(" 2021-09-10T21:04:00.1239 "), Some(1_631_275_440_123));
        assert_eq!(read("2021-09-10T21:04:00.5"), Some(1_631_275_440_500));
        assert_eq!(read("2021-09-10T12:04:00.000Z"), Some(1_631_275_440_000));
        assert_eq!(read("2021-09-10T21:04:00+09:00"), Some(1_631_275_440_000));
        assert_eq!(read("2021-09-10T21:04:00+0900"), Some(1_631_275_440_000));
        assert_eq!(read("2021-09-10T21:04:00+09"), Some(1_631_275_440_000));
        assert_eq!(read("2021-09-10 07:34-04:30"), Some(1_631_275_440_000));
        assert_eq!(read("2021-09-10"), Some(1_631_199_600_000));
        assert_eq!(read(""), None);
        assert_eq!(read("1970-01-01 09:00"), None);
        assert_eq!(read("1970-01-01 09:00:00.001"), Some(1));
    }

    #[test]
    fn fetched_times_are_iso_8601_and_without_a_zone_utc() {
        for (text, time) in [
            ("2020-10-31T19:10:50Z", 1_604_171_450_000),
            ("2020-08-30T13:08:11Z", 1_598_792_891_000),
            ("2021-05-16T01:10:07.418909Z", 1_621_127_407_418),
            ("2021-05-16T01:10:07.418909123456Z", 1_621_127_407_418),
            ("2022-11-03T04:21:05.000+09:00", 1_667_416_865_000),
            ("2019-06-06 08:14:22", 1_559_808_862_000),
            ("2019-06-06", 1_559_779_200_000),
        ] {
            assert_eq!(parse_iso(text), Ok(Some(time)), "{text}");
        }
        assert_eq!(parse_iso(""), Ok(None));
        for text in [
            " ",
            "foo",
            "2019/06/06",
            "2019-06-06  08:14:22",
            "2019-06-06T",
            "2019-06-06T08",
            "2019-06-06T08:14:22.",
            "2019-06-06T08:14:22z",
            "2019-06-06T08:14:22 Z",
            "2019-06-06T08:14:22+0900",
            "2019-06-06T08:14:22+09",
            "2019-13-06",
            "2019-06-06 ",
            "2019-",
            "1559808862000",
        ] {
            let text_of_it = format!("Invalid/Unparsable score timestamp of {text}.");
            assert_eq!(parse_iso(text), Err(Failure::Invalid(text_of_it)));
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "---",
            "yesterday",
            "2021-13-01 00:00",
            "2021-02-29",
            "2021/09-10",
            "2021-9-10",
            "2021- 9-10",
            "+021-09-10",
            "２０２１-09-10",
            "2021-09-10Z",
            "2021-09-1021:04",
            "2021-09-10 25:00",
            "2021-09-10 21:60",
            "2021-09-10 21:04:60",
            "2021-09-10 21:04:00.",
            "2021-09-10  1:04",
            "2021-09-10 21",
            "2021-09-10 21:04 +09:00",
            "2021-09-10 21:04+",
            "2021-09-10 21:04+9",
            "2021-09-10 21:04+24:00",
            "2021-09-10 21:04+09:",
            "2021-09-10 21:04+09:000",
            "2021-09-10 21:04+1é1",
        ] {
            assert!(parse_local(text, JST).is_err(), "{text}");
        }
    }
}
