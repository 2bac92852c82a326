use serde_json::json;

use super::*;

fn card(value: Value) -> Map<String, Value> {
    let Value::Object(card) = value else { panic!("an object") };
    card
}

/// One with more than any column says.
fn rich() -> Map<String, Value> {
    card(json!({
        "@type": "Card", "version": "1.0", "uid": "urn:uuid:1",
        "name": {
            "full": "高橋 花子", "isOrdered": true, "phoneticSystem": "script",
            "components": [
                {"kind": "surname", "value": "高橋", "phonetic": "たかはし"},
                {"kind": "given", "value": "花子", "phonetic": "はなこ"}
            ]
        },
        "organizations": {"o": {"name": "株式会社 十勝", "units": [{"name": "営業部"}, {"name": "一課"}]}},
        "titles": {"t": {"name": "課長", "organizationId": "o"}},
        "phones": {
            "a": {"number": "0155-26-2111", "contexts": {"work": true}, "label": "直通"},
            "b": {"number": "tel:+81-155-26-2112", "features": {"fax": true}},
            "c": {"number": "09012345678", "features": {"mobile": true, "text": true}},
            "d": {"number": "-1"}
        },
        "emails": {"e": {"address": "hanako@example.jp", "pref": 1}},
        "addresses": {"z": {"components": [
            {"kind": "postcode", "value": "0800802"}, {"kind": "region", "value": "北海道"},
            {"kind": "locality", "value": "帯広市"}, {"kind": "name", "value": "東2条南1丁目"}
        ], "contexts": {"work": true}}},
        "notes": {"n": {"note": "=1+1\n'二行目\", \"x\""}, "m": {"note": "another"}},
        "keywords": {"取引先": true, "a;b": true},
        "vCardProps": [["x-foo", {}, "text", "bar"]],
        "example.com:own": {"deep": [1, null, "会"]},
        "media": {"k": {"kind": "photo", "uri": "data:image/png;base64,AAAA"}}
    }))
}

fn written(cards: &[Map<String, Value>]) -> Vec<u8> {
    write(cards.iter()).unwrap()
}

fn only(file: &[u8]) -> TableLine {
    let mut table = read(file).unwrap();
    assert_eq!(table.faults, []);
    assert_eq!(table.lines.len(), 1);
    table.lines.remove(0)
}

#[test]
fn what_goes_out_comes_back_as_it_was() {
    let few = card(json!({"@type": "Card", "uid": "x", "name": {"full": "'=' という名"}}));
    let file = written(&[rich(), few.clone()]);
    assert!(String::from_utf8(file.clone()).unwrap().contains("\r\nurn:uuid:1,高橋 花子,たかはし はなこ,"));
    let table = read(&file).unwrap();
    assert_eq!(table.lines[0].members(None), rich());
    assert_eq!(table.lines[0].uid.as_deref(), Some("urn:uuid:1"));
    assert_eq!(table.lines[1].members(Some(&rich())), {
        let mut few = few;
        few.insert("media".to_owned(), rich()["media"].clone());
        few
    });
}

#[test]
fn no_cell_is_a_formula_for_a_spreadsheet() {
    let mut card = rich();
    for (note, cell) in [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("＝1", "'＝1"),
        ("@x", "'@x"),
        ("'=1", "''=1"),
        ("'quoted'", "'quoted'"),
    ] {
        card["notes"] = json!({"n": {"note": note}});
        let file = String::from_utf8(written(std::slice::from_ref(&card))).unwrap();
        assert!(file.contains(&cell.replace('"', "\"\"")), "{file}");
        assert_eq!(only(file.as_bytes()).members(None), card, "{note}");
    }
}

#[test]
fn a_cell_that_was_changed_changes_that_and_nothing_else() {
    let file = String::from_utf8(written(&[rich()])).unwrap();
    let changed =
        file.replace("0155-26-2111; -1", "0155-26-2111; 0155-99-0000").replace(",営業部/一課,", ",,");
    let members = only(changed.as_bytes()).members(None);
    let expected = rich();
    assert_eq!(members["phones"].get("d"), None);
    assert_eq!(members["phones"]["a"], expected["phones"]["a"]);
    assert_eq!(members["phones"]["4"], json!({"number": "0155-99-0000", "features": {"voice": true}}));
    assert_eq!(members["organizations"]["o"], json!({"name": "株式会社 十勝"}));
    for same in ["name", "emails", "addresses", "notes", "keywords", "titles", "media", "example.com:own"] {
        assert_eq!(members[same], expected[same], "{same}");
    }
}

