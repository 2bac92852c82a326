//! Who takes part in what they could change, too: the calendar in which they name it says which of the two they mean.

use renraku_base::{CalendarId, Fault, Principal, Role};
use renraku_db::{Db, Tx};
use renraku_people::{Share, ShareTarget};
use renraku_schedule::{
    ScheduleFault,
    model::{EventView, NewCalendar},
    service::{
        self, ScheduleReply, Scope,
        objects::{self, Expectation, ObjectCalendar, ObjectFault},
    },
};
use renraku_test_db::on_each_database;
use serde_json::{Value, json};

use crate::{
    later::{kinds, mails},
    office::{
        code, create, days, default_calendar, get, local, occurrences, patch, person, reply, run_due_jobs,
        try_delete,
    },
    scheduling::{mail, meeting, mine, put},
};

/// Misaki, who has a calendar into which Hanako and Jiro write, and who invites Hanako and Taro there.
struct Office {
    misaki: Principal,
    hanako: Principal,
    taro: Principal,
    jiro: Principal,
    roster: CalendarId,
}

impl Office {
    fn of(db: &Db) -> Self {
        let [misaki, hanako, taro, jiro] = ["齋藤", "佐藤", "鈴木", "高橋"].map(|name| person(db, name));
        let roster = default_calendar(db, &misaki);
        for writer in [&hanako, &jiro] {
            let grantee = ShareTarget::Person { person_id: writer.person.clone() };
            let share = Share { grantee, role: Role::Write };
            db.write(|tx| service::put_share(tx, &misaki, &roster, share.clone())).unwrap();
        }
        Self { misaki, hanako, taro, jiro, roster }
    }

    fn invite(&self, db: &Db, participants: &Value) -> EventView {
        let body = json!({"title": "当番", "start": "2026-11-26T10:00:00", "duration": "PT1H", "calendarId": self.roster,
            "recurrenceRule": {"frequency": "daily", "count": 3}, "participants": participants});
        let event = create(db, &self.misaki, body);
        run_due_jobs(db);
        event
    }

    fn meeting(&self, db: &Db) -> EventView {
        self.invite(db, &json!({"h": {"personId": self.hanako.person}, "t": {"personId": self.taro.person}}))
    }

    /// The calendar in which the meeting was made, as somebody sees it.
    fn roster_of(&self, db: &Db, who: &Principal) -> ObjectCalendar {
        db.read(|tx| objects::find_calendar(tx, who, who.person.as_str(), self.roster.as_str())).unwrap()
    }

    /// How often somebody sees it, and what Hanako answered; `None` where it is gone.
    fn stands(&self, db: &Db, event: &EventView, who: &Principal) -> (usize, Option<&'static str>) {
        let seen = occurrences(db, who, days("2026-11-26", "2026-11-29")).len();
        let event = get(db, who, &event.id).ok();
        (seen, event.map(|it| it.event.participation(&self.hanako.person).unwrap().as_str()))
    }
}

const ALARM: &str =
    "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT7M\r\nDESCRIPTION:x\r\nEND:VALARM\r\nEND:VEVENT";

/// The name and text of the one object in a calendar.
fn object(db: &Db, who: &Principal, calendar: &ObjectCalendar) -> Option<(String, String)> {
    let listed = db.read(|tx| objects::list(tx, who, calendar, "", 10)).unwrap();
    let name = listed.into_iter().find_map(|(_, head)| head)?.name;
    let object = db.read(|tx| objects::get(tx, who, calendar, &[&name])).unwrap().pop().flatten()?;
    Some((name, object.text.replace("\r\n ", "")))
}

fn delete(db: &Db, who: &Principal, calendar: &ObjectCalendar, reply: ScheduleReply) {
    let (name, _) = object(db, who, calendar).unwrap();
    db.write(|tx| objects::delete(tx, who, (calendar, &name), &Expectation::NONE, reply)).unwrap();
    run_due_jobs(db);
}

fn change(
    db: &Db,
    who: &Principal,
    calendar: &ObjectCalendar,
    change: impl Fn(&str) -> String,
) -> Result<(), ObjectFault> {
    let (name, text) = object(db, who, calendar).unwrap();
    let text = change(&text);
    db.write(|tx| objects::put(tx, who, calendar, &name, &text, &Expectation::NONE))?;
    run_due_jobs(db);
    Ok(())
}

