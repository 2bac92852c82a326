use crate::codec::{
    address, charset, head,
    open::{self},
    words::decode_words,
};

macro_rules! eml {
    ($name:literal) => {
        ($name, include_bytes!(concat!("../../../../../tests/fixtures/eml/", $name, ".eml")))
    };
}
pub(super) use eml;

/// A mail, its subject, the name of its author, and a piece of its text.
type Row = ((&'static str, &'static [u8]), &'static str, &'static str, &'static str);

const ROWS: &[Row] = &[
    (
        eml!("iso-2022-jp-plain"),
        "定例会議のお知らせ",
        "佐藤 花子",
        "各位 お疲れさまです。 定例会議を開きます。",
    ),
    (
        eml!("iso-2022-jp-ms-characters"),
        "①日程②場所㈱日本㌔Ⅲ №５",
        "髙橋 一郎",
        "①髙橋さん ②﨑山さん ﾊﾝｶｸ ㍻元年",
    ),
    (eml!("iso-2022-jp-half-width-kana"), "ﾃｽﾄ ﾒｰﾙ", "Hanako", "ｶﾅ and ﾊﾝｶｸ end"),
    (eml!("iso-2022-jp-1-supplement"), "鷗外", "Hanako", "森鷗外の話"),
    (eml!("iso-2022-jp-line-without-escape"), "x", "Hanako", "一行目 second line"),
    (
        eml!("encoded-words-utf8-cut-inside-character"),
        "令和八年度予算要求に関する打合せの件について",
        "Hanako",
        "x",
    ),
    (eml!("encoded-words-jis-cut-without-escape"), "長い件名が途中で切れているメールの見本", "Hanako", "x"),
    (eml!("encoded-words-two-charsets"), "Re: 会議資料 (final) v2", "Hanako", "x"),
    (eml!("encoded-word-q-comma-in-name"), "A B_C", "山田, 次郎", "x"),
    (eml!("encoded-word-inside-quotes"), "\"quoted\" subject", "総務課　田中", "x"),
    (eml!("utf8-labelled-iso-2022-jp"), "本当はUTF-8", "Hanako", "本文はUTF-8です。"),
    (eml!("iso-2022-jp-labelled-utf8"), "本当はJIS", "Hanako", "本文はJISです。"),
    (eml!("utf8-labelled-shift-jis"), "業務連絡", "Hanako", "ラベルが違う本文。"),
    (eml!("shift-jis-undeclared"), "宛先不明のお知らせ", "鈴木", "シフトJISの本文です。表示されますか。"),
    (eml!("shift-jis-labelled-iso-8859-1"), "納品書の送付について", "Hanako", "納品書をお送りします。"),
    (eml!("euc-jp-undeclared"), "問い合わせの件", "Hanako", "昔のユニックスからのメールです。"),
    (eml!("raw-utf8-header"), "庁舎内の停電について", "渡邊 さくら", "今夜停電します。"),
    (eml!("raw-iso-2022-jp-header"), "生のJIS件名です", "社会福祉課長", "本文"),
    (eml!("html-alternative-related"), "x", "Hanako", "テキスト版の本文です。"),
    (eml!("html-only"), "x", "Hanako", "お知らせ 次の会議は 火曜です。"),
    (eml!("boundary-never-closed"), "x", "Hanako", "first"),
    (eml!("attached-message"), "Fwd", "Hanako", "転送します。"),
    (eml!("calendar-invitation"), "x", "Hanako", "invitation"),
    (eml!("file-name-hostile"), "x", "Hanako", ""),
    (eml!("thread-reply"), "Re: x", "Hanako", "> quoted ok"),
];

#[test]
fn every_fixture_reads_as_its_author_meant_it() {
    for ((name, mail), subject, author, preview) in ROWS {
        let head = head::read(mail);
        assert_eq!(head.subject, *subject, "subject of {name}");
        assert_eq!(head.from[0].name.as_deref(), Some(*author), "author of {name}");
        assert_eq!(head.preview, *preview, "preview of {name}");
        assert!(!head.too_complex, "{name}");
        assert_eq!(head.sent_at.unwrap().to_string(), "2026-11-25T01:00:00Z", "{name}");
    }
}

#[test]
fn a_mail_without_the_usual_still_has_a_head() {
    let (_, mail) = eml!("line-feeds-only");
    let head = head::read(mail);
    assert_eq!((head.subject.as_str(), head.preview.as_str()), ("会議", "改行がLFだけ"));
    assert_eq!(head.from[0].email, "a@b.example");
    let (_, mail) = eml!("no-header-at-all");
    let head = head::read(mail);
    assert_eq!((head.subject.as_str(), head.from.len()), ("", 0));
    assert_eq!(head.preview, "ただの文字列");
    assert_eq!(head::read(b"").size, 0);
}

#[test]
fn a_thread_is_told_by_its_ids() {
    let (_, mail) = eml!("thread-reply");
    let head = head::read(mail);
    assert_eq!(head.message_id.as_deref(), Some("m1@pref.example.jp"));
    assert_eq!(head.in_reply_to, ["p1@x.example"]);
    assert_eq!(head.references, ["root@x.example", "p1@x.example"]);
    let emails: Vec<&str> = head.cc.iter().map(|cc| cc.email.as_str()).collect();
    assert_eq!(emails, ["a@x.example", "b@x.example"], "groups are dissolved");
}

#[test]
fn addresses_as_they_really_come() {
    let parse = |text: &str| {
        address::parse(text).into_iter().map(|a| (a.name.unwrap_or_default(), a.email)).collect::<Vec<_>>()
    };
    let one = |name: &str, email: &str| vec![(name.to_owned(), email.to_owned())];
    assert_eq!(parse("a@b.example (田中 (総務))"), one("田中 総務", "a@b.example"));
    assert_eq!(parse("\"佐藤 \\\"花\\\"\" <a@b.example>"), one("佐藤 \"花\"", "a@b.example"));
    assert_eq!(parse("<@r.example,@s.example:a@b.example>"), one("", "a@b.example"));
    assert_eq!(parse("名前だけ"), one("名前だけ", ""));
    assert_eq!(parse("a @ b.example"), one("", "a@b.example"));
    assert_eq!(parse("=?broken <a@b.example>"), one("=?broken", "a@b.example"));
    assert_eq!(parse(", ,;").len(), 0);
    assert!(!parse("Evil\r\nBcc: x <a@b.example>")[0].0.contains('\n'));
    assert_eq!(parse(&"a@b.example,".repeat(5_000)).len(), address::MAX_ADDRESSES);
}

#[test]
fn what_is_no_encoded_word_stays() {
    for text in ["=?", "=?=?=?", "=?utf-8?X?abc?=", "=?utf-8?Q?abc", "a =?? b", "50=?60?"] {
        assert_eq!(decode_words(text), text);
    }
    assert_eq!(decode_words("=?utf-8?Q?a?= =?utf-8?Q?b?= c =?utf-8?Q?d?="), "ab c d");
}

#[test]
fn latin_text_is_not_taken_for_japanese() {
    let latin = [b"r".as_slice(), &[0xe9], b"serv", &[0xe9], b" au caf", &[0xe9]].concat();
    assert_eq!(charset::decode(&latin, Some("ISO-8859-1")), "réservé au café");
    assert_eq!(charset::decode(b"plain", Some("no-such-charset")), "plain");
    assert_eq!(charset::decode(&[0xfe, 0xff, 0x4f, 0x1a], Some("utf-16be")), "\u{4f1a}");
}

#[test]
fn the_body_has_its_text_and_html() {
    let (_, mail) = eml!("html-alternative-related");
    let body = open::body(mail);
    assert_eq!(body.text.trim(), "テキスト版の本文です。");
    let html = body.html.unwrap();
    assert!(html.contains("HTML版 <b>太字</b>"), "{html}");
    assert!(html.contains("cid:logo@x"), "{html}");
    assert!(html.contains("href=\"https://pref.example.jp/\""), "{html}");
    for bad in ["tracker", "javascript", "onclick"] {
        assert!(!html.contains(bad), "{html}");
    }
    assert_eq!(body.attachments[0].content_id.as_deref(), Some("logo@x"));
    assert!(!head::read(mail).has_attachment, "a picture in the text is no attachment");
}
