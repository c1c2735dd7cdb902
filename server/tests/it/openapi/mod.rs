//! The OpenAPI document, and whether the server does what it says.

mod access;
mod examples;
mod schema;

use std::collections::HashSet;
use std::path::Path;

use serde_json::Value;
use tachi_server::openapi::document;
use tachi_server::routes::operations;

use crate::support::TestServer;

/// The document.
fn the_document() -> Value {
    document(&operations()).unwrap()
}

/// Whether an event is one that the document knows.
pub fn is_documented_event(event: &Value) -> Result<(), String> {
    let document = the_document();
    let described = &document["webhooks"][event["type"].as_str().unwrap()]["post"];
    assert!(described.is_object(), "{event} is not documented");
    schema::check(&document, &described["requestBody"]["content"]["application/json"]["schema"], event)
}

/// Every reference in a value.
fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str));
            members.values().for_each(|member| references(member, found));
        }
        Value::Array(elements) => elements.iter().for_each(|element| references(element, found)),
        _ => {}
    }
}

#[test]
fn the_document_holds_every_route_and_all_that_it_refers_to() {
    let (document, operations) = (the_document(), operations());
    assert_eq!(document["openapi"], "3.1.0");
    let mut ids = HashSet::new();
    for operation in &operations {
        let method = operation.method.as_str().to_ascii_lowercase();
        let described = &document["paths"][&operation.path][&method];
        assert!(ids.insert(described["operationId"].as_str().unwrap()), "{} {}", method, operation.path);
        assert!(!operation.tag.is_empty() && !operation.row.summary.is_empty(), "{} {}", method, operation.path);
    }
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 100);
    for reference in found {
        assert!(document.pointer(&reference[1..]).is_some(), "{reference} leads nowhere");
    }
}

#[test]
fn the_document_is_served_as_it_is_and_as_a_page_that_needs_no_other_host() {
    let server = TestServer::start();
    let answer = server.guest().get("/api/v1/openapi.json");
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json(), the_document());
    let page = server.guest().get("/api/v1/docs");
    assert_eq!((page.status, page.header("Content-Type")), (200, Some("text/html; charset=utf-8")));
    for operation in operations() {
        assert!(page.text.contains(&format!("<code>{}</code>", operation.path)), "{}", operation.path);
    }
    assert!(!page.text.contains("<script") && !page.text.contains("src=") && !page.text.contains("//cdn"));
}

/// Registering is documenting: only the table of routes may reach the framework itself.
#[test]
fn no_route_is_registered_without_being_documented() {
    let routes = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/routes");
    let mut folders = vec![routes.clone()];
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kind == "rs") && path != routes.join("mod.rs") {
                seen += 1;
                let text = std::fs::read_to_string(&path).unwrap();
                for way in ["ServiceConfig", "web::scope", "web::resource", ".configure(", ".service("] {
                    assert!(!text.contains(way), "{} registers routes by itself, with {way}", path.display());
                }
            }
        }
    }
    assert!(seen > 30, "{seen}");
}
