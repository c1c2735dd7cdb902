//! The OpenAPI document, made of the rows of the route table.

use serde_json::{Map, Value, json};
use tachi_parsers::ir::body_schemas;

use super::api::Operation;
use super::notation::{members, schema};
use super::row::{Access, Answer};
use super::schemas::{EVENTS, PATH_PARAMETERS, SCHEMAS};
use crate::auth::PERMISSIONS;

/// What is said before everything else.
const ABOUT: &str = "Every answer is an envelope: `{success, description, body}`, without `body` when it fails. Call \
                     with `Authorization: Bearer <token>`, or logged in with a cookie, which allows everything. A bad \
                     token is refused everywhere. Paths of games may also be written with one segment, such as \
                     `/games/iidx-sp/...`. Members may be added to any document.";

/// The statuses of failures, and when they come.
const FAILURES: &[(u16, &str)] = &[
    (400, "The request is not what it should be."),
    (401, "Nobody is signed in, or the token is wrong."),
    (403, "Signed in, but not allowed, or banned."),
    (404, "There is no such thing here."),
    (409, "Something else is in the way."),
    (413, "The body is too large."),
    (429, "Too many requests in too short a time."),
    (500, "A fault of the server or of a service it asked."),
    (501, "This instance does not offer it."),
    (503, "Not now."),
    (508, "The service that was asked never came to an end."),
];

/// The document of routes.
///
/// # Errors
/// Names the route or schema whose notation cannot be read.
pub fn document(operations: &[Operation]) -> Result<Value, String> {
    let mut paths = Map::new();
    for operation in operations {
        let at = format!("{} {}", operation.method, operation.path);
        let described = describe(operation).map_err(|error| format!("{at}: {error}"))?;
        let item = paths.entry(operation.path.clone()).or_insert_with(|| json!({}));
        item[operation.method.as_str().to_ascii_lowercase()] = described;
    }
    let schemas = schemas()?;
    Ok(json!({
        "openapi": "3.1.0",
        "info": {"title": "tachi", "version": env!("CARGO_PKG_VERSION"), "description": ABOUT},
        "servers": [{"url": "/"}],
        "tags": tags(operations),
        "paths": paths,
        "webhooks": events()?,
        "components": {"schemas": schemas, "responses": failures(), "securitySchemes": {
            "token": {"type": "http", "scheme": "bearer", "description": format!(
                "An API token, with any of the permissions {}.", PERMISSIONS.join(", "))},
            "login": {"type": "apiKey", "in": "cookie", "name": "Tachi_SESSION", "description":
                "The cookie of a login. Its name is that of the instance and _SESSION."},
        }},
    }))
}

/// The documents by their names, and what game clients send.
fn schemas() -> Result<Map<String, Value>, String> {
    let mut schemas: Map<String, Value> =
        body_schemas().into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect();
    for (name, notation) in SCHEMAS {
        schemas.insert((*name).to_owned(), schema(notation).map_err(|error| format!("{name}: {error}"))?);
    }
    Ok(schemas)
}

/// What is sent to the `webhookUri` of clients.
fn events() -> Result<Map<String, Value>, String> {
    let event = |(kind, text, content): &(&str, &str, &str)| {
        let content = schema(content).map_err(|error| format!("{kind}: {error}"))?;
        let body = json!({
            "type": "object", "required": ["type", "content"],
            "properties": {"type": {"const": kind}, "content": content},
        });
        let described = json!({
            "summary": text,
            "description": "Sent once to the webhookUri of every client, with its secret as the bearer token.",
            "requestBody": {"required": true, "content": {"application/json": {"schema": body}}},
            "responses": {"default": {"description": "No answer matters."}},
        });
        Ok(((*kind).to_owned(), json!({ "post": described })))
    };
    EVENTS.iter().map(event).collect()
}

fn tags(operations: &[Operation]) -> Vec<Value> {
    let mut names: Vec<&str> = Vec::new();
    for operation in operations {
        if !names.contains(&operation.tag) {
            names.push(operation.tag);
        }
    }
    names.into_iter().map(|name| json!({ "name": name })).collect()
}

fn failures() -> Map<String, Value> {
    let of_schema = json!({"application/json": {"schema": {"$ref": "#/components/schemas/Failure"}}});
    let response = |text: &str| json!({"description": text, "content": of_schema});
    let of_api = FAILURES.iter().map(|(status, text)| (format!("Failure{status}"), response(text)));
    let of_pages = FAILURES.iter().map(|(status, said)| (format!("Page{status}"), text(said, &["text/html"])));
    of_api.chain(of_pages).collect()
}

fn describe(operation: &Operation) -> Result<Value, String> {
    let row = &operation.row;
    let mut described = json!({
        "tags": [operation.tag],
        "summary": row.summary,
        "description": format!("For {}.", row.access.in_words()),
        "operationId": operation_id(operation),
        "parameters": parameters(operation)?,
        "responses": responses(operation)?,
        "security": security(row.access),
    });
    if let Some((media, body)) = row.body {
        let schema = schema(body)?;
        // Documents that have a name have members that must be there.
        let required = schema.get("required").or(schema.get("$ref")).is_some();
        let mut content = contents(media, &schema);
        if let (Some(sent), Some(content)) = (row.sent, content.get_mut("application/json")) {
            content["example"] = parse(sent)?;
        }
        described["requestBody"] = json!({"required": required, "content": content});
    }
    Ok(described)
}

