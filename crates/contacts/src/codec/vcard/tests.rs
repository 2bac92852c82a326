use serde_json::{Value, json};

use super::*;

fn read(inside: &str) -> Map {
    let text =
        format!("BEGIN:VCARD\r\nVERSION:3.0\r\nUID:u\r\n{}END:VCARD\r\n", inside.replace('\n', "\r\n"));
    read_object(text.as_bytes()).unwrap().members
}

type Map = serde_json::Map<String, Value>;

/// The unfolded lines of a card, without those that every card has.
fn lines(text: &str) -> Vec<String> {
    let flat = text.replace("\r\n ", "");
    let own = ["BEGIN:", "END:", "VERSION:", "UID:", "REV:"];
    flat.lines().filter(|line| !own.iter().any(|it| line.starts_with(it))).map(str::to_owned).collect()
}

const JAPANESE: &str = "FN:山田 太郎\n\
N:山田;太郎;;;\n\
X-PHONETIC-LAST-NAME:ヤマダ\n\
X-PHONETIC-FIRST-NAME:タロウ\n\
NICKNAME:たろう,タロ\n\
ORG:帯広市;総務部;人事課\n\
TITLE:課長\n\
ROLE:給与\n\
TEL;TYPE=WORK,VOICE:0155-24-4111\n\
item1.TEL;TYPE=CELL:090-1234-5678\n\
item1.X-ABLabel:_$!<Mobile>!$_\n\
EMAIL;TYPE=INTERNET,WORK,PREF:yamada@example.jp\n\
item2.ADR;TYPE=WORK:;;西5条南7丁目1;帯広市;北海道;080-8670;日本\n\
item2.X-ABADR:jp\n\
BDAY;X-APPLE-OMIT-YEAR=1604:1604-04-01\n\
PHOTO;ENCODING=b;TYPE=JPEG:AAEC\n\
NOTE:一行目\\n二行目\\, 終\n\
CATEGORIES:取引先,北海道\n\
URL:https://example.jp/?a=1;b\\,2\n\
X-FOO;X-BAR=\"a;b\":c\\,d;e\n";

#[test]
fn a_japanese_card_is_read() {
    let card = read(JAPANESE);
    assert_eq!(card["name"]["full"], "山田 太郎");
    assert_eq!(
        card["name"]["components"],
        json!([{"kind": "surname", "value": "山田", "phonetic": "ヤマダ"}, {"kind": "given", "value": "太郎", "phonetic": "タロウ"}])
    );
    assert_eq!(
        card["phones"]["k1"],
        json!({"number": "0155-24-4111", "contexts": {"work": true}, "features": {"voice": true}})
    );
    assert_eq!(card["phones"]["k2"]["label"], "Mobile");
    assert_eq!(card["emails"]["k1"]["pref"], 1);
    assert_eq!(card["organizations"]["k1"]["units"][1]["name"], "人事課");
    assert_eq!(card["titles"]["k2"], json!({"name": "給与", "kind": "role"}));
    assert_eq!(card["anniversaries"]["k1"]["date"], json!({"@type": "PartialDate", "month": 4, "day": 1}));
    assert_eq!(card["media"]["k1"]["uri"], "data:image/jpeg;base64,AAEC");
    assert_eq!(card["notes"]["k1"]["note"], "一行目\n二行目, 終");
    assert_eq!(card["keywords"], json!({"取引先": true, "北海道": true}));
    assert_eq!(card["vCardProps"][1], json!(["x-foo", {"x-bar": "a;b"}, "unknown", "c\\,d;e"]));
}

#[test]
fn what_is_read_is_written_again() {
    let card = read(JAPANESE);
    let written = lines(&write(&card, Version::V3));
    let mut missing: Vec<String> = Vec::new();
    for line in JAPANESE.lines().map(|line| line.replace("X-ABLabel", "X-ABLABEL")) {
        let same = match line.as_str() {
            "NICKNAME:たろう,タロ" => written.contains(&"NICKNAME:たろう".to_owned()),
            "CATEGORIES:取引先,北海道" => written.iter().any(|it| it.starts_with("CATEGORIES:")),
            "EMAIL;TYPE=INTERNET,WORK,PREF:yamada@example.jp" => {
                written.contains(&"EMAIL;TYPE=WORK,PREF,INTERNET:yamada@example.jp".to_owned())
            }
            "PHOTO;ENCODING=b;TYPE=JPEG:AAEC" => {
                written.contains(&"PHOTO;TYPE=JPEG;ENCODING=b:AAEC".to_owned())
            }
            "URL:https://example.jp/?a=1;b\\,2" => {
                written.contains(&"URL:https://example.jp/?a=1;b,2".to_owned())
            }
            other => written.iter().any(|it| it == other),
        };
        if !same {
            missing.push(line);
        }
    }
    assert!(missing.is_empty(), "{missing:#?}\nin {written:#?}");
}

