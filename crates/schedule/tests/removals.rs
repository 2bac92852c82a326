//! Who is taken out of occurrences hears of it, also when the series moves, and of several by one message.

use std::time::Duration;

use renraku_base::Principal;
use renraku_db::Db;
use renraku_notify::OutgoingMail;
use renraku_schedule::{model::Event, service::Scope};
use renraku_test_db::on_each_database;
use serde_json::json;

use crate::{
    later::{PAUSE, kinds, mails, messages},
    office::{create, get, local, patch, person, reply, run_due_jobs, try_delete},
    scheduling::{mail, meeting, put},
};

/// An exception of the meeting on a day of November at this hour, with further people.
fn exception(day: u32, hour: u32, guests: &[&str]) -> String {
    let guests: String = guests.iter().map(|it| format!("ATTENDEE:mailto:{it}\r\n")).collect();
    format!(
        "BEGIN:VEVENT\r\nUID:m\r\nDTSTAMP:20260401T000000Z\r\nRECURRENCE-ID;TZID=Asia/Tokyo:202611{day}T{hour}0000\r\n\
         DTSTART;TZID=Asia/Tokyo:202611{day}T{hour}0000\r\nDURATION:PT1H\r\nSUMMARY:会議\r\n{guests}END:VEVENT\r\n"
    )
}

/// Stores the meeting, at this hour, with these exceptions.
fn put_with(db: &Db, hanako: &Principal, hour: u32, exceptions: &[String]) {
    let text = meeting(hanako, &[]).replace("T100000", &format!("T{hour}0000"));
    put(db, hanako, "m.ics", &text.replace("END:VCALENDAR", &(exceptions.concat() + "END:VCALENDAR")));
}

/// The addresses, methods and days of what is sent.
fn sent(mails: &[OutgoingMail]) -> Vec<(String, String, String)> {
    let mut sent: Vec<_> = mails
        .iter()
        .map(|mail| {
            let (method, days) = messages(std::slice::from_ref(mail)).remove(0);
            let to = mail.to[0].email.split('@').next().unwrap().to_owned();
            (to, method.to_owned(), days.join(" "))
        })
        .collect();
    sent.sort();
    sent
}

fn of(rows: &[(&str, &str, &str)]) -> Vec<(String, String, String)> {
    rows.iter().map(|(to, method, days)| ((*to).into(), (*method).into(), (*days).into())).collect()
}

#[test]
fn guests_of_a_series_that_moves_hear_that_they_come_no_more() {
    on_each_database(|db, clock| {
        let (hanako, taro, jiro) = (person(db, "佐藤"), person(db, "鈴木"), person(db, "高橋"));
        let guests = ["stays@example.com", "goes@example.com"];
        let staff = [mail(&taro), mail(&jiro)];
        let all = [guests[0], guests[1], staff[0].as_str(), staff[1].as_str()];
        put_with(db, &hanako, 10, &[exception(27, 10, &all), exception(28, 10, &all)]);
        assert_eq!(mails(db).len(), 2);
        clock.advance(PAUSE);
        // The same PUT moves the series and leaves some of its guests out.
        let stay = [guests[0], staff[0].as_str()];
        put_with(db, &hanako, 11, &[exception(27, 11, &stay), exception(28, 11, &stay)]);
        let mails = mails(db);
        let expected = [
            ("goes", "CANCEL", "27 28"),
            // Their programs know what they have by its old name.
            ("stays", "CANCEL", "27 28"),
            ("stays", "REQUEST", "27 28"),
        ];
        assert_eq!(sent(&mails), of(&expected));
        for mail in &mails {
            let text = &mail.calendar.as_ref().unwrap().text;
            let old = text.contains("RECURRENCE-ID;TZID=Asia/Tokyo:20261127T100000");
            assert_eq!(old, text.contains("METHOD:CANCEL"), "by the name that they know: {text}");
        }
        let subject = |to: &str| &mails.iter().find(|mail| mail.to[0].email.starts_with(to)).unwrap().subject;
        assert_eq!(subject("goes"), "【参加取消】会議");
        let told = |who| kinds(db, who).iter().map(|kind| kind.as_str()).collect::<Vec<_>>();
        assert_eq!(told(&taro), ["invited", "invited", "moved", "moved"], "staff see it where it is now");
        assert_eq!(told(&jiro), ["cancelled", "cancelled", "invited", "invited"]);
    });
}

