use base64::{Engine, engine::general_purpose::STANDARD};
use renraku_rest::openapi;
use serde_json::{Value, json};

use super::office::{Office, PNG};
use crate::harness::{Ask, Phone};

const METHODS: &[&str] = &["get", "post", "put", "patch", "delete"];

/// One method of one path, as the program describes itself.
#[derive(Debug, Clone)]
pub struct Route {
    /// `GET`, `POST` …
    pub method: String,
    /// The path as [`Phone::ask`] takes it, with its `{id}`.
    pub path: String,
    /// Its query parameters, each with whether it must be there.
    query: Vec<(String, bool)>,
}

/// Every route.
pub fn routes() -> Vec<Route> {
    let document = serde_json::to_value(openapi::document()).unwrap();
    let mut routes = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in METHODS {
            let Some(operation) = item.get(*method) else { continue };
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            let query = parameters.filter(|parameter| parameter["in"] == "query").map(|parameter| {
                let name = parameter["name"].as_str().unwrap().to_owned();
                (name, parameter["required"].as_bool().unwrap_or_default())
            });
            routes.push(Route {
                method: method.to_uppercase(),
                path: path.strip_prefix("/api/v1/").unwrap_or(path).to_owned(),
                query: query.collect(),
            });
        }
    }
    assert!(routes.len() > 50, "{} routes", routes.len());
    routes
}

impl Route {
    /// What kind of object `{id}` stands for, named by the segment before it; `None` where there is none.
    pub fn kind(&self) -> Option<&str> {
        let (before, _) = self.path.split_once("/{id}")?;
        before.rsplit('/').next()
    }

    /// The path of the object `id`.
    pub fn of(&self, id: &str) -> String {
        self.path.replace("{id}", id).replace("{n}", "1")
    }

    /// The path with every query that its parameters allow: those that must be there, alone and with each other one.
    pub fn queries(&self, path: &str, office: &Office) -> Vec<String> {
        let pair = |name: &str, value: &String| format!("{name}={value}");
        let must: Vec<String> = self
            .query
            .iter()
            .filter(|(_, required)| *required)
            .map(|(name, _)| {
                let value = office.values(name).first().cloned();
                pair(name, &value.unwrap_or_else(|| panic!("say in Office::values what ?{name}= may be")))
            })
            .collect();
        let mut paths = vec![path_with(path, &must)];
        for (name, required) in &self.query {
            let values = office.values(name);
            for value in values.iter().skip(usize::from(*required)) {
                let mut pairs = must.clone();
                pairs.retain(|one| !one.starts_with(&format!("{name}=")));
                pairs.push(pair(name, value));
                // A stretch of time has two ends.
                let other = match name.as_str() {
                    "from" => Some("to"),
                    "to" => Some("from"),
                    _ => None,
                };
                if let Some(other) = other.filter(|_| must.is_empty()) {
                    pairs.extend(office.values(other).first().map(|value| pair(other, value)));
                }
                paths.push(path_with(path, &pairs));
            }
        }
        paths
    }

    /// The request to `path` with what a phone would send along.
    pub fn ask(&self, phone: &Phone, path: &str) -> Ask {
        let ask = phone.ask(&self.method, path);
        if self.method == "GET" {
            return ask;
        }
        let ask = ask.fresh_key().header("if-match", "*");
        match (self.method.as_str(), self.path.as_str()) {
            ("DELETE", _) => ask,
            ("POST", "calendars/{id}/import") => ask.body("text/calendar", ICALENDAR),
            ("PUT", "me/photo") => ask.body("image/png", STANDARD.decode(PNG).unwrap()),
            ("POST", "address-books/{id}/import") => ask.body("text/vcard", VCARD),
            _ => ask.json(&self.body()),
        }
    }

    /// A body that the route takes.
    fn body(&self) -> Value {
        match (self.method.as_str(), self.path.as_str()) {
            ("POST", "events") => json!({"title": "x", "start": "2026-12-24T10:00:00", "duration": "PT1H"}),
            (_, "events/{id}/reply") => json!({"participationStatus": "accepted"}),
            (_, "events/{id}") => json!({"title": "x"}),
            (_, "calendars/{id}/shares" | "address-books/{id}/shares") => {
                json!({"grantee": {"type": "everyone"}, "role": "read"})
            }
            (_, "contacts/merge") => {
                let contact = json!({"id": "0198c0de-7f3a-7abc-8def-0123456789ab", "etag": "\"1\""});
                json!({"keep": contact, "merge": [contact]})
            }
            (_, "contacts" | "contacts/{id}") => json!({"name": {"full": "x"}}),
            (_, "facilities/{id}") => json!({"name": "x", "kind": "room"}),
            (_, "mail/messages" | "mail/messages/{id}/forward") => {
                json!({"to": [{"email": "hanako@pref.example.jp"}]})
            }
            ("PATCH", "mail/messages/{id}") => json!({"keywords": {"$flagged": true}}),
            (_, "mail/messages/{id}/reply") => json!({"text": "x"}),
            (_, "notifications/{id}") => json!({"readAt": null}),
            ("POST", "phone-memos") => {
                json!({"to": ["0198c0de-7f3a-7abc-8def-0123456789ab"], "caller": {"name": "x"}})
            }
            (_, "phone-memos/{id}") => json!({"seenAt": null}),
            (
                _,
                "calendars" | "calendars/{id}" | "address-books" | "address-books/{id}" | "me/app-passwords",
            ) => {
                json!({"name": "x"})
            }
            (_, "batch") => json!({"requests": []}),
            _ => json!({}),
        }
    }
}

fn path_with(path: &str, pairs: &[String]) -> String {
    if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
}

const VCARD: &str = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:x\r\nFN:x\r\nEND:VCARD\r\n";
const ICALENDAR: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//x//JA\r\nBEGIN:VEVENT\r\nUID:x\r\n\
    DTSTAMP:20261125T000000Z\r\nDTSTART:20261224T010000Z\r\nSUMMARY:x\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
