//! Hashes that tell whether a document changed, and whether scores have to be calculated anew.
//! Source: `spec/pipeline.md` 10.

use serde::Serialize;
use serde_json::{Map, Value};

use super::ChartDocument;
use crate::canonical;
use crate::game::Gpt;

/// The hash of the chart members that derived metrics and ratings depend on; a load that changes it makes the chart's
/// scores be calculated anew.
///
/// A member that is absent is left out, one that is null is not.
#[must_use]
pub fn derive_hash(gpt: Gpt, chart: &ChartDocument) -> [u8; 32] {
    let document = serde_json::to_value(chart).unwrap_or_default();
    let at = |path: &str| path.split('.').try_fold(&document, |value, name| value.get(name)).cloned();
    let paths = gpt.config().recalculate_on.iter();
    let fields: Map<String, Value> = paths.filter_map(|path| Some(((*path).to_owned(), at(path)?))).collect();
    canonical::digest(&Value::Object(fields))
}

/// The hash of a document's canonical JSON: equal for equal documents, however they are spelled.
#[must_use]
pub fn content_hash(document: &impl Serialize) -> [u8; 32] {
    canonical::digest(&serde_json::to_value(document).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn chart(level_num: Value, data: &Value) -> ChartDocument {
        let document = json!({
            "chartID": "c", "songID": 1, "difficulty": "ANOTHER", "level": "10", "levelNum": level_num,
            "isPrimary": true, "playtype": "SP", "versions": [], "data": data,
        });
        serde_json::from_str(&document.to_string()).unwrap()
    }

    #[test]
    fn only_what_scoring_depends_on_counts() {
        let base = chart(json!(10), &json!({"notecount": 786, "inGameID": 1000, "hcTier": null}));
        let hash = derive_hash(Gpt::IidxSp, &base);
        let same = chart(json!(10.0), &json!({"inGameID": 2000, "hcTier": null, "notecount": 786.0}));
        assert_eq!(derive_hash(Gpt::IidxSp, &same), hash);
        for changed in [
            chart(json!(10.5), &json!({"notecount": 786, "hcTier": null})),
            chart(json!(10), &json!({"notecount": 787, "hcTier": null})),
            chart(json!(10), &json!({"notecount": 786})),
            chart(json!(10), &json!({"notecount": 786, "hcTier": {"value": 10.1}})),
        ] {
            assert_ne!(derive_hash(Gpt::IidxSp, &changed), hash, "{changed:?}");
        }
        // DP does not rate by hcTier.
        let without = chart(json!(10), &json!({"notecount": 786}));
        assert_eq!(derive_hash(Gpt::IidxDp, &without), derive_hash(Gpt::IidxDp, &base));
    }

    #[test]
    fn the_hashed_text_is_the_documented_one() {
        let hash = derive_hash(Gpt::IidxDp, &chart(json!(10), &json!({"notecount": 786})));
        assert_eq!(hash, canonical::digest(&json!({"levelNum": 10, "data.notecount": 786})));
    }

    #[test]
    fn content_hashes_see_every_member_and_no_spelling() {
        let base = content_hash(&chart(json!(10), &json!({"notecount": 786, "inGameID": 1})));
        assert_eq!(content_hash(&chart(json!(1e1), &json!({"inGameID": 1, "notecount": 786}))), base);
        assert_ne!(content_hash(&chart(json!(10), &json!({"notecount": 786, "inGameID": 2}))), base);
    }
}
