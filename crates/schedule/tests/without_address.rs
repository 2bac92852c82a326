//! Guests whose addresses cannot be read, or are ids, as calendar programs write them.

use renraku_test_db::on_each_database;

use crate::{
    office::{person, room},
    scheduling::{mail, meeting, put, read},
};

/// Whom the server cannot even name it tells of all the same: Evolution writes `MAILTO:` before whatever is typed.
#[test]
fn who_has_no_address_is_told_and_so_are_guests_of_single_occurrences() {
    on_each_database(|db, _| {
        let (hanako, taro, room) = (person(db, "佐藤"), person(db, "鈴木"), room(db, "第1会議室"));
        let none = [":MAILTO:第2会議室".to_owned(), format!(":mailto:{room}")];
        let by_id =
            [format!(";CUTYPE=ROOM:MAILTO:urn:uuid:{room}"), format!(":MAILTO:urn:uuid:{}", taro.person)];
        let day = |day: &str, attendees: &[String]| {
            let text = meeting(&hanako, attendees)
                .replace("RRULE:FREQ=DAILY;COUNT=3", &format!("RECURRENCE-ID;TZID=Asia/Tokyo:{day}"));
            let text = text.replace("20261126T100000\r\nDURATION", &format!("{day}\r\nDURATION"));
            let from = text.find("BEGIN:VEVENT").unwrap();
            text.get(from..).unwrap().to_owned()
        };
        let guests = [
            ":mailto:guest@example.com".to_owned(),
            format!(":mailto:{}", mail(&taro)),
            ":mailto:nobody@office.example.jp".to_owned(),
            ":mailto:第3会議室".to_owned(),
        ];
        let told = |text: &str| -> Vec<Vec<String>> {
            let of = |component: &str| {
                let lines = component.lines().filter(|line| line.starts_with("ATTENDEE"));
                let lines = lines.filter(|line| !line.contains(&mail(&hanako)));
                let status = |line: &str| {
                    let status = line
                        .split_once("SCHEDULE-STATUS=\"")
                        .map_or("", |(_, it)| it.split('"').next().unwrap());
                    format!("{} {status}", line.rsplit(':').next().unwrap().split('@').next().unwrap())
                };
                let mut lines: Vec<String> = lines.map(status).collect();
                lines.sort();
                lines
            };
            text.split("BEGIN:VEVENT").skip(1).map(of).collect()
        };
        let taro_told = format!("{} 1.2", taro.person);
        // In the series, and in an occurrence of which nobody else comes to the series.
        for (name, series, others) in [("a.ics", &none[..], 0), ("b.ics", &by_id, 1)] {
            let text = meeting(&hanako, series).replace("UID:m", &format!("UID:{name}"));
            let one = day("20261127T100000", &guests).replace("UID:m", &format!("UID:{name}"));
            put(db, &hanako, name, &text.replace("END:VCALENDAR\r\n", &one));
            let hers = read(db, &hanako, name);
            let statuses = told(&hers.text);
            assert_eq!(
                statuses[1],
                [taro_told.as_str(), "guest 1.1", "nobody 3.7", "第3会議室 3.7"],
                "{}",
                hers.text
            );
            match others {
                0 => assert_eq!(statuses[0], [&format!("{room} 3.7"), "第2会議室 3.7"], "{}", hers.text),
                _ => {
                    assert!(statuses[0].contains(&taro_told), "{}", hers.text);
                    let booked =
                        hers.text.lines().find(|line| line.contains(&format!("urn:uuid:{room}"))).unwrap();
                    assert!(booked.contains("PARTSTAT=ACCEPTED"), "{booked}");
                }
            }
            assert_eq!(
                hers.text.matches("ORGANIZER:mailto").count() + hers.text.matches("ORGANIZER;CN").count(),
                2,
                "{}",
                hers.text
            );
            // What she stores of it is not taken for hers.
            put(db, &hanako, name, &hers.text);
            let again = read(db, &hanako, name);
            assert_eq!(told(&again.text), told(&hers.text), "{}", again.text);
        }
        // So it is where the series is of nobody, as Thunderbird writes who comes to one of hers.
        let people = |text: &str| {
            text.lines()
                .filter(|it| !it.starts_with("ORGANIZER"))
                .map(|it| format!("{it}\r\n"))
                .collect::<String>()
        };
        let in_capitals = [format!(":URN:UUID:{}", taro.person.as_str().to_uppercase())];
        for (name, guest) in [("d.ics", &guests[1..2]), ("e.ics", &by_id[1..]), ("f.ics", &in_capitals[..])] {
            let one = day("20261127T100000", guest)
                .replace("ORGANIZER:", "ORGANIZER;CN=x;PARTSTAT=ACCEPTED;CUTYPE=INDIVIDUAL:")
                .replace("ATTENDEE:", "ATTENDEE;RSVP=TRUE;CN=y;PARTSTAT=NEEDS-ACTION;CUTYPE=INDIVIDUAL:");
            let text = people(&meeting(&hanako, &[])).replace("UID:m", &format!("UID:{name}"));
            put(db, &hanako, name, &text);
            let one = one.replace("UID:m", &format!("UID:{name}"));
            put(db, &hanako, name, &text.replace("END:VCALENDAR\r\n", &one));
            let hers = read(db, &hanako, name);
            assert_eq!(told(&hers.text)[1], [taro_told.as_str()], "{}", hers.text);
        }
        // Also where they alone are named.
        let alone = meeting(&hanako, &none).replace("UID:m", "UID:c");
        put(db, &hanako, "c.ics", &alone);
        let hers = read(db, &hanako, "c.ics");
        assert_eq!(told(&hers.text)[0].len(), 2);
        assert!(
            told(&hers.text)[0].iter().all(|it| it.ends_with(" 3.7")) && hers.text.contains("ORGANIZER"),
            "{}",
            hers.text
        );
    });
}
