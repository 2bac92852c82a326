//! Mailboxes, heads, bodies and files of mail, and what is sent.

use std::time::Duration;

use renraku_mail::{
    Keywords, MailAccount, service,
    source::{MailSource, maildir::Maildir},
};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::{Staff, TestServer, on_each_backend};

const WITH_FILES: &[u8] = include_bytes!("../../fixtures/eml/file-name-hostile.eml");
const WITH_HTML: &[u8] = include_bytes!("../../fixtures/eml/html-alternative-related.eml");
const PLAIN: &[u8] = include_bytes!("../../fixtures/eml/iso-2022-jp-ms-characters.eml");

/// A member of staff with a mailbox.
struct Mailer {
    staff: Staff,
    account: MailAccount,
    maildir: Maildir,
    _folder: TempDir,
}

impl Mailer {
    fn hire(server: &TestServer, name: &str) -> Self {
        let staff = server.staff(name);
        let folder = tempfile::tempdir().unwrap();
        let maildir = Maildir::new(folder.path());
        maildir.create().unwrap();
        let source = format!("maildir:{}", folder.path().display());
        let address = format!("{name}@pref.example.jp");
        let account =
            server.db().write(|tx| service::put_account(tx, &staff.person, &source, &address, name)).unwrap();
        let mailer = Self { staff, account, maildir, _folder: folder };
        mailer.index(server);
        mailer
    }

    fn index(&self, server: &TestServer) {
        service::index_account(server.db(), &self.account.id).unwrap();
    }

    /// Puts a mail into the inbox; gives its head as the list shows it.
    fn receive(&self, server: &TestServer, second: u32, mail: &[u8]) -> Value {
        self.maildir.deliver(&format!("17955000{second:02}.test"), mail).unwrap();
        self.index(server);
        self.list("").remove(0)
    }

    fn list(&self, query: &str) -> Vec<Value> {
        let list = self.staff.get(&format!("mail/messages{query}")).expect(200).json();
        list["items"].as_array().unwrap().clone()
    }

    fn mailbox(&self, role: &str) -> Value {
        let list = self.staff.get("mail/mailboxes").expect(200).json();
        list["items"].as_array().unwrap().iter().find(|mailbox| mailbox["role"] == role).unwrap().clone()
    }
}

fn path(message: &Value) -> String {
    format!("mail/messages/{}", message["id"].as_str().unwrap())
}

#[test]
fn a_mail_arrives_is_read_and_is_put_away() {
    on_each_backend(|server| {
        let hanako = Mailer::hire(server, "hanako");
        let head = hanako.receive(server, 1, PLAIN);
        assert_eq!(head["subject"], "①日程②場所㈱日本㌔Ⅲ №５");
        assert_eq!(head["from"], json!([{"name": "髙橋 一郎", "email": "takahashi@pref.example.jp"}]));
        assert_eq!(head["preview"], "①髙橋さん ②﨑山さん ﾊﾝｶｸ ㍻元年");
        assert_eq!((&head["keywords"], &head["hasAttachment"]), (&json!({}), &json!(false)));
        assert_eq!(hanako.mailbox("inbox")["unreadEmails"], 1);
        let inbox = hanako.mailbox("inbox")["id"].clone();
        assert_eq!(head["mailboxIds"], json!({inbox.as_str().unwrap(): true}));

        let one = hanako.staff.get(&path(&head)).expect(200);
        assert_eq!(
            (one.json()["etag"].clone(), one.etag()),
            (head["etag"].clone(), head["etag"].as_str().unwrap().into())
        );
        assert_eq!(one.json()["sentAt"], "2026-11-25T01:00:00Z");
        hanako.staff.ask("GET", &path(&head)).header("if-none-match", &one.etag()).send().expect(304);

        // Flags and folders need no If-Match.
        let seen = json!({"keywords": {"$seen": true}});
        let read = hanako.staff.ask("PATCH", &path(&head)).fresh_key().json(&seen).send().expect(200).json();
        assert_eq!(read["keywords"], json!({"$seen": true}));
        let archive = hanako.mailbox("archive")["id"].as_str().unwrap().to_owned();
        let moved = json!({"mailboxIds": {&archive: true}});
        let moved = hanako.staff.ask("PATCH", &path(&head)).fresh_key().json(&moved).send().expect(200);
        assert_eq!(moved.json()["mailboxIds"], json!({&archive: true}));
        assert_eq!(hanako.list(&format!("?mailbox={archive}")).len(), 1);
        server.run_due_jobs();
        assert_eq!(hanako.maildir.entries(".Archive").unwrap()[0].keywords, Keywords::SEEN);

        hanako.staff.ask("DELETE", &path(&head)).fresh_key().send().problem(428, "if-match-required");
        let stale = hanako.staff.delete(&path(&head), "\"1\"").problem(412, "stale");
        assert_eq!(stale["current"]["id"], head["id"]);
        hanako.staff.delete(&path(&head), &moved.etag()).expect(204);
        assert_eq!(hanako.mailbox("trash")["totalEmails"], 1);
        hanako.staff.delete(&path(&head), "*").expect(204);
        hanako.staff.get(&path(&head)).problem(404, "not-found");
        server.run_due_jobs();
        assert!(hanako.maildir.entries(".Trash").unwrap().is_empty());
    });
}

