//! The tables of values on the pages of the hooks: one change of a plain body, and what comes of it.

use std::sync::LazyLock;

use serde_json::{Value, json};
use tachi_core::import_type::ImportType;
use tachi_parsers::format::Outcome;

use crate::cases::{self, Case};

static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| cases::read_all().0);

/// The plain case of a type.
pub fn plain(import_type: ImportType) -> &'static Case {
    let name = format!("{import_type}/plain");
    CASES.iter().find(|case| case.name == name).unwrap()
}

/// The member at a path of names.
fn at<'v>(body: &'v mut Value, path: &str) -> &'v mut Value {
    path.split('.').fold(body, |value, name| &mut value[name])
}

/// The only outcome of the plain case with other members, or the refusal's text.
fn outcome(case: &Case, changes: &[(&str, Value)]) -> Result<Outcome, String> {
    let mut body: Value = serde_json::from_slice(&case.bytes).unwrap();
    for (path, value) in changes {
        *at(&mut body, path) = value.clone();
    }
    let bytes = body.to_string().into_bytes();
    let mut parsed = (case.entry.parse)(&case.input_of(&bytes)).map_err(|error| error.message)?;
    let outcome = parsed.next().unwrap().unwrap();
    assert!(parsed.next().is_none());
    Ok(outcome)
}

/// Each value of a member gives a member of the score.
fn values(import_type: ImportType, path: &str, of_score: &str, expected: &[(Value, Value)]) {
    let case = plain(import_type);
    for (sent, expected) in expected {
        let outcome = outcome(case, &[(path, sent.clone())]).unwrap();
        let mut score = outcome.result.unwrap().to_json(case.catalogue());
        assert_eq!(at(&mut score, of_score), expected, "{import_type}: {path} = {sent}");
    }
}

/// Each value of a member is refused.
fn refused(import_type: ImportType, paths: &[&str], values: &[Value]) {
    let case = plain(import_type);
    for path in paths {
        for value in values {
            let error = outcome(case, &[(*path, value.clone())]).map(drop).unwrap_err();
            // Some forms have their path below the object that the prefix names.
            let name = path.rsplit('.').next().unwrap();
            assert!(error.contains(&format!("{name} | ")), "{import_type}: {path} = {value}: {error}");
        }
    }
}

fn pairs(table: &[(&str, &str)]) -> Vec<(Value, Value)> {
    table.iter().map(|(sent, meaning)| (json!(sent), json!(meaning))).collect()
}

#[test]
fn lamps_are_the_games_clears() {
    let numbered = |lamps: &[&str], first: usize| -> Vec<(Value, Value)> {
        lamps.iter().enumerate().map(|(index, lamp)| (json!(index + first), json!(lamp))).collect()
    };
    let lamp = "scoreData.lamp";
    let sdvx = ["FAILED", "CLEAR", "EXCESSIVE CLEAR", "ULTIMATE CHAIN", "PERFECT ULTIMATE CHAIN"];
    values(ImportType::IrBarbatos, "clear_type", lamp, &numbered(&sdvx, 1));
    let iidx =
        ["NO PLAY", "FAILED", "ASSIST CLEAR", "EASY CLEAR", "CLEAR", "HARD CLEAR", "EX HARD CLEAR", "FULL COMBO"];
    values(ImportType::IrFervidex, "clear_type", lamp, &numbered(&iidx, 0));
    let kshook = pairs(&[
        ("CLEAR_PLAYED", "FAILED"),
        ("CLEAR_EFFECTIVE", "CLEAR"),
        ("CLEAR_EXCESSIVE", "EXCESSIVE CLEAR"),
        ("CLEAR_MAXXIVE", "MAXXIVE CLEAR"),
        ("CLEAR_ULTIMATE_CHAIN", "ULTIMATE CHAIN"),
        ("CLEAR_PERFECT", "PERFECT ULTIMATE CHAIN"),
    ]);
    values(ImportType::IrKshookSv6c, "clear", lamp, &kshook);
    let lr2 = pairs(&[
        ("NO PLAY", "NO PLAY"),
        ("FAIL", "FAILED"),
        ("EASY", "EASY CLEAR"),
        ("NORMAL", "CLEAR"),
        ("HARD", "HARD CLEAR"),
        ("FULL COMBO", "FULL COMBO"),
    ]);
    values(ImportType::IrLr2hook, "scoreData.lamp", lamp, &lr2);
    let beatoraja = pairs(&[
        ("NoPlay", "NO PLAY"),
        ("Failed", "FAILED"),
        ("AssistEasy", "ASSIST CLEAR"),
        ("LightAssistEasy", "ASSIST CLEAR"),
        ("Easy", "EASY CLEAR"),
        ("Normal", "CLEAR"),
        ("Hard", "HARD CLEAR"),
        ("ExHard", "EX HARD CLEAR"),
        ("FullCombo", "FULL COMBO"),
        ("Perfect", "FULL COMBO"),
        ("Max", "FULL COMBO"),
    ]);
    values(ImportType::IrBeatoraja, "score.clear", lamp, &beatoraja);
}

