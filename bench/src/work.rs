//! The pieces of work of a phone's day.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::client::{Answer, Client};

/// What the bench knows of the office.
pub struct Office {
    /// The calendar of a member of staff.
    pub calendar: String,
    /// Thirty colleagues.
    pub colleagues: Vec<String>,
    /// A room that everyone may book.
    pub room: String,
    /// A number that is somebody's.
    pub number: String,
    /// Midnight of today in UTC, in seconds.
    pub today: i64,
}

/// An instant `days` after the office's today.
pub fn day(office: &Office, days: i64) -> String {
    renraku_base::Timestamp::from_seconds(office.today + days * 86_400).to_string()
}

/// Refuses anything but success: a refusal is cheap and would flatter the figures.
pub fn ok(answer: Answer) -> Result<Answer> {
    ensure!(
        (200..300).contains(&answer.status),
        "answered {}: {}",
        answer.status,
        String::from_utf8_lossy(&answer.body)
    );
    Ok(answer)
}

fn items(answer: &Answer) -> Result<Vec<Value>> {
    answer.json()?.get("items").and_then(Value::as_array).cloned().context("no items")
}

fn text(value: &Value, pointer: &str) -> Result<String> {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .map(str::to_owned)
        .with_context(|| format!("no {pointer} in {value}"))
}

impl Office {
    /// Looks the office up through its own face.
    pub fn look(client: &mut Client, demo: &Value, today: i64) -> Result<Self> {
        let people = items(&ok(client.get("/api/v1/directory/people?limit=30")?)?)?;
        let colleagues = people.iter().map(|person| text(person, "/id")).collect::<Result<Vec<_>>>()?;
        let number =
            people.iter().find_map(|person| text(person, "/phones/0/number").ok()).context("no number")?;
        Ok(Self {
            calendar: text(demo, "/users/0/calendarId")?,
            room: text(demo, "/facilities/0/id")?,
            colleagues,
            number,
            today,
        })
    }
}

/// The first user of `demo.json` and five hundred others of the staff.
pub fn mailbox_owners(server: &crate::process::Server, demo: &Value) -> Result<Vec<String>> {
    let mut client = Client::connect(&server.address)?;
    let (username, password) = crate::user(demo, 0);
    client.sign_in(username, password)?;
    let mut owners = vec![text(demo, "/users/0/personId")?];
    for person in items(&ok(client.get("/api/v1/directory/people?limit=500")?)?)? {
        let id = text(&person, "/id")?;
        if !owners.contains(&id) {
            owners.push(id);
        }
    }
    Ok(owners)
}

/// The whole first sync of some types; returns the token.
pub fn first_sync(client: &mut Client, office: &Office, types: Option<&[&str]>) -> Result<String> {
    let mut token: Option<String> = None;
    loop {
        let mut body = json!({"window": {"from": day(office, -7), "to": day(office, 31)}});
        if let Some(token) = &token {
            body["token"] = json!(token);
        }
        if let Some(types) = types {
            body["types"] = json!(types);
        }
        let answer = ok(client.send("POST", "/api/v1/sync", &[], Some(&body))?)?;
        let page = answer.json()?;
        if let Some(next) = page.get("token").and_then(Value::as_str) {
            token = Some(next.to_owned());
        }
        if page.get("more") != Some(&json!(true)) {
            return token.context("no token");
        }
    }
}

/// A plain event at some hour that is nobody else's.
pub fn event(office: &Office, at: usize, room: bool) -> Value {
    // A room is booked no further than 24 months ahead.
    let (step, duration) = if room { (300, "PT5M") } else { (3_600, "PT1H") };
    let nth = i64::try_from(if room { at % 190_000 } else { at }).unwrap_or(0);
    let start = renraku_base::Timestamp::from_seconds(office.today + 40 * 86_400 + nth * step).to_string();
    let facilities: Vec<&str> = if room { vec![&office.room] } else { Vec::new() };
    json!({
        "calendarId": office.calendar,
        "title": "打合せ",
        "start": start.trim_end_matches('Z'),
        "timeZone": "Asia/Tokyo",
        "duration": duration,
        "facilityIds": facilities,
    })
}
