use renraku_schedule::{
    codec::ical::{Component, Line, property_instant, property_text, read_components, taking_place},
    model::Zone,
};

use super::{CompFilter, CompTest, ParamFilter, ParamTest, PropFilter, PropTest, TimeRange};

/// Whether the text of an object is what a filter means.
pub(in crate::caldav) fn matches(filter: &CompFilter, text: &str, zone: Zone) -> bool {
    let root = read_components(text.as_bytes());
    root.children
        .iter()
        .filter(|it| it.name == filter.name)
        .any(|calendar| test(&filter.test, calendar, zone))
}

fn comp(filter: &CompFilter, within: &Component, zone: Zone) -> bool {
    let named: Vec<&Component> = match &filter.test {
        CompTest::All { time: Some(range), .. } => taking_place(within, &filter.name, range.bounds(), zone),
        _ => within.children.iter().filter(|it| it.name == filter.name).collect(),
    };
    match &filter.test {
        CompTest::Absent => named.is_empty(),
        all @ CompTest::All { .. } => named.iter().any(|it| test(all, it, zone)),
    }
}

/// Whether one component is all of this, but for when it takes place.
fn test(test: &CompTest, component: &Component, zone: Zone) -> bool {
    let CompTest::All { props, comps, .. } = test else { return false };
    props.iter().all(|filter| prop(filter, component, zone))
        && comps.iter().all(|filter| comp(filter, component, zone))
}

fn prop(filter: &PropFilter, component: &Component, zone: Zone) -> bool {
    let mut named = component.lines_of(&filter.name);
    match &filter.test {
        PropTest::Absent => named.next().is_none(),
        PropTest::All { time, text, params } => named.any(|line| {
            let in_time = |range: &TimeRange| {
                let (from, to) = range.bounds();
                property_instant(line, zone).is_some_and(|at| at >= from && at < to)
            };
            time.as_ref().is_none_or(in_time)
                && text.as_ref().is_none_or(|text| text.holds(&property_text(line)))
                && params.iter().all(|filter| param(filter, line))
        }),
    }
}

fn param(filter: &ParamFilter, line: &Line) -> bool {
    let mut named = line.params.iter().filter(|param| param.name == filter.name);
    match &filter.test {
        ParamTest::Absent => named.next().is_none(),
        ParamTest::Present => named.next().is_some(),
        ParamTest::Text(text) => named.any(|param| param.values.iter().any(|value| text.holds(value))),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::read, *};
    use crate::core::xml;

    const EVENT: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:u\r\nDTSTAMP:20260401T000000Z\r\n\
        DTSTART:20260401T000000Z\r\nSUMMARY;LANGUAGE=ja:朝会\\, 第2 ÄB\r\nCATEGORIES:Work,Plan\r\n\
        ATTENDEE;PARTSTAT=DECLINED;CN=Taro:mailto:taro@example.jp\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\n\
        END:VEVENT\r\nEND:VCALENDAR\r\n";
    const TASK: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VTODO\r\nUID:u\r\nDTSTAMP:20260401T000000Z\r\n\
        DTSTART:20260401T000000Z\r\nDUE:20260402T000000Z\r\nSUMMARY:todo\r\nEND:VTODO\r\nEND:VCALENDAR\r\n";

    fn filter(inside: &str) -> CompFilter {
        let text = format!(
            r#"<filter xmlns="urn:ietf:params:xml:ns:caldav"><comp-filter name="VCALENDAR">{inside}</comp-filter></filter>"#
        );
        read(&xml::read(text.as_bytes()).unwrap()).unwrap()
    }

    #[test]
    fn filters_mean_what_they_say() {
        let event = |inside: &str| format!(r#"<comp-filter name="VEVENT">{inside}</comp-filter>"#);
        let prop = |name: &str, inside: &str| {
            event(&format!(r#"<prop-filter name="{name}">{inside}</prop-filter>"#))
        };
        for (inside, expected) in [
            (String::new(), true),
            (event(""), true),
            (event("<is-not-defined/>"), false),
            (r#"<comp-filter name="VTODO"><is-not-defined/></comp-filter>"#.to_owned(), true),
            (prop("SUMMARY", ""), true),
            (prop("LOCATION", ""), false),
            (prop("LOCATION", "<is-not-defined/>"), true),
            (prop("SUMMARY", "<text-match>朝会, 第2</text-match>"), true),
            (prop("SUMMARY", r#"<text-match negate-condition="yes">朝会</text-match>"#), false),
            (prop("CATEGORIES", "<text-match>WORK</text-match>"), true),
            (prop("CATEGORIES", r#"<text-match collation="i;octet">WORK</text-match>"#), false),
            (prop("SUMMARY", "<text-match>äb</text-match>"), false),
            (prop("SUMMARY", r#"<text-match collation="i;unicode-casemap">äb</text-match>"#), true),
            (
                prop(
                    "ATTENDEE",
                    r#"<param-filter name="PARTSTAT"><text-match>declined</text-match></param-filter>"#,
                ),
                true,
            ),
            (prop("ATTENDEE", r#"<param-filter name="ROLE"><is-not-defined/></param-filter>"#), true),
            (prop("ATTENDEE", r#"<param-filter name="ROLE"/>"#), false),
            (prop("DTSTAMP", r#"<time-range start="20260401T000000Z" end="20260401T000001Z"/>"#), true),
            (prop("DTSTAMP", r#"<time-range start="20260401T000001Z"/>"#), false),
            (
                event(
                    r#"<comp-filter name="VALARM"><prop-filter name="ACTION"><text-match>DISPLAY</text-match></prop-filter></comp-filter>"#,
                ),
                true,
            ),
            (event(r#"<comp-filter name="VALARM"><is-not-defined/></comp-filter>"#), false),
        ] {
            assert_eq!(matches(&filter(&inside), EVENT, Zone::TOKYO), expected, "{inside}");
        }
    }

    #[test]
    fn tasks_are_found_by_their_time() {
        for (range, expected) in [
            (r#"start="20260401T120000Z" end="20260401T130000Z""#, true),
            (r#"start="20260401T235959Z""#, true),
            (r#"start="20260402T000000Z""#, false),
            (r#"end="20260401T000000Z""#, false),
        ] {
            let inside = format!(r#"<comp-filter name="VTODO"><time-range {range}/></comp-filter>"#);
            assert_eq!(matches(&filter(&inside), TASK, Zone::TOKYO), expected, "{range}");
        }
    }

    #[test]
    fn what_cannot_be_answered_is_refused() {
        for inside in [
            r#"<comp-filter name="VEVENT"><other/></comp-filter>"#,
            r#"<comp-filter name="VEVENT"><time-range/></comp-filter>"#,
            r#"<comp-filter name="VEVENT"><time-range start="20260401T000000"/></comp-filter>"#,
            r#"<comp-filter name="VEVENT"><time-range start="20260402T000000Z" end="20260401T000000Z"/></comp-filter>"#,
            r#"<comp-filter name="VALARM"><time-range start="20260401T000000Z"/></comp-filter>"#,
            "<comp-filter/>",
            r#"<comp-filter name="VEVENT"><prop-filter name="X"><text-match collation="i;none">a</text-match></prop-filter></comp-filter>"#,
        ] {
            let text = format!(
                r#"<filter xmlns="urn:ietf:params:xml:ns:caldav"><comp-filter name="VCALENDAR">{inside}</comp-filter></filter>"#
            );
            assert!(read(&xml::read(text.as_bytes()).unwrap()).is_err(), "{inside}");
        }
    }
}
