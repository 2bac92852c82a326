use super::*;

fn parts(list: &str) -> impl Iterator<Item = &str> {
    list.split(" | ").filter(|part| !part.is_empty())
}

#[test]
fn every_spelling_finds_the_name_and_no_other_does() {
    let (mut pairs, mut wrong) = (0, Vec::new());
    for line in include_str!("names.tsv").lines().filter(|line| !line.starts_with('#')) {
        let [name, reading, hits, misses] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let text = format!("{}\n{}", fold_lines(&name.replace(' ', "")), fold(&reading.replace(' ', "")));
        let sound = fold_reading(reading);
        for (query, found) in parts(hits).map(|q| (q, true)).chain(parts(misses).map(|q| (q, false))) {
            pairs += 1;
            if Query::parse(query).matches(&text, &sound) != found {
                wrong.push(format!("{query}, {name} ({sound}): should be found: {found}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(pairs >= 600, "{pairs} pairs");
}

#[test]
fn selectors_of_a_glyph_are_passed_over() {
    assert_eq!(fold("葛\u{e0100}城"), fold("葛城"));
    assert_eq!(fold("邊\u{e0107}"), fold("辺"));
    // Compatibility ideographs, which NFKC joins.
    assert_eq!(fold("\u{fa19}\u{fa10}"), fold("神塚"));
}

#[test]
fn ke_between_kanji_is_written_in_many_ways() {
    for same in [
        &["霞が関", "霞ヶ関", "霞ケ関", "霞ガ関", "霞ｹ関", "霞ｶﾞ関", "霞ヵ関"][..],
        &["一か月", "一ヶ月", "一ケ月", "一カ月", "一ヵ月", "一箇月", "一個月", "一个月"],
        &["3か年", "３ヶ年", "3ヵ年", "3箇年"],
        &["八ヶ岳", "八ケ岳", "八が岳", "八ガ岳"],
        &["代々ヶ原", "代代が原"],
        &["𠮷ヶ丘", "𠮷が丘"],
        &["葛\u{e0100}ヶ谷", "葛が谷"],
        &["霞ヶ関一ヶ月", "霞が関一か月"],
    ] {
        for text in same {
            assert_eq!(fold(text), fold(same[0]), "{text}");
        }
    }
    for (other, than) in [
        ("ケンジ", "ガンジ"),
        ("高橋ケンジ", "高橋ガンジ"),
        ("高橋 ケ子", "高橋 が子"),
        ("総務カ課", "総務が課"),
        ("医療的ケア児", "医療的があ児"),
        ("箇条", "か条"),
        ("個人", "か人"),
        ("各個人", "各か人"),
        ("霞ヶ", "霞が"),
        ("市ヶ谷", "市谷"),
    ] {
        assert_ne!(fold(other), fold(than), "{other}");
    }
    assert_eq!(fold_as_written("霞ヶ関").as_deref(), Some("霞け関"));
    assert_eq!(fold_as_written("霞が関"), None);
    for within in ["霞ヶ", "一ｶ", "ヶ関 太郎", "山田 三が", "々木"] {
        assert!(is_cut_within(within), "{within}");
    }
    for whole in ["カトウ タロウ", "霞ヶ関", "ヤマダ ケ", "ケ"] {
        assert!(!is_cut_within(whole), "{whole}");
    }
}

#[test]
fn what_is_typed_between_words_does_not_count() {
    assert_eq!(fold("ジョン・スミス"), fold("ｼﾞﾖﾝ スミス"));
    assert_eq!(fold("サーバー"), fold("サーバ"));
    assert_eq!(fold("いすゞ"), fold("イスズ"));
    assert_eq!(fold("ラヴ"), fold("らぶ"));
    assert_eq!(fold("ＡＢＣ－１２３"), "abc123");
    assert_eq!(fold("Ünal"), "ünal");
    assert!(Query::parse(" 　ー ・ ").is_empty());
}

#[test]
fn kanji_is_never_compared_by_sound() {
    for typed in ["高橋", "高はし", "たかはし", "7012", "hanako@pref.example.jp", "高hashi"] {
        assert_eq!(Query::parse(typed).words().first().and_then(Word::romaji), None, "{typed}");
    }
}

#[test]
fn a_number_is_one_in_every_spelling() {
    for typed in [
        "0155-26-1111",
        "0155261111",
        "(0155) 26-1111",
        "０１５５－２６－１１１１",
        "+81 155 26 1111",
        "+81-155-26-1111",
        "+81 (0)155 26 1111",
        "０１５５ー２６ー１１１１",
        "0081155261111",
        "010-81-155-26-1111",
        "81155261111",
        "0155.26.1111",
        "tel:+81-155-26-1111",
        "TEL 0155-26-1111",
    ] {
        assert_eq!(fold_number(typed).as_deref(), Some("0155261111"), "{typed}");
    }
    assert_eq!(fold_number("内線 7012").as_deref(), Some("7012"));
    assert_eq!(fold_number("内線:70-12").as_deref(), Some("7012"));
    assert_eq!(fold_number("+81 90 1234 5678").as_deref(), Some("09012345678"));
    assert_eq!(fold_number("+1 202 555 0100").as_deref(), Some("12025550100"));
    assert_eq!(fold_number("8112").as_deref(), Some("8112"));
    for wrong in
        ["", "-", "+", "abc", "0155-26-111a", "7012 総務", "1", "1234567890123456", "++8112", "12+34"]
    {
        assert_eq!(fold_number(wrong), None, "{wrong}");
    }
}

#[test]
fn a_number_that_calls_from_outside_has_its_country_code() {
    for typed in [
        "0155-26-1111",
        "（０１５５）２６－１１１１",
        "+81 155 26 1111",
        "+81 (0)155 26 1111",
        "0081155261111",
        "010-81-155-26-1111",
        "81155261111",
        "tel:+81-155-26-1111",
    ] {
        assert_eq!(fold_public_number(typed), Some(81_155_261_111), "{typed}");
    }
    assert_eq!(fold_public_number("090-1234-5678"), Some(819_012_345_678));
    assert_eq!(fold_public_number("0120-444-444"), Some(81_120_444_444));
    assert_eq!(fold_public_number("+1 202 555 0100"), Some(12_025_550_100));
    assert_eq!(fold_public_number("010-1-202-555-0100"), Some(12_025_550_100));
    assert_eq!(fold_public_number("+44 20 7946 0018"), Some(442_079_460_018));
    for inside in
        ["7012", "内線 7012", "26-1111", "110", "0155-26", "155261111", "+8112", "+0155261111", "abc"]
    {
        assert_eq!(fold_public_number(inside), None, "{inside}");
    }
}

#[test]
fn part_of_a_number_is_found_in_every_spelling() {
    let text = "高橋花子\nたかはしはなこ\n7012\n0155261111\n";
    for typed in [
        "7012",
        "701",
        "26-1111",
        "0155",
        "0155-26",
        "+81155",
        "＋８１ー１５５",
        "1111",
        "0155 26 1111",
        "(0155)26",
    ] {
        assert!(Query::parse(typed).matches(text, "takahasihanako\n"), "{typed}");
    }
    assert!(!Query::parse("0156").matches(text, "takahasihanako\n"));
}
