use renraku_contacts::codec::vcard::{Property, properties};

use super::{Condition, Filter, MatchKind, ParamTest, PropFilter, PropTest, TextMatch};
use crate::core::Collation;

/// The properties whose value is a list: each of its texts is a value, too.
const LISTS: [&str; 2] = ["CATEGORIES", "NICKNAME"];

/// Whether the text of a card is what a filter means.
pub(in crate::carddav) fn matches(filter: &Filter, card: &str) -> bool {
    let card = properties(card);
    filter.test.of(&filter.props, |prop| is_so(prop, &card))
}

fn is_so(filter: &PropFilter, card: &[Property]) -> bool {
    let in_group = |property: &Property| match (&filter.group, &property.group) {
        (None, _) => true,
        (Some(wanted), Some(group)) => wanted.eq_ignore_ascii_case(group),
        (Some(_), None) => false,
    };
    let mut named = card.iter().filter(|it| it.name == filter.name && in_group(it));
    match &filter.test {
        PropTest::Absent => named.next().is_none(),
        PropTest::Holds { test, conditions } => {
            named.any(|property| test.of(conditions, |condition| holds(condition, property, card)))
        }
    }
}

fn holds(condition: &Condition, property: &Property, card: &[Property]) -> bool {
    match condition {
        Condition::Text(text) => value_holds(text, property, card),
        Condition::Param { name, test } => {
            let mut values =
                property.params.iter().filter(|param| param.name == *name).flat_map(|param| &param.values);
            match test {
                ParamTest::Absent => values.next().is_none(),
                ParamTest::Present => values.next().is_some(),
                // Of several values of a parameter one has to be so, or none where it must not be.
                ParamTest::Text(text) => values.any(|value| text.is_so(value)) != text.negated,
            }
        }
    }
}

fn value_holds(text: &TextMatch, property: &Property, card: &[Property]) -> bool {
    let whole = property.text();
    let is_list = LISTS.contains(&property.name.as_str());
    let parts = || is_list && whole.split(',').any(|part| text.is_so(part.trim()));
    let otherwise = || {
        text.collation == Collation::Unicode
            && text.kind != MatchKind::Equals
            && text.needle.as_ref().is_some_and(|needle| {
                needle.is_found(property, card, |value, wanted| text.kind.meets(value, wanted))
            })
    };
    (text.is_so(&whole) || parts() || otherwise()) != text.negated
}

#[cfg(test)]
mod tests {
    use super::{
        super::{read, sought},
        *,
    };
    use crate::core::xml;

    const CARD: &str = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:u\r\nFN:髙橋 花子\r\nN:髙橋;花子;;;\r\n\
        X-PHONETIC-LAST-NAME:タカハシ\r\nX-PHONETIC-FIRST-NAME:ハナコ\r\nEMAIL;TYPE=INTERNET,WORK:Hanako@Example.jp\r\n\
        item1.TEL;TYPE=CELL:090-1234-5678\r\nNOTE:Ärger\\, 会議\r\nCATEGORIES:取引先,Work\r\nEND:VCARD\r\n";

