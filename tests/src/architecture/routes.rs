//! Every route is described, and the description is committed.

use std::{collections::BTreeSet, env, fs};

use renraku_rest::openapi;
use serde_json::Value;

use super::sources::{assert_none, files, root};

const COMMITTED: &str = "openapi/renraku.yaml";
const METHODS: &[&str] = &["get", "post", "put", "patch", "delete"];

/// Handlers that serve the description itself, as data and as a page, and what a browser sees, and nothing of the contract.
const UNDESCRIBED: &[&str] =
    &["get /", "get /favicon.ico", "get /openapi.json", "get /docs/", "get /docs/index.html"];

#[test]
fn the_description_is_committed_as_it_is_generated() {
    let generated = openapi::yaml().unwrap();
    let path = root().join(COMMITTED);
    if env::var_os("WRITE_DOCS").is_some() {
        fs::write(&path, &generated).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == generated, "{COMMITTED} is out of date: cargo run -- openapi > {COMMITTED}");
}

/// Every `required` of a schema, also in what it is composed of.
fn required(schema: &Value, all: &Value) -> Vec<String> {
    let own = schema["required"].as_array().into_iter().flatten();
    let mut found: Vec<String> = own.filter_map(Value::as_str).map(str::to_owned).collect();
    for part in schema["allOf"].as_array().into_iter().flatten() {
        found.extend(required(part, all));
    }
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        found.extend(required(&all[name], all));
    }
    found
}

#[test]
fn requests_need_no_more_than_the_server_does() {
    let document = serde_json::to_value(openapi::document()).unwrap();
    let schemas = &document["components"]["schemas"];
    let mut patches = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        let Some(patch) = item.get("patch") else { continue };
        patches += 1;
        for media in ["application/json", "application/merge-patch+json"] {
            let schema = &patch["requestBody"]["content"][media]["schema"];
            assert!(schema.is_object(), "{path} does not take {media}");
            assert_eq!(required(schema, schemas), Vec::<String>::new(), "{path}");
        }
    }
    assert!(patches > 5, "the patches are not where they are looked for");
    let of = |name: &str| required(&schemas[name], schemas);
    assert_eq!((of("EventBody"), of("ContactBody")), (vec!["start".to_owned()], Vec::new()));
    assert!(of("EventView").contains(&"uid".to_owned()));
    for path in ["schedule/group", "schedule/free-busy", "directory/people", "mail/messages", "occurrences"] {
        let refused = &document["paths"][format!("/api/v1/{path}")]["get"]["responses"]["422"];
        assert!(refused["content"]["application/problem+json"].is_object(), "{path}: {refused}");
    }
}

/// Each handler's method and path as its attribute says.
fn handlers() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for file in files("crates/rest/src", ".rs") {
        for (_, line) in file.code() {
            for method in METHODS {
                let path = line
                    .trim()
                    .strip_prefix(&format!("#[{method}(\""))
                    .and_then(|rest| rest.split('"').next());
                found.extend(path.map(|path| format!("{method} {path}")));
            }
        }
    }
    assert!(found.len() > 3, "the handlers are not where they are looked for");
    found
}

#[test]
fn every_handler_is_described_and_reached() {
    let document = serde_json::to_value(openapi::document()).unwrap();
    let mut described = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let path = path.strip_prefix("/api/v1").unwrap_or(path);
        let methods = METHODS.iter().filter(|method| item.get(**method).is_some());
        described.extend(methods.map(|method| format!("{method} {path}")));
    }
    let handlers = handlers();
    let forgotten: Vec<String> = handlers
        .difference(&described)
        .filter(|handler| !UNDESCRIBED.contains(&handler.as_str()))
        .cloned()
        .collect();
    assert_none("a handler that is not in the table of routes", &forgotten);
    let invented: Vec<String> = described.difference(&handlers).cloned().collect();
    assert_none("described and not there", &invented);
}

#[test]
fn every_operation_says_what_it_does_and_how_it_refuses() {
    let document = serde_json::to_value(openapi::document()).unwrap();
    let mut faults = Vec::new();
    let mut ids = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in METHODS {
            let Some(operation) = item.get(*method) else { continue };
            let name = format!("{method} {path}");
            let id = operation["operationId"].as_str().unwrap_or_default();
            if !ids.insert(id.to_owned()) {
                faults.push(format!("{name}: the operationId {id} is there twice"));
            }
            if operation["summary"].as_str().is_none_or(str::is_empty) {
                faults.push(format!("{name}: no summary"));
            }
            let responses = operation["responses"].as_object();
            if path.starts_with("/api/v1")
                && !responses.is_some_and(|all| all.keys().any(|status| status.starts_with('4')))
            {
                faults.push(format!("{name}: no refusal"));
            }
        }
    }
    assert_none("a poor description", &faults);
}

#[test]
fn what_the_description_refers_to_is_in_it() {
    let yaml = openapi::yaml().unwrap();
    let document = serde_json::to_value(openapi::document()).unwrap();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let names = yaml.split("#/components/schemas/").skip(1);
    let names =
        names.map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default());
    let missing: BTreeSet<String> =
        names.filter(|name| !schemas.contains_key(*name)).map(str::to_owned).collect();
    assert_none("a schema that is referred to and not described", &missing.into_iter().collect::<Vec<_>>());
}
