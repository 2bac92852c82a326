use renraku_people::search::Query;
use serde_json::json;

use super::*;

fn index(card: serde_json::Value) -> Index {
    Index::of(&serde_json::from_value(card).unwrap())
}

fn found(index: &Index, typed: &str) -> bool {
    Query::parse(typed).matches(&index.search, &index.romaji)
}

#[test]
fn a_person_is_found_however_it_is_written() {
    let index = index(json!({
        "name": {"full": "髙橋 一郎", "components": [
            {"kind": "surname", "value": "髙橋", "phonetic": "タカハシ"},
            {"kind": "separator", "value": " "},
            {"kind": "given", "value": "一郎", "phonetic": "イチロウ"},
        ]},
        "nicknames": {"1": {"name": "いっちゃん"}},
        "organizations": {"o": {"name": "トカチ測量", "units": [{"name": "技術部"}]}},
        "titles": {"t": {"name": "主任技師"}},
        "emails": {"e": {"address": "ichiro@tokachi.example"}},
        "phones": {"p": {"number": "tel:+81-155-26-1111;ext=7"}, "q": {"number": "内線 7911"}},
        "addresses": {"a": {"components": [{"kind": "locality", "value": "帯広市"}, {"kind": "name", "value": "西5条"}]}},
        "keywords": {"測量": true},
        "notes": {"n": {"note": "橋梁点検の担当"}},
        "localizations": {"en": {"name/full": "Ichiro TAKAHASHI"}},
    }));
    for typed in [
        "髙橋",
        "高橋",
        "高",
        "たかはし",
        "ﾀｶﾊｼ",
        "takahasi",
        "takahashi ichiro",
        "高橋　一郎",
        "いっちゃん",
        "トカチ",
        "tokati",
        "技術部",
        "主任",
        "ichiro@",
        "2611",
        "0155-26-1111",
        "+81155261111",
        "帯広市西５条",
        "測量",
        "橋梁",
        "TAKAHASHI",
    ] {
        assert!(found(&index, typed), "{typed}");
    }
    for typed in ["鈴木", "高橋 次郎", "suzuki", "0154"] {
        assert!(!found(&index, typed), "{typed}");
    }
    assert_eq!(index.numbers.keys().collect::<Vec<_>>(), ["0155261111", "7911"]);
    assert_eq!(index.sort_key, reading_order("タカハシ イチロウ"));
}

#[test]
fn a_mark_that_repeats_a_letter_is_found_as_written_too() {
    let index = index(json!({
        "name": {"components": [
            {"kind": "surname", "value": "佐々木", "phonetic": "ささき"},
            {"kind": "given", "value": "ヴァン"},
        ]},
        "organizations": {"o": {"name": "いすゞ商会", "units": [{"name": "第二代々木課"}]}},
    }));
    for typed in [
        "佐々木",
        "佐佐木",
        "々木",
        "々",
        "ゞ",
        "ゞ商",
        "すゞ",
        "いすず",
        "ヴ",
        "ヴァ",
        "バン",
        "々木 ヴ ゞ",
        "々木課",
    ] {
        assert!(found(&index, typed), "{typed}");
    }
    assert!(!found(&index, "々木 ゝ"));
}

#[test]
fn without_a_reading_the_next_best_is_sorted_by() {
    for (card, sorted) in [
        (json!({"name": {"full": "山田 太郎"}}), "山田 太郎"),
        (json!({"name": {"sortAs": {"surname": "ヤマダ", "given": "タロウ"}}}), "やまだ たろう"),
        (json!({"organizations": {"o": {"name": "北見測量"}}}), "北見測量"),
        (json!({}), ""),
    ] {
        assert_eq!(index(card).sort_key, reading_order(sorted), "{sorted}");
    }
}
