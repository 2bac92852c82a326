//! Single occurrences with their own participants and facilities.

use renraku_base::{EventId, FacilityId, Language, Limit, Precondition, Principal, Role};
use renraku_db::Db;
use renraku_notify::service as notify;
use renraku_people::{Share, ShareTarget};
use renraku_schedule::{
    model::{EventView, ParticipationStatus},
    service::{self, Group, Scope, import_calendar},
};
use renraku_test_db::on_each_database;
use serde_json::json;

use crate::office::{
    appoint, code, create, days, default_calendar, get, local, occurrences, patch, person, reply, room,
    run_due_jobs, starts, try_create, try_delete, try_patch,
};

const SECOND: &str = "2026-12-08T10:00:00";

fn second() -> Scope {
    Scope::This(local(SECOND))
}

/// Three Tuesdays in December, in a room and with someone.
fn series(db: &Db, organizer: &Principal, with: &Principal, room: &FacilityId) -> EventView {
    create(
        db,
        organizer,
        json!({"title": "定例会", "start": "2026-12-01T10:00:00", "duration": "PT1H", "facilityIds": [room],
            "recurrenceRule": {"frequency": "weekly", "count": 3}, "participants": {"1": {"personId": with.person}}}),
    )
}

fn december() -> service::Window {
    days("2026-12-01", "2027-01-01")
}

fn seen(db: &Db, who: &Principal) -> Vec<String> {
    starts(&occurrences(db, who, december()))
}

fn rooms(db: &Db, who: &Principal) -> Vec<String> {
    let all = occurrences(db, who, december());
    all.iter().map(|it| it.facilities.iter().map(|room| room.name.as_str()).collect()).collect()
}

fn busy(db: &Db, reader: &Principal, of: &str) -> usize {
    let found = db.read(|tx| service::free_busy(tx, reader, &[of.to_owned()], december())).unwrap();
    found[0].busy.len()
}

fn book(
    db: &Db,
    who: &Principal,
    room: &FacilityId,
    start: &str,
) -> Result<EventId, renraku_schedule::ScheduleFault> {
    try_create(db, who, json!({"title": "別件", "start": start, "duration": "PT1H", "facilityIds": [room]}))
        .map(|event| event.id)
}

/// What they were told, each with the occurrence that it is about.
fn told(db: &Db, who: &Principal) -> Vec<(&'static str, Option<String>)> {
    run_due_jobs(db);
    let page = db
        .read(|tx| notify::list_notifications(tx, who, false, None, Limit::default(), Language::Ja))
        .unwrap();
    page.items.into_iter().map(|it| (it.kind.as_str(), it.subject.recurrence_id)).collect()
}

#[test]
fn one_meeting_of_a_series_moves_to_another_room() {
    on_each_database(|db, _| {
        let (hanako, taro, jiro) = (person(db, "佐藤"), person(db, "鈴木"), person(db, "高橋"));
        let (large, small) = (room(db, "大会議室"), room(db, "小会議室"));
        let event = series(db, &hanako, &taro, &large);
        let moved = patch(db, &hanako, &event, second(), json!({"facilityIds": [small]}));
        assert_eq!(moved.facility_ids, std::slice::from_ref(&large), "the series books as before");
        assert_eq!(
            moved.event.recurrence_overrides[&local(SECOND)].facility_ids(),
            Some(vec![small.clone()])
        );
        assert_eq!(rooms(db, &taro), ["大会議室", "小会議室", "大会議室"]);
        assert_eq!((busy(db, &jiro, large.as_str()), busy(db, &jiro, small.as_str())), (2, 1));
        // The old room is free then, and only then; the new one is not.
        let theirs = book(db, &jiro, &large, SECOND).unwrap();
        assert_eq!(code(book(db, &jiro, &large, "2026-12-01T10:00:00")), "facility-taken");
        assert_eq!(code(book(db, &jiro, &small, SECOND)), "facility-taken");
        assert!(told(db, &taro).contains(&("moved", Some(SECOND.to_owned()))));
        // Back is refused for as long as someone else is there; and it says what is free instead.
        let refused = try_patch(db, &hanako, &moved, second(), json!({"facilityIds": [large]}));
        let Err(renraku_schedule::ScheduleFault::FacilityTaken(taken)) = refused else {
            panic!("{refused:?}")
        };
        assert_eq!((taken.holder.as_deref(), taken.alternatives.len()), (Some("高橋 花子"), 3));
        assert_eq!(get(db, &hanako, &event.id).unwrap(), moved, "nothing changed");
        let etag = get(db, &jiro, &theirs).unwrap().etag;
        try_delete(db, &jiro, &theirs, Scope::All, &etag).unwrap();
        let back = patch(db, &hanako, &moved, second(), json!({"facilityIds": [large]}));
        assert_eq!(back.event.recurrence_overrides[&local(SECOND)].facility_ids(), None, "as the series");
        book(db, &jiro, &small, SECOND).unwrap();
        let none = patch(db, &hanako, &back, second(), json!({"facilityIds": null}));
        book(db, &jiro, &large, SECOND).unwrap();
        // A text of the occurrence leaves its bookings as they are, and so does an answer.
        let text = patch(db, &hanako, &none, second(), json!({"title": "臨時"}));
        let after =
            reply(db, &taro, &event.id, json!({"participationStatus": "accepted", "recurrenceId": SECOND}));
        for view in [text, after.unwrap()] {
            assert_eq!(view.event.recurrence_overrides[&local(SECOND)].facility_ids(), Some(Vec::new()));
        }
    });
}

