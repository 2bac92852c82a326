use serde_json::json;

use super::*;

fn of(mut card: Value) -> Vec<String> {
    card["version"] = "1.0".into();
    card["uid"] = "urn:uuid:0198c0de-7f3a-7abc-8def-0123456789ab".into();
    let members = card.as_object().unwrap();
    faults(members).into_iter().map(|fault| format!("{} {}", fault.pointer, fault.code)).collect()
}

#[test]
fn a_card_that_says_everything_is_taken() {
    let card = json!({
        "@type": "Card", "kind": "individual", "language": "ja", "created": "2026-04-01T00:00:00Z",
        "name": {
            "@type": "Name", "full": "山田 太郎", "isOrdered": true, "defaultSeparator": " ",
            "components": [
                {"@type": "NameComponent", "kind": "surname", "value": "山田", "phonetic": "ヤマダ"},
                {"kind": "given", "value": "太郎", "phonetic": "タロウ"},
            ],
            "phoneticSystem": "script", "phoneticScript": "Kana", "sortAs": {"surname": "やまだ"},
        },
        "nicknames": {"1": {"name": "たろちゃん", "pref": 1}},
        "organizations": {"o": {"name": "株式会社北見測量", "units": [{"name": "技術部", "sortAs": "ぎじゅつぶ"}]}},
        "speakToAs": {"grammaticalGender": "animate", "pronouns": {"p": {"pronouns": "he/him"}}},
        "titles": {"t": {"name": "部長", "kind": "title", "organizationId": "o"}},
        "emails": {"e": {"address": "taro@kitami.example", "contexts": {"work": true}, "label": "会社"}},
        "onlineServices": {"s": {"service": "Mastodon", "uri": "https://example.com/@taro", "user": "taro"}},
        "phones": {"p": {"number": "tel:+81-157-23-0101", "features": {"voice": true}, "pref": 100}},
        "preferredLanguages": {"l": {"language": "ja-JP", "pref": 1}},
        "calendars": {"c": {"uri": "webcal://example.com/c.ics", "kind": "calendar"}},
        "schedulingAddresses": {"s": {"uri": "mailto:taro@kitami.example"}},
        "addresses": {"a": {"full": "北海道北見市\n北4条東1丁目", "countryCode": "JP",
            "components": [{"kind": "locality", "value": "北見市"}]}},
        "cryptoKeys": {"k": {"uri": "data:application/pgp-keys;base64,AAAA"}},
        "directories": {"d": {"uri": "ldap://example.com", "kind": "directory", "listAs": 1}},
        "links": {"l": {"uri": "https://kitami.example", "kind": "contact"}},
        "media": {"m": {"uri": "data:image/png;base64,AAAA", "kind": "photo", "mediaType": "image/png"}},
        "localizations": {"en": {"name/full": "Taro Yamada"}},
        "anniversaries": {"b": {"kind": "birth", "date": {"year": 1970, "month": 4, "day": 1}},
            "w": {"kind": "wedding", "date": {"@type": "Timestamp", "utc": "1998-05-05T01:00:00Z"}}},
        "keywords": {"測量": true},
        "notes": {"n": {"note": "一行目\n二行目", "created": "2026-04-01T00:00:00Z", "author": {"name": "佐藤"}}},
        "personalInfo": {"i": {"kind": "hobby", "value": "釣り", "level": "high"}},
        "relatedTo": {"urn:uuid:1": {"relation": {"spouse": true}}},
        "example.com:rank": {"anything": [1, null, "x"]},
    });
    assert_eq!(of(card), Vec::<String>::new());
}

#[test]
fn every_fault_is_told_with_its_place() {
    let card = json!({
        "kind": 1,
        "name": {"full": "山田\u{0}太郎", "components": [{"value": "山田"}, "太郎"]},
        "emails": {"e": {"pref": 101}, "": {"address": "x"}},
        "phones": ["0157-23-0101"],
        "language": "日本語",
        "keywords": {"a/b": false},
        "titles": {"t": {"@type": "Nickname", "name": "部長"}},
        "anniversaries": {"b": {"kind": "birth", "date": {"month": 13}}},
        "notes": {"n": {"note": "x", "created": "yesterday"}},
        "localizations": {"!": {}, "en": "x"},
    });
    let mut told = of(card);
    told.sort();
    assert_eq!(
        told,
        [
            "/anniversaries/b/date/month out-of-range",
            "/emails/ bad-key",
            "/emails/e/address required",
            "/emails/e/pref out-of-range",
            "/keywords/a~1b type",
            "/kind type",
            "/language language-tag",
            "/localizations/! language-tag",
            "/localizations/en type",
            "/name/components/0/kind required",
            "/name/components/1 type",
            "/name/full control-character",
            "/notes/n/created instant",
            "/phones type",
            "/titles/t/@type one-of",
        ]
    );
}

#[test]
fn a_line_for_unicode_alone_is_taken_but_in_what_a_card_is_known_by() {
    assert!(of(json!({"titles": {"t": {"name": "課\u{85}長"}}})).is_empty());
    let known = json!({"version": "1.0", "uid": "a\u{85}b"});
    let told = faults(known.as_object().unwrap());
    assert_eq!(told.iter().map(|fault| fault.code.as_ref()).collect::<Vec<&str>>(), ["control-character"]);
}

#[test]
fn a_card_has_its_limits() {
    let deep = (0..40).fold(json!(1), |inner, _| json!({"x": inner}));
    assert_eq!(of(json!({"example.com:deep": deep})), [" too-many"]);
    let many: Vec<u16> = (0..5_000).collect();
    assert_eq!(of(json!({"example.com:many": many})), [" too-many"]);
    let large = json!({"media": {"m": {"kind": "photo", "uri": "x".repeat(CARD_BYTES)}}});
    assert_eq!(of(large), [" too-large"]);
    assert_eq!(of(json!({"name": {"full": "あ".repeat(1_001)}})), ["/name/full too-long"]);
    let crowd: Map<String, Value> = (0..501).map(|n| (n.to_string(), json!({"number": "1"}))).collect();
    assert_eq!(of(json!({"phones": crowd})), ["/phones too-many"]);
}

#[test]
fn a_uri_that_runs_something_is_refused() {
    let card = json!({
        "links": {"l": {"uri": "javascript:alert(1)"}, "m": {"uri": "xmpp:taro@kitami.example"}},
        "onlineServices": {"s": {"uri": "JavaScript:alert(1)"}, "t": {"uri": "xmpp:taro@kitami.example"}},
        "media": {"m": {"kind": "photo", "uri": "data:text/html,<script>"}},
        "cryptoKeys": {"k": {"uri": "data:application/xhtml+xml,x"}},
        "localizations": {"en": {"links/l/uri": "javascript:alert(1)", "links": {"l": {"uri": "vbscript:x"}}}},
    });
    let expected = [
        "/cryptoKeys/k/uri active-uri",
        "/links/l/uri uri",
        "/links/m/uri uri",
        "/localizations/en/links/l/uri active-uri",
        "/localizations/en/links~1l~1uri active-uri",
        "/media/m/uri active-uri",
        "/onlineServices/s/uri active-uri",
    ];
    let mut found = of(card);
    found.sort();
    assert_eq!(found, expected);
}
