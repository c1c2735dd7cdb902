//! How fast files become dry scores: parsing and conversion of 16 MiB, on one core.

#[path = "../tests/it/catalogue.rs"]
#[expect(clippy::disallowed_methods, reason = "the catalogue comes from files")]
mod catalogue;

use std::fmt::Write as _;
use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use tachi_core::catalogue::{Catalogue, Chart};
use tachi_core::game::{Game, Gpt};
use tachi_core::games::iidx;
use tachi_core::import_type::ImportType;
use tachi_parsers::format::{Fields, Input, Surroundings};
use tachi_parsers::registry;

/// The largest file that a server takes.
const SIZE: usize = 16 << 20;

/// The lamps by their names in both formats.
const LAMPS: [&str; 4] = ["FAILED", "CLEAR", "HARD CLEAR", "EX HARD CLEAR"];

fn files(criterion: &mut Criterion) {
    let catalogue = catalogue::build(catalogue::Documents::default());
    for (import_type, text) in
        [(ImportType::FileEamusementIidxCsv, csv(&catalogue)), (ImportType::FileBatchManual, batch_manual(&catalogue))]
    {
        let read = || read(import_type, text.as_bytes(), &catalogue);
        let (scores, elements) = read();
        assert!(scores > 0);
        let mut group = criterion.benchmark_group(import_type.as_str());
        group.sample_size(20);
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(format!("{scores} scores of {elements} elements, by bytes"), |bencher| {
            bencher.iter(|| black_box(read()));
        });
        group.throughput(Throughput::Elements(scores));
        group.bench_function(format!("{scores} scores of {elements} elements, by scores"), |bencher| {
            bencher.iter(|| black_box(read()));
        });
        group.finish();
    }
}

/// Reads a file to its end; how many scores it holds, and of how many elements. None where it is refused.
fn read(import_type: ImportType, bytes: &[u8], catalogue: &Catalogue) -> (u64, u64) {
    let input = Input {
        bytes,
        file_name: None,
        fields: &Fields::new(),
        received: 0,
        user: None,
        surroundings: Surroundings { catalogue, games: &[Game::Iidx], fervidex_min_version: "" },
    };
    let (mut scores, mut elements) = (0, 0);
    let parsed = (registry::find(import_type).unwrap().parse)(&input);
    for outcome in parsed.into_iter().flatten() {
        elements += 1;
        scores += u64::from(black_box(outcome).is_ok_and(|outcome| outcome.result.is_ok()));
    }
    (scores, elements)
}

/// The charts that an export of the newest version lists.
fn charts(catalogue: &Catalogue) -> impl Iterator<Item = &Chart> + Clone {
    catalogue.charts().iter().filter(|chart| chart.gpt == Gpt::IidxSp && chart.in_version("33"))
}

/// Numbers that look like scores; the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

/// An export of 41 columns in which most charts have been played.
fn csv(catalogue: &Catalogue) -> String {
    let mut numbers = Numbers(1);
    let mut text = format!("{}\r\n", vec!["column"; 41].join(","));
    let songs: Vec<_> = catalogue.songs().iter().filter(|song| song.game == Game::Iidx).collect();
    for song in songs.iter().cycle() {
        if text.len() > SIZE {
            break;
        }
        write!(text, "Sparkle Shower,{},GENRE,{},12", song.title.replace(',', "，"), song.artist).unwrap();
        for difficulty in ["BEGINNER", "NORMAL", "HYPER", "ANOTHER", "LEGGENDARIA"] {
            let chart = charts(catalogue).find(|chart| chart.song_id == song.id && &*chart.difficulty == difficulty);
            match chart.filter(|_| numbers.below(8) > 0) {
                None => text.push_str(",0,0,0,0,---,NO PLAY,---"),
                Some(chart) => {
                    let notes = iidx::notecount(chart) as u64;
                    let pgreat = numbers.below(notes);
                    let great = numbers.below(notes - pgreat);
                    let (ex, bp) = (2 * pgreat + great, numbers.below(200));
                    let lamp = LAMPS[numbers.below(4) as usize];
                    write!(text, ",{},{ex},{pgreat},{great},{bp},{lamp},AA", chart.level).unwrap();
                }
            }
        }
        write!(text, ",2025-0{}-1{} 21:04\r\n", 1 + numbers.below(9), numbers.below(10)).unwrap();
    }
    text
}