#[test]
fn two_occurrences_cannot_take_one_room_at_once() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let (large, small) = (room(db, "大会議室"), room(db, "小会議室"));
        let event = series(db, &hanako, &taro, &large);
        book(db, &taro, &small, "2026-12-15T10:00:00").unwrap();
        let third = Scope::This(local("2026-12-15T10:00:00"));
        assert_eq!(
            code(try_patch(db, &hanako, &event, third, json!({"facilityIds": [small]}))),
            "facility-taken"
        );
        let moved = patch(db, &hanako, &event, second(), json!({"facilityIds": [small]}));
        // The whole series moves by a week: the exception moves along, into what is taken.
        let later = json!({"start": "2026-12-08T10:00:00"});
        assert_eq!(code(try_patch(db, &hanako, &moved, Scope::All, later)), "facility-taken");
        let later = json!({"start": "2026-12-02T10:00:00"});
        let moved = patch(db, &hanako, &moved, Scope::All, later);
        assert_eq!(rooms(db, &hanako), ["大会議室", "小会議室", "大会議室"]);
        assert_eq!(code(book(db, &taro, &small, "2026-12-09T10:30:00")), "facility-taken");
        // A rule without that day drops the exception, says so, and frees the room.
        let fewer = patch(db, &hanako, &moved, Scope::All, json!({"recurrenceRule": {"interval": 2}}));
        assert_eq!(fewer.dropped_overrides, [local("2026-12-09T10:00:00")]);
        book(db, &taro, &small, "2026-12-09T10:30:00").unwrap();
    });
}

#[test]
fn a_room_for_one_meeting_of_a_series_without_end() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let large = room(db, "大会議室");
        let event = create(
            db,
            &hanako,
            json!({"title": "朝会", "start": "2026-12-01T10:00:00", "duration": "PT1H",
                "recurrenceRule": {"frequency": "weekly"}}),
        );
        let at = |start: &str| Scope::This(local(start));
        let far = "2028-10-03T10:00:00";
        let event = patch(db, &hanako, &event, at(far), json!({"facilityIds": [large]}));
        assert_eq!(code(book(db, &taro, &large, far)), "facility-taken");
        book(db, &taro, &large, "2028-10-10T10:00:00").unwrap();
        let window = days("2028-09-25", "2028-10-20");
        let shown = starts(&occurrences(db, &hanako, window));
        let expected = ["2028-09-26", far, "2028-10-10", "2028-10-17"];
        let expected = expected.map(|day| format!("{}T10:00:00", &day[..10]));
        assert_eq!(shown, expected, "none twice and none lost behind the end of the index");
        let too_far =
            try_patch(db, &hanako, &event, at("2029-10-02T10:00:00"), json!({"facilityIds": [large]}));
        assert_eq!(code(too_far), "facility-rules");
    });
}

