//! What leaves by a real mail server: at least once, one Message-ID, never inside a request, and nothing but the mail.

use std::time::Duration;

use diesel::{QueryDsl, RunQueryDsl};
use renraku_db::schema::jobs;
use renraku_mail::{codec::open, service};
use renraku_test_db::Backend;
use serde_json::{Value, json};

use crate::harness::{Mailbox, Manner, Received, Security, SmtpSink, Staff, TestServer};

const LATER: Duration = Duration::from_secs(2 * 3_600);

/// Runs `test` against a fresh server on each database that sends by a fresh mail server.
fn on_each_sink(test: impl Fn(&TestServer, &SmtpSink)) {
    for backend in Backend::all() {
        let sink = SmtpSink::start(Security::None);
        test(&start(*backend, &sink, &[]), &sink);
    }
}

fn start(backend: Backend, sink: &SmtpSink, more: &[(&'static str, String)]) -> TestServer {
    let settings: Vec<_> = sink.settings().into_iter().chain(more.iter().cloned()).collect();
    let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    TestServer::start_with(backend, &settings)
}

/// A member of staff who may send; their mailbox is a folder that nobody watches.
fn mailer(server: &TestServer, name: &str) -> (Staff, tempfile::TempDir) {
    let staff = server.staff(name);
    let folder = tempfile::tempdir().unwrap();
    let (source, address) =
        (format!("maildir:{}", folder.path().display()), format!("{name}@pref.example.jp"));
    server.db().write(|tx| service::put_account(tx, &staff.person, &source, &address, name)).unwrap();
    (staff, folder)
}

fn mail(text: &str) -> Value {
    json!({"to": [{"name": "業者, 太郎", "email": "guest@x.example"}], "subject": "見積の件", "text": text})
}

fn run_later(server: &TestServer) {
    server.clock().advance(LATER);
    server.run_due_jobs();
}

#[test]
fn a_mail_leaves_at_least_once_with_one_message_id_whatever_the_mail_server_does() {
    on_each_sink(|server, sink| {
        let (hanako, _folder) = mailer(server, "hanako");
        sink.behave(Manner::RefuseForNow);
        hanako.post("mail/messages", &mail("お願いします。")).expect(201);
        server.run_due_jobs();
        run_later(server);
        assert_eq!(sink.mails(), []);
        sink.behave(Manner::DropAfterData);
        run_later(server);
        let unsure = sink.mails();
        assert_eq!(unsure.len(), 1);
        sink.behave(Manner::Take);
        run_later(server);
        run_later(server);
        assert_eq!(sink.mails(), [unsure[0].clone(), unsure[0].clone()], "the same mail, and then no more");
        assert_eq!((unsure[0].to.len(), unsure[0].field("Message-ID").len()), (1, 1));
    });
}

#[test]
fn a_mail_server_that_hangs_holds_up_nobody() {
    on_each_sink(|server, sink| {
        let (hanako, _folder) = mailer(server, "hanako");
        sink.behave(Manner::Hang);
        let sent = hanako.post("mail/messages", &mail("一")).expect(201).json();
        sink.wait_until_it_hangs();
        let listed = hanako.get("mail/messages").expect(200).json();
        assert_eq!(listed["items"][0]["id"], sent["id"]);
        hanako.post("mail/messages", &mail("二")).expect(201);
        sink.behave(Manner::Take);
        server.run_due_jobs();
        run_later(server);
        let mut texts: Vec<String> = sink.mails().iter().map(|mail| open::body(&mail.data).text).collect();
        texts.sort_unstable();
        assert_eq!(texts, ["一", "二"]);
    });
}

#[test]
fn no_text_becomes_a_command_or_a_header() {
    on_each_sink(|server, sink| {
        let (hanako, _folder) = mailer(server, "hanako");
        let text = "a\r\n\r\n.\r\nMAIL FROM:<evil@x.example>\nRCPT TO:<b@x.example>\n.\nb";
        hanako.post("mail/messages", &mail(text)).expect(201);
        for name in ["x\r\nBcc: a@b.example", "n\0", "n\u{2028}m"] {
            let mut bad = mail("x");
            bad["to"][0]["name"] = json!(name);
            hanako.post("mail/messages", &bad).problem(422, "invalid");
            bad = mail("x");
            bad["subject"] = json!(name);
            hanako.post("mail/messages", &bad).problem(422, "invalid");
        }
        server.run_due_jobs();
        let [got] = sink.mails().try_into().unwrap();
        assert_eq!(
            (got.from.as_str(), got.to.as_slice()),
            ("<hanako@pref.example.jp>", ["<guest@x.example>".to_owned()].as_slice())
        );
        assert_eq!(open::body(&got.data).text, text.replace("\r\n", "\n"));
        assert_eq!(one_of_each(&got), ["Date", "From", "Message-ID", "Subject", "To"]);
    });
}

/// The fields that stand in a header once, of those that must.
fn one_of_each(mail: &Received) -> Vec<&'static str> {
    let mut fields = vec!["Bcc", "Date", "From", "Message-ID", "Subject", "To"];
    fields.retain(|field| mail.field(field).len() == 1);
    fields
}

#[test]
fn who_is_outside_the_office_is_invited_by_mail() {
    on_each_sink(|server, sink| {
        let hanako = server.staff("hanako");
        let guest = json!({"calendarAddress": "mailto:guest@x.example", "roles": {"attendee": true}});
        let meeting = json!({
            "title": "打合せ", "start": "2026-11-26T10:00:00", "duration": "PT1H",
            "description": "資料は\r\n\r\n.\r\nMAIL FROM:<evil@x.example>", "participants": {"g": guest}
        });
        assert_eq!(sink.mails(), []);
        hanako.post("events", &meeting).expect(201);
        server.run_due_jobs();
        run_later(server);
        let [got] = sink.mails().try_into().unwrap();
        assert_eq!(got.to, ["<guest@x.example>"]);
        assert_eq!(one_of_each(&got), ["Date", "From", "Message-ID", "Subject", "To"]);
        let text = String::from_utf8(got.data.clone()).unwrap();
        assert!(text.contains("Content-Type: text/calendar; method=REQUEST"), "{text}");
        let (_, calendar) = open::file(&got.data, 1).unwrap();
        let calendar = String::from_utf8(calendar).unwrap();
        assert!(calendar.contains("METHOD:REQUEST") && calendar.contains("SUMMARY:打合せ"), "{calendar}");
    });
}

#[test]
fn a_certificate_that_the_office_made_is_trusted_when_it_is_named_and_only_then() {
    for security in [Security::StartTls, Security::Tls] {
        let sink = SmtpSink::start(security);
        let backend = Backend::all()[0];
        let server = start(backend, &sink, &[]);
        let (hanako, _folder) = mailer(&server, "hanako");
        hanako.post("mail/messages", &mail("x")).expect(201);
        server.run_due_jobs();
        assert_eq!(sink.mails(), [], "{security:?}");
        let faults: Vec<Option<String>> = server
            .db()
            .read(|tx| jobs::table.select(jobs::last_fault).load(tx.conn()).map_err(renraku_db::Error::from))
            .unwrap();
        assert!(faults.iter().flatten().any(|fault| fault.contains("certificate")), "{faults:?}");

        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ca.pem");
        std::fs::write(&file, sink.certificate()).unwrap();
        let trusted = [("RENRAKU_SMTP_CA_FILE", file.to_str().unwrap().to_owned())];
        let server = start(backend, &sink, &trusted);
        let (hanako, _folder) = mailer(&server, "hanako");
        hanako.post("mail/messages", &mail("x")).expect(201);
        server.run_due_jobs();
        assert_eq!(sink.mails().len(), 1, "{security:?}");
    }
}

#[test]
fn a_mail_is_sent_on_as_it_is_when_that_is_asked_for() {
    on_each_sink(|server, sink| {
        let (hanako, _folder) = mailer(server, "hanako");
        let mut original =
            json!({"to": [{"email": "hanako@pref.example.jp"}], "subject": "資料", "text": "一行目\n二行目"});
        let sent = hanako.post("mail/messages", &original).expect(201).json();
        server.run_due_jobs();
        let [first] = sink.mails().try_into().unwrap();
        let path = format!("mail/messages/{}/forward", sent["id"].as_str().unwrap());
        original = json!({"to": [{"email": "guest@x.example"}], "text": "ご参考まで", "as": "attachment"});
        let forwarded = hanako.post(&path, &original).expect(201).json();
        assert_eq!((&forwarded["hasAttachment"], &forwarded["subject"]), (&json!(true), &json!("Fwd: 資料")));
        server.run_due_jobs();
        let got = sink.mails().pop().unwrap();
        let body = open::body(&got.data);
        assert_eq!(body.text.trim_end(), "ご参考まで");
        let [file] = body.attachments.as_slice() else { panic!("{body:?}") };
        assert_eq!((file.media_type.as_str(), file.name.as_str()), ("message/rfc822", "資料.eml"));
        let (_, inner) = open::file(&got.data, 1).unwrap();
        assert_eq!(open::body(&inner).text, open::body(&first.data).text);
        let text = String::from_utf8(inner).unwrap();
        assert!(text.contains(&first.field("Message-ID")[0]), "{text}");

        for (more, pointer) in
            [(json!({"withoutAttachments": true}), "/withoutAttachments"), (json!({"as": "link"}), "/as")]
        {
            let mut wrong = original.clone();
            wrong.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            let problem = hanako.post(&path, &wrong).problem(422, "invalid");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
        }
    });
}

/// A mail of eight bits, as many mail programs write it; what signs it signs each of its bytes.
const EIGHT_BIT: &[u8] = b"From: a@x.example\r\nTo: hanako@pref.example.jp\r\nSubject: eight bits\r\nDate: Wed, 25 Nov 2026 10:00:00 +0900\r\n\
    MIME-Version: 1.0\r\nContent-Type: text/plain; charset=shift_jis\r\nContent-Transfer-Encoding: 8bit\r\n\
    DKIM-Signature: v=1; a=rsa-sha256\r\n\r\n\x8e\x52\x93\x63\r\n.\r\n";

#[test]
fn a_mail_of_eight_bits_is_sent_on_whatever_the_mail_server_takes() {
    for backend in Backend::all() {
        for (offered, media, parameters) in
            [(true, "message/rfc822", " BODY=8BITMIME"), (false, "application/octet-stream", "")]
        {
            let sink = SmtpSink::start(Security::None);
            sink.offer_eight_bit(offered);
            let server = start(*backend, &sink, &[]);
            let hanako = server.staff("hanako");
            let mut mailbox = Mailbox::of(server.db(), &hanako);
            mailbox.receive(EIGHT_BIT);
            let head = hanako.get("mail/messages").expect(200).json()["items"][0].clone();
            let path = format!("mail/messages/{}/forward", head["id"].as_str().unwrap());
            let forward =
                json!({"to": [{"email": "guest@x.example"}], "text": "ご参考まで", "as": "attachment"});
            let sent = hanako.post(&path, &forward).expect(201).json();
            assert_eq!(sent["subject"], "Fwd: eight bits");
            server.run_due_jobs();
            run_later(&server);
            let [got] = sink.mails().try_into().unwrap();
            assert_eq!(got.from, format!("<hanako@pref.example.jp>{parameters}"));
            assert_eq!(got.data.is_ascii(), !offered);
            let labels: &[&str] = if offered { &["8bit"] } else { &[] };
            assert_eq!(got.field("Content-Transfer-Encoding"), labels);
            let (file, inner) = open::file(&got.data, 1).unwrap();
            assert_eq!((file.media_type.as_str(), file.name.as_str()), (media, "eight bits.eml"));
            assert_eq!(inner.trim_ascii_end(), EIGHT_BIT.trim_ascii_end());
        }
    }
}
