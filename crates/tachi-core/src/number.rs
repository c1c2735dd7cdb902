//! Numbers as the documented formats print and round them (ECMAScript's rules).
//!
//! Score IDs, messages and goal texts depend on these to the letter, and most languages' own formatting differs in
//! the rare cases: exact ties, exponents, negative zero. Source: `spec/games/README.md` 13 and 14.

/// The largest integer a double holds exactly, 2^53 - 1; integers beyond it are refused everywhere.
pub const MAX_SAFE_INTEGER: i64 = 9_007_199_254_740_991;

/// Whether `value` is integral and inside ±[`MAX_SAFE_INTEGER`].
#[must_use]
pub fn is_safe_integer(value: f64) -> bool {
    value.is_finite() && value.fract() == 0.0 && value.abs() <= MAX_SAFE_INTEGER as f64
}

/// The safe integer that a JSON number is, however it is spelled (`1000`, `1000.0`).
#[must_use]
pub fn as_integer(value: &serde_json::Value) -> Option<i64> {
    value.as_f64().filter(|number| is_safe_integer(*number)).map(|number| number as i64)
}

/// The shortest decimal that reads back equal, as ECMAScript's `String(number)` writes it.
///
/// ```
/// use tachi_core::number::to_text;
/// assert_eq!(to_text(95.0), "95");
/// assert_eq!(to_text(95.32967032967034), "95.32967032967034");
/// assert_eq!(to_text(1e21), "1e+21");
/// assert_eq!(to_text(-0.0), "0");
/// ```
#[must_use]
pub fn to_text(value: f64) -> String {
    let mut text = String::new();
    push_text(&mut text, value);
    text
}

/// [`to_text`] appended to a buffer.
pub fn push_text(out: &mut String, value: f64) {
    if is_safe_integer(value) {
        out.push_str(itoa(value as i64, &mut [0; 20]));
    } else {
        out.push_str(ryu_js::Buffer::new().format(value));
    }
}

/// A number as JSON: integers without a fraction, as every other writer of the format prints them.
#[must_use]
pub fn json(value: f64) -> serde_json::Value {
    if is_safe_integer(value) { serde_json::Value::from(value as i64) } else { serde_json::Value::from(value) }
}

/// [`json`] for `#[serde(serialize_with)]`.
///
/// # Errors
/// Those of the serializer.
pub fn serialize<S: serde::Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    if is_safe_integer(*value) { serializer.serialize_i64(*value as i64) } else { serializer.serialize_f64(*value) }
}

/// [`serialize`] for numbers that may be absent.
///
/// # Errors
/// Those of the serializer.
pub fn serialize_option<S: serde::Serializer>(value: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => serialize(value, serializer),
        None => serializer.serialize_none(),
    }
}

