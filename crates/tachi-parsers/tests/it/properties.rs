//! What holds for every input, however odd.

use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use tachi_parsers::format::Outcome;
use tachi_parsers::registry::REGISTRY;
use tachi_parsers::time::{JST, parse_local};

use crate::cases::{self, Case};
use crate::fixtures::check_stored_forms;

static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| cases::read_all().0);

/// Reads bytes as a case's type to the end. Nothing may panic, and every element must survive being stored.
fn read(case: &Case, bytes: &[u8]) -> Result<(), TestCaseError> {
    let input = case.input_of(bytes);
    let Ok(parsed) = (case.entry.parse)(&input) else { return Ok(()) };
    let context = parsed.context.clone();
    let Ok(outcomes) = parsed.collect::<Result<Vec<Outcome>, _>>() else { return Ok(()) };
    check_stored_forms(case.entry, &input, &context, &outcomes).map_err(TestCaseError::fail)
}

/// A change of a file that is likely to leave most of it readable.
#[derive(Debug, Clone)]
enum Change {
    Replace(Index, u8),
    Cut(Index, usize),
    Repeat(Index, usize),
    Insert(Index, &'static str),
    Truncate(Index),
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let len = bytes.len();
        if len == 0 {
            return;
        }
        match self {
            Self::Replace(at, byte) => bytes[at.index(len)] = *byte,
            Self::Cut(at, size) => {
                let at = at.index(len);
                bytes.drain(at..(at + size).min(len));
            }
            Self::Repeat(at, size) => {
                let at = at.index(len);
                let part = bytes[at..(at + size).min(len)].to_vec();
                bytes.splice(at..at, part);
            }
            Self::Insert(at, text) => {
                let at = at.index(len + 1);
                bytes.splice(at..at, text.bytes());
            }
            Self::Truncate(at) => bytes.truncate(at.index(len)),
        }
    }
}

fn change() -> impl Strategy<Value = Change> {
    let pieces = vec![
        "\"",
        "\"\"",
        ",",
        "\n",
        "\r",
        "\0",
        "\\u0000",
        "\u{FEFF}",
        "†",
        "†LEGGENDARIA",
        "-",
        "0",
        "9",
        "1e999",
        "-1",
        "1.5",
        "nan",
        "99999999999999999999",
        "null",
        "true",
        "[]",
        "{}",
        "[",
        "{",
        "}",
        "]",
        ":",
        "<",
        ">",
        "&",
        " ",
        "é",
        "\u{10FFFF}",
    ];
    prop_oneof![
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Change::Replace(at, byte)),
        (any::<Index>(), 1..40_usize).prop_map(|(at, size)| Change::Cut(at, size)),
        (any::<Index>(), 1..40_usize).prop_map(|(at, size)| Change::Repeat(at, size)),
        (any::<Index>(), select(pieces)).prop_map(|(at, text)| Change::Insert(at, text)),
        any::<Index>().prop_map(Change::Truncate),
    ]
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn random_bytes_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..500)) {
        for entry in REGISTRY {
            if let Some(case) = CASES.iter().find(|case| case.entry.import_type == entry.import_type) {
                read(case, &bytes)?;
            }
        }
    }

    #[test]
    fn a_text_is_a_time_or_is_not(text in "(2021[-/]09[-/]10[ T]?)?[0-9:+.TZé -]{0,16}") {
        let _ = parse_local(&text, JST);
    }
}

proptest! {
    #![proptest_config(config(4096))]

    #[test]
    fn changed_files_do_no_harm(case in any::<Index>(), changes in prop::collection::vec(change(), 1..5)) {
        let case = case.get(&CASES);
        let mut bytes = case.bytes.clone();
        for change in &changes {
            change.apply(&mut bytes);
        }
        read(case, &bytes)?;
    }
}
