use chrono::Datelike;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{codec::ical, model::RecurrenceRule};

fn series(lines: &str) -> Event {
    let file = format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:u\n{lines}\nEND:VEVENT\nEND:VCALENDAR\n");
    let mut parsed = ical::read(file.as_bytes()).unwrap();
    assert_eq!(parsed.refused, [], "{lines}");
    parsed.events.remove(0).event
}

fn always() -> Window {
    Window::tokyo(at("1900-01-02T00:00:00Z"), at("2100-12-30T00:00:00Z"))
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn local(text: &str) -> LocalDateTime {
    text.parse().unwrap()
}

fn starts(event: &Event, window: Window, limit: usize) -> Vec<String> {
    expand(event, window, limit).items.iter().map(|found| found.start.to_string()).collect()
}

#[test]
fn series_give_what_they_say() {
    let table = include_str!("cases.txt");
    let mut count = 0;
    for case in table.split("\n# ").skip(1) {
        let (name, rest) = case.split_once('\n').unwrap();
        let (lines, expected) = rest.split_once("\n=").unwrap();
        let (expected, instants) = expected.split_once("\n~").unwrap_or((expected, ""));
        let more = expected.contains("...");
        let expected: Vec<&str> = expected.split_whitespace().filter(|word| *word != "...").collect();
        let found = expand(&series(lines), always(), if more { expected.len() } else { 100 });
        let given: Vec<String> = found.items.iter().map(|it| it.start.to_string()).collect();
        assert_eq!(given.len(), expected.len(), "{name}: {given:?}");
        for (given, expected) in given.iter().zip(&expected) {
            assert!(given.starts_with(expected), "{name}: {given} for {expected}");
        }
        assert_eq!(found.truncated, more, "{name}");
        for (given, expected) in found.items.iter().zip(instants.split_whitespace()) {
            assert!(
                given.utc_start.to_string().starts_with(&expected[..16]),
                "{name}: {} for {expected}",
                given.utc_start
            );
        }
        count += 1;
    }
    assert!(count >= 80, "{count}");
}

/// The starts of an event in UTC, each as far as it differs from the one before, as in `corpus.txt`.
fn short(starts: impl Iterator<Item = NaiveDateTime>) -> String {
    let mut before: Option<NaiveDateTime> = None;
    let words = starts.map(|at| {
        let same_year = before.is_some_and(|before| before.year() == at.year());
        let same_time = before.is_some_and(|before| before.time() == at.time());
        before = Some(at);
        let date = at.format(if same_year { "%m-%d" } else { "%Y-%m-%d" });
        if same_time { date.to_string() } else { format!("{date}{}", at.format("T%H:%M")) }
    });
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn series_give_what_other_engines_give() {
    let corpus = include_str!("corpus.txt");
    let (mut count, mut wrong) = (0, Vec::new());
    for case in corpus.split("\n\n").skip(1) {
        let (lines, expected) = case.trim_end().split_once("\n= ").unwrap();
        let (expected, more) = expected.strip_suffix(" +").map_or((expected, false), |it| (it, true));
        let whole_days = lines.contains("VALUE=DATE");
        let event = series(lines);
        let found = expand(&event, always(), if more { expected.split(' ').count() } else { 100 });
        let starts = found
            .items
            .iter()
            .map(|it| if whole_days { it.start.naive() } else { it.utc_start.to_datetime().naive_utc() });
        let given = short(starts);
        if given != expected || found.truncated != more {
            wrong.push(format!("{lines}\n  gives {given}\n  for   {expected}"));
        }
        count += 1;
    }
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count >= 2_000, "{count}");
}

#[test]
fn a_window_shows_what_reaches_into_it() {
    let event = series("DTSTART;TZID=Asia/Tokyo:20260401T230000\nDURATION:PT2H\nRRULE:FREQ=DAILY");
    let window = |from, to| starts(&event, Window::tokyo(at(from), at(to)), 10);
    // From 00:30, when the night's event still goes on, to 23:00, when the next begins.
    assert_eq!(window("2026-04-10T00:30:00+09:00", "2026-04-10T23:00:00+09:00"), ["2026-04-09T23:00:00"]);
    assert_eq!(window("2026-04-10T01:00:00+09:00", "2026-04-10T23:00:01+09:00"), ["2026-04-10T23:00:00"]);
    assert_eq!(window("2026-03-01T00:00:00Z", "2026-04-01T14:00:00Z"), [] as [&str; 0]);
    let moment = series("DTSTART;TZID=Asia/Tokyo:20260401T090000");
    let on = |from, to| starts(&moment, Window::tokyo(at(from), at(to)), 10).len();
    assert_eq!(on("2026-04-01T00:00:00Z", "2026-04-01T00:00:01Z"), 1);
    assert_eq!(on("2026-03-31T00:00:00Z", "2026-04-01T00:00:00Z"), 0);
}

#[test]
fn whole_days_lie_in_the_readers_zone() {
    let event = series("DTSTART;VALUE=DATE:20260429\nRRULE:FREQ=YEARLY");
    let found = expand(&event, Window::tokyo(at("2026-04-28T15:00:00Z"), at("2026-04-29T15:00:00Z")), 10);
    assert_eq!(found.items.len(), 1);
    assert_eq!(found.items[0].utc_start, at("2026-04-28T15:00:00Z"));
    assert_eq!(found.items[0].utc_end, at("2026-04-29T15:00:00Z"));
    // The last hour before and the first after the day, when in UTC the date is another.
    assert_eq!(
        starts(&event, Window::tokyo(at("2026-04-28T23:00:00+09:00"), at("2026-04-29T00:00:00+09:00")), 10),
        [] as [&str; 0]
    );
    assert_eq!(
        starts(&event, Window::tokyo(at("2026-04-30T00:00:00+09:00"), at("2026-04-30T09:00:00+09:00")), 10),
        [] as [&str; 0]
    );
    let berlin = Window { zone: "Europe/Berlin".parse().unwrap(), ..always() };
    assert_eq!(expand(&event, berlin, 1).items[0].utc_start, at("2026-04-28T22:00:00Z"));
}

#[test]
fn a_meeting_lasts_as_long_when_the_clocks_change() {
    let length = |lines: &str| {
        let found = expand(&series(lines), always(), 1).items[0];
        (found.utc_end.seconds() - found.utc_start.seconds()) / 3_600
    };
    assert_eq!(length("DTSTART;TZID=America/New_York:20260307T120000\nDURATION:P1D"), 23);
    assert_eq!(length("DTSTART;TZID=America/New_York:20260307T120000\nDURATION:PT24H"), 24);
    assert_eq!(length("DTSTART;VALUE=DATE:20260307\nDURATION:P1D"), 24);
}

#[test]
fn exceptions_move_change_and_add() {
    let event = Event::read(json!({
        "uid": "u", "start": "2026-04-01T09:00:00", "timeZone": "Asia/Tokyo", "duration": "PT1H",
        "recurrenceRule": {"frequency": "daily", "count": 5},
        "recurrenceOverrides": {
            "2026-04-02T09:00:00": {"start": "2026-05-10T09:00:00"},
            "2026-04-03T09:00:00": {"duration": "PT30M", "title": "短縮"},
            "2026-04-04T09:00:00": {"excluded": true},
            "2026-04-05T09:00:00": {"timeZone": "Europe/Berlin"},
            "2026-06-01T09:00:00": {}
        }
    }))
    .unwrap();
    let found: Vec<_> = expand(&event, always(), 10)
        .items
        .iter()
        .map(|it| (it.recurrence_id.unwrap().to_string(), it.utc_start.to_string(), it.changed))
        .collect();
    let row = |id: &str, start: &str, changed| (id.to_owned(), start.to_owned(), changed);
    assert_eq!(
        found,
        [
            row("2026-04-01T09:00:00", "2026-04-01T00:00:00Z", false),
            row("2026-04-03T09:00:00", "2026-04-03T00:00:00Z", true),
            row("2026-04-05T09:00:00", "2026-04-05T07:00:00Z", true),
            row("2026-04-02T09:00:00", "2026-05-10T00:00:00Z", true),
            row("2026-06-01T09:00:00", "2026-06-01T00:00:00Z", false),
        ]
    );
    // Moved out of the window, or into it.
    let day = |day: &str| {
        let from = at(&format!("{day}T00:00:00+09:00"));
        starts(&event, Window::tokyo(from, from + std::time::Duration::from_secs(86_400)), 10)
    };
    assert_eq!(day("2026-04-02"), [] as [&str; 0]);
    assert_eq!(day("2026-05-10"), ["2026-05-10T09:00:00"]);
    assert_eq!(additions(&event), [local("2026-06-01T09:00:00")]);
}

#[test]
fn knows_its_own_occurrences() {
    let event = series(
        "DTSTART;TZID=Asia/Tokyo:20260401T090000\nRRULE:FREQ=DAILY;COUNT=5\nEXDATE;TZID=Asia/Tokyo:20260402T090000\nRDATE;TZID=Asia/Tokyo:20260501T090000",
    );
    for (id, is_one) in [
        ("2026-04-01T09:00:00", true),
        ("2026-04-02T09:00:00", false),
        ("2026-04-03T09:00:00", true),
        ("2026-04-03T10:00:00", false),
        ("2026-04-06T09:00:00", false),
        ("2026-05-01T09:00:00", true),
    ] {
        assert_eq!(has_occurrence(&event, local(id)), is_one, "{id}");
    }
    let single = series("DTSTART;TZID=Asia/Tokyo:20260401T090000");
    assert!(!has_occurrence(&single, single.start));
}

#[test]
fn an_occurrence_that_was_moved_onto_another_takes_nothing_away() {
    let one = |id: u8, at: u8| {
        format!("RECURRENCE-ID:202604{id:02}T090000\nDTSTART:202604{at:02}T090000\nDURATION:PT1H")
    };
    let event = series(&format!("{}\nEND:VEVENT\nBEGIN:VEVENT\nUID:u\n{}", one(1, 2), one(2, 2)));
    let event = without_idle_exceptions(event);
    let ids = |event: &Event| {
        let items = expand(event, always(), 10).items;
        items.iter().map(|it| it.recurrence_id.unwrap().to_string()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&event), ["2026-04-01T09:00:00", "2026-04-02T09:00:00"]);
    for id in ids(&event) {
        assert!(has_occurrence(&event, local(&id)), "{id}");
    }
}

#[test]
fn an_endless_series_is_there_in_every_later_year() {
    for rule in [
        "DAILY",
        "WEEKLY",
        "MONTHLY",
        "YEARLY",
        "DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23",
    ] {
        let event = series(&format!("DTSTART;TZID=Asia/Tokyo:19000410T090000\nRRULE:FREQ={rule}"));
        let window = Window::tokyo(at("2099-04-10T00:00:00+09:00"), at("2099-04-11T00:00:00+09:00"));
        let expected = if rule.contains("BYHOUR") { 24 } else { usize::from(rule != "WEEKLY") };
        assert_eq!(expand(&event, window, 100).items.len(), expected, "{rule}");
    }
}

#[test]
fn tells_when_a_series_ends() {
    let ends = |lines: &str| end(&series(lines)).map(|end| end.to_string());
    assert_eq!(
        ends("DTSTART:20260401T000000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3"),
        Some("2026-04-03T01:00:00Z".to_owned())
    );
    assert_eq!(ends("DTSTART:20260401T000000Z\nDURATION:PT1H"), Some("2026-04-01T01:00:00Z".to_owned()));
    assert_eq!(ends("DTSTART:20260401T000000Z\nRRULE:FREQ=DAILY"), None);
    assert_eq!(ends("DTSTART:20260401T000000Z\nRRULE:FREQ=DAILY;COUNT=1000000"), None);
    assert_eq!(
        ends("DTSTART:20260401T000000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3\nRDATE:20270101T000000Z"),
        Some("2027-01-01T01:00:00Z".to_owned())
    );
}

#[test]
fn exceptions_move_along_with_their_series() {
    let before = Event::read(json!({
        "uid": "u", "start": "2026-04-06T09:00:00", "timeZone": "Asia/Tokyo",
        "recurrenceRule": {"frequency": "weekly", "byDay": [{"day": "mo"}, {"day": "we"}]},
        "recurrenceOverrides": {
            "2026-04-08T09:00:00": {"title": "x"}, "2026-04-13T09:00:00": {"excluded": true}, "2026-04-18T10:00:00": {"title": "added"}
        }
    }))
    .unwrap();
    let keys = |event: &Event| event.recurrence_overrides.keys().map(ToString::to_string).collect::<Vec<_>>();
    let mut after = before.clone();
    after.start = local("2026-04-06T13:30:00");
    let (moved, dropped) = keep_exceptions(&before, after);
    assert_eq!(
        (keys(&moved), dropped.len()),
        (vec!["2026-04-08T13:30:00".into(), "2026-04-13T13:30:00".into(), "2026-04-18T10:00:00".into()], 0)
    );

    let weekly = |days: serde_json::Value| {
        Some(RecurrenceRule::from_value(json!({"frequency": "weekly", "byDay": days})).unwrap())
    };
    let mut after = before.clone();
    after.start = local("2026-04-07T09:00:00");
    after.recurrence_rule = weekly(json!([{"day": "tu"}, {"day": "th"}]));
    let (moved, dropped) = keep_exceptions(&before, after);
    assert_eq!(
        (keys(&moved), dropped.len()),
        (vec!["2026-04-09T09:00:00".into(), "2026-04-14T09:00:00".into(), "2026-04-18T10:00:00".into()], 0)
    );

    let mut after = before.clone();
    after.recurrence_rule = weekly(json!([{"day": "mo"}]));
    let (kept, dropped) = keep_exceptions(&before, after);
    assert_eq!(dropped, [local("2026-04-08T09:00:00")]);
    assert_eq!(keys(&kept), ["2026-04-13T09:00:00", "2026-04-18T10:00:00"]);

    // What was the first occurrence is the whole now, and as the event says.
    let mut before = before;
    before.recurrence_overrides = [(before.start, PatchObject::excluded())].into_iter().collect();
    let (kept, dropped) = keep_exceptions(&before, Event { recurrence_rule: None, ..before.clone() });
    assert_eq!((keys(&kept).len(), dropped), (0, vec![before.start]));
}

/// Rules that would cost much if they were followed blindly.
#[test]
fn hostile_rules_are_bounded() {
    for rule in [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;BYDAY=5MO;BYMONTHDAY=1",
        "FREQ=YEARLY;BYWEEKNO=53;BYYEARDAY=1;BYDAY=WE;BYMONTHDAY=5",
        "FREQ=DAILY;COUNT=1000000000",
        "FREQ=DAILY;COUNT=1000000000;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23",
        "FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR=1,2,3,4;BYMINUTE=1,2,3;BYSECOND=1,2;BYSETPOS=366,-366",
        "FREQ=YEARLY;INTERVAL=65535",
        "FREQ=MONTHLY;INTERVAL=65535",
        "FREQ=WEEKLY;INTERVAL=65535",
        "FREQ=DAILY;INTERVAL=65535;BYDAY=MO",
        "FREQ=HOURLY;INTERVAL=65535;COUNT=1",
    ] {
        let event = series(&format!("DTSTART;TZID=Asia/Tokyo:19000401T090000\nRRULE:{rule}"));
        let late = Window::tokyo(at("2099-01-01T00:00:00Z"), at("2100-01-01T00:00:00Z"));
        let (found, found_late) = (expand(&event, always(), MAX_INSTANCES), expand(&event, late, 10));
        assert!(found.items.len() <= MAX_INSTANCES && found_late.items.len() <= 10, "{rule}");
        let steps = |window| rule::steps(&event, local_window(&Time::of(&event), window));
        assert!(steps(always()) <= rule::MAX_STEPS + 1, "{rule}");
        // Two centuries between the start and the window cost nothing, unless occurrences have to be counted.
        if !rule.contains("COUNT") {
            assert!(steps(late) <= 100, "{rule}: {}", steps(late));
        }
    }
}

fn any_rule() -> impl Strategy<Value = serde_json::Value> {
    let frequency = prop::sample::select(vec!["yearly", "monthly", "weekly", "daily", "hourly"]);
    let list = |low: i64, high: i64| prop::collection::vec(low..=high, 0..4);
    let days = prop::collection::vec((0_usize..7, prop::option::of(-6_i64..=6)), 0..4);
    let end = prop::option::of(prop_oneof![
        (1_u32..60).prop_map(|count| json!({ "count": count })),
        (1900_i32..2100).prop_map(|year| json!({ "until": format!("{year}-06-15T12:00:00") })),
    ]);
    let parts = (list(-31, 31), list(-366, 366), list(-53, 53), list(1, 12), list(0, 23), list(-30, 30));
    (frequency, 1_i64..40, days, parts, end, prop::sample::select(vec!["mo", "su", "we"])).prop_map(
        |(
            frequency,
            interval,
            days,
            (month_days, year_days, weeks, months, hours, positions),
            end,
            first,
        )| {
            let names = ["mo", "tu", "we", "th", "fr", "sa", "su"];
            let days: Vec<_> = days
                .into_iter()
                .map(|(day, nth)| match nth {
                    Some(nth) => json!({"day": names[day], "nthOfPeriod": nth}),
                    None => json!({"day": names[day]}),
                })
                .collect();
            let months: Vec<_> = months.iter().map(ToString::to_string).collect();
            let mut rule = json!({
                "frequency": frequency, "interval": interval, "byDay": days, "byMonthDay": month_days,
                "byYearDay": year_days, "byWeekNo": weeks, "byMonth": months, "byHour": hours,
                "bySetPosition": positions, "firstDayOfWeek": first
            });
            // Most parts do not go with most others: leave some out, so that many rules are taken.
            if let Some(rule) = rule.as_object_mut() {
                if frequency != "yearly" {
                    rule.remove("byYearDay");
                    rule.remove("byWeekNo");
                }
                if frequency == "weekly" {
                    rule.remove("byMonthDay");
                }
                if let Some(serde_json::Value::Object(end)) = end {
                    rule.extend(end);
                }
            }
            rule
        },
    )
}

proptest! {
    /// Going on from a later start gives what following the rule from its beginning gives.
    #[test]
    fn a_late_window_shows_the_same_as_an_early_one(rule in any_rule(), years in 0_i64..60, day in 1_u32..29, month in 1_u32..13) {
        let body = json!({
            "uid": "u", "start": format!("2001-{month:02}-{day:02}T09:00:00"), "timeZone": "Asia/Tokyo",
            "duration": "PT1H", "recurrenceRule": rule
        });
        let Ok(event) = Event::read(body) else { return Ok(()) };
        let from = at(&format!("{}-03-10T00:00:00Z", 2001 + years));
        let to = from + std::time::Duration::from_secs(400 * 86_400);
        let direct = expand(&event, Window::tokyo(from, to), MAX_INSTANCES);
        // A count that cannot be reached keeps the rule from being entered late.
        let mut followed = event;
        if let Some(rule) = &mut followed.recurrence_rule
            && rule.count.is_none()
        {
            rule.count = Some(u32::MAX);
        }
        let slow = expand(&followed, Window::tokyo(from, to), MAX_INSTANCES);
        prop_assert_eq!(direct.items, slow.items);
    }

    /// Whatever is taken in can be expanded, in order, without an end before its start.
    #[test]
    fn no_rule_breaks_the_expansion(rule in any_rule(), year in 1900_i32..2100, zone in prop::sample::select(vec!["Asia/Tokyo", "America/New_York", "Pacific/Apia", "Australia/Lord_Howe"])) {
        let body = json!({
            "uid": "u", "start": format!("{year}-01-31T02:30:00"), "timeZone": zone, "duration": "PT30M", "recurrenceRule": rule
        });
        let Ok(event) = Event::read(body) else { return Ok(()) };
        let found = expand(&event, always(), 200);
        prop_assert!(!found.items.is_empty());
        prop_assert!(found.items.iter().all(|it| it.utc_start <= it.utc_end));
        prop_assert!(found.items.is_sorted_by_key(|it| it.utc_start));
        prop_assert!(found.items.iter().all(|it| has_occurrence(&event, it.recurrence_id.unwrap())));
    }
}