#[test]
fn one_more_person_is_invited_to_one_meeting() {
    on_each_database(|db, _| {
        let (hanako, taro, jiro) = (person(db, "佐藤"), person(db, "鈴木"), person(db, "高橋"));
        let large = room(db, "大会議室");
        let event = series(db, &hanako, &taro, &large);
        let guest =
            json!({"participants": {"g": {"personId": jiro.person, "participationStatus": "accepted"}}});
        let event = patch(db, &hanako, &event, second(), guest);
        assert_eq!(seen(db, &jiro), [SECOND]);
        assert_eq!(
            (busy(db, &hanako, jiro.person.as_str()), busy(db, &hanako, taro.person.as_str())),
            (1, 3)
        );
        let group = Group::Principals(vec![jiro.person.to_string()]);
        let week = db.read(|tx| service::group_week(tx, &jiro, &group, december())).unwrap();
        assert_eq!(week[0].occurrences.len(), 1);
        assert_eq!(told(db, &jiro), [("invited", Some(SECOND.to_owned()))]);
        assert_eq!(told(db, &taro), [("invited", None)], "no news to those who take part anyway");

        let theirs = get(db, &jiro, &event.id).unwrap();
        assert_eq!((theirs.event.recurrence_id, &theirs.event.recurrence_rule), (Some(local(SECOND)), &None));
        assert_eq!(theirs.event.participation(&jiro.person), Some(ParticipationStatus::NeedsAction));
        assert_eq!(theirs.facility_ids, std::slice::from_ref(&large));
        assert!(!serde_json::to_string(&theirs).unwrap().contains("2026-12-15"));
        assert!(get(db, &taro, &event.id).unwrap().event.recurrence_rule.is_some());

        // With the occurrence named and without, the answer is for the one to which they are invited.
        for answer in [
            json!({"participationStatus": "accepted", "recurrenceId": SECOND}),
            json!({"participationStatus": "tentative"}),
        ] {
            let status = answer["participationStatus"].clone();
            let after = reply(db, &jiro, &event.id, answer).unwrap();
            let mine = after.event.participation(&jiro.person).unwrap();
            assert_eq!(json!(mine), status);
            let shown = occurrences(db, &jiro, december());
            assert_eq!(shown[0].participation_status, Some(mine));
        }
        assert_eq!(seen(db, &hanako).len(), 3);
        let answered = told(db, &hanako);
        assert_eq!(answered.len(), 2);
        assert!(answered.iter().all(|it| *it == ("answered", Some(SECOND.to_owned()))));
        let other = json!({"participationStatus": "accepted", "recurrenceId": "2026-12-15T10:00:00"});
        assert_eq!(code(reply(db, &jiro, &event.id, other)), "forbidden");

        // What happens to the series reaches the guest as far as it concerns them.
        let event = get(db, &hanako, &event.id).unwrap();
        let event = patch(db, &hanako, &event, Scope::All, json!({"title": "例会"}));
        assert_eq!(occurrences(db, &jiro, december())[0].title.as_deref(), Some("例会"));
        let event = patch(db, &hanako, &event, Scope::All, json!({"start": "2026-12-02T10:00:00"}));
        assert_eq!(seen(db, &jiro), ["2026-12-09T10:00:00"]);
        let theirs = get(db, &jiro, &event.id).unwrap();
        assert_eq!(
            theirs.event.participation(&jiro.person),
            Some(ParticipationStatus::NeedsAction),
            "asked again"
        );
        assert!(told(db, &jiro).contains(&("moved", Some("2026-12-09T10:00:00".to_owned()))));

        // Now to the whole series: they take part once.
        let all = json!({"participants": {"j": {"personId": jiro.person}}});
        let event = patch(db, &hanako, &event, Scope::All, all);
        assert_eq!(seen(db, &jiro).len(), 3);
        assert_eq!(event.event.occurrence(local("2026-12-09T10:00:00")).unwrap().participants.len(), 3);
        try_delete(db, &hanako, &event.id, Scope::All, &event.etag).unwrap();
        assert_eq!(seen(db, &jiro), [""; 0]);
    });
}

#[test]
fn someone_is_left_out_of_one_meeting() {
    on_each_database(|db, _| {
        let (hanako, taro, jiro) = (person(db, "佐藤"), person(db, "鈴木"), person(db, "高橋"));
        let event = series(db, &hanako, &taro, &room(db, "大会議室"));
        let guest = json!({"participants": {"1": null, "g": {"personId": jiro.person}}});
        let event = patch(db, &hanako, &event, second(), guest);
        assert_eq!(seen(db, &taro), ["2026-12-01T10:00:00", "2026-12-15T10:00:00"]);
        assert_eq!(busy(db, &hanako, taro.person.as_str()), 2);
        let theirs = get(db, &taro, &event.id).unwrap();
        assert!(theirs.event.recurrence_overrides[&local(SECOND)].is_excluded());
        assert!(told(db, &taro).contains(&("cancelled", Some(SECOND.to_owned()))));
        // Back again, and the guest is gone.
        let back = json!({"participants": {"1": {"personId": taro.person}, "g": null}});
        let event = patch(db, &hanako, &event, second(), back);
        assert_eq!(seen(db, &taro).len(), 3);
        assert_eq!(seen(db, &jiro), [""; 0]);
        assert_eq!(code(get(db, &jiro, &event.id)), "not-found");
        assert!(told(db, &jiro).contains(&("cancelled", Some(SECOND.to_owned()))));
    });
}

#[test]
fn a_private_meeting_stays_private_to_a_reader_who_is_a_guest_once() {
    on_each_database(|db, _| {
        let (hanako, taro, jiro) = (person(db, "佐藤"), person(db, "鈴木"), person(db, "高橋"));
        let home = default_calendar(db, &hanako);
        let share =
            Share { grantee: ShareTarget::Person { person_id: jiro.person.clone() }, role: Role::Read };
        db.write(|tx| service::put_share(tx, &hanako, &home, share.clone())).unwrap();
        let event = series(db, &hanako, &taro, &room(db, "大会議室"));
        let event = patch(db, &hanako, &event, Scope::All, json!({"privacy": "private"}));
        let event =
            patch(db, &hanako, &event, second(), json!({"participants": {"g": {"personId": jiro.person}}}));
        let theirs = get(db, &jiro, &event.id).unwrap();
        assert_eq!(theirs.event.title, "定例会");
        assert!(!serde_json::to_string(&theirs).unwrap().contains("2026-12-15"));
    });
}

