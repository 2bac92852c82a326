use renraku_base::Language;
use renraku_db::jobs;
use renraku_mail::{
    EmailAddress, Keywords, MailFault, MailboxRole, MessageDetail, NewForward, NewMessage, NewReply, service,
    source::MailSource,
};
use renraku_test_db::on_each_database;

use super::{Mailer, Office, in_folder, key, mail};

fn to(email: &str) -> EmailAddress {
    EmailAddress { name: None, email: email.to_owned() }
}

fn new(recipient: &str) -> NewMessage {
    NewMessage {
        to: vec![to(recipient)],
        subject: "令和八年度の予算".to_owned(),
        text: "資料をお送りします。\n.\n以上".to_owned(),
        ..NewMessage::default()
    }
}

fn send(office: &Office<'_>, mailer: &Mailer, new: &NewMessage) -> Result<MessageDetail, MailFault> {
    office.db.write(|tx| service::send_message(tx, &mailer.who, new)).map(renraku_db::Changed::into_inner)
}

#[test]
fn a_mail_is_in_sent_at_once_and_with_its_recipient_after_the_job() {
    on_each_database(|db, _clock| {
        let office = Office::new(db);
        let (hanako, taro) = (office.mailer("hanako"), office.mailer("taro"));
        let sent = send(&office, &hanako, &new("Taro@pref.example.jp")).unwrap();
        let outbox = office.mailbox(&hanako, MailboxRole::Sent);
        assert!(sent.message.mailbox_ids.contains_key(&outbox.id));
        assert_eq!((outbox.total_emails, outbox.unread_emails), (1, 0));
        assert_eq!(sent.message.keywords, Keywords::SEEN);
        assert!(in_folder(&taro, "").is_empty(), "nothing is sent inside the request");
        let body = service::get_body(db, &hanako.who, &sent.message.id).unwrap();
        assert_eq!(body.text, "資料をお送りします。\n.\n以上", "it can be read before it is filed");
        assert_eq!(office.index(&hanako), 0);

        assert_eq!(office.run_jobs(), ["mail.file", "mail.send"]);
        office.index(&hanako);
        office.index(&taro);
        assert_eq!(office.all(&hanako).len(), 1, "the copy is the mail that was listed");
        assert_eq!(office.all(&hanako)[0], sent.message);
        let got = office.all(&taro).remove(0);
        assert_eq!(got.subject, "令和八年度の予算");
        assert_eq!(got.from[0].email, "hanako@pref.example.jp");
        let body = service::get_body(db, &taro.who, &got.id).unwrap();
        assert_eq!(body.text, "資料をお送りします。\n.\n以上");
        let detail = db.read(|tx| service::get_message(tx, &taro.who, &got.id)).unwrap();
        assert_eq!(detail.message_id, sent.message_id, "one Message-ID");
    });
}

#[test]
fn a_sending_that_was_cut_off_sends_the_same_again() {
    on_each_database(|db, _clock| {
        let office = Office::new(db);
        let (hanako, taro) = (office.mailer("hanako"), office.mailer("taro"));
        send(&office, &hanako, &new("taro@pref.example.jp")).unwrap();
        let sender = renraku_mail::delivery::MaildirSender::new(db.clone());
        let claimed =
            db.write(|tx| jobs::claim(tx, jobs::Kinds::ALL, 10, std::time::Duration::from_secs(60))).unwrap();
        for _ in 0..2 {
            for job in &claimed {
                match job.kind.as_str() {
                    renraku_mail::jobs::FILE => renraku_mail::jobs::file(db, job).unwrap(),
                    _ => drop(renraku_notify::jobs::send_mail(&sender, &job.payload).unwrap()),
                }
            }
        }
        assert_eq!(in_folder(&taro, "").len(), 1);
        assert_eq!(in_folder(&hanako, ".Sent").len(), 1);
    });
}

#[test]
fn what_is_deleted_before_it_is_filed_does_not_come_back() {
    on_each_database(|db, _clock| {
        let office = Office::new(db);
        let (hanako, taro) = (office.mailer("hanako"), office.mailer("taro"));
        let sent = send(&office, &hanako, &new("taro@pref.example.jp")).unwrap();
        office.delete(&hanako, &sent.message.id);
        office.delete(&hanako, &sent.message.id);
        office.run_jobs();
        office.index(&hanako);
        assert!(office.all(&hanako).is_empty());
        assert!(in_folder(&hanako, ".Sent").is_empty() && in_folder(&hanako, ".Trash").is_empty());
        assert_eq!(in_folder(&taro, "").len(), 1, "it is sent all the same");
    });
}

