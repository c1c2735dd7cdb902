//! Hydration: percent, grade, ratings and score ID of one score. One core.
#![expect(clippy::disallowed_methods, reason = "a bench reads its catalogue from files")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use tachi_core::catalogue::{Catalogue, Chart, ChartDocument, ChartKey, SongDocument};
use tachi_core::game::{Game, Gpt};
use tachi_core::hydrate::hydrate;
use tachi_core::ids::UserId;
use tachi_core::score::ScoreData;
use tachi_core::score_id::dedup_key;

const IIDX: &str = r#"{"chartID":"0e1fbd5bfe34351cb8c4869eddebc34241ec4546","data":{"2dxtraSet":null,
    "bpiCoefficient":0.918326,"exhcTier":null,"hashSHA256":null,"hcTier":null,"inGameID":11040,"kaidenAverage":3278,
    "ncTier":null,"notecount":1834,"worldRecord":3660},"difficulty":"ANOTHER","isPrimary":true,"level":"12",
    "levelNum":12,"playtype":"SP","songID":488,"versions":["26","27","27-omni","inf"]}"#;
const SDVX: &str = r#"{"chartID":"5088a4d0e1ee9d0cc2f625934306e45b1a60699b","data":{"inGameID":1},"difficulty":"ADV",
    "isPrimary":true,"level":"10","levelNum":10,"playtype":"Single","songID":1,"versions":["booth","inf"]}"#;

fn chart(game: Game, text: &str) -> Chart {
    let document: ChartDocument = serde_json::from_str(text).unwrap();
    Chart::from_document(game, &document).unwrap()
}

fn score(gpt: Gpt, score: f64, lamp: usize) -> ScoreData {
    let config = gpt.config();
    let mut data = ScoreData::new(config);
    data.set_number(config.metric("score").unwrap().0, score);
    data.set_enum(config.metric("lamp").unwrap().0, lamp);
    data
}

fn hydration(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("hydrate");
    group.throughput(Throughput::Elements(1));
    for (name, chart, data) in [
        ("iidx", chart(Game::Iidx, IIDX), score(Gpt::IidxSp, 3401.0, 5)),
        ("sdvx", chart(Game::Sdvx, SDVX), score(Gpt::SdvxSingle, 9_723_456.0, 1)),
    ] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let data = black_box(data.clone());
                let key = dedup_key(UserId(1), &chart.id, &data);
                hydrate(data, &chart, UserId(1), key).unwrap()
            });
        });
    }
    group.finish();
}

/// The whole catalogue beside the project, if there is one, else nothing to measure: how long it takes to build, what
/// it holds in memory, and how fast titles are found in it.
fn catalogue(criterion: &mut Criterion) {
    let Some(documents) = documents() else { return };
    let before = resident();
    let catalogue = build(&documents);
    let held = resident().saturating_sub(before) as f64 / f64::from(1 << 20);
    println!("catalogue: {} charts of {} songs in {held:.1} MiB", catalogue.charts().len(), catalogue.songs().len());
    let mut group = criterion.benchmark_group("catalogue");
    group.sample_size(10);
    group.bench_function("build", |bencher| bencher.iter_with_large_drop(|| build(&documents)));
    group.finish();
    let mut group = criterion.benchmark_group("title");
    group.bench_function("exact", |bencher| {
        bencher.iter(|| catalogue.song_by_title_csv(Game::Iidx, black_box("perditus†paradisus")));
    });
    group.bench_function("folded", |bencher| {
        bencher.iter(|| catalogue.song_by_title_folded(Game::Iidx, black_box("perditus†paradisus"), None));
    });
    group.finish();
}

/// A game with its documents, as text: what parsing leaves behind is not the catalogue's.
type GameFiles = (Game, String, String);

fn documents() -> Option<Vec<GameFiles>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/seeds");
    let read = |name: String| std::fs::read_to_string(format!("{folder}/{name}.json"));
    let games = Game::ALL.iter().filter_map(|game| {
        let charts = read(format!("charts-{game}")).or_else(|_| read(format!("charts-{game}.synthetic")));
        Some((*game, read(format!("songs-{game}")).ok()?, charts.ok()?))
    });
    let games: Vec<GameFiles> = games.collect();
    (!games.is_empty()).then_some(games)
}

fn build(documents: &[GameFiles]) -> Catalogue {
    let mut builder = Catalogue::builder();
    let mut keys = 1..;
    for (game, songs, charts) in documents {
        for song in serde_json::from_str::<Vec<SongDocument>>(songs).unwrap() {
            builder.song(*game, song).unwrap();
        }
        for chart in serde_json::from_str::<Vec<ChartDocument>>(charts).unwrap() {
            builder.chart(*game, &chart, ChartKey(keys.next().unwrap())).unwrap();
        }
    }
    builder.build()
}

/// The bytes of memory that this process holds; 0 where the system does not tell.
fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = pages.split_whitespace().nth(1).and_then(|pages| pages.parse::<usize>().ok());
    pages.unwrap_or(0) * 4096
}

criterion_group!(benches, hydration, catalogue);
criterion_main!(benches);
