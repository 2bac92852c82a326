//! Events, their occurrences, and answers to invitations.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{Staff, on_each_backend};

const DAY: &str = "occurrences?from=2026-11-25T15:00:00Z&to=2026-11-26T15:00:00Z";
const MONTH: &str = "occurrences?from=2026-11-25T15:00:00Z&to=2026-12-25T15:00:00Z";

fn meeting(more: &Value) -> Value {
    let mut body = json!({"title": "打合せ", "start": "2026-11-26T10:00:00", "duration": "PT1H"});
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

fn items(who: &Staff, path: &str) -> Vec<Value> {
    who.get(path).expect(200).json()["items"].as_array().unwrap().clone()
}

fn patch(who: &Staff, path: &str, etag: &str, body: &Value) -> crate::harness::Answer {
    who.ask("PATCH", path).header("if-match", etag).json(body).send()
}

#[test]
fn an_event_is_made_read_changed_and_deleted() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let id = Uuid::now_v7().to_string();
        let made =
            hanako.post("events", &meeting(&json!({"id": id, "example.com:x": [1, null]}))).expect(201);
        let event = made.json();
        assert_eq!((&event["id"], &event["uid"], &event["@type"]), (&json!(id), &json!(id), &json!("Event")));
        assert_eq!(event["calendarId"], hanako.calendar.as_str());
        assert_eq!((&event["timeZone"], &event["example.com:x"]), (&json!("Asia/Tokyo"), &json!([1, null])));
        assert_eq!(event["etag"], made.etag());
        let path = format!("events/{id}");
        assert_eq!(hanako.get(&path).expect(200).json(), event);
        hanako.ask("GET", &path).header("if-none-match", &made.etag()).send().expect(304);

        let seen = items(&hanako, DAY);
        assert_eq!(
            seen,
            [json!({
                "eventId": id, "calendarId": hanako.calendar, "recurrenceId": null, "title": "打合せ",
                "utcStart": "2026-11-26T01:00:00Z", "utcEnd": "2026-11-26T02:00:00Z", "start": "2026-11-26T10:00:00",
                "timeZone": "Asia/Tokyo", "showWithoutTime": false, "status": "confirmed", "privacy": "public",
                "freeBusyStatus": "busy", "place": null, "facilities": [], "participationStatus": null,
                "isOrganizer": true, "etag": made.etag()
            })]
        );

        let change = json!({"start": "2026-11-27T10:00:00", "locations": {"1": {"name": "第一会議室"}}});
        hanako.ask("PATCH", &path).json(&change).send().problem(428, "if-match-required");
        let changed = patch(&hanako, &path, &made.etag(), &change).expect(200);
        assert_eq!(changed.json()["sequence"], 1);
        let stale = patch(&hanako, &path, &made.etag(), &json!({"title": "x"})).problem(412, "stale");
        assert_eq!(stale["current"], changed.json());
        assert_eq!(items(&hanako, DAY), [] as [Value; 0]);
        assert_eq!(items(&hanako, MONTH)[0]["place"], "第一会議室");
        hanako.ask("DELETE", &path).header("if-match", &changed.etag()).send().expect(204);
        hanako.get(&path).problem(404, "not-found");
    });
}

#[test]
fn everything_wrong_with_an_event_is_named() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let wrong =
            json!({"title": 7, "start": "2026-11-26", "timeZone": "Mars/Olympus", "privacy": "hidden"});
        let problem = hanako.post("events", &wrong).problem(422, "invalid");
        let mut told: Vec<&str> =
            problem["errors"].as_array().unwrap().iter().map(|it| it["pointer"].as_str().unwrap()).collect();
        told.sort_unstable();
        assert_eq!(told, ["/privacy", "/start", "/timeZone", "/title"]);
        for bad in [
            "occurrences",
            "occurrences?from=x&to=y",
            "occurrences?from=2026-01-01T00:00:00Z&to=2028-01-01T00:00:00Z",
        ] {
            hanako.get(bad).problem(400, "bad-query");
        }
        hanako.get(&format!("{DAY}&calendars={}", Uuid::now_v7())).problem(404, "not-found");
    });
}

#[test]
fn one_occurrence_is_changed_by_its_original_start() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let body = meeting(&json!({"recurrenceRule": {"frequency": "weekly", "count": 4}}));
        let made = hanako.post("events", &body).expect(201);
        let path = format!("events/{}", made.json()["id"].as_str().unwrap());
        let this = format!("{path}?recurrenceId=2026-12-03T10:00:00");
        let moved = patch(&hanako, &this, &made.etag(), &json!({"start": "2026-12-04T15:00:00"})).expect(200);
        let starts = || -> Vec<String> {
            items(&hanako, MONTH).iter().map(|it| it["start"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(
            starts(),
            ["2026-11-26T10:00:00", "2026-12-04T15:00:00", "2026-12-10T10:00:00", "2026-12-17T10:00:00"]
        );
        let future = format!("{this}&scope=thisAndFuture");
        patch(&hanako, &future, &moved.etag(), &json!({"title": "x"})).problem(422, "scope-not-supported");
        patch(&hanako, &format!("{path}?scope=this"), &moved.etag(), &json!({})).problem(400, "bad-query");
        let by_hand = json!({"recurrenceOverrides": {"2026-12-10T10:00:00": {"excluded": true}}});
        patch(&hanako, &path, &moved.etag(), &by_hand).problem(422, "invalid");
        hanako.ask("DELETE", &this).header("if-match", &moved.etag()).send().expect(204);
        assert_eq!(starts().len(), 3);
    });
}