#[test]
fn both_versions_say_the_same() {
    let card = read(JAPANESE);
    for version in Version::ALL {
        let text = write(&card, version);
        let again = read_object(text.as_bytes()).unwrap();
        assert_eq!(again.version, version);
        assert_eq!(Value::Object(again.members), Value::Object(card.clone()), "{text}");
    }
    let four = write(&card, Version::V4);
    assert!(four.contains("BDAY:--0401") && four.contains("PHOTO:data:image/jpeg;base64,AAEC"), "{four}");
}

#[test]
fn instants_are_written_to_the_second() {
    let mut card = read("FN:x\n");
    card.insert("updated".to_owned(), json!("2026-04-01T01:02:03.456789Z"));
    card.insert("created".to_owned(), json!("2026-04-01T01:02:03Z"));
    let four = write(&card, Version::V4);
    assert!(
        four.contains("REV:20260401T010203Z\r\n") && four.contains("CREATED:20260401T010203Z\r\n"),
        "{four}"
    );
    assert_eq!(read_object(four.as_bytes()).unwrap().members["created"], "2026-04-01T01:02:03Z");
}

#[test]
fn groups_of_both_worlds_are_groups() {
    let three = read("FN:係\nX-ADDRESSBOOKSERVER-KIND:group\nX-ADDRESSBOOKSERVER-MEMBER:urn:uuid:a\n");
    assert_eq!((&three["kind"], &three["members"]), (&json!("group"), &json!({"urn:uuid:a": true})));
    let four = write(&three, Version::V4);
    assert!(four.contains("KIND:group\r\n") && four.contains("MEMBER:urn:uuid:a\r\n"), "{four}");
}

#[test]
fn sorting_is_read_from_both_versions() {
    let four = read("FN:山田 太郎\nN;SORT-AS=\"ヤマダ,タロウ\":山田;太郎;;;\n");
    assert_eq!(four["name"]["sortAs"], json!({"surname": "ヤマダ", "given": "タロウ"}));
    assert!(write(&four, Version::V3).contains("SORT-STRING:ヤマダ タロウ\r\n"));
    let three = read("FN:山田 太郎\nSORT-STRING:ヤマダ\nN:山田;太郎;;;\n");
    assert_eq!(three["name"]["sortAs"], json!({"surname": "ヤマダ"}));
}

#[test]
fn what_is_no_card_is_refused() {
    let card = |inside: &str| format!("BEGIN:VCARD\r\n{inside}END:VCARD\r\n");
    let data = |text: &str| matches!(read_object(text.as_bytes()), Err(NotACard::Data(_)));
    assert!(data("hello"));
    assert!(data("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:x\r\nUID:u\r\n"), "no END");
    assert!(data(&card("VERSION:3.0\r\nFN:x\r\n")), "no UID");
    assert!(data(&card("VERSION:3.0\r\nUID:u\r\n")), "no name");
    assert!(data(&card("VERSION:3.0\r\nFN:x\r\nUID:u\r\nnonsense\r\n")));
    assert!(data(&card("VERSION:3.0\r\nFN:x\r\nUID:u\r\nUID:v\r\n")));
    assert!(data(&(card("VERSION:3.0\r\nFN:x\r\nUID:u\r\n") + &card("VERSION:3.0\r\nFN:x\r\nUID:v\r\n"))));
    assert!(data(&card("VERSION:3.0\r\nFN:x\r\nUID:u\r\nBEGIN:VCARD\r\nEND:VCARD\r\n")));
    assert_eq!(read_object(card("VERSION:2.1\r\nFN:x\r\nUID:u\r\n").as_bytes()), Err(NotACard::Version));
    assert_eq!(read_object(&vec![b'x'; CARD_BYTES + 1]), Err(NotACard::TooLarge));
}

