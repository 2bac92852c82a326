use renraku_base::{Language, Timestamp};
use renraku_notify::{CalendarPart, MailAddress, OutgoingMail};

use crate::{
    codec::{compose::compose, head, open, quote},
    rules::outgoing,
};

fn address(name: &str, email: &str) -> MailAddress {
    MailAddress { name: Some(name.to_owned()), email: email.to_owned() }
}

fn mail() -> OutgoingMail {
    OutgoingMail {
        message_id: "0198-x@pref.example.jp".to_owned(),
        date: "2026-11-25T01:00:00Z".parse::<Timestamp>().unwrap(),
        from: address("髙橋 一郎", "takahashi@pref.example.jp"),
        to: vec![address("佐藤, 花子", "hanako@pref.example.jp")],
        cc: vec![],
        bcc: vec![address("", "secret@pref.example.jp")],
        subject: "令和八年度の予算要求に関する打合せの件について（長い件名はどこかで折り返される）"
            .to_owned(),
        text: "本文です。\n.\nMAIL FROM:<x@y>\n\n.\n終わり".to_owned(),
        calendar: None,
        in_reply_to: Some("p@x.example".to_owned()),
        references: vec!["root@x.example".to_owned(), "p@x.example".to_owned()],
        files_of: None,
        whole: false,
    }
}

#[test]
fn what_is_composed_reads_the_same() {
    let composed = compose(&mail(), &[]).unwrap();
    let head = head::read(&composed.bytes);
    assert_eq!(head.subject, mail().subject);
    assert_eq!(head.from[0].name.as_deref(), Some("髙橋 一郎"));
    assert_eq!(head.to[0].name.as_deref(), Some("佐藤, 花子"));
    assert_eq!(head.message_id.as_deref(), Some("0198-x@pref.example.jp"));
    assert_eq!(head.references, mail().references);
    assert_eq!(head.in_reply_to, ["p@x.example"]);
    assert_eq!(head.sent_at, Some(mail().date));
    assert_eq!(open::body(&composed.bytes).text, mail().text);
    let text = String::from_utf8(composed.bytes.clone()).unwrap();
    assert!(!text.contains("secret"), "blind copies stand in the envelope alone");
    assert_eq!(composed.envelope.to().len(), 2);
    assert!(text.lines().all(|line| line.len() < 998 && line.is_ascii()));
    assert_eq!(compose(&mail(), &[]).unwrap().bytes, composed.bytes, "every attempt sends the same");
}

#[test]
fn no_header_gets_in_by_a_line_end() {
    let mut mail = mail();
    mail.subject = "x\r\nBcc: a@b.example\u{2028}y\0".to_owned();
    mail.from.name = Some("N\r\nX-Evil: 1".to_owned());
    mail.references = vec!["a\r\nX-Evil: 2".to_owned()];
    let text = String::from_utf8(compose(&mail, &[]).unwrap().bytes).unwrap();
    for line in text.split("\r\n\r\n").next().unwrap().lines() {
        assert!(!line.starts_with("Bcc") && !line.starts_with("X-Evil"), "{text}");
    }
}

#[test]
fn an_invitation_is_a_part_that_calendars_understand() {
    let mut mail = mail();
    mail.calendar = Some(CalendarPart {
        method: "REQUEST".to_owned(),
        text: "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n".to_owned(),
        about: None,
    });
    let composed = compose(&mail, &[]).unwrap();
    let body = open::body(&composed.bytes);
    assert_eq!(body.text, mail.text);
    assert_eq!(body.attachments[0].media_type, "text/calendar");
    assert_eq!(open::file(&composed.bytes, 1).unwrap().1, b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n");
    assert!(String::from_utf8(composed.bytes.clone()).unwrap().contains("method=REQUEST"));
    assert_eq!(compose(&mail, &[]).unwrap().bytes, composed.bytes);
}

#[test]
fn addresses_of_old_mobile_telephones_are_quoted() {
    for (said, written) in [
        ("a..b@docomo.example.jp", "\"a..b\"@docomo.example.jp"),
        ("taro.@example.jp", "\"taro.\"@example.jp"),
        (".taro@example.jp", "\".taro\"@example.jp"),
        ("ta.ro@example.jp", "ta.ro@example.jp"),
    ] {
        let mut mail = mail();
        mail.to[0].email = said.to_owned();
        let composed = compose(&mail, &[]).unwrap();
        let text = String::from_utf8(composed.bytes).unwrap();
        assert!(text.contains(&format!("<{written}>")), "{text}");
        assert!(outgoing::is_address(said));
    }
    for none in ["a\"b..@example.jp", "a..b@", "a..\r\nb@example.jp", "(a)..b@example.jp", "a@b@example.jp"] {
        assert!(!outgoing::is_address(none), "{none}");
    }
}

#[test]
fn an_address_that_is_none_is_refused() {
    let mut mail = mail();
    mail.to[0].email = "a b@c\r\n".to_owned();
    assert!(compose(&mail, &[]).is_err());
}

#[test]
fn subjects_are_marked_once() {
    for (subject, marked) in [
        ("会議", "Re: 会議"),
        ("RE: 会議", "RE: 会議"),
        ("ＲＥ：会議", "ＲＥ：会議"),
        ("議題: 予算", "Re: 議題: 予算"),
    ] {
        assert_eq!(quote::reply_subject(subject), marked);
    }
    assert_eq!(quote::forward_subject("Re: x"), "Fwd: Re: x");
    assert_eq!(quote::forward_subject("FW: x"), "FW: x");
}

#[test]
fn what_is_quoted_says_whose_it_is() {
    let composed = compose(&mail(), &[]).unwrap();
    let original = head::read(&composed.bytes);
    let reply = quote::reply_text("承知しました。", &original, "一行目\n> 二行目", Language::Ja);
    assert_eq!(
        reply,
        "承知しました。\n\n2026年11月25日(水) 10:00 髙橋 一郎 <takahashi@pref.example.jp>:\n> 一行目\n>> 二行目\n"
    );
    let forward = quote::forward_text("", &original, "本文", (&[], false), Language::Ja);
    assert!(
        forward
            .starts_with("---------- 転送メール ----------\n差出人: 髙橋 一郎 <takahashi@pref.example.jp>\n")
    );
    assert!(forward.ends_with("\n\n本文"), "{forward}");
}
