use super::decoding::eml;
use crate::codec::{head, open, params::Valued};

#[test]
fn file_names_in_every_spelling() {
    let rows: [((&str, &[u8]), &str); 4] = [
        (eml!("file-name-rfc2231-jis-pieces"), "令和八年度予算要求書.xls"),
        (eml!("file-name-rfc2231-utf8-cut"), "議事録（案）.docx"),
        (eml!("file-name-encoded-word"), "見積書.pdf"),
        (eml!("file-name-raw-shift-jis"), "表計算ソフト.xls"),
    ];
    for ((fixture, mail), name) in rows {
        let body = open::body(mail);
        let [file] = &body.attachments[..] else { panic!("{fixture}: {:?}", body.attachments) };
        assert_eq!(file.name, name, "{fixture}");
        assert_eq!((file.n, file.size), (1, 3), "{fixture}");
        assert_eq!(body.text.trim(), "添付をご覧ください。", "{fixture}");
        assert!(head::read(mail).has_attachment, "{fixture}");
        assert_eq!(open::file(mail, 1).unwrap().1, b"ABC", "{fixture}");
        assert!(open::file(mail, 2).is_none() && open::file(mail, 0).is_none());
    }
}

#[test]
fn a_name_never_leads_elsewhere() {
    let (_, mail) = eml!("file-name-hostile");
    let names: Vec<String> = open::body(mail).attachments.into_iter().map(|file| file.name).collect();
    assert_eq!(names, ["passwd", "x.html", "script_", "a Set-Cookie_ xfdp.exe", "attachment-5.bin"]);
}

#[test]
fn damaged_parts_give_what_they_have() {
    let (_, mail) = eml!("boundary-never-closed");
    let (file, bytes) = open::file(mail, 1).unwrap();
    assert_eq!((file.name.as_str(), bytes.as_slice()), ("a.pdf", &b"ABCDEF"[..]));
    let (_, mail) = eml!("attached-message");
    let (file, bytes) = open::file(mail, 1).unwrap();
    assert_eq!(file.media_type, "message/rfc822");
    assert!(bytes.ends_with(b"--i--\r\n"), "its own parts stay inside");
    let (_, mail) = eml!("calendar-invitation");
    assert_eq!(open::body(mail).attachments[0].name, "attachment-1.ics");
}

#[test]
fn parameters_with_and_without_quotes() {
    let read = |text: &str| Valued::parse(text);
    assert_eq!(read("Text/Plain; charset=\"utf-8\"").get("charset"), Some("utf-8"));
    assert_eq!(read("text/plain;; charset = utf-8 ; x").get("charset"), Some("utf-8"));
    assert_eq!(read("a/b; name=\"x\\\"y;z\"; c=d").get("c"), Some("d"));
    assert_eq!(read("a/b; name=\"never closed").get("name"), Some("never closed"));
    assert_eq!(read("a; filename*=%E4%BC%9A").decoded("filename").as_deref(), Some("会"));
    assert_eq!(read("").value, "");
}