#[test]
fn difficulties_find_their_charts() {
    let charts = [
        "27b4e3951b5301d005b40a5a7062410d265d2016",
        "5088a4d0e1ee9d0cc2f625934306e45b1a60699b",
        "ee2f0a264b047a3139a8d2df219b4712728a668e",
        "ebf6f2996979997cc063ba4ef1e954cba70b4ea0",
    ];
    let barbatos: Vec<_> = charts.iter().enumerate().map(|(index, chart)| (json!(index), json!(chart))).collect();
    values(ImportType::IrBarbatos, "difficulty", "chartID", &barbatos);
    let names = ["DIFFICULTY_NOVICE", "DIFFICULTY_ADVANCED", "DIFFICULTY_EXHAUST", "DIFFICULTY_INFINITE"];
    let kshook: Vec<_> = names.into_iter().zip(charts).map(|(name, chart)| (json!(name), json!(chart))).collect();
    values(ImportType::IrKshookSv6c, "difficulty", "chartID", &kshook);
    let iidx = pairs(&[
        ("spn", "952805894d7d78257e87019426fa1d87aec834a5"),
        ("sph", "c641238220d73faf82659513ba03bde71b0b45f0"),
        ("spa", "c2311194e3897ddb5745b1760d2c0141f933e683"),
        ("dpn", "c2935e06698280575009c237fa1c5780823f41ec"),
        ("dph", "1d4288c6a167f08248782c4421c43cd3b27be609"),
        ("dpa", "92599eae8169756eb64f11af0c7781185a3aa8ed"),
    ]);
    values(ImportType::IrFervidex, "chart", "chartID", &iidx);
}

#[test]
fn options_are_the_games_names_of_them() {
    let fervidex = |option: &str, of_score: &str, table: &[(&str, &str)]| {
        values(ImportType::IrFervidex, &format!("option.{option}"), &format!("scoreMeta.{of_score}"), &pairs(table));
    };
    fervidex(
        "gauge",
        "gauge",
        &[
            ("ASSISTED_EASY", "ASSISTED EASY"),
            ("EASY", "EASY"),
            ("HARD", "HARD"),
            ("EX_HARD", "EX-HARD"),
            ("EROSION_LV1", "NORMAL"),
            ("EROSION_LV2", "NORMAL"),
            ("EROSION_LV3", "NORMAL"),
            ("EROSION_LV4", "NORMAL"),
            ("EROSION_LV5", "NORMAL"),
        ],
    );
    fervidex(
        "range",
        "range",
        &[
            ("SUDDEN_PLUS", "SUDDEN+"),
            ("HIDDEN_PLUS", "HIDDEN+"),
            ("SUD_PLUS_HID_PLUS", "SUD+ HID+"),
            ("LIFT", "LIFT"),
            ("LIFT_SUD_PLUS", "LIFT SUD+"),
        ],
    );
    let randoms = [("RANDOM", "RANDOM"), ("R_RANDOM", "R-RANDOM"), ("S_RANDOM", "S-RANDOM"), ("MIRROR", "MIRROR")];
    fervidex("style", "random", &randoms);
    fervidex(
        "assist",
        "assist",
        &[
            ("AUTO_SCRATCH", "AUTO SCRATCH"),
            ("LEGACY_NOTE", "LEGACY NOTE"),
            ("ASCR_LEGACY", "FULL ASSIST"),
            ("FULL_ASSIST", "FULL ASSIST"),
        ],
    );

    let lr2 = [("NORAN", "NONRAN"), ("MIRROR", "MIRROR"), ("RAN", "RANDOM"), ("S-RAN", "S-RANDOM")];
    values(ImportType::IrLr2hook, "playerData.random", "scoreMeta.random", &pairs(&lr2));
    let lr2 = [
        ("EASY", "EASY"),
        ("GROOVE", "NORMAL"),
        ("HARD", "HARD"),
        ("HAZARD", "HARD"),
        ("P-ATTACK", "HARD"),
        ("G-ATTACK", "HARD"),
    ];
    values(ImportType::IrLr2hook, "playerData.gauge", "scoreMeta.gauge", &pairs(&lr2));
    let randoms = ["NONRAN", "MIRROR", "RANDOM", "R-RANDOM", "S-RANDOM"].map(Value::from);
    let randoms: Vec<_> =
        randoms.into_iter().chain([Value::Null]).enumerate().map(|(at, of)| (json!(at), of)).collect();
    values(ImportType::IrBeatoraja, "score.option", "scoreMeta.random", &randoms);
}

