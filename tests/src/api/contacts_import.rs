//! Address books as files: in by one request, out by another.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{Answer, Staff, on_each_backend};

fn vcard(uid: &str, name: &str, more: &str) -> String {
    format!("BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{uid}\r\nFN:{name}\r\nN:{name};;;;\r\n{more}END:VCARD\r\n")
}

fn book(who: &Staff) -> String {
    who.post("address-books", &json!({"name": "取込"})).expect(201).json()["id"].as_str().unwrap().to_owned()
}

fn import_as(who: &Staff, book: &str, key: &str, file: impl Into<Vec<u8>>) -> Answer {
    who.ask("POST", &format!("address-books/{book}/import"))
        .header("idempotency-key", key)
        .header("accept-language", "ja")
        .body("text/vcard; charset=utf-8", file)
        .send()
}

fn import(who: &Staff, book: &str, file: impl Into<Vec<u8>>) -> Value {
    import_as(who, book, &Uuid::now_v7().to_string(), file).expect(200).json()
}

#[test]
fn a_file_goes_in_and_comes_out() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let book = book(&hanako);
        let file = vcard("a", "山田", "X-FOO;X-BAR=1:c\\,d\r\nTEL;TYPE=CELL:090-1234-5678\r\n")
            + &vcard("b", "阿部", "");
        assert_eq!(
            import(&hanako, &book, &*file),
            json!({"created": 2, "updated": 0, "refused": [], "refusedCount": 0})
        );
        let out = hanako.get(&format!("address-books/{book}/export")).expect(200);
        assert_eq!(out.header("content-type"), Some("text/vcard; charset=utf-8"));
        assert!(out.header("content-disposition").is_some_and(|it| it.contains("contacts.vcf")));
        let text = out.text();
        for line in ["X-FOO;X-BAR=1:c\\,d", "TEL;TYPE=CELL:090-1234-5678", "FN:阿部"] {
            assert!(text.lines().any(|it| it == line), "{line} is not in {text}");
        }
        assert_eq!(
            import(&hanako, &book, &*text),
            json!({"created": 0, "updated": 2, "refused": [], "refusedCount": 0})
        );
        let found = hanako.get("contacts?q=山田").expect(200).json();
        assert_eq!(found["items"].as_array().unwrap().len(), 1);
    });
}

#[test]
fn each_bad_card_is_told_with_its_place_and_the_rest_is_taken() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let book = book(&hanako);
        let file = vcard("a", "良い", "")
            + &vcard("b", "悪い", "nonsense\r\n")
            + &vcard("a", "again", "")
            + "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=SHIFT_JIS;ENCODING=QUOTED-PRINTABLE:=8E=52=93=63;;;;\r\nTEL;CELL:090-1\r\nEND:VCARD\r\n"
            + "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:n\r\nEND:VCARD\r\n";
        let told = import(&hanako, &book, &*file);
        assert_eq!((&told["created"], &told["updated"]), (&json!(2), &json!(0)), "{told}");
        let refused = told["refused"].as_array().unwrap();
        assert_eq!(refused.len(), 3, "{told}");
        assert_eq!(refused[0]["card"], "2件目、7行目、UID b");
        assert_eq!(
            refused[0]["reason"],
            "12行目: この行は読み取れません。名前と値をコロンで区切り、続きの行は空白で始めてください。"
        );
        assert!(refused[1]["reason"].as_str().unwrap().starts_with("UID: 同じ UID"), "{told}");
        assert!(refused[2]["reason"].as_str().unwrap().starts_with("FN: 名前"), "{told}");
        let found = hanako.get(&format!("contacts?addressBooks={book}")).expect(200).json();
        assert!(
            found["items"]
                .as_array()
                .unwrap()
                .iter()
                .any(|it| it["name"]["components"][0]["value"] == "山田"),
            "{found}"
        );
        // The same file brings the same contacts, those without a UID too.
        assert_eq!(import(&hanako, &book, &*file)["created"], 0);
    });
}

#[test]
fn a_card_without_a_name_is_refused_as_one_by_request_is() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let book = book(&hanako);
        let nameless = |more: &str| format!("BEGIN:VCARD\r\nVERSION:3.0\r\n{more}END:VCARD\r\n");
        let file = vcard("a", "一", "")
            + &nameless("N:;;;;\r\n")
            + &nameless("FN: \r\nORG:;\r\nTEL:090-1234-5678\r\n")
            + &nameless("N:;;;;\r\nORG:北見測量\r\n");
        let key = Uuid::now_v7().to_string();
        let told = import_as(&hanako, &book, &key, &*file).expect(200).json();
        assert_eq!((&told["created"], &told["refusedCount"]), (&json!(2), &json!(2)), "{told}");
        for refused in told["refused"].as_array().unwrap() {
            assert!(refused["reason"].as_str().unwrap().contains("氏名"), "{told}");
        }
        assert_eq!(import_as(&hanako, &book, &key, &*file).expect(200).json(), told);
        let english = hanako
            .ask("POST", &format!("address-books/{book}/import"))
            .fresh_key()
            .header("accept-language", "en")
            .body("text/vcard", vcard("x", "y", "").replace("UID:x\r\n", "bad\r\n"))
            .send()
            .expect(200)
            .json();
        assert_eq!(english["refused"][0]["card"], "VCARD 1, line 1, FN y");
        assert!(english["refused"][0]["reason"].as_str().unwrap().starts_with("line 3: "), "{english}");
        let japanese = import(&hanako, &book, vcard("x", "y", "").replace("UID:x\r\n", "bad\r\n"));
        assert_eq!(japanese["refused"][0]["card"], "1件目、1行目、氏名 y");
        let there = hanako.get(&format!("contacts?addressBooks={book}")).expect(200).json();
        assert_eq!(there["items"].as_array().unwrap().len(), 2);
    });
}