#[test]
fn a_series_that_moves_without_its_exceptions_takes_their_guests_out() {
    on_each_database(|db, clock| {
        let hanako = person(db, "佐藤");
        put_with(db, &hanako, 10, &[exception(27, 10, &["guest@example.com"])]);
        assert_eq!(mails(db).len(), 1);
        put_with(db, &hanako, 11, &[]);
        assert_eq!(sent(&mails(db)), of(&[("guest", "CANCEL", "27")]));
        // Who is invited to all of it now has it by the invitation.
        put_with(db, &hanako, 11, &[exception(28, 11, &["guest@example.com"])]);
        clock.advance(PAUSE);
        assert_eq!(mails(db).len(), 1);
        clock.advance(PAUSE);
        let text = meeting(&hanako, &[":mailto:guest@example.com".to_owned()]).replace("T100000", "T120000");
        put(db, &hanako, "m.ics", &text);
        assert_eq!(sent(&mails(db)), of(&[("guest", "REQUEST", "")]));
        // What is over is no news.
        let past = meeting(&hanako, &[]).replace("UID:m", "UID:past").replace("20261126T", "20200102T");
        let exception = exception(27, 10, &["guest@example.com"]).replace("UID:m", "UID:past");
        let exception = exception.replace("20261127T", "20200103T");
        put(db, &hanako, "p.ics", &past.replace("END:VCALENDAR", &(exception + "END:VCALENDAR")));
        mails(db);
        clock.advance(PAUSE);
        put(db, &hanako, "p.ics", &past.replace("T100000", "T110000"));
        assert_eq!(sent(&mails(db)), of(&[]));
    });
}

#[test]
fn a_patch_that_moves_a_series_tells_its_guests_the_same() {
    on_each_database(|db, clock| {
        let hanako = person(db, "佐藤");
        let guest = json!({"participants/g": {"calendarAddress": "mailto:guest@example.com"}});
        let series = create(
            db,
            &hanako,
            json!({"title": "朝礼", "start": "2026-11-26T09:00:00", "duration": "PT15M",
                "recurrenceRule": {"frequency": "daily", "count": 5},
                "recurrenceOverrides": {"2026-11-27T09:00:00": guest, "2026-11-29T09:00:00": guest}}),
        );
        assert_eq!(sent(&mails(db)), of(&[("guest", "REQUEST", "27 29")]));
        clock.advance(PAUSE);
        // The exceptions go along with their series.
        let now = get(db, &hanako, &series.id).unwrap();
        patch(db, &hanako, &now, Scope::All, json!({"start": "2026-11-27T09:00:00"}));
        let expected = [("guest", "CANCEL", "27 29"), ("guest", "REQUEST", "28 30")];
        assert_eq!(sent(&mails(db)), of(&expected));
        clock.advance(PAUSE);
        let now = get(db, &hanako, &series.id).unwrap();
        let bare = json!({"start": "2026-11-26T09:00:00", "recurrenceRule": null});
        patch(db, &hanako, &now, Scope::All, bare);
        assert_eq!(sent(&mails(db)), of(&[("guest", "CANCEL", "28 30")]));
    });
}

#[test]
fn several_occurrences_are_called_off_by_one_message() {
    on_each_database(|db, clock| {
        let hanako = person(db, "佐藤");
        let guests = ["guest@example.com"];
        let others = ["guest@example.com", "other@example.com"];
        let days = [26, 27, 28];
        let at_annex = |text: String| text.replace("SUMMARY", "LOCATION:別館\r\nSUMMARY");
        put_with(db, &hanako, 10, &days.map(|day| exception(day, 10, &others)));
        assert_eq!(mails(db).len(), 2);
        // What waits about the rest is sent all the same, and nothing about what is called off.
        put_with(db, &hanako, 10, &days.map(|day| at_annex(exception(day, 10, &others))));
        assert_eq!(mails(db).len(), 0);
        put_with(db, &hanako, 10, &[at_annex(exception(28, 10, &guests))]);
        let end = mails(db);
        assert_eq!(sent(&end), of(&[("guest", "CANCEL", "26 27"), ("other", "CANCEL", "26 27 28")]));
        assert!(end[0].text.contains("26日") && end[0].text.contains("27日"), "{}", end[0].text);
        clock.advance(PAUSE);
        assert_eq!(sent(&mails(db)), of(&[("guest", "REQUEST", "28")]));
        clock.advance(Duration::from_secs(3600));
        assert_eq!(mails(db).len(), 0);
    });
}

