//! Bodies as the clients in the field write them.

use crate::support::{Form, NOON, TestServer, batch, demo_csv, score};

const CSV: &str = "file/eamusement-iidx-csv";
const SCORE_DATA: &str = "Content-Disposition: form-data; name=\"scoreData\"; filename=\"scores.csv\"";

#[test]
fn forms_of_every_kind_are_read() {
    let server = TestServer::start();
    let csv = demo_csv();
    let typed = |kind: &str| {
        let text = "Content-Disposition: form-data; name=\"importType\"\nContent-Type: text/plain; charset=utf-8";
        Form::new().part(text, CSV.as_bytes()).part(&format!("{SCORE_DATA}\nContent-Type: {kind}"), &csv)
    };
    let unquoted = "Content-Disposition: form-data; name=importType";
    let nameless = "Content-Disposition: form-data; name=\"scoreData\"\nContent-Type: application/octet-stream";
    let forms = [
        ("fields before the file", Form::new().text("importType", CSV).file("scoreData", "a.csv", &csv)),
        ("fields after the file", Form::new().file("scoreData", "a.csv", &csv).text("importType", CSV)),
        ("fields on both sides", Form::new().text("x", "").file("scoreData", "a", &csv).text("importType", CSV)),
        ("a file without a type", Form::new().text("importType", CSV).part(SCORE_DATA, &csv)),
        ("a file called a text", typed("text/plain")),
        ("a file called CSV", typed("text/csv; header=present")),
        ("a file called JSON", typed("application/json")),
        ("a file called nonsense", typed("nonsense")),
        ("a file without a name", Form::new().text("importType", CSV).part(nameless, &csv)),
        ("an empty file name", Form::new().text("importType", CSV).file("scoreData", "", &csv)),
        ("a file name of another script", Form::new().text("importType", CSV).file("scoreData", "曲.csv", &csv)),
        ("names without quotes", Form::new().part(unquoted, CSV.as_bytes()).part(SCORE_DATA, &csv)),
        ("headers in lower case", {
            let text = "content-disposition: form-data; name=\"importType\"";
            Form::new()
                .part(text, CSV.as_bytes())
                .part(&SCORE_DATA.to_lowercase().replace("scoredata", "scoreData"), &csv)
        }),
        ("lines that end in LF", Form::import(CSV, &csv).line_end("\n")),
    ];
    let mut expected = None;
    for (what, form) in forms {
        let document = server.player().caller.upload(&form).body();
        let scores = document["scoreIDs"].as_array().unwrap().len();
        assert!(scores > 0, "{what}");
        assert_eq!(*expected.get_or_insert(scores), scores, "{what}");
    }
}

#[test]
fn content_is_taken_to_the_byte() {
    let server = TestServer::start();
    // A boundary of somebody else, and line ends at both ends, are content.
    let mut file = b"\r\n\n".to_vec();
    file.extend_from_slice(&batch(&[score("AA", 3000, "CLEAR", NOON)]));
    file.extend_from_slice(b"\r\n\r\n");
    for line_end in ["\r\n", "\n"] {
        let document =
            server.player().caller.upload(&Form::import("file/batch-manual", &file).line_end(line_end)).body();
        assert_eq!(document["scoreIDs"].as_array().unwrap().len(), 1);
    }
    let mut spoiled = batch(&[]);
    spoiled.extend_from_slice(b"\r\n------a-boundary-of-the-test\r\n");
    let text = server.player().caller.upload(&Form::import("file/batch-manual", &spoiled)).failure(400);
    assert!(text.starts_with("Invalid JSON. (trailing characters at line 2"), "{text}");
}