#[test]
fn an_unknown_recipient_is_told_to_the_author_and_the_others_get_it() {
    on_each_database(|db, _clock| {
        let office = Office::new(db);
        let (hanako, taro) = (office.mailer("hanako"), office.mailer("taro"));
        let mut mail = new("taro@pref.example.jp");
        mail.bcc = vec![to("nobody@pref.example.jp")];
        send(&office, &hanako, &mail).unwrap();
        office.run_jobs();
        office.index(&hanako);
        assert_eq!(in_folder(&taro, "").len(), 1);
        let inbox = office.mailbox(&hanako, MailboxRole::Inbox).id;
        let query = service::MessageQuery { mailbox: Some(inbox), ..Default::default() };
        let bounce = office.list(&hanako, &query).remove(0);
        assert_eq!(bounce.subject, "配送できませんでした：令和八年度の予算");
        let body = service::get_body(db, &hanako.who, &bounce.id).unwrap();
        assert!(body.text.contains("nobody@pref.example.jp"), "{}", body.text);
        assert_eq!(bounce.thread_id, office.all(&hanako)[1].thread_id);
    });
}

#[test]
fn an_answer_stands_in_its_thread_and_marks_what_it_answers() {
    on_each_database(|db, _clock| {
        let office = Office::new(db);
        let (hanako, taro) = (office.mailer("hanako"), office.mailer("taro"));
        let more = "Message-ID: <q@x.example>\r\nReferences: <root@x.example>\r\nReply-To: taro@pref.example.jp\r\n\
                    Cc: 総務課 <soumu@pref.example.jp>, hanako@pref.example.jp\r\n";
        hanako.maildir.deliver(&key(1, "q"), &mail("会議の件", more)).unwrap();
        office.index(&hanako);
        let asked = office.all(&hanako).remove(0);
        let original = service::get_original(db, &hanako.who, &asked.id).unwrap();
        let reply = NewReply { text: "承知しました。".to_owned(), all: true, ..NewReply::default() };
        let answer = db
            .write(|tx| service::reply_to_message(tx, &hanako.who, &original, &reply, Language::Ja))
            .unwrap()
            .into_inner();
        assert_eq!(answer.message.subject, "Re: 会議の件");
        assert_eq!(answer.message.thread_id, asked.thread_id);
        let emails = |list: &[EmailAddress]| list.iter().map(|a| a.email.clone()).collect::<Vec<_>>();
        assert_eq!(emails(&answer.message.to), ["taro@pref.example.jp"]);
        assert_eq!(emails(&answer.cc), ["me@x.example", "soumu@pref.example.jp"]);
        office.run_jobs();
        let marked = db.read(|tx| service::get_message(tx, &hanako.who, &asked.id)).unwrap();
        assert_eq!(marked.message.keywords, Keywords::ANSWERED);
        let flags: Vec<Keywords> = in_folder(&hanako, "")
            .into_iter()
            .filter(|(name, _)| *name == key(1, "q"))
            .map(|(_, k)| k)
            .collect();
        assert_eq!(flags, [Keywords::ANSWERED]);
        office.index(&taro);
        let got = office.all(&taro).remove(0);
        let body = service::get_body(db, &taro.who, &got.id).unwrap();
        assert!(
            body.text.starts_with("承知しました。\n\n佐藤 花子 <sato@x.example>:\n> 本文は会議の件の件"),
            "{}",
            body.text
        );
        let raw = taro.maildir.fetch("", &in_folder(&taro, "")[0].0).unwrap().bytes;
        let raw = String::from_utf8(raw).unwrap();
        assert!(raw.contains("In-Reply-To: <q@x.example>\r\n"), "{raw}");
        assert!(raw.contains("References: <root@x.example> <q@x.example>\r\n"), "{raw}");
    });
}