fn told(db: &Db, who: &Principal) -> Vec<&'static str> {
    kinds(db, who).iter().map(|kind| kind.as_str()).collect()
}

#[test]
fn a_guest_who_deletes_their_own_copy_calls_nothing_off() {
    on_each_database(|db, _| {
        for (answer, said, heard) in [
            (ScheduleReply::Send, "declined", vec!["answered"]),
            (ScheduleReply::Withhold, "needs-action", vec![]),
        ] {
            let office = Office::of(db);
            let (hanako, taro) = (&office.hanako, &office.taro);
            let event = office.meeting(db);
            delete(db, hanako, &mine(db, hanako), answer);
            assert_eq!(office.stands(db, &event, taro), (3, Some(said)));
            assert_eq!(object(db, hanako, &mine(db, hanako)), None);
            assert_eq!((told(db, &office.misaki), told(db, taro)), (heard, vec!["invited"]));
            // Where it was made it is there, and whoever deletes it there calls it off.
            delete(db, hanako, &office.roster_of(db, hanako), ScheduleReply::Send);
            assert_eq!(office.stands(db, &event, taro), (0, None));
            assert_eq!(told(db, taro), ["cancelled", "invited"]);
        }
    });
}

/// The phone has one id for both.
#[test]
fn a_guest_who_deletes_on_the_phone_declines() {
    on_each_database(|db, _| {
        let office = Office::of(db);
        let (hanako, taro, jiro) = (&office.hanako, &office.taro, &office.jiro);
        let event = office.meeting(db);
        let one = Scope::This(local("2026-11-27T10:00:00"));
        try_delete(db, hanako, &event.id, one, &get(db, hanako, &event.id).unwrap().etag).unwrap();
        assert_eq!(office.stands(db, &event, taro), (3, Some("needs-action")));
        // The second time there is nothing of theirs to delete.
        for is_first in [true, false] {
            let seen = get(db, hanako, &event.id).unwrap();
            let deleted = try_delete(db, hanako, &event.id, Scope::All, &seen.etag);
            assert_eq!(deleted.err().map(|fault| fault.code()), (!is_first).then_some("not-organizer"));
            run_due_jobs(db);
            assert_eq!(office.stands(db, &event, taro), (3, Some("declined")));
            assert_eq!(object(db, hanako, &mine(db, hanako)), None);
            assert_eq!(told(db, &office.misaki), ["answered", "answered"]);
        }
        let (seen, another) =
            (get(db, hanako, &event.id).unwrap(), Scope::This(local("2026-11-28T10:00:00")));
        assert_eq!(code(try_delete(db, hanako, &event.id, another, &seen.etag)), "not-organizer");
        assert_eq!(object(db, hanako, &mine(db, hanako)), None);
        // What they keep with it where they see it still is theirs there.
        for minutes in [5, 10] {
            let alerts =
                json!({"a": {"trigger": {"@type": "OffsetTrigger", "offset": format!("-PT{minutes}M")}}});
            patch(db, hanako, &get(db, hanako, &event.id).unwrap(), Scope::All, json!({"alerts": alerts}));
            assert_eq!(get(db, hanako, &event.id).unwrap().event.alerts.len(), 1);
        }
        assert_eq!(object(db, hanako, &mine(db, hanako)), None);
        // They call it off by saying so.
        patch(db, hanako, &get(db, hanako, &event.id).unwrap(), Scope::All, json!({"status": "cancelled"}));
        run_due_jobs(db);
        assert_eq!(told(db, taro), ["cancelled", "invited"]);
        // A delegate who takes no part in it deletes it for all.
        let event = office.meeting(db);
        let stale = get(db, hanako, &event.id).unwrap().etag;
        reply(db, taro, &event.id, json!({"participationStatus": "accepted"})).unwrap();
        assert_eq!(code(try_delete(db, hanako, &event.id, Scope::All, &stale)), "stale");
        let seen = get(db, jiro, &event.id).unwrap();
        try_delete(db, jiro, &event.id, Scope::All, &seen.etag).unwrap();
        assert!(get(db, taro, &event.id).is_err());
    });
}