/// Decimal digits of an integer without a heap allocation.
fn itoa(value: i64, buffer: &mut [u8; 20]) -> &str {
    let mut at = buffer.len();
    let mut rest = value.unsigned_abs();
    loop {
        at -= 1;
        buffer[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if value < 0 {
        at -= 1;
        buffer[at] = b'-';
    }
    std::str::from_utf8(&buffer[at..]).unwrap_or_default()
}

/// Rounds to an integer, halves up: `floor(x + 1/2)` on the exact value (2.5 → 3, -2.5 → -2).
///
/// ```
/// use tachi_core::number::round;
/// assert_eq!(round(2.5), 3.0);
/// assert_eq!(round(-2.5), -2.0);
/// assert_eq!(round(0.499_999_999_999_999_94), 0.0);
/// ```
#[must_use]
pub fn round(value: f64) -> f64 {
    let floor = value.floor();
    let rounded = if value - floor >= 0.5 { floor + 1.0 } else { floor };
    // Adding zero turns the -0 of small negative numbers into 0.
    rounded + 0.0
}

/// `places` decimals of the exact binary value, exact ties away from zero (ECMAScript `toFixed`).
///
/// ```
/// use tachi_core::number::to_fixed;
/// assert_eq!(to_fixed(0.125, 2), "0.13");
/// assert_eq!(to_fixed(1.005, 2), "1.00");
/// assert_eq!(to_fixed(-2.5, 0), "-3");
/// ```
#[must_use]
pub fn to_fixed(value: f64, places: u8) -> String {
    if value.abs() >= 1e21 || !value.is_finite() {
        return to_text(value);
    }
    ryu_js::Buffer::new().format_to_fixed(value, places).to_owned()
}

/// An integer with a comma every three digits; fractions with at most three digits, halves away from zero.
///
/// ```
/// use tachi_core::number::with_commas;
/// assert_eq!(with_commas(9_820_123.0), "9,820,123");
/// assert_eq!(with_commas(1234.5678), "1,234.568");
/// ```
#[must_use]
pub fn with_commas(value: f64) -> String {
    let (digits, point) = digits_of(value.abs());
    let (digits, point) = round_decimal(&digits, point, point + 3);
    let (whole, fraction) = split(&digits, point);
    let mut text = String::with_capacity(whole.len() * 4 / 3 + fraction.len() + 2);
    if value < 0.0 && (whole != "0" || !fraction.is_empty()) {
        text.push('-');
    }
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    if !fraction.is_empty() {
        text.push('.');
        text.push_str(&fraction);
    }
    text
}

/// A number in two significant digits with a scale letter: `12345` → `12K`.
///
/// ```
/// use tachi_core::number::compact;
/// assert_eq!(compact(1234.0), "1.2K");
/// assert_eq!(compact(208.5), "209");
/// assert_eq!(compact(999_500.0), "1M");
/// ```
#[must_use]
pub fn compact(value: f64) -> String {
    const SCALES: [(i64, &str); 4] = [(12, "T"), (9, "B"), (6, "M"), (3, "K")];
    let size = value.abs();
    let (exponent, _) = SCALES.into_iter().find(|(e, _)| size >= 10f64.powi(*e as i32)).unwrap_or((0, ""));
    let (digits, point) = digits_of(size);
    let point = point - exponent;
    // Two significant digits below 100 of the scale, whole numbers above.
    let (digits, point) = round_decimal(&digits, point, point.max(2));
    let (mut whole, fraction) = split(&digits, point);
    let mut scale = exponent;
    if whole == "1000" && scale < 12 {
        "1".clone_into(&mut whole);
        scale += 3;
    }
    let letter = SCALES.into_iter().find(|(e, _)| *e == scale).map_or("", |(_, letter)| letter);
    let sign = if value < 0.0 && whole != "0" { "-" } else { "" };
    if fraction.is_empty() { format!("{sign}{whole}{letter}") } else { format!("{sign}{whole}.{fraction}{letter}") }
}

/// Shortest significant digits of a non-negative number and the position of the decimal point among them.
fn digits_of(value: f64) -> (Vec<u8>, i64) {
    if value == 0.0 || !value.is_finite() {
        return (vec![0], 1);
    }
    let text = format!("{value:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let digits = mantissa.bytes().filter(u8::is_ascii_digit).map(|d| d - b'0').collect();
    (digits, exponent.parse::<i64>().unwrap_or(0) + 1)
}

/// Rounds a digit string to its first `keep` digits, halves up, on the printed digits.
fn round_decimal(digits: &[u8], point: i64, keep: i64) -> (Vec<u8>, i64) {
    if keep < 0 {
        return (vec![0], 1);
    }
    let keep = keep as usize;
    if keep >= digits.len() {
        return (digits.to_vec(), point);
    }
    let up = digits[keep] >= 5;
    let mut kept = digits[..keep].to_vec();
    let mut point = point;
    if up {
        let mut at = keep;
        loop {
            if at == 0 {
                kept.insert(0, 1);
                point += 1;
                break;
            }
            at -= 1;
            if kept[at] == 9 {
                kept[at] = 0;
            } else {
                kept[at] += 1;
                break;
            }
        }
    }
    if kept.is_empty() { (vec![0], 1) } else { (kept, point) }
}

/// Whole part and fraction (without trailing zeros) of a digit string.
fn split(digits: &[u8], point: i64) -> (String, String) {
    let digit = |at: i64| usize::try_from(at).ok().and_then(|at| digits.get(at)).map_or('0', |d| (b'0' + d) as char);
    let whole: String = (0..point).map(digit).collect();
    let whole = if whole.is_empty() { "0".to_owned() } else { whole };
    let fraction: String = (point..digits.len() as i64).map(digit).collect();
    (whole, fraction.trim_end_matches('0').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compact_follows_the_table_of_the_page() {
        let table = [
            (0.0, "0"),
            (0.123, "0.12"),
            (1.25, "1.3"),
            (9.95, "10"),
            (12.34, "12"),
            (208.0, "208"),
            (208.5, "209"),
            (999.5, "1K"),
            (1000.0, "1K"),
            (1049.0, "1K"),
            (1050.0, "1.1K"),
            (1234.0, "1.2K"),
            (9950.0, "10K"),
            (10_500.0, "11K"),
            (12_345.0, "12K"),
            (123_456.0, "123K"),
            (999_499.0, "999K"),
            (999_500.0, "1M"),
            (1_234_567.0, "1.2M"),
        ];
        for (value, expected) in table {
            assert_eq!(compact(value), expected, "{value}");
        }
    }

    #[test]
    fn integers_print_without_a_fraction() {
        assert_eq!(to_text(-12.0), "-12");
        assert_eq!(to_text(9_007_199_254_740_991.0), "9007199254740991");
        assert_eq!(to_text(1e-7), "1e-7");
    }
}
