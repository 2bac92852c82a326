//! Hostile mails (promise T36): counted work, no panic, and what can be told is told.

use std::fmt::Write as _;

use proptest::prelude::*;

use crate::codec::{address, charset, head, html, mime, open, params::Valued, words};

const HEAD: &str = "From: =?utf-8?B?5L2Q6Jek?= <a@b.example>\r\nSubject: =?utf-8?B?5Lya6K2w?=\r\n";

fn assert_told_but_too_complex(mail: &str) {
    let head = head::read(mail.as_bytes());
    assert!(head.too_complex);
    assert_eq!((head.subject.as_str(), head.from[0].name.as_deref()), ("会議", Some("佐藤")));
    assert_eq!((head.preview.as_str(), head.has_attachment), ("", false));
    assert!(open::body(mail.as_bytes()).attachments.is_empty());
}

#[test]
fn two_hundred_levels() {
    let mut mail = format!("{HEAD}Content-Type: multipart/mixed; boundary=b0\r\n\r\n");
    for level in 1..=200 {
        write!(mail, "--b{}\r\nContent-Type: multipart/mixed; boundary=b{level}\r\n\r\n", level - 1).unwrap();
    }
    assert_told_but_too_complex(&mail);
}

#[test]
fn a_hundred_thousand_parts() {
    let parts = "--b\r\n\r\nx\r\n".repeat(100_000);
    assert_told_but_too_complex(&format!(
        "{HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n{parts}--b--\r\n"
    ));
}

#[test]
fn as_many_parts_as_are_read() {
    let mail = |parts: usize| {
        let parts = "--b\r\n\r\nx\r\n".repeat(parts);
        head::read(
            format!("{HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n{parts}--b--\r\n").as_bytes(),
        )
    };
    assert!(!mail(mime::MAX_PARTS).too_complex);
    assert!(mail(mime::MAX_PARTS + 1).too_complex);
}

#[test]
fn a_hundred_thousand_lines_of_addresses() {
    let lines = ",\r\n a@b.example".repeat(100_000);
    assert_told_but_too_complex(&format!("{HEAD}To: a@b.example{lines}\r\n\r\nx"));
    let fields = "To: a@b.example\r\n".repeat(100_000);
    assert_told_but_too_complex(&format!("{HEAD}{fields}\r\nx"));
}

#[test]
fn one_endless_encoded_word() {
    let word = "A".repeat(10_000_000);
    let head = head::read(format!("From: a@b.example\r\nSubject: =?utf-8?B?{word}?=\r\n\r\nx").as_bytes());
    assert!(head.too_complex);
    assert!(head.subject.chars().count() <= 1_000);
}

#[test]
fn a_date_in_a_hundred_thousand_comments() {
    let date = "(".repeat(60_000);
    assert_eq!(head::read(format!("{HEAD}Date: {date}\r\n\r\nx").as_bytes()).sent_at, None);
}

#[test]
fn one_line_of_base64_as_long_as_is_taken() {
    let line = "QUJD".repeat(6_000_000);
    let mail = format!("{HEAD}Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n{line}");
    assert!(head::read(mail.as_bytes()).preview.starts_with("ABCABC"));
    assert_told_but_too_complex(&format!("{mail}{}", "QUJD".repeat(1_000_000)));
}

#[test]
fn five_hundred_boundaries_that_never_come() {
    let mut mail = format!("{HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n");
    for part in 0..400 {
        write!(mail, "--b\r\nContent-Type: multipart/mixed; boundary=never{part}\r\n\r\n").unwrap();
    }
    mail.push_str(&"-- x\r\n".repeat(100_000));
    assert!(!head::read(mail.as_bytes()).too_complex, "only one of them is open at a time");
}

#[test]
fn deep_html_is_not_shown() {
    assert_eq!(html::sanitise(&"<div>".repeat(100_000)), None);
    assert!(html::sanitise(&"<p>x<br>".repeat(10_000)).is_some());
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        drop(head::read(&bytes));
        drop(open::body(&bytes));
        drop(open::file(&bytes, 1));
        drop(charset::decode(&bytes, Some("iso-2022-jp")));
        drop(charset::decode(&bytes, Some("utf-16")));
    }

    #[test]
    fn no_mail_like_bytes_panic(
        lines in proptest::collection::vec(
            prop_oneof![
                Just("Content-Type: multipart/mixed; boundary=b".to_owned()),
                Just("Content-Type: multipart/alternative; boundary=\"c\"".to_owned()),
                Just("Content-Type: message/rfc822".to_owned()),
                Just("Content-Transfer-Encoding: base64".to_owned()),
                Just("Content-Transfer-Encoding: quoted-printable".to_owned()),
                Just("Content-Disposition: attachment; filename*0*=utf-8''%E4%BC; filename*1*=%9A".to_owned()),
                Just("Subject: =?iso-2022-jp?B?GyRC?= =?iso-2022-jp?Q?=1B$B?=".to_owned()),
                Just("--b".to_owned()), Just("--b--".to_owned()), Just("--c".to_owned()), Just(String::new()),
                Just("\u{1b}$B!!!\u{1b}(".to_owned()), Just("=E4=".to_owned()), ".{0,80}",
            ],
            0..60,
        ),
        end in prop_oneof![Just("\r\n"), Just("\n"), Just("\r")],
    ) {
        let mail = lines.join(end);
        let head = head::read(mail.as_bytes());
        prop_assert!(!head.subject.contains(['\r', '\n', '\0']));
        let body = open::body(mail.as_bytes());
        for file in &body.attachments {
            prop_assert!(!file.name.is_empty() && !file.name.contains(['/', '\\', '"', '\r', '\n']));
            prop_assert!(open::file(mail.as_bytes(), file.n).is_some());
        }
    }

    #[test]
    fn no_text_panics(text in ".{0,400}") {
        drop(address::parse(&text));
        drop(words::decode_words(&text));
        drop(Valued::parse(&text).decoded("filename"));
        drop(html::sanitise(&text));
        drop(html::to_text(&text));
    }
}

#[test]
fn a_tag_of_very_many_attributes_is_not_taken_apart() {
    let tag =
        |count: usize| format!("<p>x</p><a{}>", (0..count).map(|n| format!(" a{n}")).collect::<String>());
    assert!(html::sanitise(&tag(500)).is_some());
    assert_eq!(html::sanitise(&tag(80_000)), None);
}