#[test]
fn a_guest_answers_in_their_own_calendar_and_changes_it_where_it_was_made() {
    on_each_database(|db, _| {
        let office = Office::of(db);
        let (hanako, taro) = (&office.hanako, &office.taro);
        let event = office.meeting(db);
        let answered = |text: &str| {
            let address = format!(":mailto:{}", mail(hanako));
            let (before, after) = text.split_once(&address).unwrap();
            format!("{before};PARTSTAT=ACCEPTED{address}{after}").replace("SUMMARY:当番", "SUMMARY:別")
        };
        let renamed = |text: &str| text.replace("SUMMARY:当番", "SUMMARY:別");
        change(db, hanako, &mine(db, hanako), answered).unwrap();
        assert_eq!(office.stands(db, &event, taro), (3, Some("accepted")));
        assert_eq!(told(db, &office.misaki), ["answered"]);
        assert_eq!(get(db, taro, &event.id).unwrap().event.title, "当番");
        change(db, hanako, &office.roster_of(db, hanako), renamed).unwrap();
        assert_eq!(get(db, taro, &event.id).unwrap().event.title, "別");
    });
}

/// Whoever writes into the calendar of a guest does not change by it what was made elsewhere.
#[test]
fn the_copy_of_a_guest_is_theirs_alone_to_answer() {
    on_each_database(|db, _| {
        let office = Office::of(db);
        let taro = &office.taro;
        let event = office.meeting(db);
        let id = default_calendar(db, taro);
        for writer in [&office.jiro, &office.hanako] {
            let grantee = ShareTarget::Person { person_id: writer.person.clone() };
            let share = Share { grantee, role: Role::Write };
            db.write(|tx| service::put_share(tx, taro, &id, share.clone())).unwrap();
            let copies =
                db.read(|tx| objects::find_calendar(tx, writer, writer.person.as_str(), id.as_str()));
            let copies = copies.unwrap();
            let (name, _) = object(db, writer, &copies).unwrap();
            let delete = |tx: &mut Tx<'_>| {
                objects::delete(tx, writer, (&copies, &name), &Expectation::NONE, ScheduleReply::Send)
            };
            assert!(matches!(db.write(delete), Err(ObjectFault::Refused(ScheduleFault::Forbidden))));
            let renamed = change(db, writer, &copies, |text| text.replace("SUMMARY:当番", "SUMMARY:別"));
            assert!(renamed.is_err());
            change(db, writer, &copies, |text| text.replace("END:VEVENT", ALARM)).unwrap();
            assert_eq!(office.stands(db, &event, taro), (3, Some("needs-action")));
            assert_eq!(get(db, taro, &event.id).unwrap().event.title, "当番");
        }
    });
}

/// Programs name whoever is logged in as the organizer of what they store.
#[test]
fn whoever_stores_something_for_another_takes_no_part_by_it() {
    on_each_database(|db, _| {
        let office = Office::of(db);
        let (hanako, taro) = (&office.hanako, &office.taro);
        let text = meeting(hanako, &[format!(":mailto:{}", mail(taro))]);
        for title in ["会議", "朝会"] {
            let (roster, text) = (office.roster_of(db, hanako), text.replace("会議", title));
            db.write(|tx| objects::put(tx, hanako, &roster, "m.ics", &text, &Expectation::NONE)).unwrap();
            let (_, shown) = object(db, taro, &mine(db, taro)).unwrap();
            assert!(shown.contains(&mail(&office.misaki)) && !shown.contains(&mail(hanako)), "{shown}");
            assert_eq!(object(db, hanako, &mine(db, hanako)), None);
            let id = &occurrences(db, taro, days("2026-11-26", "2026-11-29"))[0].event_id;
            assert_eq!(get(db, taro, id).unwrap().event.participation(&hanako.person), None);
        }
    });
}

/// Earlier versions kept a delegate as a participant who came by the `ORGANIZER` line alone.
#[test]
fn whoever_only_made_it_for_another_puts_their_copy_away_and_answers_nothing() {
    on_each_database(|db, _| {
        for by_phone in [false, true] {
            let office = Office::of(db);
            let (hanako, taro) = (&office.hanako, &office.taro);
            let maker = json!({"personId": hanako.person, "roles": {"owner": true}});
            let event = office.invite(db, &json!({"h": maker, "t": {"personId": taro.person}}));
            if by_phone {
                let seen = get(db, hanako, &event.id).unwrap();
                try_delete(db, hanako, &event.id, Scope::All, &seen.etag).unwrap();
            } else {
                delete(db, hanako, &mine(db, hanako), ScheduleReply::Send);
            }
            assert_eq!(object(db, hanako, &mine(db, hanako)), None);
            assert_eq!(office.stands(db, &event, taro), (3, Some("needs-action")));
            assert_eq!((told(db, &office.misaki), told(db, taro)), (vec![], vec!["invited"]));
        }
    });
}