#[test]
fn who_is_alone_in_a_series_invites_someone_once() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let event = create(
            db,
            &hanako,
            json!({"title": "作業", "start": "2026-12-01T10:00:00", "duration": "PT1H",
                "recurrenceRule": {"frequency": "weekly", "count": 3}}),
        );
        let by_address = json!({"participants": {
            "t": {"calendarAddress": format!("mailto:{}@office.example.jp", taro.person)},
            "x": {"calendarAddress": "mailto:guest@example.com"}}});
        let event = patch(db, &hanako, &event, second(), by_address);
        assert!(event.event.participants.is_empty(), "the series stays as it is");
        assert_eq!(seen(db, &taro), [SECOND]);
        let theirs = get(db, &taro, &event.id).unwrap().event;
        assert_eq!(theirs.participation(&hanako.person), Some(ParticipationStatus::Accepted));
        assert!(theirs.organizer_calendar_address.is_some());
        assert_eq!(seen(db, &hanako).len(), 3);
        let twice = json!({"participants": {"u": {"personId": taro.person}}});
        assert_eq!(code(try_patch(db, &hanako, &event, second(), twice)), "invalid");
    });
}

#[test]
fn exceptions_with_people_and_rooms_survive_a_file() {
    on_each_database(|db, _| {
        let (hanako, taro, jiro) = (person(db, "佐藤"), person(db, "鈴木"), person(db, "高橋"));
        let (large, small) = (room(db, "大会議室"), room(db, "小会議室"));
        let event = series(db, &hanako, &taro, &large);
        let change = json!({"facilityIds": [small], "participants": {"1": null, "g": {"personId": jiro.person}},
            "locations": {"1": {"name": "別館"}}});
        patch(db, &hanako, &event, second(), change);
        reply(db, &jiro, &event.id, json!({"participationStatus": "accepted"})).unwrap();
        let before = get(db, &hanako, &event.id).unwrap();
        let calendar = default_calendar(db, &hanako);
        let file = db.read(|tx| service::export_calendar(tx, &hanako, &calendar)).unwrap();
        assert!(file.contains("LOCATION:別館"), "{file}");
        // Unchanged it changes nothing; changed elsewhere, the people and the rooms stay.
        let report = import_calendar(db, &hanako, Some(&calendar), file.as_bytes()).unwrap();
        assert_eq!((report.updated, report.refused), (1, Vec::new()));
        assert_eq!(seen(db, &jiro), [SECOND]);
        let renamed = file.replace("SUMMARY:定例会", "SUMMARY:例会");
        import_calendar(db, &hanako, Some(&calendar), renamed.as_bytes()).unwrap();
        let after = get(db, &hanako, &event.id).unwrap();
        assert_eq!(after.event.title, "例会");
        assert_eq!(rooms(db, &hanako), ["大会議室", "小会議室", "大会議室"]);
        let (was, is) =
            (before.event.occurrence(local(SECOND)).unwrap(), after.event.occurrence(local(SECOND)).unwrap());
        assert_eq!(is.participants, was.participants);
        assert_eq!(seen(db, &taro).len(), 2);
        // Into another calendar it brings the exception with its people and place, and invites nobody.
        let shiro = person(db, "田中");
        let report = import_calendar(db, &shiro, None, file.as_bytes()).unwrap();
        assert_eq!((report.created, report.refused), (1, Vec::new()));
        let copy = occurrences(db, &shiro, december());
        let places: Vec<_> =
            copy.iter().filter(|it| it.place.is_some()).map(|it| it.start.to_string()).collect();
        assert_eq!(places, [SECOND]);
        assert_eq!(seen(db, &jiro), [SECOND]);
    });
}

#[test]
fn a_deleted_room_leaves_single_occurrences_too() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let (large, small) = (room(db, "大会議室"), room(db, "小会議室"));
        let event = series(db, &hanako, &taro, &large);
        let event = patch(db, &hanako, &event, second(), json!({"facilityIds": [small]}));
        appoint(db, &hanako, &small);
        db.write(|tx| service::delete_facility(tx, &hanako, &small, &Precondition::Exists)).unwrap();
        assert_eq!(rooms(db, &taro), ["大会議室", "", "大会議室"]);
        let event = get(db, &hanako, &event.id).unwrap();
        patch(db, &hanako, &event, second(), json!({"title": "臨時"}));
    });
}