#[test]
fn cards_of_old_phones_are_read() {
    let (name, _, _) = encoding_rs::SHIFT_JIS.encode("山田");
    let quoted: String = name.iter().map(|byte| format!("={byte:02X}")).collect();
    let (cut, rest) = quoted.split_at(6);
    let file = format!(
        "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=SHIFT_JIS;ENCODING=QUOTED-PRINTABLE:{cut}=\r\n{rest};;;;\r\n\
         TEL;CELL;PREF:090-1234-5678\r\nNOTE;ENCODING=QUOTED-PRINTABLE:a=0D=0Ab, c\r\nEND:VCARD\r\n\
         BEGIN:VCARD\r\nVERSION:3.0\r\nFN:x\r\nbad\r\nEND:VCARD\r\n"
    );
    let parsed = parse(file.as_bytes());
    let first = parsed[0].members.as_ref().unwrap();
    assert_eq!(first["name"]["components"][0]["value"], "山田");
    assert_eq!(
        first["phones"]["k1"],
        json!({"number": "090-1234-5678", "features": {"mobile": true}, "pref": 1})
    );
    assert_eq!(first["notes"]["k1"]["note"], "a\nb, c");
    assert_eq!(parsed[1].place.to_string(), "VCARD 2, line 8, FN x");
    assert_eq!(parsed[1].members.as_ref().unwrap_err()[0].pointer, "line 11");
}

#[test]
fn files_of_other_character_sets_are_read() {
    let file = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:山田 太郎\r\nEND:VCARD\r\n";
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>();
    let (mail, _, _) = encoding_rs::ISO_2022_JP.encode(file);
    for bytes in [wide(file), wide(&format!("\u{feff}{file}")), mail.into_owned()] {
        let card = parse(&bytes).remove(0).members.unwrap();
        assert_eq!(card["name"]["full"], "山田 太郎", "{bytes:?}");
    }
}

#[test]
fn what_stands_in_quotes_is_no_parameter_without_a_name() {
    let file = |version: &str| {
        format!(
            "BEGIN:VCARD\r\nVERSION:{version}\r\nN;X-ODD=\";0;1\";WORK:山田;太郎;;;\r\nTEL;HOME;X-A=\"b;CELL:c\":1\r\nEND:VCARD\r\n"
        )
    };
    for version in ["2.1", "3.0", "4.0"] {
        let card = parse(file(version).as_bytes()).remove(0).members.unwrap();
        assert_eq!(card["name"]["components"][0]["value"], "山田", "{version}");
        assert_eq!(card["phones"]["k1"]["number"], "1", "{version}");
        let written = lines(&write(&card, Version::V3));
        let has = |line: &str| written.iter().any(|it| it == line);
        assert!(has("TEL;TYPE=HOME;X-A=\"b;CELL:c\":1"), "{version}: {written:?}");
        assert!(written.iter().any(|it| it.contains("X-ODD=\";0;1\"")), "{version}: {written:?}");
    }
}

#[test]
fn a_picture_that_is_a_uri_is_one_whatever_its_encoding() {
    let card = read("FN:x\nPHOTO;ENCODING=b;TYPE=png:data:image/png;base64,AAEC\n");
    assert_eq!(card["media"]["k1"]["uri"], "data:image/png;base64,AAEC");
    let written = lines(&write(&card, Version::V3));
    assert!(written.iter().any(|it| it == "PHOTO;TYPE=PNG;ENCODING=b:AAEC"), "{written:?}");
}

#[test]
fn parameters_without_a_name_are_read_in_files_of_later_versions() {
    let file = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:x\r\nitem1.TEL;HOME;VOICE:1\\,2\r\nPHOTO;BASE64:\r\n  AAE\r\n  C\r\n\
                NOTE:a;b:c\r\n d;e:f\r\nEND:VCARD\r\n";
    let card = parse(file.as_bytes()).remove(0).members.unwrap();
    let phone = json!({"number": "1,2", "contexts": {"private": true}, "features": {"voice": true},
                       "vCardParams": {"group": "item1"}});
    assert_eq!(card["phones"]["k1"], phone);
    assert_eq!(card["media"]["k1"]["uri"], "data:image/jpeg;base64,AAEC");
    assert_eq!(card["notes"]["k1"]["note"], "a;b:cd;e:f");
    // What a picture is that does not say it, its data do.
    let bytes: [(&[u8], _); 4] = [
        (b"\x89PNG\r\n\x1a\n\0\0\0\r", "png"),
        (b"GIF89a\x01\0\x01\0\0\0", "gif"),
        (b"RIFF\x10\0\0\0WEBP", "webp"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01", "jpeg"),
    ];
    for (begin, kind) in bytes {
        let data = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, begin);
        let named = |picture: &str| {
            let file = file.replace("AAE\r\n  C", picture);
            parse(file.as_bytes()).remove(0).members.unwrap()["media"]["k1"].clone()
        };
        let media = named(&data);
        assert_eq!(media["mediaType"], format!("image/{kind}"));
        assert_eq!(media["uri"], format!("data:image/{kind};base64,{data}"));
        // What is no base64 is kept as it is.
        assert_eq!(named("*not*base64*")["uri"], "data:image/jpeg;base64,*not*base64*");
    }
    // Programs store it so, too.
    let stored = read_object(file.replace("FN:x", "UID:u\r\nFN:x").as_bytes()).unwrap().members;
    assert_eq!((&stored["phones"], &stored["media"]), (&card["phones"], &card["media"]));
}

