//! The document as a page for people. It needs no other host, and no script.

use serde_json::Value;

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}\
                     code,pre{font:13px/1.4 ui-monospace,monospace}pre{background:#8882;padding:.6rem;overflow:auto}\
                     summary{cursor:pointer;padding:.2rem 0}summary b{display:inline-block;width:4.5rem}\
                     details{border-bottom:1px solid #8884}details div{padding:0 0 .6rem 4.5rem}\
                     table{border-collapse:collapse}td,th{text-align:left;padding:.1rem .8rem .1rem 0}\
                     :root{color-scheme:light dark}";

/// The methods in the order in which they are shown.
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// The page of a document.
#[must_use]
pub fn page(document: &Value) -> String {
    let info = &document["info"];
    let title = format!("{} {}", text(&info["title"]), text(&info["version"]));
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title><meta name=\"viewport\" \
         content=\"width=device-width\"><style>{STYLE}</style></head><body>\n<h1>{title}</h1>\n<p>{}</p>\n<p>The same \
         for programs: <a href=\"openapi.json\">openapi.json</a></p>\n",
        text(&info["description"])
    );
    let tags = document["tags"].as_array().into_iter().flatten();
    for tag in tags.map(|tag| &tag["name"]) {
        page += &format!("<h2>{}</h2>\n", text(tag));
        for (path, item) in document["paths"].as_object().into_iter().flatten() {
            let of_item = METHODS.iter().filter_map(|method| Some((*method, item.get(method)?)));
            for (method, operation) in of_item.filter(|(_, operation)| operation["tags"][0] == *tag) {
                page += &operation_of(method, path, operation);
            }
        }
    }
    page += "<h2>Events</h2>\n";
    for (name, event) in document["webhooks"].as_object().into_iter().flatten() {
        let event = &event["post"];
        let content = &event["requestBody"]["content"]["application/json"]["schema"]["properties"]["content"];
        page += &format!(
            "<details><summary><code>{}</code> {}</summary><div><p>{}</p>{}</div></details>\n",
            escape(name),
            text(&event["summary"]),
            text(&event["description"]),
            preformatted(&in_short(content, 0))
        );
    }
    page += "<h2>Documents</h2>\n";
    for (name, schema) in document["components"]["schemas"].as_object().into_iter().flatten() {
        page += &format!(
            "<details id=\"{name}\"><summary>{name}</summary><div>{}</div></details>\n",
            preformatted(&in_short(schema, 0))
        );
    }
    page + "</body></html>\n"
}

fn operation_of(method: &str, path: &str, operation: &Value) -> String {
    let mut rows = format!("<p>{}</p>", text(&operation["description"]));
    let parameters = operation["parameters"].as_array().map_or(&[][..], Vec::as_slice);
    if !parameters.is_empty() {
        rows += "<table><tr><th>Parameter</th><th>In</th><th>Type</th><th></th></tr>";
        for parameter in parameters {
            let optional = if parameter["required"] == true { "" } else { "optional" };
            let about = parameter.get("description").map_or(String::new(), text);
            rows += &format!(
                "<tr><td><code>{}</code></td><td>{}</td><td><code>{}</code></td><td>{optional} {about}</td></tr>",
                text(&parameter["name"]),
                text(&parameter["in"]),
                escape(&in_short(&parameter["schema"], 0)),
            );
        }
        rows += "</table>";
    }
    for (media, content) in operation["requestBody"]["content"].as_object().into_iter().flatten() {
        rows += &format!("<p>Body, <code>{media}</code>:</p>{}", preformatted(&in_short(&content["schema"], 0)));
        rows += &example(content);
    }
    for (status, response) in operation["responses"].as_object().into_iter().flatten() {
        for (media, content) in response["content"].as_object().into_iter().flatten() {
            let schema = content["schema"]["properties"].get("body").unwrap_or(&content["schema"]);
            rows += &format!("<p>{status}, <code>{media}</code>:</p>{}", preformatted(&in_short(schema, 0)));
            rows += &example(content);
        }
    }
    let failing = operation["responses"].as_object().into_iter().flatten();
    let failing: Vec<&str> =
        failing.filter(|(_, response)| response.get("$ref").is_some()).map(|(status, _)| status.as_str()).collect();
    format!(
        "<details><summary><b>{}</b><code>{}</code> {}</summary><div>{rows}<p>Fails with {}.</p></div></details>\n",
        method.to_ascii_uppercase(),
        escape(path),
        text(&operation["summary"]),
        failing.join(", ")
    )
}

fn example(content: &Value) -> String {
    let shown = |example: &Value| format!("<p>For example:</p>{}", preformatted(&format!("{example:#}")));
    content.get("example").map(shown).unwrap_or_default()
}

/// A schema in a few words.
fn in_short(schema: &Value, depth: usize) -> String {
    if let Some(name) = schema["$ref"].as_str() {
        return name.rsplit('/').next().unwrap_or_default().to_owned();
    }
    if let Some(values) = schema["enum"].as_array() {
        return values.iter().map(Value::to_string).collect::<Vec<_>>().join(" | ");
    }
    if let Some(constant) = schema.get("const") {
        return constant.to_string();
    }
    if let Some(either) = schema["anyOf"].as_array() {
        return either.iter().map(|one| in_short(one, depth)).collect::<Vec<_>>().join(" | ");
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        kind => kind.as_str().into_iter().collect(),
    };
    let kind = kinds.iter().map(|kind| of_kind(kind, schema, depth)).collect::<Vec<_>>().join(" | ");
    if kind.is_empty() { "anything".to_owned() } else { kind }
}

fn of_kind(kind: &str, schema: &Value, depth: usize) -> String {
    let bound = |least: &str, most: &str| {
        let of = |name: &str| schema.get(name).map_or(String::new(), Value::to_string);
        let (least, most) = (of(least), of(most));
        if least.is_empty() && most.is_empty() { String::new() } else { format!(" {least}..{most}") }
    };
    match kind {
        "array" => format!("list of{} {}", bound("minItems", "maxItems"), in_short(&schema["items"], depth)),
        "object" if schema.get("properties").is_none() && schema.get("additionalProperties").is_none() => {
            "object".to_owned()
        }
        "object" => object(schema, depth + 1),
        "string" => match schema["pattern"].as_str() {
            Some(pattern) => format!("string {pattern}"),
            None => format!("string{}", bound("minLength", "maxLength")),
        },
        "integer" | "number" => format!("{kind}{}", bound("minimum", "maximum")),
        other => other.to_owned(),
    }
}

fn object(schema: &Value, depth: usize) -> String {
    let indent = "  ".repeat(depth);
    let required = schema["required"].as_array().map_or(&[][..], Vec::as_slice);
    let mut lines = Vec::new();
    for (name, member) in schema["properties"].as_object().into_iter().flatten() {
        let optional = if required.iter().any(|required| required == name) { "" } else { "?" };
        lines.push(format!("{indent}{name}{optional}: {}", in_short(member, depth)));
    }
    match schema.get("additionalProperties") {
        None => {}
        Some(Value::Bool(false)) => lines.push(format!("{indent}(nothing else)")),
        Some(others) => lines.push(format!("{indent}(any name): {}", in_short(others, depth))),
    }
    format!("{{\n{}\n{}}}", lines.join("\n"), "  ".repeat(depth - 1))
}

fn preformatted(text: &str) -> String {
    format!("<pre>{}</pre>", escape(text))
}

fn text(value: &Value) -> String {
    escape(value.as_str().unwrap_or_default())
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