#[test]
fn who_comes_to_the_series_hears_once_of_several_that_are_left_out() {
    on_each_database(|db, clock| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let attendees = [":mailto:guest@example.com".to_owned(), format!(":mailto:{}", mail(&taro))];
        let text = meeting(&hanako, &attendees);
        put(db, &hanako, "m.ics", &text);
        assert_eq!(mails(db).len(), 1);
        let left_out = "EXDATE;TZID=Asia/Tokyo:20261127T100000,20261128T100000\r\nSUMMARY";
        put(db, &hanako, "m.ics", &text.replace("SUMMARY", left_out));
        let end = mails(db);
        assert_eq!(sent(&end), of(&[("guest", "CANCEL", "27 28")]));
        assert_eq!(end[0].subject, "【中止】会議");
        run_due_jobs(db);
        let told: Vec<_> = kinds(db, &taro).iter().map(|kind| kind.as_str()).collect();
        assert_eq!(told, ["cancelled", "cancelled", "invited"], "staff hear of each");
        let id = {
            let window = crate::office::days("2026-11-26", "2026-11-27");
            crate::office::occurrences(db, &hanako, window)[0].event_id.clone()
        };
        let now = get(db, &hanako, &id).unwrap();
        try_delete(db, &hanako, &id, Scope::This(local("2026-11-26T10:00:00")), &now.etag).unwrap();
        assert_eq!(sent(&mails(db)), of(&[("guest", "CANCEL", "26")]), "a job that runs twice sends once");
        clock.advance(PAUSE * 2);
        assert_eq!(mails(db).len(), 0);
    });
}

/// Whatever else the same PUT changes, who comes to the series hears of the occurrences that are others now.
#[test]
fn a_change_of_everything_at_once_tells_of_single_occurrences_too() {
    on_each_database(|db, clock| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let attendees = [":mailto:guest@example.com".to_owned(), format!(":mailto:{}", mail(&taro))];
        let text = meeting(&hanako, &attendees);
        put(db, &hanako, "m.ics", &text);
        let id = crate::office::occurrences(db, &taro, crate::office::days("2026-11-26", "2026-11-27"))[0]
            .event_id
            .clone();
        reply(db, &taro, &id, json!({"participationStatus": "accepted"})).unwrap();
        mails(db);
        clock.advance(PAUSE);
        let moved = exception(28, 10, &["guest@example.com", &mail(&taro)])
            .replace("DTSTART;TZID=Asia/Tokyo:20261128T10", "DTSTART;TZID=Asia/Tokyo:20261128T15");
        let changed = text
            .replace("SUMMARY", "EXDATE;TZID=Asia/Tokyo:20261127T100000\r\nDESCRIPTION:資料\r\nSUMMARY")
            .replace("END:VCALENDAR", &(moved + "END:VCALENDAR"));
        put(db, &hanako, "m.ics", &changed);
        let sent = sent(&mails(db));
        assert_eq!(sent, of(&[("guest", "CANCEL", "27"), ("guest", "REQUEST", "28")]));
        let told: Vec<_> = kinds(db, &taro).iter().map(|kind| kind.as_str()).collect();
        assert_eq!(told, ["cancelled", "invited", "moved"]);
        let event = get(db, &taro, &id).unwrap().event;
        let answer = |event: &Event| event.participation(&taro.person).unwrap().as_str();
        assert_eq!(answer(&event), "accepted");
        let moved = event.occurrence(local("2026-11-28T10:00:00")).unwrap();
        assert_eq!(answer(&moved), "needs-action", "it is another time");
    });
}

/// Who comes to the series but not to all of it is sent no word of the rest, also when the series moves by the same PUT.
#[test]
fn what_somebody_does_not_come_to_is_left_out_of_their_invitation() {
    on_each_database(|db, clock| {
        let hanako = person(db, "佐藤");
        let attendees = ["goes", "stays"].map(|name| format!(":mailto:{name}@example.com"));
        let text = meeting(&hanako, &attendees);
        put(db, &hanako, "m.ics", &text);
        assert_eq!(mails(db).len(), 2);
        clock.advance(PAUSE);
        let moved = text.replace("T100000", "T110000");
        let one = exception(27, 11, &["stays@example.com", &mail(&hanako)]);
        put(db, &hanako, "m.ics", &moved.replace("END:VCALENDAR", &(one + "END:VCALENDAR")));
        let mails = mails(db);
        assert_eq!(sent(&mails), of(&[("goes", "REQUEST", ""), ("stays", "REQUEST", "27")]));
        for mail in &mails {
            let text = &mail.calendar.as_ref().unwrap().text;
            let goes = mail.to[0].email.starts_with("goes");
            assert_eq!(text.contains("EXDATE;TZID=Asia/Tokyo:20261127T110000"), goes, "{text}");
            assert_eq!(text.matches("BEGIN:VEVENT").count(), if goes { 1 } else { 2 }, "{text}");
        }
    });
}
