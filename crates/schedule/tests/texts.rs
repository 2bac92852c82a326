//! What a calendar client stored is handed out only while it says all that there is to say.

use renraku_base::{CalendarId, ETag, EventId, Principal};
use renraku_db::Db;
use renraku_schedule::{
    model::NewCalendar,
    service::{
        self, Scope,
        objects::{self, Expectation},
    },
};
use renraku_test_db::on_each_database;
use serde_json::json;

use crate::office::{default_calendar, get, patch, person, reply, try_delete};

const NAME: &str = "abc.ics";
const TEXT: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\nBEGIN:VEVENT\r\nUID:abc\r\n\
    DTSTAMP:20261126T000000Z\r\nDTSTART:20261126T010000Z\r\nDURATION:PT1H\r\nSUMMARY:打合せ\r\nX-KEPT:1\r\n\
    END:VEVENT\r\nEND:VCALENDAR\r\n";

/// An object as a client meets it: its text and tag when it is asked for, and its tag in the list.
fn met(db: &Db, who: &Principal, calendar: &CalendarId) -> Option<(String, ETag)> {
    db.read(|tx| {
        let calendar = objects::find_calendar(tx, who, who.person.as_str(), calendar.as_str())?;
        let found = objects::get(tx, who, &calendar, &[NAME])?.pop().flatten();
        let listed = objects::list(tx, who, &calendar, "", 10)?;
        let tags: Vec<ETag> = listed
            .into_iter()
            .filter_map(|(_, head)| Some(head.filter(|it| it.name == NAME)?.etag))
            .collect();
        let told = found.as_ref().map(|it| it.head.etag.clone());
        assert_eq!(
            tags,
            told.into_iter().collect::<Vec<_>>(),
            "the list and the object say different things"
        );
        Ok::<_, objects::ObjectFault>(found.map(|it| (it.text, it.head.etag)))
    })
    .unwrap()
}

fn put(db: &Db, who: &Principal, calendar: &CalendarId) -> EventId {
    db.write(|tx| {
        let calendar = objects::find_calendar(tx, who, who.person.as_str(), calendar.as_str())?;
        objects::put(tx, who, &calendar, NAME, TEXT, &Expectation::NONE)?;
        let listed = objects::list(tx, who, &calendar, "", 10)?;
        Ok::<_, objects::ObjectFault>(EventId::stored(listed.into_iter().next().unwrap().0))
    })
    .unwrap()
}

#[test]
fn a_text_goes_straight_out_until_the_event_changes() {
    on_each_database(|db, _| {
        let hanako = person(db, "佐藤");
        let calendar = default_calendar(db, &hanako);
        let id = put(db, &hanako, &calendar);
        let (text, tag) = met(db, &hanako, &calendar).unwrap();
        let stored = get(db, &hanako, &id).unwrap();
        assert_eq!((text.as_str(), &tag), (TEXT, &stored.etag));
        let changed = patch(db, &hanako, &stored, Scope::All, json!({"title": "会議"}));
        let (text, tag) = met(db, &hanako, &calendar).unwrap();
        assert!(text.contains("SUMMARY:会議") && text.contains("X-KEPT:1"), "{text}");
        assert_eq!(tag, changed.etag);
        assert_eq!(put(db, &hanako, &calendar), id);
        let (text, tag) = met(db, &hanako, &calendar).unwrap();
        assert_eq!((text.as_str(), &tag), (TEXT, &get(db, &hanako, &id).unwrap().etag));
        try_delete(db, &hanako, &id, Scope::All, &tag).unwrap();
        assert_eq!(met(db, &hanako, &calendar), None);
    });
}

#[test]
fn what_others_say_of_it_is_told() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let calendar = default_calendar(db, &hanako);
        let id = put(db, &hanako, &calendar);
        let stored = get(db, &hanako, &id).unwrap();
        patch(db, &hanako, &stored, Scope::All, json!({"participants": {"t": {"personId": taro.person}}}));
        let (invited, _) = met(db, &hanako, &calendar).unwrap();
        assert!(invited.contains("ATTENDEE;CN=鈴木 花子"), "{invited}");
        let told = reply(db, &taro, &id, json!({"participationStatus": "declined"})).unwrap();
        let (answered, _) = met(db, &hanako, &calendar).unwrap();
        assert!(answered.contains("PARTSTAT=DECLINED"), "{answered}");
        // Whoever puts it away does not meet it in their calendar any more.
        let own = default_calendar(db, &taro);
        try_delete(db, &taro, &id, Scope::All, &told.etag).unwrap();
        assert_eq!(met(db, &taro, &own), None);
    });
}

#[test]
fn it_is_where_it_was_carried() {
    on_each_database(|db, _| {
        let hanako = person(db, "佐藤");
        let calendar = default_calendar(db, &hanako);
        let id = put(db, &hanako, &calendar);
        let other: NewCalendar = serde_json::from_value(json!({"name": "別"})).unwrap();
        let other =
            db.write(|tx| service::create_calendar(tx, &hanako, other.clone())).unwrap().into_inner().id;
        let stored = get(db, &hanako, &id).unwrap();
        patch(db, &hanako, &stored, Scope::All, json!({"calendarId": other}));
        assert_eq!(met(db, &hanako, &calendar), None);
    });
}