/// A document whose scores name their charts by title.
fn batch_manual(catalogue: &Catalogue) -> String {
    let mut numbers = Numbers(2);
    let mut text = r#"{"meta":{"game":"iidx","playtype":"SP","service":"benchmark"},"scores":["#.to_owned();
    let unique = charts(catalogue).filter(|chart| !catalogue.song_of(chart).title.eq_ignore_ascii_case("switch"));
    for chart in unique.cycle() {
        if text.len() > SIZE {
            break;
        }
        let score = serde_json::json!({
            "score": numbers.below(2 * iidx::notecount(chart) as u64),
            "lamp": LAMPS[numbers.below(4) as usize],
            "matchType": "songTitle",
            "identifier": catalogue.song_of(chart).title,
            "difficulty": &*chart.difficulty,
            "timeAchieved": 1_700_000_000_000 + numbers.below(1 << 30),
            "optional": {"bp": numbers.below(200), "maxCombo": numbers.below(500)},
            "judgements": {"good": numbers.below(50), "bad": numbers.below(10), "poor": numbers.below(50)},
        });
        write!(text, "{score},").unwrap();
    }
    text.pop();
    text.push_str("]}");
    text
}

/// Files that somebody made to keep a server busy: the time must grow with their size and with nothing else.
fn hostile(criterion: &mut Criterion) {
    let catalogue = catalogue::build(catalogue::Documents::default());
    let mut group = criterion.benchmark_group("hostile");
    group.sample_size(10);
    for (import_type, name, text) in hostile_files() {
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| black_box(read(import_type, text.as_bytes(), &catalogue)));
        });
    }
    group.finish();
}

fn hostile_files() -> Vec<(ImportType, &'static str, String)> {
    let up_to_size = |text: &str| text.repeat(SIZE / text.len());
    let header = vec!["column"; 41].join(",");
    let cells = ",1,2,1,0,0,CLEAR,F".repeat(5);
    let row = |title: &str| format!("{header}\nSparkle Shower,{title},GENRE,ARTIST,1{cells},2025-01-01 00:00\n");
    let csv = [
        ("csv, quotes that do not end", format!("{header}\n{}", up_to_size(",\"a"))),
        ("csv, empty lines", format!("{header}\n{}", up_to_size("\n"))),
        ("csv, empty cells", format!("{header}\n{}", up_to_size(&format!("SPADA{}\n", ",".repeat(40))))),
        ("csv, a title of ligatures", row(&up_to_size("\u{FDFA}"))),
        ("csv, a title of combining marks", row(&up_to_size("\u{0301}\u{0316}"))),
    ];
    let document = |scores: &str| {
        format!(r#"{{"meta":{{"game":"iidx","playtype":"SP","service":"benchmark"}},"scores":[{scores}]}}"#)
    };
    let score = r#""score":1,"lamp":"CLEAR","matchType":"songTitle","identifier":"5.1.1.","difficulty":"ANOTHER""#;
    let names: String = (0..SIZE / 12).map(|number| format!(r#","{number:07}":0"#)).collect();
    let items = up_to_size("0,");
    let json = [
        ("json, numbers for scores", document(&format!("{items}0"))),
        ("json, objects without members", document(&format!("{}{{}}", up_to_size("{},")))),
        ("json, an object of many members", document(&format!("{{{score}{names}}}"))),
        ("json, one member again and again", document(&format!("{{{score}{}}}", up_to_size(r#","score":1"#)))),
        ("json, a long graph", document(&format!(r#"{{{score},"optional":{{"gaugeHistory":[{items}0]}}}}"#))),
        ("json, a long title", document(&format!(r#"{{{score},"identifier":"{}"}}"#, up_to_size("ſ")))),
        (
            "json, a long name around many values and a NUL",
            document(&format!(r#"{{"{}":[{}"\u0000"]}}"#, "n".repeat(SIZE / 2), &items[..SIZE / 2])),
        ),
    ];
    let csv = csv.map(|(name, text)| (ImportType::FileEamusementIidxCsv, name, text));
    let json = json.map(|(name, text)| (ImportType::FileBatchManual, name, text));
    csv.into_iter().chain(json).collect()
}

criterion_group!(benches, files, hostile);
criterion_main!(benches);