#[test]
fn a_body_does_nothing_and_a_file_opens_nothing() {
    on_each_backend(|server| {
        let hanako = Mailer::hire(server, "hanako");
        let head = hanako.receive(server, 1, WITH_HTML);
        let body = hanako.staff.get(&format!("{}/body", path(&head))).expect(200).json();
        assert_eq!(body["text"].as_str().unwrap().trim(), "テキスト版の本文です。");
        let html = body["html"].as_str().unwrap();
        assert!(html.contains("<b>太字</b>") && html.contains("cid:logo@x"), "{html}");
        for bad in ["javascript", "tracker", "onclick"] {
            assert!(!html.contains(bad), "{html}");
        }
        let head = hanako.receive(server, 2, WITH_FILES);
        assert_eq!(head["hasAttachment"], true);
        let body = hanako.staff.get(&format!("{}/body", path(&head))).expect(200).json();
        assert_eq!((&body["html"], body["attachments"].as_array().unwrap().len()), (&Value::Null, 5));
        for n in 1..=5 {
            let file = hanako.staff.get(&format!("{}/attachments/{n}", path(&head))).expect(200);
            assert_eq!(file.body.len(), 1);
            let disposition = file.header("content-disposition").unwrap();
            assert!(disposition.starts_with("attachment; filename=\""), "{disposition}");
            for bad in ["..", "/", "<", "Set-Cookie:"] {
                assert!(!disposition.contains(bad), "{disposition}");
            }
            assert_eq!(file.header("x-content-type-options"), Some("nosniff"));
            assert_eq!(file.header("content-security-policy"), Some("sandbox; default-src 'none'"));
            assert_eq!(file.header("content-type"), Some("application/octet-stream"), "{n}");
            let told = body["attachments"][n - 1]["type"].as_str();
            assert!(told.is_some_and(|told| told.contains('/')), "{told:?}");
            assert!(file.header("set-cookie").is_none());
        }
        for n in ["0", "6", "x", "-1"] {
            hanako.staff.get(&format!("{}/attachments/{n}", path(&head))).problem(404, "not-found");
        }
    });
}

#[test]
fn a_mail_is_sent_once_however_often_the_phone_asks() {
    on_each_backend(|server| {
        let (hanako, taro) = (Mailer::hire(server, "hanako"), Mailer::hire(server, "taro"));
        let mail = json!({"to": [{"name": "太郎", "email": "taro@pref.example.jp"}], "subject": "会議の件", "text": "明日です。"});
        let ask = || {
            hanako
                .staff
                .ask("POST", "mail/messages")
                .header("idempotency-key", "0198c0de-7f3a-7abc-8def-0123456789ab")
        };
        let sent = ask().json(&mail).send().expect(201);
        let again = ask().json(&mail).send().expect(201);
        assert_eq!(again.header("idempotent-replayed"), Some("true"));
        assert_eq!(again.json(), sent.json());
        assert_eq!(hanako.mailbox("sent")["totalEmails"], 1);
        let body = hanako.staff.get(&format!("{}/body", path(&sent.json()))).expect(200).json();
        assert_eq!(body["text"], "明日です。");
        server.run_due_jobs();
        taro.index(server);
        hanako.index(server);
        assert_eq!(hanako.list("").len(), 1);
        let got = taro.list("?q=会議");
        assert_eq!(got.len(), 1);
        assert_eq!(got[0]["from"][0]["email"], "hanako@pref.example.jp");

        server.clock().advance(Duration::from_secs(60));
        let reply = json!({"text": "承知しました。"});
        let answer = taro.staff.post(&format!("{}/reply", path(&got[0])), &reply).expect(201).json();
        assert_eq!((&answer["subject"], &answer["threadId"]), (&json!("Re: 会議の件"), &got[0]["threadId"]));
        let marked = taro.staff.get(&path(&got[0])).expect(200).json();
        assert_eq!(marked["keywords"], json!({"$answered": true}));
        server.run_due_jobs();
        hanako.index(server);
        let thread = sent.json()["threadId"].as_str().unwrap().to_owned();
        let subjects: Vec<Value> = hanako
            .list(&format!("?thread={thread}"))
            .into_iter()
            .map(|mail| mail["subject"].clone())
            .collect();
        assert_eq!(subjects, ["Re: 会議の件", "会議の件"]);

        let forward = json!({"to": [{"email": "hanako@pref.example.jp"}]});
        let forwarded = taro.staff.post(&format!("{}/forward", path(&got[0])), &forward).expect(201).json();
        assert_eq!(forwarded["subject"], "Fwd: 会議の件");
    });
}

