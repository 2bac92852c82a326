//! What calendar clients send, in the order in which they send it, and what each of them needs in the answers to go on.

mod apple;
mod davx5;
mod evolution;
mod khal;
mod thunderbird;

use super::client::{Client, responses};
use crate::harness::Answer;

impl Client {
    /// Sends XML as it stands.
    #[track_caller]
    fn raw(&self, method: &str, path: &str, depth: &str, body: &str) -> Answer {
        let body = format!(r#"<?xml version="1.0" encoding="UTF-8"?>{body}"#);
        self.ask(method, path).header("depth", depth).body("text/xml; charset=utf-8", body).send()
    }
}

/// Each of these stands in the answer.
#[track_caller]
fn holds(answer: &str, parts: &[&str]) {
    for part in parts {
        assert!(answer.contains(part), "no {part} in {answer}");
    }
}

/// The paths of the objects in a multistatus, without that of the collection.
fn objects(answer: &Answer) -> Vec<String> {
    responses(&answer.text())
        .into_iter()
        .map(|(href, _)| href)
        .filter(|href| href.ends_with(".ics"))
        .collect()
}