    fn filter(test: &str, inside: &str) -> Filter {
        let text =
            format!(r#"<filter test="{test}" xmlns="urn:ietf:params:xml:ns:carddav">{inside}</filter>"#);
        read(&xml::read(text.as_bytes()).unwrap()).unwrap()
    }

    fn prop(name: &str, inside: &str) -> String {
        format!(r#"<prop-filter name="{name}">{inside}</prop-filter>"#)
    }

    fn text(attributes: &str, text: &str) -> String {
        format!("<text-match {attributes}>{text}</text-match>")
    }

    #[test]
    fn filters_mean_what_they_say() {
        let octet = r#"collation="i;octet""#;
        let ascii = r#"collation="i;ascii-casemap""#;
        let negated = r#"negate-condition="yes""#;
        for (inside, expected) in [
            (prop("FN", ""), true),
            (prop("TITLE", ""), false),
            (prop("TITLE", "<is-not-defined/>"), true),
            (prop("FN", "<is-not-defined/>"), false),
            (prop("EMAIL", &text("", "hanako@")), true),
            (prop("EMAIL", &text(octet, "hanako@")), false),
            (prop("EMAIL", &text(octet, "Hanako@")), true),
            (prop("EMAIL", &text(ascii, "HANAKO@")), true),
            (prop("EMAIL", &text(negated, "hanako@")), false),
            (prop("EMAIL", &text(r#"match-type="equals""#, "hanako@example.jp")), true),
            (prop("EMAIL", &text(r#"match-type="equals""#, "hanako")), false),
            (prop("EMAIL", &text(r#"match-type="starts-with""#, "hanako")), true),
            (prop("EMAIL", &text(r#"match-type="starts-with""#, "example")), false),
            (prop("EMAIL", &text(r#"match-type="ends-with""#, "EXAMPLE.JP")), true),
            (prop("NOTE", &text("", "ä")), true),
            (prop("NOTE", &text(ascii, "ä")), false),
            (prop("NOTE", &text("", "ger, 会")), true),
            (prop("CATEGORIES", &text(r#"match-type="equals""#, "work")), true),
            // The same name in other words.
            (prop("FN", &text("", "高橋")), true),
            (prop("FN", &text("", "たかはし")), true),
            (prop("N", &text("", "takahasi")), true),
            (prop("FN", &text("", "hanako")), true),
            (prop("FN", &text(ascii, "takahasi")), false),
            (prop("FN", &text(octet, "高橋")), false),
            (prop("TEL", "<param-filter name=\"TYPE\"/>"), true),
            (prop("TEL", "<param-filter name=\"X\"><is-not-defined/></param-filter>"), true),
            (
                prop("EMAIL", &format!("<param-filter name=\"type\">{}</param-filter>", text("", "work"))),
                true,
            ),
            (
                prop("EMAIL", &format!("<param-filter name=\"type\">{}</param-filter>", text("", "home"))),
                false,
            ),
            (prop("ITEM1.TEL", ""), true),
            (prop("item2.tel", ""), false),
        ] {
            assert_eq!(matches(&filter("anyof", &inside), CARD), expected, "{inside}");
        }
        let both = prop("FN", &text("", "高橋")) + &prop("TITLE", "");
        assert!(matches(&filter("anyof", &both), CARD) && !matches(&filter("allof", &both), CARD));
        let all = format!(
            r#"<prop-filter name="EMAIL" test="allof">{}{}</prop-filter>"#,
            text("", "hana"),
            text("", "x@")
        );
        assert!(!matches(&filter("anyof", &all), CARD));
        assert!(matches(&filter("anyof", ""), CARD));
    }

    #[test]
    fn the_texts_are_asked_first_where_they_know_all() {
        let of = |test: &str, inside: &str| {
            let texts = |others| {
                let filter = filter(test, inside);
                sought(&filter, others).map(|all| all.iter().map(|it| it.text.to_owned()).collect::<Vec<_>>())
            };
            (texts(false), texts(true))
        };
        let some = |texts: &[&str]| Some(texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
        let both = |texts: &[&str]| (some(texts), some(texts));
        let (fn_a, note_b) = (prop("FN", &text("", "a")), prop("NOTE", &text("", "b")));
        let email_c = prop("email", &text("", "c"));
        assert_eq!(of("anyof", &(fn_a.clone() + &email_c)), both(&["a", "c"]));
        assert_eq!(of("allof", &(note_b.clone() + &fn_a)), (some(&["a"]), some(&["b"])));
        assert_eq!(of("anyof", &(note_b + &fn_a)), (None, some(&["b", "a"])));
        let none = (None, None);
        assert_eq!(of("anyof", &prop("FN", &text(r#"negate-condition="yes""#, "a"))), none);
        assert_eq!(of("anyof", &prop("FN", "<is-not-defined/>")), none);
        assert_eq!(of("anyof", &prop("PHOTO", &text("", "a"))), none);
        assert_eq!(of("anyof", &prop("FN", &text("", "々"))), none, "it depends on what stands before it");
    }

    #[test]
    fn what_cannot_be_answered_is_refused() {
        for inside in [
            "<other/>",
            "<prop-filter/>",
            r#"<prop-filter name="FN" test="some"/>"#,
            r#"<prop-filter name="FN"><is-not-defined/><text-match>a</text-match></prop-filter>"#,
            r#"<prop-filter name="FN"><text-match collation="i;none">a</text-match></prop-filter>"#,
            r#"<prop-filter name="FN"><text-match match-type="regex">a</text-match></prop-filter>"#,
            r#"<prop-filter name="FN"><text-match negate-condition="perhaps">a</text-match></prop-filter>"#,
            r#"<prop-filter name="FN"><time-range/></prop-filter>"#,
        ] {
            let text = format!(r#"<filter xmlns="urn:ietf:params:xml:ns:carddav">{inside}</filter>"#);
            assert!(read(&xml::read(text.as_bytes()).unwrap()).is_err(), "{inside}");
        }
    }
}