#[test]
fn the_sound_of_old_phones_is_how_the_name_is_read() {
    let name = |lines: &str| {
        let old = format!("BEGIN:VCARD\r\nVERSION:2.1\r\n{lines}\r\nEND:VCARD\r\n");
        parse(old.as_bytes()).remove(0).members.unwrap()
    };
    let read = |card: &Map| -> Vec<String> {
        let parts = card["name"]["components"].as_array().unwrap().iter();
        parts.map(|part| part["phonetic"].as_str().unwrap_or("-").to_owned()).collect()
    };
    let (quoted, _, _) = encoding_rs::SHIFT_JIS.encode("ｺﾏﾂ;ｷﾖｼ;;;");
    let quoted: String = quoted.iter().map(|byte| format!("={byte:02X}")).collect();
    for (lines, expected) in [
        ("N:小松;清;;;\r\nSOUND;X-IRMC-N:ｺﾏﾂ;ｷﾖｼ;;;", &["ｺﾏﾂ", "ｷﾖｼ"][..]),
        ("SOUND;X-IRMC-N;CHARSET=UTF-8:こまつ;きよし\r\nN:小松;清;;;", &["こまつ", "きよし"]),
        (
            &format!("N:小松;清;;;\r\nSOUND;X-IRMC-N;CHARSET=SHIFT_JIS;ENCODING=QUOTED-PRINTABLE:{quoted}"),
            &["ｺﾏﾂ", "ｷﾖｼ"],
        ),
        ("N:小松;清;;;\r\nSOUND;X-IRMC-N:;ｷﾖｼ;;;", &["-", "ｷﾖｼ"]),
        ("N:小松清;;;;\r\nSOUND;X-IRMC-N:ｺﾏﾂ;ｷﾖｼ;;;", &["ｺﾏﾂ ｷﾖｼ"]),
        ("N:小松;清;;;\r\nSOUND;X-IRMC-N:;;;;", &["-", "-"]),
    ] {
        let card = name(lines);
        assert_eq!(read(&card), expected, "{lines}");
        assert!(!card.contains_key("media") && !card.contains_key("vCardProps"), "{lines}: {card:?}");
        // What was learned so is written as programs of today read it, and is the same when it comes back.
        for version in Version::ALL {
            let written = write(&card, version);
            assert!(!written.contains("SOUND"), "{written}");
            assert_eq!(read(parse(written.as_bytes())[0].members.as_ref().unwrap()), expected, "{lines}");
        }
    }

    // Other properties say it better, and count; the sound is kept beside them.
    let both = "FN:小松 清\nN:小松;清;;;\nX-PHONETIC-LAST-NAME:コマツ\nSOUND;TYPE=X-IRMC-N:ｵﾏﾂ;ｷﾖｼ;;;\n";
    let card = self::read(both);
    assert_eq!(read(&card), ["コマツ", "ｷﾖｼ"]);
    let written = lines(&write(&card, Version::V3));
    for line in ["SOUND;TYPE=X-IRMC-N:ｵﾏﾂ;ｷﾖｼ;;;", "X-PHONETIC-LAST-NAME:コマツ", "X-PHONETIC-FIRST-NAME:ｷﾖｼ"]
    {
        assert!(written.contains(&line.to_owned()), "{line}: {written:?}");
    }
}

