//! Whether an answer is what the OpenAPI document says of it. Every answer that a phone of these tests gets is held against it.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex},
};

use jsonschema::Validator;
use renraku_rest::openapi;
use serde_json::{Map, Value, json};

use super::Answer;

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| serde_json::to_value(openapi::document()).unwrap());

/// Validators by the place of their schema in the document, made when they are first needed.
static VALIDATORS: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);

/// What is wrong with the answer to `METHOD path`; nothing where the document describes no such operation.
pub fn faults(request: &str, answer: &Answer) -> Vec<String> {
    let Answer { status, body, .. } = answer;
    let (method, path) = request.split_once(' ').unwrap();
    let Some((template, operation)) = operation(method, path) else { return Vec::new() };
    // That no operation says of itself.
    if *status == 405 {
        return Vec::new();
    }
    let Some(response) = operation["responses"].get(status.to_string()) else {
        return vec![format!("{method} {template} does not say that it answers {status}")];
    };
    if *status == 200
        && method == "GET"
        && answer.header("etag").is_some() != response["headers"]["ETag"].is_object()
    {
        return vec![format!("{method} {template} has an ETag, or says that it has, and not both")];
    }
    let media = answer.header("content-type").unwrap_or_default().split(';').next().unwrap_or_default();
    if body.is_empty() || !media.ends_with("json") {
        return Vec::new();
    }
    let Some(schema) = response["content"].get(media).map(|content| &content["schema"]) else {
        return vec![format!("{method} {template} does not say that its {status} is {media}")];
    };
    let body: Value = serde_json::from_slice(body).unwrap();
    let mut faults = against(&format!("{method} {template} {status}"), schema, &body);
    // Where any problem will do, the one of this code has its own members all the same.
    for name in own_problems(schema, &body["code"]) {
        faults.extend(against(&name, &json!({"$ref": format!("#/components/schemas/{name}")}), &body));
    }
    faults
}

fn operation(method: &str, path: &str) -> Option<(&'static str, &'static Value)> {
    let path = path.split(['?', '#']).next()?;
    let path = if path.starts_with('/') { path.to_owned() } else { format!("/api/v1/{path}") };
    let segments: Vec<&str> = path.split('/').collect();
    let fits = |template: &str| {
        let parts: Vec<&str> = template.split('/').collect();
        parts.len() == segments.len()
            && parts.iter().zip(&segments).all(|(part, segment)| part.starts_with('{') || part == segment)
    };
    let paths = DOCUMENT["paths"].as_object().unwrap();
    // A name goes before a placeholder.
    let mut found: Vec<_> = paths.iter().filter(|(template, _)| fits(template)).collect();
    found.sort_by_key(|(template, _)| template.matches('{').count());
    let (template, item) = found.into_iter().next()?;
    let method = if method == "HEAD" { "get".to_owned() } else { method.to_lowercase() };
    Some((template, item.get(method)?))
}

fn against(name: &str, schema: &Value, body: &Value) -> Vec<String> {
    let validator = Arc::clone(
        VALIDATORS.lock().unwrap().entry(name.to_owned()).or_insert_with(|| Arc::new(validator(schema))),
    );
    validator.iter_errors(body).map(|error| format!("{name}{}: {error}", error.instance_path())).collect()
}

fn validator(schema: &Value) -> Validator {
    let mut needed = Map::new();
    collect(schema, &mut needed);
    let whole = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "allOf": [schema],
        "components": {"schemas": needed},
    });
    jsonschema::validator_for(&whole).unwrap()
}

/// The components to which a schema refers, directly or through others.
fn collect(schema: &Value, needed: &mut Map<String, Value>) {
    match schema {
        Value::Object(members) => {
            let name = members.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next());
            if let Some(name) = name.filter(|name| !needed.contains_key(*name)) {
                let component = &DOCUMENT["components"]["schemas"][name];
                needed.insert(name.to_owned(), component.clone());
                collect(component, needed);
            }
            members.values().for_each(|value| collect(value, needed));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, needed)),
        _ => {}
    }
}

/// The problems with members of their own among which the schema lets a body with this code choose.
fn own_problems(schema: &Value, code: &Value) -> Vec<String> {
    let names = schema["anyOf"].as_array().into_iter().flatten();
    let names = names.filter_map(|one| one["$ref"].as_str()?.rsplit('/').next()).map(str::to_owned);
    let says = |name: &String| {
        let parts = DOCUMENT["components"]["schemas"][name]["allOf"].as_array().into_iter().flatten();
        parts
            .filter_map(|part| part["properties"]["code"]["enum"].as_array())
            .flatten()
            .any(|one| one == code)
    };
    names.filter(says).collect()
}