#[test]
fn a_mail_is_sent_on_with_its_text_and_its_files() {
    on_each_database(|db, _clock| {
        let office = Office::new(db);
        let (hanako, taro) = (office.mailer("hanako"), office.mailer("taro"));
        let raw = include_bytes!("../../../tests/fixtures/eml/file-name-encoded-word.eml");
        hanako.maildir.deliver(&key(1, "a"), raw).unwrap();
        office.index(&hanako);
        let id = office.all(&hanako).remove(0).id;
        let original = service::get_original(db, &hanako.who, &id).unwrap();
        let mut forward = NewForward {
            to: vec![to("taro@pref.example.jp")],
            text: "ご参考まで".to_owned(),
            ..NewForward::default()
        };
        let send = |forward: &NewForward| {
            db.write(|tx| service::forward_message(tx, &hanako.who, &original, forward, Language::Ja))
                .unwrap()
                .into_inner()
        };
        let sent = send(&forward);
        assert!(sent.message.has_attachment);
        let (_, bytes) = service::get_attachment(db, &hanako.who, &id, 1).unwrap();
        let named = |who, id| {
            let (file, bytes) = service::get_attachment(db, who, id, 1).unwrap();
            (file.name, file.media_type, bytes)
        };
        let whole = ("見積書.pdf".to_owned(), "application/pdf".to_owned(), bytes);
        assert_eq!(named(&hanako.who, &sent.message.id), whole, "it can be read before it is filed");
        office.run_jobs();
        assert_eq!(named(&hanako.who, &sent.message.id), whole);
        office.index(&taro);
        let got = office.all(&taro).remove(0);
        assert_eq!(got.subject, "Fwd: x");
        let text = service::get_body(db, &taro.who, &got.id).unwrap().text;
        for part in
            ["ご参考まで\n\n---------- 転送メール ----------\n", "添付: 見積書.pdf\n", "添付をご覧ください。"]
        {
            assert!(text.contains(part), "{text}");
        }
        let marked = db.read(|tx| service::get_message(tx, &hanako.who, &id)).unwrap();
        assert_eq!(marked.message.keywords, Keywords::FORWARDED);
        assert_eq!(named(&taro.who, &got.id), whole);

        forward.without_attachments = true;
        assert!(!send(&forward).message.has_attachment);
        office.run_jobs();
        office.index(&taro);
        let text =
            office.all(&taro).into_iter().map(|mail| service::get_body(db, &taro.who, &mail.id).unwrap());
        let left: Vec<_> = text.filter(|body| body.attachments.is_empty()).collect();
        assert!(left.len() == 1 && left[0].text.contains("添付（転送されません）: 見積書.pdf\n"), "{left:?}");

        // The original goes before its files went along: its author hears of it, and nothing is sent without them.
        forward.without_attachments = false;
        send(&forward);
        hanako.maildir.remove("", &key(1, "a")).unwrap();
        office.index(&hanako);
        office.run_jobs();
        office.index(&hanako);
        assert_eq!(in_folder(&taro, "").len(), 2);
        assert_eq!(office.all(&hanako).iter().filter(|mail| mail.subject.starts_with("配送でき")).count(), 1);
    });
}

#[test]
fn what_cannot_be_sent_leaves_nothing_behind() {
    on_each_database(|db, _clock| {
        let office = Office::new(db);
        let hanako = office.mailer("hanako");
        office.index(&hanako);
        let modseq = office.modseq(&hanako);
        let bad = NewMessage { subject: "x\r\nBcc: a@b.example".to_owned(), ..new("taro@pref.example.jp") };
        assert!(matches!(send(&office, &hanako, &bad), Err(MailFault::Invalid(_))));
        let reply = NewReply { text: "\0".to_owned(), ..NewReply::default() };
        hanako.maildir.deliver(&key(1, "a"), b"Subject: x\r\n\r\nx").unwrap();
        office.index(&hanako);
        let id = office.all(&hanako).remove(0).id;
        let original = service::get_original(db, &hanako.who, &id).unwrap();
        let answer = |reply: &NewReply| {
            db.write(|tx| service::reply_to_message(tx, &hanako.who, &original, reply, Language::Ja))
        };
        assert!(matches!(answer(&reply), Err(MailFault::Invalid(_))));
        assert!(matches!(answer(&NewReply::default()), Err(MailFault::NotAnswerable)));
        assert!(office.run_jobs().is_empty());
        let mut twice = new("taro@pref.example.jp");
        let sent = send(&office, &hanako, &twice).unwrap();
        twice.id = Some(sent.message.id);
        assert!(matches!(send(&office, &hanako, &twice), Err(MailFault::IdTaken)));
        let nobody = renraku_base::Principal::person(super::person());
        let refused = db.write(|tx| service::send_message(tx, &nobody, &new("taro@pref.example.jp")));
        assert!(matches!(refused, Err(MailFault::NoMailAccount)));
        assert!(office.modseq(&hanako) > modseq);
    });
}