#[test]
fn contacts_of_old_phones_are_found_by_how_they_are_read() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let book = book(&hanako);
        let old = "BEGIN:VCARD\r\nVERSION:2.1\r\nN:小松;清;;;\r\nSOUND;X-IRMC-N:ｺﾏﾂ;ｷﾖｼ;;;\r\nEND:VCARD\r\n";
        assert_eq!(import(&hanako, &book, old)["created"], 1);
        for typed in ["こまつ", "コマツ きよし", "komatsu", "kiyoshi"] {
            let found = hanako.get(&format!("contacts?q={typed}")).expect(200).json();
            assert_eq!(found["items"][0]["name"]["components"][0]["phonetic"], "ｺﾏﾂ", "{typed}: {found}");
        }
        let out = hanako.get(&format!("address-books/{book}/export")).expect(200).text();
        for line in ["X-PHONETIC-LAST-NAME:ｺﾏﾂ", "X-PHONETIC-FIRST-NAME:ｷﾖｼ"] {
            assert!(out.lines().any(|it| it == line), "{line}: {out}");
        }
    });
}

#[test]
fn a_repeat_has_no_second_effect() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let book = book(&hanako);
        let key = Uuid::now_v7().to_string();
        let file = vcard("a", "最初", "") + &vcard("b", "x", "bad\r\n");
        let first = import_as(&hanako, &book, &key, &*file).expect(200);
        let second = import_as(&hanako, &book, &key, &*file).expect(200);
        assert_eq!(second.header("idempotent-replayed"), Some("true"));
        assert_eq!(second.json(), first.json());
        import_as(&hanako, &book, &key, vcard("c", "x", "")).problem(422, "idempotency-key-reused");
    });
}

#[test]
fn what_is_no_vcard_is_refused() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let book = book(&hanako);
        let key = || Uuid::now_v7().to_string();
        import_as(&hanako, &book, &key(), "hello").problem(400, "not-a-vcard");
        hanako.post(&format!("address-books/{book}/import"), &json!({})).problem(415, "unsupported-type");
        import_as(&taro, &book, &key(), vcard("a", "x", "")).problem(404, "not-found");
        taro.get(&format!("address-books/{book}/export")).problem(404, "not-found");
    });
}

#[test]
fn a_file_that_is_too_large_or_of_another_type_is_told_what_is_taken() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let book = book(&hanako);
        let path = format!("address-books/{book}/import");
        let send = |kind: &str, file: Vec<u8>| hanako.ask("POST", &path).fresh_key().body(kind, file).send();
        for kind in ["application/json", "text/calendar", "text/plain", "multipart/form-data; boundary=x"] {
            let problem = send(kind, vcard("a", "x", "").into()).problem(415, "unsupported-type");
            assert!(problem["detail"].as_str().unwrap().contains("text/vcard"), "{problem}");
        }
        let mut large = vcard("a", "x", "").into_bytes();
        large.resize(10 * 1024 * 1024 + 1, b'\n');
        let problem = send("text/vcard", large.clone()).problem(413, "too-large");
        assert_eq!(problem["limitBytes"], 10 * 1024 * 1024);
        let contacts = format!("contacts?addressBooks={book}");
        assert_eq!(hanako.get(&contacts).expect(200).json()["items"], json!([]));
        large.pop();
        assert_eq!(send("text/x-vcard", large).expect(200).json()["created"], 1);
        let key = hanako.ask("POST", &path).body("text/vcard", vcard("b", "x", "")).send();
        key.problem(400, "idempotency-key-required");
    });
}

#[test]
fn a_file_that_was_cut_is_told_where_it_ends() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let book = book(&hanako);
        let whole = vcard("a", "一", "") + &vcard("b", "二", "");
        let cut: String = whole.lines().take(11).map(|line| format!("{line}\r\n")).collect();
        let told = import(&hanako, &book, cut);
        assert_eq!(
            (&told["created"], &told["refused"][0]["card"]),
            (&json!(1), &json!("2件目、7行目、UID b"))
        );
        let reason = told["refused"][0]["reason"].as_str().unwrap();
        assert!(
            reason.starts_with("11行目: END:VCARD のないまま") && reason.contains("途中で切れ"),
            "{told}"
        );
        // The rest of it comes by the whole file.
        assert_eq!(
            import(&hanako, &book, whole),
            json!({"created": 1, "updated": 1, "refused": [], "refusedCount": 0})
        );
    });
}

