//! When things take place, in whichever form and zone a file says it.

use super::*;

#[test]
fn zones_are_ours_whatever_the_file_says() {
    let lying = "BEGIN:VTIMEZONE\nTZID:Asia/Tokyo\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0500\nTZOFFSETTO:+0500\nEND:STANDARD\nEND:VTIMEZONE\n";
    let event = |timezone: &str, tzid: &str| {
        let body = format!("{timezone}BEGIN:VEVENT\nUID:u\nDTSTART;TZID={tzid}:20260401T090000\nEND:VEVENT");
        parsed(&body).events.first().map(|it| it.event.time_zone.unwrap().name())
    };
    assert_eq!(event(lying, "Asia/Tokyo"), Some("Asia/Tokyo"));
    assert_eq!(event(&lying.replace("Asia/Tokyo", "東京(標準)"), "東京(標準)"), Some("Etc/GMT-5"));
    assert_eq!(
        event(&lying.replace("Asia/Tokyo", "Office").replace("+0500", "+0900"), "Office"),
        Some("Asia/Tokyo")
    );
    let located = lying.replace("TZID:Asia/Tokyo", "TZID:Büro\nX-LIC-LOCATION:Europe/Berlin");
    assert_eq!(event(&located, "Büro"), Some("Europe/Berlin"));
    let summer = "BEGIN:DAYLIGHT\nDTSTART:16010325T020000\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\nTZOFFSETTO:+0200\nEND:DAYLIGHT\n";
    let winter = "BEGIN:STANDARD\nDTSTART:16011028T030000\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\nTZOFFSETTO:+0100\nEND:STANDARD\n";
    let changing = format!("BEGIN:VTIMEZONE\nTZID:Mars\n{summer}{winter}END:VTIMEZONE\n");
    assert_eq!(event(&changing, "Mars"), Some("Europe/Berlin"));
    assert_eq!(event("", "Mars"), None);
    // A name is a text, and behind what it says of the clocks in brackets may be anything.
    let outlook = lying.replace("Asia/Tokyo", r"(UTC+05:30) Chennai\, Kolkata").replace("+0500", "+0530");
    assert_eq!(event(&outlook, "\"(UTC+05:30) Chennai, Kolkata\""), Some("Asia/Kolkata"));
    assert_eq!(event(&outlook, r#""(UTC+05:30) Chennai\, Kolkata""#), Some("Asia/Kolkata"));
    assert_eq!(event("", "\"(UTC+05:30) 支社\""), Some("Asia/Kolkata"));
    assert_eq!(
        parsed("BEGIN:VEVENT\nUID:u\nDTSTART;TZID=UTC+03:20260401T090000\nEND:VEVENT").kept[0].reasons[0]
            .code,
        "ical-zone"
    );
    let athens = changing.replace("Mars", r"(UTC+01:00) 甲\, 乙");
    assert_eq!(event(&athens, "\"(UTC+01:00) 甲, 乙\""), Some("Europe/Berlin"));
}

#[test]
fn a_zone_that_is_like_none_is_refused_by_its_name() {
    let with = |offset: &str| {
        parsed(&format!(
            "BEGIN:VTIMEZONE\nTZID:Made/Up\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:{offset}\nTZOFFSETTO:{offset}\n\
             END:STANDARD\nEND:VTIMEZONE\nBEGIN:VEVENT\nUID:u\nDTSTART;TZID=Made/Up:20260401T090000\nEND:VEVENT"
        ))
    };
    assert_eq!(with("+0545").events[0].event.time_zone.map(crate::model::Zone::name), Some("Asia/Kathmandu"));
    let refused = with("+0917");
    let [fault] = refused.refused[0].reasons.as_slice() else { panic!("{:?}", refused.refused) };
    assert_eq!((fault.code.as_ref(), refused.events.len()), ("time-zone", 0));
    assert!(fault.detail.contains("Made/Up"), "{}", fault.detail);
}

#[test]
fn reads_times_in_every_form() {
    for (lines, start, zone, duration) in [
        ("DTSTART:20260401T000000Z\nDTEND:20260401T010000Z", "2026-04-01T00:00:00", Some("Etc/UTC"), "PT1H"),
        ("DTSTART:20260401T090000", "2026-04-01T09:00:00", None, "PT0S"),
        ("DTSTART;TZID=:20260401T090000\nDTEND;TZID=:20260401T100000", "2026-04-01T09:00:00", None, "PT1H"),
        ("DTSTART;VALUE=DATE:20260429", "2026-04-29T00:00:00", None, "P1D"),
        ("DTSTART:20260429\nDTEND:20260501", "2026-04-29T00:00:00", None, "P2D"),
        ("DTSTART;VALUE=DATE:20260429\nDTEND;VALUE=DATE:20260429", "2026-04-29T00:00:00", None, "P1D"),
        ("DTSTART;VALUE=DATE:20260429\nDURATION:P1W", "2026-04-29T00:00:00", None, "P7D"),
        (
            "DTSTART:20260401T090000\nDURATION:PT0S\nDTEND:20260401T100000",
            "2026-04-01T09:00:00",
            None,
            "PT1H",
        ),
        (
            "DTSTART:20260401T090000\nDURATION:PT30M\nDTEND:20260401T080000",
            "2026-04-01T09:00:00",
            None,
            "PT30M",
        ),
        ("DTSTART;VALUE=DATE:20260429\nDURATION:PT0S\nRRULE:", "2026-04-29T00:00:00", None, "P1D"),
        (
            "DTSTART;TZID=Tokyo Standard Time:20260401T090000\nDURATION:PT45M",
            "2026-04-01T09:00:00",
            Some("Asia/Tokyo"),
            "PT45M",
        ),
        (
            "DTSTART;TZID=\"(UTC+09:00) Osaka, Sapporo, Tokyo\":20260401T0900",
            "2026-04-01T09:00:00",
            Some("Asia/Tokyo"),
            "PT0S",
        ),
        (
            "DTSTART;TZID=Asia/Tokyo:20260401T090000\nDTEND:20260401T010000Z",
            "2026-04-01T09:00:00",
            Some("Asia/Tokyo"),
            "PT1H",
        ),
        (
            "dtstart;tzid=Asia/Tokyo:20260401T090000\ndtend;tzid=Asia/Tokyo:20260401T090000",
            "2026-04-01T09:00:00",
            Some("Asia/Tokyo"),
            "PT0S",
        ),
        // 24 hours over the start of summer time are 25 on the clock.
        (
            "DTSTART;TZID=Europe/Berlin:20260328T120000\nDTEND;TZID=Europe/Berlin:20260329T120000",
            "2026-03-28T12:00:00",
            Some("Europe/Berlin"),
            "PT23H",
        ),
    ] {
        let event = one(lines);
        assert_eq!(event.start, local(start), "{lines}");
        assert_eq!(event.time_zone.map(crate::model::Zone::name), zone, "{lines}");
        assert_eq!(event.duration.to_string(), duration, "{lines}");
    }
}

#[test]
fn the_last_day_of_whole_days_is_the_one_that_is_meant() {
    for (until, last) in [
        ("20260403", "2026-04-03"),
        // The end of a day, with the letter that a form asks for.
        ("20260403T235959Z", "2026-04-03"),
        ("20260403T000000Z", "2026-04-03"),
        // The last start, and the end of its day, on the clocks of the office.
        ("20260402T150000Z", "2026-04-03"),
        ("20260403T145959Z", "2026-04-03"),
    ] {
        let body = format!(
            "BEGIN:VEVENT\nUID:u\nDTSTART;VALUE=DATE:20260401\nRRULE:FREQ=DAILY;UNTIL={until}\nEND:VEVENT"
        );
        let rule = parsed(&body).events[0].event.recurrence_rule.clone().unwrap();
        assert_eq!(rule.until.unwrap().date().to_string(), last, "{until}");
    }
}