#[test]
fn an_invitation_is_answered_and_both_hear_of_it() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let body =
            meeting(&json!({"participants": {"t": {"personId": taro.person, "roles": {"attendee": true}}}}));
        let made = hanako.post("events", &body).expect(201).json();
        let path = format!("events/{}", made["id"].as_str().unwrap());
        server.run_due_jobs();
        let notices = items(&taro, "notifications");
        assert_eq!((&notices[0]["type"], &notices[0]["eventId"]), (&json!("invited"), &made["id"]));

        let seen = &items(&taro, DAY)[0];
        assert_eq!(
            (&seen["participationStatus"], &seen["isOrganizer"]),
            (&json!("needs-action"), &json!(false))
        );
        assert_eq!(seen["calendarId"], taro.calendar.as_str());
        let etag = seen["etag"].as_str().unwrap().to_owned();
        patch(&taro, &path, &etag, &json!({"title": "私の会議"})).problem(403, "not-organizer");

        let reply = format!("{path}/reply");
        taro.post(&reply, &json!({"participationStatus": "perhaps"})).problem(422, "invalid");
        let answer = json!({"participationStatus": "accepted", "comment": "出席します"});
        let answered = taro.post(&reply, &answer).expect(200).json();
        assert_eq!(answered["participants"]["t"]["participationStatus"], "accepted");
        assert_eq!(items(&hanako, "notifications")[0]["type"], "answered");
        assert_eq!(hanako.get(&path).expect(200).json()["participants"], answered["participants"]);
        server.staff("jiro").post(&reply, &answer).problem(404, "not-found");
    });
}

#[test]
fn a_link_that_runs_something_is_refused_wherever_it_stands() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let bad = "javascript:alert(1)";
        for (more, pointer) in [
            (json!({"links": {"a": {"href": bad}}}), "/links/a/href"),
            (json!({"links": {"a": {"href": "data:text/html,x"}}}), "/links/a/href"),
            (json!({"virtualLocations": {"v": {"uri": bad}}}), "/virtualLocations/v/uri"),
            (
                json!({"locations": {"l": {"name": "庁舎", "links": {"a": {"href": bad}}}}}),
                "/locations/l/links/a/href",
            ),
        ] {
            let problem = hanako.post("events", &meeting(&more)).problem(422, "invalid");
            let error = &problem["errors"][0];
            assert_eq!((&error["pointer"], &error["code"]), (&json!(pointer), &json!("uri")), "{problem}");
        }
        let good = json!({"links": {"a": {"href": "https://example.jp/a"}}, "recurrenceRule": {"frequency": "daily", "count": 3}});
        let made = hanako.post("events", &meeting(&good)).expect(201);
        let path = format!("events/{}", made.json()["id"].as_str().unwrap());
        let worse = json!({"links": {"a": {"href": bad}}});
        patch(&hanako, &path, &made.etag(), &worse).problem(422, "invalid");
        let once = format!("{path}?recurrenceId=2026-11-27T10:00:00");
        patch(&hanako, &once, &made.etag(), &worse).problem(422, "invalid");
        assert_eq!(hanako.get(&path).expect(200).etag(), made.etag(), "nothing is stored");
    });
}

#[test]
fn a_recurrence_id_with_an_offset_is_told_how_it_is_written() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let made =
            hanako.post("events", &meeting(&json!({"recurrenceRule": {"frequency": "daily"}}))).expect(201);
        let path = format!(
            "events/{}?recurrenceId=2026-11-27T10:00:00%2B09:00",
            made.json()["id"].as_str().unwrap()
        );
        for (language, says) in [("ja", "時差を付けず"), ("en", "without a zone")] {
            let ask = hanako.ask("PATCH", &path).header("accept-language", language);
            let answer = ask.header("if-match", &made.etag()).json(&json!({"title": "x"})).send();
            let error = answer.problem(400, "bad-query")["errors"][0].clone();
            assert_eq!(
                (&error["pointer"], &error["code"]),
                (&json!("recurrenceId"), &json!("local-date-time"))
            );
            assert!(error["detail"].as_str().unwrap().contains(says), "{error}");
        }
    });
}

#[test]
fn what_is_called_otherwise_here_is_told_by_which_name() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let made = hanako.post("events", &meeting(&json!({"x-location": "庁議室"}))).expect(201).json();
        assert_eq!(made["x-location"], "庁議室", "what nobody knows is kept");
        let path = format!("events/{}", made["id"].as_str().unwrap());
        for (other, ours) in
            [("location", "locations"), ("allDay", "showWithoutTime"), ("attendees", "participants")]
        {
            for answer in [
                hanako.post("events", &meeting(&json!({other: "x"}))),
                hanako.patch(&path, "*", &json!({other: "x"})),
            ] {
                let problem = answer.problem(422, "invalid");
                let error = &problem["errors"][0];
                assert_eq!(
                    (&error["pointer"], &error["code"]),
                    (&json!(format!("/{other}")), &json!("other-name"))
                );
                assert!(error["detail"].as_str().unwrap().contains(ours), "{problem}");
            }
        }
        // To take away what is not there is no mistake.
        hanako.patch(&path, "*", &json!({"location": null})).expect(200);
    });
}