#[test]
fn a_sound_is_a_medium_or_a_text() {
    let written = |sound: &str| {
        let card = read(&format!("FN:山田\n{sound}\n"));
        let line = lines(&write(&card, Version::V3)).into_iter().find(|line| line.starts_with("SOUND"));
        (card.contains_key("media"), line.unwrap())
    };
    for text in ["SOUND;TYPE=X-IRMC-N:ﾔﾏﾀﾞ;;;;", "SOUND;VALUE=text:やまだ", "SOUND:やまだ", "SOUND:1:2"]
    {
        assert_eq!(written(text), (false, text.to_owned()));
    }
    for medium in [
        "SOUND;TYPE=OGG;ENCODING=b:AAEC",
        "SOUND;VALUE=uri:https://example.jp/a.ogg",
        "SOUND;VALUE=uri:a.ogg",
        "SOUND:cid:a",
    ] {
        let (is_medium, line) = written(medium);
        assert!(is_medium, "{medium}");
        assert_eq!(line.contains("VALUE=uri"), medium.contains("ex") || medium.contains("cid"), "{line}");
    }
    // As it was kept before these rules.
    let media = json!({"s": {"kind": "sound", "uri": "ｺﾏﾂ;ｷﾖｼ;;;", "vCardParams": {"type": "x-irmc-n"}}});
    let card = json!({"uid": "u", "name": {"full": "小松 清"}, "media": media});
    let text = lines(&write(card.as_object().unwrap(), Version::V3));
    assert!(text.contains(&"SOUND;TYPE=X-IRMC-N:ｺﾏﾂ;ｷﾖｼ;;;".to_owned()), "{text:?}");
}

/// RFC 2426 §3.4 and §3.7, RFC 6350 §6.5 and §6.8: a zone is an offset in 3.0 unless it is said to be a text, a place is two numbers,
/// and a key is data.
#[test]
fn a_value_of_another_type_is_said_to_be_one() {
    for (four, three) in [
        ("TZ:Asia/Tokyo", "TZ;VALUE=text:Asia/Tokyo"),
        ("item1.TZ:Asia/Tokyo", "item1.TZ;VALUE=text:Asia/Tokyo"),
        ("TZ:+09:00", "TZ:+09:00"),
        ("TZ;VALUE=utc-offset:-0500", "TZ;VALUE=utc-offset:-0500"),
        ("GEO:geo:35.68,-139.76", "GEO:35.68;-139.76"),
        ("GEO:geo:35.68,139.76;u=10", "GEO;VALUE=uri:geo:35.68,139.76;u=10"),
        ("KEY:https://example.jp/key", "KEY;VALUE=uri:https://example.jp/key"),
    ] {
        let [from_four, from_three] = [four, three].map(|line| read(&format!("FN:山田\n{line}\n")));
        assert_eq!(from_four, from_three, "{four}");
        for (version, line) in [(Version::V4, four), (Version::V3, three)] {
            let written = lines(&write(&from_four, version));
            assert!(written.contains(&line.to_owned()), "{line}: {written:?}");
        }
    }
    // As it was kept before these rules, and what is neither.
    for (kept, three) in [
        (json!(["geo", {}, "unknown", "35.68;139.76"]), "GEO:35.68;139.76"),
        (json!(["tz", {"value": "TEXT"}, "unknown", "Asia/Tokyo"]), "TZ;VALUE=TEXT:Asia/Tokyo"),
        (json!(["key", {"encoding": "b"}, "unknown", "AAEC"]), "KEY;ENCODING=b:AAEC"),
    ] {
        let card = json!({"uid": "u", "name": {"full": "山田"}, "vCardProps": [kept]});
        let written = lines(&write(card.as_object().unwrap(), Version::V3));
        assert!(written.contains(&three.to_owned()), "{written:?}");
    }
}