/// The same for each of these media types.
fn contents(media: &[&str], schema: &Value) -> Map<String, Value> {
    media.iter().map(|media| ((*media).to_owned(), json!({ "schema": schema }))).collect()
}

fn operation_id(operation: &Operation) -> String {
    let path = operation.path.trim_start_matches("/api/v1").replace(['{', '}'], "");
    let words = path.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    std::iter::once(operation.method.as_str().to_ascii_lowercase())
        .chain(words.map(str::to_owned))
        .collect::<Vec<_>>()
        .join("_")
}

/// The names in a path.
fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
}

fn parameters(operation: &Operation) -> Result<Vec<Value>, String> {
    let mut parameters = Vec::new();
    for name in segments(&operation.path) {
        let known = PATH_PARAMETERS.iter().find(|known| known.0 == name);
        let (_, notation, text, example) = known.ok_or_else(|| format!("the segment {name} is not described"))?;
        parameters.push(json!({
            "name": name, "in": "path", "required": true, "description": text, "schema": schema(notation)?,
            "example": example,
        }));
    }
    for (name, required, schema) in members(operation.row.query)? {
        parameters.push(json!({"name": name, "in": "query", "required": required, "schema": schema}));
    }
    for (name, example) in operation.row.headers {
        let schema = json!({"type": "string"});
        parameters.push(json!({
            "name": name, "in": "header", "required": false, "schema": schema, "example": example,
        }));
    }
    Ok(parameters)
}

fn responses(operation: &Operation) -> Result<Map<String, Value>, String> {
    let row = &operation.row;
    let mut responses = Map::new();
    match row.answer {
        Answer::Enveloped(body) => {
            responses.insert("200".to_owned(), json(envelope(schema(body)?), "Done.", row.example)?);
        }
        Answer::Raw("application/json", body) => {
            responses.insert("200".to_owned(), json(schema(body)?, "Done, without an envelope.", row.example)?);
        }
        Answer::Raw(media, _) => {
            responses.insert("200".to_owned(), text("Done.", &[media]));
        }
        Answer::Page(media) => {
            responses.insert("200".to_owned(), text("A page or a file.", media));
        }
        Answer::Redirect => {
            responses.insert("303".to_owned(), json!({"description": "Go on to another page."}));
        }
        Answer::AcceptedOnly | Answer::Never => {}
    }
    if let Some(body) = row.accepted {
        responses.insert("202".to_owned(), json(envelope(schema(body)?), "What was asked for goes on.", None)?);
    }
    let is_page = matches!(row.answer, Answer::Page(_) | Answer::Redirect);
    for status in failing(operation) {
        // Limits are kept before a page is asked for.
        let kind = if is_page && status != 429 { "Page" } else { "Failure" };
        let reference = format!("#/components/responses/{kind}{status}");
        responses.insert(status.to_string(), json!({"$ref": reference}));
    }
    Ok(responses)
}

fn text(description: &str, media: &[&str]) -> Value {
    json!({"description": description, "content": contents(media, &json!({"type": "string"}))})
}

fn json(schema: Value, text: &str, example: Option<&str>) -> Result<Value, String> {
    let mut content = json!({ "schema": schema });
    if let Some(example) = example {
        content["example"] = parse(example)?;
    }
    Ok(json!({"description": text, "content": {"application/json": content}}))
}

fn parse(example: &str) -> Result<Value, String> {
    serde_json::from_str(example).map_err(|error| format!("the example: {error}"))
}

fn envelope(body: Value) -> Value {
    json!({
        "type": "object", "required": ["success", "description", "body"],
        "properties": {"success": {"const": true}, "description": {"type": "string"}, "body": body},
    })
}

/// The statuses with which a route may fail: those that follow from its row, and its own.
fn failing(operation: &Operation) -> Vec<u16> {
    let row = &operation.row;
    let by_access: &[u16] = match row.access {
        Access::Unasked => &[400],
        _ if matches!(row.answer, Answer::Page(_) | Answer::Redirect) => &[400, 401, 403],
        _ => &[400, 401, 403, 429],
    };
    let mut statuses = [by_access, row.fails, &[500]].concat();
    if segments(&operation.path).next().is_some() {
        statuses.push(404);
    }
    if row.body.is_some() {
        statuses.push(413);
    }
    statuses.sort_unstable();
    statuses.dedup();
    statuses
}

fn security(access: Access) -> Value {
    let token = |permission: Option<&str>| json!({"token": permission.into_iter().collect::<Vec<_>>()});
    match access {
        Access::Unasked => json!([]),
        Access::Everybody => json!([{}, token(None), {"login": []}]),
        Access::LoggedIn | Access::SelfKey | Access::Author => json!([{"login": []}]),
        Access::Usc(permission) => json!([token(permission)]),
        Access::SignedIn | Access::Permission(_) | Access::Owner(_) | Access::OwnerAlone(_) | Access::Admin => {
            json!([token(access.permission()), {"login": []}])
        }
    }
}
