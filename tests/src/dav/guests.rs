//! Guests of single occurrences of a series: their alarms are their own, and what they put away they decline.

use serde_json::json;

use super::{
    client::Client,
    shared_alarms::{alarm, read},
};
use crate::harness::{Staff, TestServer, on_each_backend};

pub const FIRST: &str = "2027-05-10T10:00:00";
pub const SECOND: &str = "2027-05-24T10:00:00";

/// A weekly series of hanako's, to two occurrences of which taro is invited, and the path at which taro has it.
pub fn invited(server: &TestServer) -> ([Staff; 2], Client, Client, String) {
    let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
    let (organizer, guest) = (Client::of(server, &hanako), Client::of(server, &taro));
    let series = json!({
        "title": "進捗会議", "start": "2027-05-03T10:00:00",
        "recurrenceRule": {"frequency": "weekly", "count": 6},
    });
    let made = hanako.post("events", &series).expect(201).json();
    let id = made["id"].as_str().unwrap();
    let mut etag = made["etag"].as_str().unwrap().to_owned();
    for day in [FIRST, SECOND] {
        let people = json!({"t": {"personId": taro.person, "roles": {"attendee": true}}});
        let patch = json!({"title": format!("{day}の会議"), "participants": people});
        let changed = hanako.patch(&format!("events/{id}?recurrenceId={day}"), &etag, &patch).expect(200);
        etag = changed.etag();
    }
    let id = id.to_owned();
    ([hanako, taro], organizer, guest, id)
}

/// The lines of a text, each within the occurrence that `RECURRENCE-ID` names.
pub fn lines(text: &str) -> Vec<(String, String)> {
    let text = text.replace("\r\n ", "");
    let components = text.split("BEGIN:VEVENT").skip(1);
    let within = components.flat_map(|component| {
        let id = component.lines().find(|line| line.starts_with("RECURRENCE-ID")).unwrap_or_default();
        let id = id.rsplit(':').next().unwrap().to_owned();
        component.lines().map(move |line| (id.clone(), line.to_owned())).collect::<Vec<_>>()
    });
    within.collect()
}

/// What taro answered to each occurrence, as a text says.
fn answers(text: &str) -> Vec<(String, String)> {
    let mine =
        lines(text).into_iter().filter(|(_, line)| line.starts_with("ATTENDEE") && line.contains("taro"));
    let said = |line: String| match line.split_once("PARTSTAT=") {
        Some((_, said)) => said.split([';', ':']).next().unwrap().to_owned(),
        None => "NEEDS-ACTION".to_owned(),
    };
    mine.map(|(id, line)| (id, said(line))).collect()
}

fn expected(first: &str, second: &str) -> Vec<(String, String)> {
    let said = |id: &str, said: &str| (id.replace(['-', ':'], ""), said.to_owned());
    vec![said(FIRST, first), said(SECOND, second)]
}

#[test]
fn a_guest_of_single_occurrences_keeps_alarms_and_puts_them_away() {
    on_each_backend(|server| {
        let ([hanako, _], organizer, guest, name) = invited(server);
        let path = format!("{}{name}.ics", guest.calendar);
        let shown = read(&guest, &name).1;
        let mut components: Vec<String> = shown.split("END:VEVENT").map(str::to_owned).collect();
        components[0].push_str(&alarm("PT15M"));
        components[1].push_str(&alarm("PT30M"));
        guest.put(&path, &components.join("END:VEVENT")).expect(204);
        let alarms = |text: &str| {
            let triggers = lines(text).into_iter().filter(|(_, line)| line.starts_with("TRIGGER"));
            triggers.map(|(id, line)| (id, line.replace("TRIGGER:-", ""))).collect::<Vec<_>>()
        };
        assert_eq!(alarms(&read(&guest, &name).1), expected("PT15M", "PT30M"));
        assert_eq!(alarms(&read(&organizer, &name).1), []);

        guest.ask("DELETE", &path).send().expect(204);
        guest.get(&path).expect(404);
        assert_eq!(answers(&read(&organizer, &name).1), expected("DECLINED", "DECLINED"));
        hanako.get(&format!("events/{name}")).expect(200);
    });
}

#[test]
fn a_guest_of_single_occurrences_puts_them_away_on_the_phone() {
    on_each_backend(|server| {
        let ([_, taro], organizer, _, name) = invited(server);
        let at = format!("events/{name}");
        let etag = taro.get(&at).expect(200).etag();
        taro.delete(&at, &etag).expect(204);
        assert_eq!(answers(&read(&organizer, &name).1), expected("DECLINED", "DECLINED"));
    });
}