#[test]
fn a_file_in_another_charset_than_it_says_is_read_or_told_by_its_line() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let book = book(&hanako);
        // 山田 and 斎藤 as old systems write them.
        let yamada = b"\x8e\x52\x93\x63";
        let saito = b"\x8d\xd6\x93\xa1";
        let card = |uid: &str, name: &[u8]| {
            let name = [b"FN:", name, b"\r\nN:", name, b";;;;\r\n"].concat();
            let begin = format!("BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{uid}\r\n");
            [begin.as_bytes(), &name, b"END:VCARD\r\n"].concat()
        };
        let told = import(&hanako, &book, [card("a", yamada), card("b", saito)].concat());
        assert_eq!(told, json!({"created": 2, "updated": 0, "refused": [], "refusedCount": 0}));
        for name in ["山田", "斎藤"] {
            let found = hanako.get(&format!("contacts?q={name}")).expect(200).json();
            assert_eq!(found["items"][0]["name"]["full"], name, "{found}");
        }
        // Neither the one nor the other: what can be read is taken.
        let told = import(&hanako, &book, [card("c", "鈴木".as_bytes()), card("d", &[0xff, 0xfe])].concat());
        assert_eq!(
            (&told["created"], &told["refused"][0]["card"]),
            (&json!(1), &json!("2件目、7行目、UID d"))
        );
        assert!(told["refused"][0]["reason"].as_str().unwrap().starts_with("10行目: "), "{told}");
    });
}

fn import_table(who: &Staff, book: &str, file: impl Into<Vec<u8>>) -> Answer {
    let ask = who.ask("POST", &format!("address-books/{book}/import")).fresh_key();
    ask.header("accept-language", "ja").body("text/csv", file).send()
}

#[test]
fn a_table_goes_out_and_comes_back_without_a_loss() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let (book, other) = (book(&hanako), book(&hanako));
        let file = vcard("a", "山田", "X-FOO;X-BAR=1:c\\,d\r\nTEL;TYPE=CELL:090-1234-5678\r\nNOTE:=1+1\r\n")
            + &vcard("b", "阿部", "");
        import(&hanako, &book, &*file);
        let out = hanako.get(&format!("address-books/{book}/export?format=csv")).expect(200);
        assert_eq!(out.header("content-type"), Some("text/csv; charset=utf-8"));
        assert!(out.header("content-disposition").is_some_and(|it| it.contains("contacts.csv")));
        let table = out.text();
        assert!(
            table.starts_with("\u{feff}UID,氏名,フリガナ,会社名,") && table.contains(",'=1+1,"),
            "{table}"
        );
        assert_eq!(
            import_table(&hanako, &other, &*table).expect(200).json(),
            json!({"created": 2, "updated": 0, "refused": [], "refusedCount": 0})
        );
        let text = |book: &str| hanako.get(&format!("address-books/{book}/export")).expect(200).text();
        for line in ["X-FOO;X-BAR=1:c\\,d", "TEL;TYPE=CELL:090-1234-5678", "NOTE:=1+1"] {
            assert!(text(&other).lines().any(|it| it == line), "{line} is not in {}", text(&other));
        }
        // Nothing was changed, so nothing is told.
        let etags = || -> Vec<Value> {
            let all = hanako.get(&format!("contacts?addressBooks={book}")).expect(200).json();
            all["items"].as_array().unwrap().iter().map(|it| it["etag"].clone()).collect()
        };
        let before = etags();
        assert_eq!(import_table(&hanako, &book, &*table).expect(200).json()["updated"], 2);
        assert_eq!(etags(), before);
        let changed = table.replace(",090-1234-5678,", ",090-9999-0000,");
        import_table(&hanako, &book, &*changed).expect(200);
        assert!(text(&book).contains("090-9999-0000") && text(&book).contains("X-FOO;X-BAR=1:c\\,d"));
        hanako.get(&format!("address-books/{book}/export?format=xlsx")).expect(400);
    });
}

#[test]
fn what_is_wrong_with_a_table_is_told_with_its_line() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let book = book(&hanako);
        let table = "氏名,電話,全項目\n良い,0155-1,\n悪い,,{\n多い,,,1\n,,\n";
        let told = import_table(&hanako, &book, table).expect(200).json();
        assert_eq!(told["created"], 1, "{told}");
        let refused = told["refused"].as_array().unwrap();
        let cards: Vec<&str> = refused.iter().map(|it| it["card"].as_str().unwrap()).collect();
        assert_eq!(cards, ["3行目、悪い", "4行目"], "{told}");
        assert!(refused[0]["reason"].as_str().unwrap().contains("全項目"), "{told}");
        let problem = import_table(&hanako, &book, "年齢,氏名\n1,x\n").problem(422, "invalid");
        assert!(problem.to_string().contains("「年齢」という列はありません"), "{problem}");
        import_table(&hanako, &book, "").problem(422, "invalid");
        let again = import_table(&hanako, &book, table).expect(200).json();
        assert_eq!((&again["created"], &again["updated"]), (&json!(0), &json!(1)), "{again}");
    });
}