#[test]
fn a_repeated_answer_is_answered_though_the_original_is_gone() {
    on_each_backend(|server| {
        let hanako = Mailer::hire(server, "hanako");
        let head = hanako.receive(server, 1, PLAIN);
        let key = "0198c0de-7f3a-7abc-8def-0123456789ac";
        let ask = || {
            let path = format!("{}/reply", path(&head));
            hanako
                .staff
                .ask("POST", &path)
                .header("idempotency-key", key)
                .json(&json!({"text": "はい"}))
                .send()
        };
        let answer = ask().expect(201).json();
        hanako.staff.delete(&path(&head), "*").expect(204);
        hanako.staff.delete(&path(&head), "*").expect(204);
        server.run_due_jobs();
        assert_eq!(ask().expect(201).json()["id"], answer["id"]);
    });
}

#[test]
fn what_is_wrong_is_named_and_nothing_is_sent() {
    on_each_backend(|server| {
        let (hanako, taro) = (Mailer::hire(server, "hanako"), Mailer::hire(server, "taro"));
        let refused = |mail: &Value| {
            let problem = hanako.staff.post("mail/messages", mail).problem(422, "invalid");
            let errors = problem["errors"].as_array().unwrap().clone();
            errors
                .iter()
                .map(|error| {
                    format!("{} {}", error["pointer"].as_str().unwrap(), error["code"].as_str().unwrap())
                })
                .collect::<Vec<_>>()
        };
        let to = json!([{"email": "taro@pref.example.jp"}]);
        assert_eq!(refused(&json!({"subject": "x"})), ["/to required"]);
        assert_eq!(refused(&json!({"to": to, "subject": "x\r\nBcc: a@b"})), ["/subject control-character"]);
        assert_eq!(refused(&json!({"to": [{"email": "taro"}]})), ["/to/0/email bad-address"]);
        assert_eq!(
            refused(&json!({"to": [{"name": "n\u{2028}", "email": "a@b.example"}]})),
            ["/to/0/name control-character"]
        );
        assert_eq!(refused(&json!({"to": to, "attachments": []})), ["/attachments unknown-field"]);
        assert_eq!(hanako.mailbox("sent")["totalEmails"], 0);
        hanako
            .staff
            .ask("POST", "mail/messages")
            .json(&json!({"to": to}))
            .send()
            .problem(400, "idempotency-key-required");

        let head = hanako.receive(server, 1, PLAIN);
        for method in ["", "/body", "/attachments/1"] {
            taro.staff.get(&format!("{}{method}", path(&head))).problem(404, "not-found");
        }
        taro.staff.ask("PATCH", &path(&head)).fresh_key().json(&json!({})).send().problem(404, "not-found");
        taro.staff.post(&format!("{}/reply", path(&head)), &json!({"text": "x"})).problem(404, "not-found");
        let strange = json!({"keywords": {"$important": true}});
        let problem =
            hanako.staff.ask("PATCH", &path(&head)).fresh_key().json(&strange).send().problem(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/keywords/$important");
        hanako.staff.get("mail/messages?mailbox=x").problem(400, "bad-query");
        hanako.staff.get("mail/messages?cursor=x").problem(400, "bad-query");
        hanako.staff.get("mail/messages?folder=inbox").problem(400, "bad-query");
        hanako.staff.get(&format!("mail/messages?q={}", "あ".repeat(201))).problem(422, "invalid");
        let nobody = server.staff("nobody");
        assert_eq!(nobody.get("mail/messages").expect(200).json()["items"], json!([]));
        assert_eq!(nobody.get("mail/mailboxes").expect(200).json()["items"], json!([]));
        nobody.post("mail/messages", &json!({"to": to})).problem(409, "no-mail-account");
    });
}

#[test]
fn lists_go_on_where_they_ended() {
    on_each_backend(|server| {
        let hanako = Mailer::hire(server, "hanako");
        for second in 0..5 {
            hanako.receive(server, second, PLAIN);
        }
        let mut joined = Vec::new();
        let mut next = String::new();
        loop {
            let page = hanako.staff.get(&format!("mail/messages?limit=2{next}")).expect(200).json();
            joined.extend(page["items"].as_array().unwrap().clone());
            let Some(cursor) = page["nextCursor"].as_str() else { break };
            next = format!("&cursor={cursor}");
        }
        assert_eq!(joined, hanako.list(""));
        let first = hanako.staff.get("mail/mailboxes?limit=4").expect(200).json();
        let cursor = first["nextCursor"].as_str().unwrap();
        let rest = hanako.staff.get(&format!("mail/mailboxes?cursor={cursor}")).expect(200).json();
        assert_eq!(
            (first["items"][0]["role"].clone(), rest["items"].as_array().unwrap().len()),
            (json!("inbox"), 2)
        );
    });
}

#[test]
fn a_phone_hears_of_mail_by_sync() {
    on_each_backend(|server| {
        let hanako = Mailer::hire(server, "hanako");
        let sync = |token: &Value| {
            let mut ask = json!({"types": ["messages"]});
            if !token.is_null() {
                ask["token"] = token.clone();
            }
            hanako.staff.ask("POST", "sync").json(&ask).send().expect(200).json()
        };
        let opened = sync(&Value::Null);
        assert_eq!(opened["changed"]["mailboxes"].as_array().unwrap().len(), 6);
        let head = hanako.receive(server, 1, PLAIN);
        let news = sync(&opened["token"]);
        assert_eq!(news["changed"]["messages"], json!([head]));
        assert_eq!(news["changed"]["mailboxes"], json!([hanako.mailbox("inbox")]));
        hanako.staff.delete(&path(&head), "*").expect(204);
        hanako.staff.delete(&path(&head), "*").expect(204);
        let gone = sync(&news["token"]);
        assert_eq!(gone["destroyed"]["messages"], json!([head["id"]]));
    });
}

#[test]
fn a_body_and_a_file_are_sent_once_to_who_keeps_them() {
    on_each_backend(|server| {
        let hanako = Mailer::hire(server, "hanako");
        let path = path(&hanako.receive(server, 1, WITH_FILES));
        let mut tags = Vec::new();
        for part in ["body", "attachments/1"] {
            let address = format!("{path}/{part}");
            let first = hanako.staff.get(&address).expect(200);
            assert!(!first.etag().starts_with("W/"));
            assert_eq!(first.header("cache-control"), Some("private, no-cache"));
            let again =
                hanako.staff.ask("GET", &address).header("if-none-match", &first.etag()).send().expect(304);
            assert_eq!((again.body.len(), again.etag()), (0, first.etag()));
            hanako.staff.ask("GET", &address).header("if-none-match", "\"other\"").send().expect(200);
            tags.push(first.etag());
        }
        assert_ne!(tags[0], tags[1]);
    });
}

#[test]
fn unread_mails_are_listed_by_themselves() {
    on_each_backend(|server| {
        let hanako = Mailer::hire(server, "hanako");
        let heads: Vec<Value> = (1..=4).map(|second| hanako.receive(server, second, PLAIN)).collect();
        for head in [&heads[0], &heads[2]] {
            hanako.staff.patch(&path(head), "*", &json!({"keywords": {"$seen": true}})).expect(200);
        }
        let inbox = hanako.mailbox("inbox")["id"].as_str().unwrap().to_owned();
        let ids = |query: &str| -> Vec<Value> {
            hanako.list(query).iter().map(|head| head["id"].clone()).collect()
        };
        let all = ids("");
        for beside in ["", "&q=高橋", &format!("&mailbox={inbox}")] {
            assert_eq!(ids(&format!("?unread=true{beside}")), [all[0].clone(), all[2].clone()], "{beside}");
            assert_eq!(ids(&format!("?unread=false{beside}")), [all[1].clone(), all[3].clone()], "{beside}");
        }
        let first = hanako.staff.get("mail/messages?unread=true&limit=1").expect(200).json();
        let next = format!("?unread=true&limit=1&cursor={}", first["nextCursor"].as_str().unwrap());
        assert_eq!(ids(&next), [all[2].clone()]);
    });
}
