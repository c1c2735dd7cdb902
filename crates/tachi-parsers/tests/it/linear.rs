//! Reading takes linear time, whatever part of an input grows.

use std::time::Duration;

use cpu_time::ThreadTime;
use serde_json::{Map, Value};
use tachi_parsers::registry::REGISTRY;

use crate::cases::{self, Case};

/// How large a grown input is, in bytes.
const SIZE: usize = 24 * 1024;
/// How much larger the one is that it is compared with: doubled three times, so that caches and other programs matter
/// little.
const TIMES: usize = 8;
/// How much longer that may take: 2.5 times for each doubling. In quadratic time it would be 64 times.
const FACTOR: f64 = 2.5 * 2.5 * 2.5;
/// What a measurement may be off by; quadratic time would be far more.
const NOISE: Duration = Duration::from_millis(3);
/// How often a measurement is made again before it is believed.
const TRIES: usize = 20;

/// A way to make an input longer: the bytes for a size.
type Growth<'a> = (String, Box<dyn Fn(usize) -> Vec<u8> + 'a>);

#[test]
fn twice_the_input_takes_about_twice_the_time() {
    let (all, _) = cases::read_all();
    let mut slow = Vec::new();
    for entry in REGISTRY {
        let plain = cases::plain(entry.import_type);
        let case = all.iter().find(|case| case.folder == plain).expect("every type has a plain case");
        for (name, grow) in growths(case) {
            if let Some(factor) = too_slow(case, &grow(SIZE), &grow(TIMES * SIZE)) {
                slow.push(format!(
                    "{}, {name}: {TIMES} times the input takes {factor:.1} times as long",
                    entry.import_type
                ));
            }
        }
    }
    assert!(slow.is_empty(), "{slow:#?}");
}

/// By how much longer the larger one takes, if that is too much. Whatever disturbs a measurement makes it longer, so that
/// the shortest of several counts.
fn too_slow(case: &Case, small: &[u8], large: &[u8]) -> Option<f64> {
    let (mut one, mut two) = (Duration::MAX, Duration::MAX);
    for _ in 0..TRIES {
        one = one.min(time(case, small));
        two = two.min(time(case, large));
        if two <= one.mul_f64(FACTOR) + NOISE {
            return None;
        }
    }
    Some(two.as_secs_f64() / one.as_secs_f64())
}

/// What the processor needs for it: what other programs do meanwhile does not count.
fn time(case: &Case, bytes: &[u8]) -> Duration {
    let begun = ThreadTime::now();
    if let Ok(parsed) = (case.entry.parse)(&case.input_of(bytes)) {
        parsed.for_each(drop);
    }
    begun.elapsed()
}

fn growths(case: &Case) -> Vec<Growth<'_>> {
    let mut growths: Vec<Growth<'_>> = vec![("any byte repeated".to_owned(), Box::new(|size| vec![b'1'; size]))];
    if let Ok(document) = serde_json::from_slice::<Value>(&case.bytes) {
        for (pointer, part) in parts(&document) {
            for (what, grown) in GROWN {
                if grown(part, 2).is_some() {
                    let (document, pointer) = (document.clone(), pointer.clone());
                    growths.push((
                        format!("{what} at {pointer:?}"),
                        Box::new(move |size| {
                            let mut document = document.clone();
                            if let Some(part) = document.pointer_mut(&pointer) {
                                *part = grown(part, size).unwrap_or_default();
                            }
                            document.to_string().into_bytes()
                        }),
                    ));
                }
            }
        }
        return growths;
    }
    let lines: Vec<&[u8]> = case.bytes.split_inclusive(|byte| *byte == b'\n').collect();
    for (number, line) in lines.iter().enumerate() {
        let (before, after) = (lines[..number].concat(), lines[number..].concat());
        let line = line.to_vec();
        growths.push((
            format!("line {number} repeated"),
            Box::new(move |size| {
                let repeated = line.repeat(size / line.len() + 1);
                [&before[..], &repeated, &after].concat()
            }),
        ));
    }
    for at in (0..case.bytes.len()).step_by(case.bytes.len() / 8 + 1) {
        let (before, after) = case.bytes.split_at(at);
        growths.push((
            format!("a comma repeated at {at}"),
            Box::new(move |size| [before, &vec![b','; size][..], after].concat()),
        ));
    }
    growths
}

type Grown = fn(&Value, usize) -> Option<Value>;

/// How the parts of a JSON document grow.
const GROWN: &[(&str, Grown)] = &[
    ("elements repeated", |part, size| {
        let elements = part.as_array().filter(|elements| !elements.is_empty())?;
        let times = size / part.to_string().len() + 1;
        Some(std::iter::repeat_n(elements, times).flatten().cloned().collect())
    }),
    ("elements in their place", |part, size| {
        part.is_array().then(|| std::iter::repeat_n(Value::from(1), size / 2).collect())
    }),
    ("a longer text", |part, size| part.as_str().map(|text| Value::from(text.to_owned() + &"a".repeat(size)))),
    ("more members", |part, size| {
        let mut members = part.as_object()?.clone();
        members.extend((0..size / 12).map(|number| (format!("m{number:06}"), Value::from(1))));
        Some(Value::Object(members))
    }),
    ("a longer number", |part, size| {
        part.is_number().then(|| serde_json::from_str(&"1".repeat(size.min(300))).unwrap_or_default())
    }),
];

/// The parts of a document with their pointers; of the elements of an array only the first.
fn parts(document: &Value) -> Vec<(String, &Value)> {
    let mut found = vec![(String::new(), document)];
    let mut next = 0;
    while let Some((pointer, part)) = found.get(next).cloned() {
        next += 1;
        match part {
            Value::Array(elements) => found.extend(elements.first().map(|element| (format!("{pointer}/0"), element))),
            Value::Object(members) => found.extend(below(&pointer, members)),
            _ => {}
        }
    }
    found
}

fn below<'a>(pointer: &str, members: &'a Map<String, Value>) -> Vec<(String, &'a Value)> {
    members
        .iter()
        .map(|(name, value)| (format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1")), value))
        .collect()
}