#[test]
fn columns_that_are_left_out_leave_what_is_there() {
    let file = "ＵＩＤ,携帯電話,フリガナ,郵便番号\nurn:uuid:1,9012345678,タカハシ ハナ,800802\n";
    let members = only(file.as_bytes()).members(Some(&rich()));
    let mut expected = rich();
    expected["name"]["components"][0]["phonetic"] = json!("タカハシ");
    expected["name"]["components"][1]["phonetic"] = json!("ハナ");
    // A spreadsheet took the zeros away: the number is the same.
    assert_eq!(members, expected);
    let cleared = only("uid,mobile,email,address\nurn:uuid:1,,,\n".as_bytes()).members(Some(&rich()));
    assert_eq!(cleared.get("emails"), None);
    assert_eq!(cleared["addresses"]["z"]["components"], json!([{"kind": "postcode", "value": "0800802"}]));
    assert!(cleared["phones"].get("c").is_none() && cleared["phones"].get("a").is_some());
}

#[test]
fn a_table_of_an_office_is_read() {
    let text = "会社名,氏名,フリガナ,部署,役職,電話,メール,郵便番号,住所,備考\r\n\
                株式会社 十勝,髙橋 一郎,タカハシ イチロウ,営業部/一課,課長,0155-26-2111; 090-1111-2222,ichiro@example.jp,080-0802,帯広市東2条,\"一行目\r\n二行目\"\r\n\
                有限会社 見本,,ミホン,,,,,,,\r\n";
    let (shift_jis, _, _) = encoding_rs::SHIFT_JIS.encode(text);
    let table = read(&shift_jis).unwrap();
    let first = table.lines[0].members(None);
    assert_eq!(
        first["name"]["components"][1],
        json!({"kind": "given", "value": "一郎", "phonetic": "イチロウ"})
    );
    assert_eq!(first["organizations"]["1"]["units"], json!([{"name": "営業部"}, {"name": "一課"}]));
    assert_eq!(first["phones"]["2"]["number"], "090-1111-2222");
    assert_eq!(first["notes"]["1"]["note"], "一行目\n二行目");
    assert_eq!(table.lines[1].members(None)["name"], json!({"sortAs": {"surname": "ミホン"}}));
    assert_eq!(table.lines[1].place.to_string(), "line 4, 有限会社 見本");
}

#[test]
fn what_cannot_be_read_is_told_with_its_line() {
    let codes =
        |faults: Vec<FieldFault>| faults.into_iter().map(|it| it.code.into_owned()).collect::<Vec<_>>();
    for (file, code) in
        [("", "csv-file"), ("年齢,氏名\n1,x\n", "csv-column"), ("氏名,名前\nx,y\n", "csv-file")]
    {
        assert_eq!(codes(read(file.as_bytes()).unwrap_err()), [code], "{file}");
    }
    let open = read("氏名,電話\nx,\"1\ny,2\n".as_bytes()).unwrap();
    assert_eq!(open.faults[0].0.to_string(), "line 2");
    let table = read("氏名,全項目\nx,{\ny,[]\nz,,1\nw,\n".as_bytes()).unwrap();
    let faults: Vec<_> =
        table.faults.into_iter().map(|(place, faults)| (place.to_string(), codes(faults))).collect();
    let fault = |place: &str, code: &str| (place.to_owned(), vec![code.to_owned()]);
    assert_eq!(
        faults,
        [fault("line 4", "csv-line"), fault("line 2, x", "csv-card"), fault("line 3, y", "csv-card")]
    );
    assert_eq!(table.lines[0].place.to_string(), "line 5, w");
}

#[test]
fn later_controls_go_out_and_come_back() {
    let odd = card(
        json!({"@type": "Card", "uid": "x", "name": {"full": "a\u{80}b\u{9b}c"}, "notes": {"n": {"note": "a\u{85}b"}}}),
    );
    assert_eq!(only(&written(std::slice::from_ref(&odd))).members(None), odd);
}