/// What somebody outside organizes goes into another calendar as its guest's, and nobody hears of it.
#[test]
fn a_copy_that_is_stored_in_another_calendar_goes_there() {
    on_each_database(|db, _| {
        let hanako = person(db, "佐藤");
        let side: NewCalendar = serde_json::from_value(json!({"name": "第2"})).unwrap();
        let side =
            db.write(|tx| service::create_calendar(tx, &hanako, side.clone())).unwrap().into_inner().id;
        let side =
            db.read(|tx| objects::find_calendar(tx, &hanako, hanako.person.as_str(), side.as_str())).unwrap();
        let own = format!("ORGANIZER:mailto:{}", mail(&hanako));
        let text = meeting(&hanako, &[format!(";PARTSTAT=ACCEPTED:mailto:{}", mail(&hanako))])
            .replace(&own, "ORGANIZER:mailto:boss@example.com");
        put(db, &hanako, "m.ics", &text);
        assert_eq!(mails(db).len(), 1);
        let stored =
            db.write(|tx| objects::put(tx, &hanako, &side, "n.ics", &text, &Expectation::NONE)).unwrap();
        assert!(stored.get().created);
        let calendar = mine(db, &hanako);
        let gone = db.write(|tx| {
            objects::delete(tx, &hanako, (&calendar, "m.ics"), &Expectation::NONE, ScheduleReply::Send)
        });
        assert!(matches!(gone, Err(ObjectFault::Refused(ScheduleFault::NotFound))));
        assert_eq!(mails(db).len(), 0);
        assert_eq!(object(db, &hanako, &side).map(|(name, _)| name), Some("n.ics".to_owned()));
        assert_eq!(occurrences(db, &hanako, days("2026-11-26", "2026-11-29")).len(), 3);
    });
}

/// Programs without a `MOVE` store it in the other calendar, and then delete it in the first.
#[test]
fn a_meeting_goes_neither_into_the_calendar_of_another_nor_out_of_it() {
    on_each_database(|db, _| {
        let office = Office::of(db);
        let (hanako, taro, jiro) = (&office.hanako, &office.taro, &office.jiro);
        let is_refused = |who: &Principal, calendar: &ObjectCalendar, text: &str| {
            let stored = db.write(|tx| objects::put(tx, who, calendar, "x.ics", text, &Expectation::NONE));
            assert!(matches!(stored, Err(ObjectFault::Elsewhere { .. })), "{stored:?}");
        };
        let own = meeting(hanako, &[format!(":mailto:{}", mail(taro))]);
        put(db, hanako, "m.ics", &own);
        is_refused(hanako, &office.roster_of(db, hanako), &own);
        // Programs name whoever is signed in as the organizer of what is another's.
        let (misaki, closed) = (&office.misaki, json!({"name": "仕事"}));
        let closed: NewCalendar = serde_json::from_value(closed).unwrap();
        let closed =
            db.write(|tx| service::create_calendar(tx, misaki, closed.clone())).unwrap().into_inner().id;
        let closed = db
            .read(|tx| objects::find_calendar(tx, misaki, misaki.person.as_str(), closed.as_str()))
            .unwrap();
        let guests = [format!(":mailto:{}", mail(taro))];
        let [of_misaki, of_hanako] =
            [misaki, hanako].map(|who| meeting(who, &guests).replace("UID:", "UID:of-misaki-"));
        db.write(|tx| objects::put(tx, misaki, &closed, "c.ics", &of_misaki, &Expectation::NONE)).unwrap();
        is_refused(hanako, &office.roster_of(db, hanako), &of_hanako);
        let theirs = meeting(taro, &[format!(":mailto:{}", mail(hanako))]).replace("UID:", "UID:of-taro-");
        put(db, taro, "t.ics", &theirs);
        is_refused(hanako, &office.roster_of(db, hanako), &theirs);
        let event = office.meeting(db);
        let (_, text) = object(db, jiro, &office.roster_of(db, jiro)).unwrap();
        is_refused(jiro, &mine(db, jiro), &text);
        assert_eq!(office.stands(db, &event, taro), (12, Some("needs-action")));
    });
}
