//! What calendar and contacts clients send, in the order in which they send it, and what each of them needs in the answers to go on.
//! Each file names the source from which it was read.

mod apple;
mod davx5;
mod evolution;
mod khal;
mod outlook;
mod thunderbird;

use super::client::{Client, between, responses};
use crate::harness::Answer;

impl Client {
    /// Sends a body as it stands, with these headers.
    #[track_caller]
    fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], kind: &str, body: &str) -> Answer {
        let ask = headers.iter().fold(self.ask(method, path), |ask, (name, value)| ask.header(name, value));
        ask.body(kind, body).send()
    }

    /// Sends a request without a body, with these headers.
    fn bare(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        headers.iter().fold(self.ask(method, path), |ask, (name, value)| ask.header(name, value)).send()
    }
}

/// The words of the `DAV` header.
fn classes(answer: &Answer) -> Vec<String> {
    let header = answer.header("dav").unwrap_or_default();
    header.split(',').map(|class| class.trim().to_owned()).collect()
}

/// Each of these stands in the answer.
#[track_caller]
fn holds(answer: &str, parts: &[&str]) {
    for part in parts {
        assert!(answer.contains(part), "no {part} in {answer}");
    }
}

/// What a multistatus says of a path.
#[track_caller]
fn of<'t>(multistatus: &'t str, path: &str) -> &'t str {
    between(multistatus, &format!("<d:response><d:href>{path}</d:href>"), "</d:response>")
}

/// The `href` in a property.
#[track_caller]
fn href(multistatus: &str, property: &str) -> String {
    let (_, value) =
        multistatus.split_once(property).unwrap_or_else(|| panic!("no {property} in {multistatus}"));
    between(value, "<d:href>", "<").to_owned()
}

/// The token at the end of a report.
#[track_caller]
fn token(answer: &Answer) -> String {
    let text = answer.text();
    let (_, end) = text.rsplit_once("<d:sync-token>").unwrap_or_else(|| panic!("no token in {text}"));
    end.split('<').next().unwrap().to_owned()
}

/// The paths of the objects in a multistatus, without that of the collection.
fn objects(answer: &Answer) -> Vec<String> {
    let is_object = |href: &String| href.ends_with(".ics") || href.ends_with(".vcf");
    responses(&answer.text()).into_iter().map(|(href, _)| href).filter(is_object).collect()
}

/// The text of an event in which one of its guests says yes.
fn accepted(text: &str, mail: &str) -> String {
    let yes = |line: &str| match line.strip_prefix("ATTENDEE") {
        Some(rest) if rest.ends_with(mail) => {
            format!("ATTENDEE;PARTSTAT=ACCEPTED{}\r\n", rest.replace(";PARTSTAT=NEEDS-ACTION", ""))
        }
        _ => format!("{line}\r\n"),
    };
    text.replace("\r\n ", "").lines().map(yes).collect()
}