#[test]
fn counters_are_whole_numbers_of_at_least_nothing() {
    let odd = [json!(-1), json!(0.5), json!("0"), Value::Null, json!([]), json!(9_007_199_254_740_992_u64)];
    let lr2 = [
        "scoreData.pgreat",
        "scoreData.great",
        "scoreData.good",
        "scoreData.bad",
        "scoreData.poor",
        "scoreData.maxCombo",
        "scoreData.exScore",
        "scoreData.moneyScore",
        "scoreData.notesTotal",
        "scoreData.notesPlayed",
        "unixTimestamp",
    ];
    refused(ImportType::IrLr2hook, &lr2, &odd);
    let fervidex =
        ["entry_id", "pgreat", "great", "good", "bad", "poor", "slow", "fast", "max_combo", "combo_break", "ex_score"];
    refused(ImportType::IrFervidex, &fervidex, &odd);
    let kshook = ["max_chain", "music_id", "ex_score", "critical", "near", "error", "track_no"];
    refused(ImportType::IrKshookSv6c, &kshook, &odd);
    let usc = ["score.timestamp", "score.crit", "score.near", "score.error"];
    refused(ImportType::IrUsc, &usc, &odd);
    let beatoraja = [
        "score.exscore",
        "score.passnotes",
        "score.maxcombo",
        "score.epg",
        "score.lpg",
        "score.egr",
        "score.lgr",
        "score.egd",
        "score.lgd",
        "score.ebd",
        "score.lbd",
        "score.epr",
        "score.lpr",
        "score.ems",
        "score.lms",
        "chart.notes",
    ];
    refused(ImportType::IrBeatoraja, &beatoraja, &odd);
}

#[test]
fn orphans_of_usc_have_what_old_clients_do_not_send_as_null() {
    let case = plain(ImportType::IrUsc);
    let hash = json!("0".repeat(40));
    let orphan = outcome(case, &[("chart.chartHash", hash)]).unwrap().orphan.unwrap();
    assert_eq!((&orphan["early"], &orphan["late"], &orphan["combo"]), (&json!(2), &json!(1), &Value::Null));
    assert!(orphan.as_object().unwrap().contains_key("combo"));
}

#[test]
fn orphans_of_a_profile_say_that_the_miss_count_is_unknown() {
    let case = plain(ImportType::IrFervidexStatic);
    let parsed = (case.entry.parse)(&case.input()).unwrap();
    let orphans: Vec<Value> = parsed.filter_map(|outcome| outcome.unwrap().orphan).collect();
    let expected = json!({"song_id": 999_999, "chart": "dph", "clear_type": 3, "ex_score": 15, "miss_count": null});
    assert_eq!(orphans, [expected]);
}
