use serde_json::json;

use super::*;

fn union(card: Value, other: Value) -> Value {
    let (Value::Object(mut card), Value::Object(other)) = (card, other) else { return Value::Null };
    add(&mut card, &other);
    Value::Object(card)
}

#[test]
fn what_both_say_stays_once_and_nothing_is_lost() {
    let one = json!({
        "@type": "Card", "uid": "u1", "name": {"full": "山田 太郎"},
        "phones": {"a": {"number": "0155-26-1111", "label": "会社", "contexts": {"work": true}}},
        "emails": {"a": {"address": "taro@example.jp"}},
        "keywords": {"測量": true}, "example.jp:rank": 1, "example.jp:seen": ["a"],
        "vCardProps": [["x-team", {}, "unknown", "1"]],
    });
    let other = json!({
        "@type": "Card", "uid": "u2", "created": "2026-01-01T00:00:00Z", "name": {"full": "山田 太郎"},
        "phones": {
            "a": {"number": "+81 155 26 1111", "label": "代表", "features": {"voice": true}},
            "b": {"number": "090-1234-5678"},
        },
        "emails": {"a": {"address": "t.yamada@example.jp"}, "b": {"address": "TARO@example.jp", "pref": 1}},
        "notes": {"n": {"note": "橋梁"}}, "keywords": {"業者": true},
        "example.jp:rank": 2, "example.jp:seen": ["a", "b"], "example.jp:new": {"deep": true},
        "vCardProps": [["x-team", {}, "unknown", "1"], ["x-team", {}, "unknown", "2"]],
    });
    let both = json!({
        "@type": "Card", "uid": "u1", "name": {"full": "山田 太郎"},
        "phones": {
            "a": {"number": "0155-26-1111", "label": "会社", "contexts": {"work": true}, "features": {"voice": true}},
            "b": {"number": "090-1234-5678"},
        },
        "emails": {"a": {"address": "taro@example.jp", "pref": 1}, "a-2": {"address": "t.yamada@example.jp"}},
        "notes": {"n": {"note": "橋梁"}}, "keywords": {"測量": true, "業者": true},
        "example.jp:rank": 1, "example.jp:rank-2": 2, "example.jp:seen": ["a", "b"], "example.jp:new": {"deep": true},
        "vCardProps": [["x-team", {}, "unknown", "1"], ["x-team", {}, "unknown", "2"]],
    });
    assert_eq!(union(one, other.clone()), both);
    assert_eq!(union(both.clone(), other), both, "a second time there is nothing to add");
}

#[test]
fn another_name_becomes_a_nickname_and_the_same_name_gets_its_reading() {
    let read = |phonetic: Option<&str>| {
        let mut part = json!({"kind": "surname", "value": "山田"});
        phonetic.into_iter().for_each(|it| part["phonetic"] = it.into());
        json!({"name": {"full": "山田", "components": [part]}})
    };
    assert_eq!(union(read(None), read(Some("ヤマダ"))), read(Some("ヤマダ")));
    assert_eq!(union(read(Some("ヤマダ")), read(Some("ヤマタ"))), read(Some("ヤマダ")));
    let named = |full: &str| json!({"name": {"full": full}});
    let both = json!({"name": {"full": "高橋"}, "nicknames": {"k1": {"name": "髙橋"}}});
    assert_eq!(union(named("高橋"), named("髙橋")), both);
    assert_eq!(union(both.clone(), named("髙橋")), both);
    assert_eq!(union(json!({"organizations": {}}), named("高橋"))["name"], json!({"full": "高橋"}));
}

#[test]
fn what_points_at_an_entry_points_at_it_where_it_stands_now() {
    let one = json!({"organizations": {"o": {"name": "北見測量"}}, "titles": {"t": {"name": "部長", "organizationId": "o"}}});
    let other = json!({
        "organizations": {"o": {"name": "釧路測量"}, "p": {"name": "北見測量", "units": [{"name": "技術部"}]}},
        "titles": {"t": {"name": "部長", "organizationId": "o"}, "u": {"name": "部長", "organizationId": "p"}},
        "localizations": {"en": {"titles/t/name": "Director", "organizations/o": {"name": "Kushiro"}, "name/full": "X"}},
    });
    assert_eq!(
        union(one, other),
        json!({
            "organizations": {
                "o": {"name": "北見測量", "units": [{"name": "技術部"}]}, "o-2": {"name": "釧路測量"},
            },
            "titles": {
                "t": {"name": "部長", "organizationId": "o"}, "t-2": {"name": "部長", "organizationId": "o-2"},
            },
            "localizations": {"en": {"titles/t-2/name": "Director", "organizations/o-2": {"name": "Kushiro"}, "name/full": "X"}},
        })
    );
}

#[test]
fn a_cards_own_spellings_of_one_number_are_one_unless_they_are_called_two_things() {
    let joined = |card: Value| {
        let Value::Object(mut card) = card else { return Value::Null };
        join_entries(&mut card);
        Value::Object(card)
    };
    let card = json!({
        "phones": {
            "a": {"number": "0155-22-1111", "contexts": {"work": true}},
            "b": {"number": "+81155221111", "features": {"voice": true}},
            "c": {"number": "0155-22-1112"},
            "d": {"number": "tel:+81-155-22-1111;ext=7"},
        },
        "emails": {"a": {"address": "a@example.jp"}, "b": {"address": "A@example.jp", "pref": 1}},
    });
    assert_eq!(
        joined(card),
        json!({
            "phones": {
                "a": {"number": "0155-22-1111", "contexts": {"work": true}, "features": {"voice": true}},
                "c": {"number": "0155-22-1112"},
                "d": {"number": "tel:+81-155-22-1111;ext=7"},
            },
            "emails": {"a": {"address": "a@example.jp", "pref": 1}},
        })
    );
    let called = json!({"phones": {
        "a": {"number": "0155-22-1111", "label": "会社"}, "b": {"number": "0155221111", "label": "自宅"},
    }});
    assert_eq!(joined(called.clone()), called);
    let mut told = json!({"phones": {"a": {"number": "0155-22-1111"}, "b": {"number": "0155221111"}}});
    told["localizations"] = json!({"en": {"phones/b/label": "Office"}});
    assert_eq!(joined(told.clone()), told);
}

#[test]
fn entries_that_say_different_things_both_stay() {
    let at = |unit: &str| json!({"organizations": {"o": {"name": "北見測量", "units": [{"name": unit}]}}});
    assert_eq!(union(at("技術部"), at("営業部"))["organizations"].as_object().map(Map::len), Some(2));
    let born = |day: u8| json!({"anniversaries": {"b": {"kind": "birth", "date": {"month": 4, "day": day}}}});
    assert_eq!(union(born(1), born(2))["anniversaries"].as_object().map(Map::len), Some(2));
    assert_eq!(union(born(1), born(1)), born(1));
    let lives = |label: &str| json!({"addresses": {"x": {"@type": "Address", "full": "帯広市西5条", "label": label}}});
    assert_eq!(union(lives("会社"), lives("自宅")), lives("会社"));
    let extension = |to: &str| json!({"phones": {"p": {"number": format!("tel:+81-155-26-1111;ext={to}")}}});
    assert_eq!(union(extension("7"), extension("8"))["phones"].as_object().map(Map::len), Some(2));
    let friend = |how: &str| json!({"relatedTo": {"urn:x": {"relation": {how: true}}}});
    assert_eq!(
        union(friend("friend"), friend("colleague")),
        json!({"relatedTo": {"urn:x": {"relation": {"friend": true, "colleague": true}}}})
    );
}
