//! Whatever a card says comes back, in either version.

use proptest::{collection::vec, option, prelude::*, sample::select};
use renraku_base::content::text::escape;
use serde_json::Value;

use super::{Version, parse, properties, read_object, write};

/// Texts as people write them, and as they do not.
fn words() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9 山田太郎あいうカキク髙﨑,;:\\\\\"'^=.@/+-]{1,24}".prop_map(|text| format!("a{}", text.trim()))
}

fn text() -> impl Strategy<Value = String> {
    (words(), option::of(words())).prop_map(|(a, b)| match b {
        Some(b) => format!("{a}\n{b}"),
        None => a,
    })
}

fn kinds() -> impl Strategy<Value = String> {
    vec(select(vec!["WORK", "home", "CELL", "voice", "PREF", "x-own", "IPHONE"]), 0..3).prop_map(|all| {
        match all.len() {
            0 => String::new(),
            _ => format!(";TYPE={}", all.join(",")),
        }
    })
}

/// A line of a card in 3.0.
fn line() -> impl Strategy<Value = String> {
    let plain = select(vec!["TITLE", "ROLE", "NICKNAME", "EMAIL", "X-OWN", "GENDER", "TZ", "X-PHONETIC-ORG"]);
    prop_oneof![
        (plain, kinds(), words()).prop_map(|(name, kinds, text)| format!("{name}{kinds}:{}", escape(&text))),
        text().prop_map(|text| format!("NOTE:{}", escape(&text))),
        (kinds(), "[0-9+ ()-]{1,14}").prop_map(|(kinds, number)| format!("TEL{kinds}:0{}", number.trim())),
        vec(words(), 1..4).prop_map(|parts| format!(
            "ORG:{}",
            parts.iter().map(|it| escape(it)).collect::<Vec<_>>().join(";")
        )),
        (kinds(), vec(option::of(words()), 7)).prop_map(|(kinds, parts)| {
            let parts: Vec<String> = parts.into_iter().map(|it| escape(&it.unwrap_or_default())).collect();
            format!("ADR{kinds}:{}", parts.join(";"))
        }),
        (1900_u16..2100, 1_u8..13, 1_u8..29).prop_map(|(y, m, d)| format!("BDAY:{y:04}-{m:02}-{d:02}")),
        (1_u8..13, 1_u8..29)
            .prop_map(|(m, d)| format!("ANNIVERSARY;X-APPLE-OMIT-YEAR=1604:1604-{m:02}-{d:02}")),
        "[A-Za-z0-9+/]{4,80}".prop_map(|data| format!("PHOTO;ENCODING=b;TYPE=PNG:{data}")),
        ("[a-z]{1,8}", words())
            .prop_map(|(group, text)| format!("{group}.X-ABDATE;X-P=\"a;b\":{}", escape(&text))),
        ("[a-z]{1,8}", words()).prop_map(|(group, label)| {
            format!("{group}.URL:https://example.jp/{group}\r\n{group}.X-ABLABEL:{}", escape(&label))
        }),
    ]
}

fn card() -> impl Strategy<Value = String> {
    (words(), words(), vec(line(), 0..12)).prop_map(|(surname, given, lines)| {
        let (surname, given) = (escape(&surname), escape(&given));
        let lines: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
        format!("BEGIN:VCARD\r\nVERSION:3.0\r\nUID:u\r\nFN:{surname} {given}\r\nN:{surname};{given};;;\r\n{lines}END:VCARD\r\n")
    })
}

proptest! {
    #[test]
    fn a_card_says_the_same_in_both_versions_and_again(text in card()) {
        let first = read_object(text.as_bytes()).unwrap().members;
        for version in Version::ALL {
            let written = write(&first, version);
            let again = read_object(written.as_bytes()).unwrap().members;
            prop_assert_eq!(Value::Object(again), Value::Object(first.clone()), "{}\n{}", text, written);
        }
    }

    #[test]
    fn every_value_is_still_there(text in card()) {
        let written = write(&read_object(text.as_bytes()).unwrap().members, Version::V3);
        let mut left: Vec<(String, String)> = properties(&written).iter().map(|it| (it.name.clone(), it.text())).collect();
        for sent in properties(&text).into_iter().filter(|it| !["NICKNAME", "VERSION", "URL", "ADR"].contains(&it.name.as_str())) {
            let at = left.iter().position(|it| it.0 == sent.name && it.1.trim() == sent.text().trim());
            prop_assert!(at.is_some(), "{} {:?} is not in {}", sent.name, sent.text(), written);
            left.remove(at.unwrap());
        }
    }

    #[test]
    fn nothing_that_is_sent_does_harm(bytes in vec(any::<u8>(), 0..400), text in card(), at in any::<prop::sample::Index>()) {
        let _ = parse(&bytes);
        let _ = read_object(&bytes);
        let mut broken = text.into_bytes();
        let at = at.index(broken.len());
        broken.splice(at..at, bytes.iter().copied().take(20));
        for card in parse(&broken) {
            if let Ok(members) = card.members {
                for version in Version::ALL {
                    drop(write(&members, version));
                }
            }
        }
    }
}
