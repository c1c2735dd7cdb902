//! What the pages of fetched types say of their worked examples, beyond the fixtures.

use serde_json::{Value, json};
use tachi_core::canonical::hashed_id;
use tachi_core::catalogue::ChartIdx;
use tachi_core::import_type::ImportType;
use tachi_parsers::error::Failure;
use tachi_parsers::registry;

use crate::cases;

/// The ID of the only orphan of a type's plain case, for user 1.
fn orphan_of_plain_case(import_type: ImportType) -> String {
    let (cases, _) = cases::read_all();
    let name = format!("{import_type}/plain");
    let case = cases.iter().find(|case| case.name == name).unwrap();
    let parsed = (case.entry.parse)(&case.input()).unwrap();
    let context = parsed.context.clone();
    let orphans: Vec<Value> = parsed.filter_map(|outcome| outcome.unwrap().orphan).collect();
    let [data] = orphans.as_slice() else { panic!("{} orphans", orphans.len()) };
    let value = json!({"importType": import_type, "userID": 1, "context": context, "data": data});
    hashed_id('O', &value)
}

#[test]
fn orphans_of_the_worked_examples_have_the_ids_of_the_page() {
    assert_eq!(
        orphan_of_plain_case(ImportType::ApiEagIidx),
        "O82beaa3c49e388680f46df5c6a98346f5f62d9e1ddb477068e6c75865de40efc"
    );
    assert_eq!(
        orphan_of_plain_case(ImportType::ApiFloSdvx),
        "Od07af85a812d1f67bd1294221da8d86b91ab66a12fc3795aa9067044b4255792"
    );
}

/// Orphans are converted without the transcript they came in, and their form is checked again.
#[test]
fn orphans_are_checked_like_what_was_fetched() {
    let catalogue = crate::catalogue::build(crate::catalogue::Documents::default());
    let convert = |data: &Value| {
        let entry = registry::find(ImportType::ApiFloSdvx).unwrap();
        (entry.convert)(data, &json!({"service": "FLO"}), &catalogue)
    };
    let mut data = json!({
        "music_id": 1, "music_difficulty": 1, "played_version": 6, "clear_type": 2, "max_chain": 179, "score": 9310699,
        "critical": 1754, "near": 112, "error": 78, "early": 70, "late": 42, "gauge_rate": 90.01,
        "timestamp": "2020-08-30T13:08:11Z",
    });
    let chart: ChartIdx = convert(&data).unwrap().chart;
    assert_eq!(catalogue.chart(chart).id.to_string(), "5088a4d0e1ee9d0cc2f625934306e45b1a60699b");
    data["score"] = json!("9310699");
    let text = "Error: score | Expected an integer between 0 and 10000000. | Received 9310699 [string].";
    assert_eq!(convert(&data), Err(Failure::Invalid(text.to_owned())));
}