#[test]
fn a_list_of_evolution_is_a_group() {
    let emails = [
        "EMAIL;X-EVOLUTION-DEST-CONTACT-UID=evo-c1;X-EVOLUTION-DEST-EMAIL-NUM=0:山田 太郎 <yamada@example.jp>",
        "EMAIL;X-EVOLUTION-DEST-CONTACT-UID=evo-c2;X-EVOLUTION-DEST-EMAIL-NUM=0:佐藤 <sato@example.jp>",
        "EMAIL:outside@example.com",
    ];
    let list = format!(
        "FN:課の人\nX-EVOLUTION-LIST:TRUE\nX-EVOLUTION-LIST-SHOW-ADDRESSES:FALSE\n{}\n",
        emails.join("\n")
    );
    let mut card = read(&list);
    assert_eq!(card["kind"], "group");
    assert_eq!(card["members"], json!({"evo-c1": true, "evo-c2": true}));
    assert!(!card.contains_key("emails"), "{card:?}");
    for version in Version::ALL {
        let written = write(&card, version);
        let again = read_object(written.as_bytes()).unwrap().members;
        for member in ["kind", "members", "vCardProps", "emails"] {
            assert_eq!(again.get(member), card.get(member), "{written}");
        }
        for line in list.lines().filter(|line| !line.starts_with("FN")) {
            assert!(lines(&written).contains(&line.to_owned()), "{line}: {written}");
        }
        assert!(!written.contains("MEMBER"), "{written}");
    }
    // What becomes of its members elsewhere.
    card["members"] = json!({"evo-c2": true, "evo-c3": true});
    let written = lines(&write(&card, Version::V3));
    let left: Vec<&String> = written.iter().filter(|line| line.starts_with("EMAIL")).collect();
    assert_eq!(left, emails[1..].iter().collect::<Vec<_>>());
    assert!(written.contains(&"X-ADDRESSBOOKSERVER-MEMBER:evo-c3".to_owned()), "{written:?}");
    assert!(!read("FN:a\nX-EVOLUTION-LIST:FALSE\nEMAIL:a@example.jp\n").contains_key("kind"));
}

#[test]
fn what_the_api_sends_cannot_break_a_card() {
    let members = json!({
        "uid": "u", "name": {"full": "a\r\nX-EVIL:1"},
        "vCardProps": [["x-a\r\nX-EVIL", {}, "unknown", "1"], ["x-b", {"p;q": "r", "s": "t\nX-EVIL:2"}, "unknown", "v\r\nX-EVIL:3"]],
        "phones": {"k": {"number": "1\nX-EVIL:4", "vCardParams": {"group": "g.X-EVIL:5", "type": ["a:b", "ok"]}}},
        "members": {"urn:x\nX-EVIL:6": true},
    });
    let text = write(members.as_object().unwrap(), Version::V4);
    assert!(!text.lines().any(|line| line.starts_with("X-EVIL")), "{text}");
    assert!(read_object(text.as_bytes()).is_ok(), "{text}");
}

#[test]
fn only_what_is_wanted_is_cut_out() {
    let text = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:u\r\nFN:x\r\nitem1.TEL;TYPE=CELL:090\r\nEND:VCARD\r\n";
    let wanted = [("UID".to_owned(), false), ("TEL".to_owned(), true)];
    assert_eq!(
        select(text, &wanted),
        "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:u\r\nITEM1.TEL;TYPE=CELL:\r\nEND:VCARD\r\n"
    );
}

#[test]
fn a_label_that_nothing_bears_stays() {
    let own = "item1.URL:www.example.jp\nitem1.X-ABLABEL:_$!<HomePage>!$_\n";
    let card = read(&format!(
        "FN:x\nitem2.X-ABLABEL:内線\nitem2.TEL:090\n{own}item3.X-ABDATE:2026\nitem3.X-ABLABEL:入庁\n"
    ));
    assert_eq!(card["phones"]["k1"]["label"], "内線");
    for version in Version::ALL {
        let written = lines(&write(&card, version));
        for line in own.lines().chain(["item2.X-ABLABEL:内線", "item3.X-ABLABEL:入庁"]) {
            assert_eq!(written.iter().filter(|it| *it == line).count(), 1, "{line} {written:?}");
        }
    }
}

#[test]
fn a_group_with_two_labels_keeps_both() {
    let twice =
        "FN:a\nl.URL:https://example.jp/1\nl.X-ABLABEL:a\nl.URL:https://example.jp/2\nl.X-ABLABEL:b\n";
    let card = read(twice);
    assert_eq!(card["links"]["k1"].get("label"), None);
    let written = lines(&write(&card, Version::V3));
    for label in ["l.X-ABLABEL:a", "l.X-ABLABEL:b"] {
        assert!(written.contains(&label.to_owned()), "{written:?}");
    }
}

#[test]
fn an_entry_that_is_called_otherwise_than_its_group_leaves_it() {
    let mut card = read("FN:a\nl.URL:https://example.jp/1\nl.URL:https://example.jp/2\nl.X-ABLABEL:a\n");
    card["links"]["k2"]["label"] = json!("b");
    let again = read_object(write(&card, Version::V3).as_bytes()).unwrap().members;
    assert_eq!(again["links"]["k1"]["label"], "a");
    assert_eq!(again["links"]["k2"]["label"], "b");
}
