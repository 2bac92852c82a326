use renraku_base::{Cursor, Limit, Principal};
use renraku_mail::{Keywords, MailFault, MailboxRole, service, service::MessageQuery, source::MailSource};
use renraku_test_db::on_each_database;

use super::{Office, key, mail, person};

#[test]
fn pages_joined_are_the_list_even_when_many_arrived_in_one_second() {
    on_each_database(|db, _clock| {
        let office = Office::new(db);
        let hanako = office.mailer("hanako");
        for n in 0..25 {
            let folder = if n % 3 == 0 { ".Archive" } else { "" };
            hanako
                .maildir
                .append(folder, &key(n / 10, &format!("m{n}")), &mail(&format!("件{n}"), ""), Keywords::NONE)
                .unwrap();
        }
        office.index(&hanako);
        let archive = office.mailbox(&hanako, MailboxRole::Archive).id;
        for (mailbox, q, count) in [
            (None, None, 25),
            (Some(archive.clone()), None, 9),
            (None, Some("件".to_owned()), 25),
            (Some(archive), Some("件".to_owned()), 9),
        ] {
            let whole = MessageQuery { mailbox, q, ..MessageQuery::default() };
            let mut query = MessageQuery { limit: Limit::new(4).unwrap(), ..whole.clone() };
            let mut joined = Vec::new();
            loop {
                let page = office.page(&hanako, &query);
                joined.extend(page.items);
                let Some(cursor) = page.next_cursor else { break };
                query.cursor = Some(cursor);
            }
            assert_eq!(joined.len(), count);
            assert_eq!(joined, office.list(&hanako, &whole));
        }
    });
}

#[test]
fn a_strange_cursor_is_refused_and_who_has_no_mail_sees_none() {
    on_each_database(|db, _clock| {
        let office = Office::new(db);
        let hanako = office.mailer("hanako");
        for cursor in ["x", "00", ""] {
            let query = MessageQuery { cursor: Some(Cursor::received(cursor)), ..MessageQuery::default() };
            let refused = db.read(|tx| service::list_messages(tx, &hanako.who, &query, &office.texts));
            assert!(matches!(refused, Err(MailFault::BadCursor)), "{cursor}");
        }
        let nobody = Principal::person(person());
        let query = MessageQuery { q: Some("会議".to_owned()), ..MessageQuery::default() };
        let page = db.read(|tx| service::list_messages(tx, &nobody, &query, &office.texts)).unwrap();
        assert!(page.items.is_empty());
        assert!(db.read(|tx| service::list_mailboxes(tx, &nobody)).unwrap().is_empty());
    });
}

#[test]
fn bodies_and_files_come_from_the_source() {
    on_each_database(|db, _clock| {
        let office = Office::new(db);
        let hanako = office.mailer("hanako");
        let raw = include_bytes!("../../../tests/fixtures/eml/file-name-rfc2231-jis-pieces.eml");
        hanako.maildir.deliver(&key(1, "a"), raw).unwrap();
        office.index(&hanako);
        let listed = office.all(&hanako).remove(0);
        assert!(listed.has_attachment);
        let body = service::get_body(db, &hanako.who, &listed.id).unwrap();
        assert_eq!(body.text.trim(), "添付をご覧ください。");
        let (file, bytes) = service::get_attachment(db, &hanako.who, &listed.id, 1).unwrap();
        assert_eq!((file.name.as_str(), bytes.as_slice()), ("令和八年度予算要求書.xls", &b"ABC"[..]));
        let refused = service::get_attachment(db, &hanako.who, &listed.id, 2);
        assert!(matches!(refused, Err(MailFault::NotFound)));
        // A move that has not reached the source yet does not hide it.
        let archive = office.mailbox(&hanako, MailboxRole::Archive).id;
        office.patch(&hanako, &listed.id, &format!(r#"{{"mailboxIds":{{"{archive}":true}}}}"#)).unwrap();
        assert!(service::get_body(db, &hanako.who, &listed.id).is_ok());
        hanako.maildir.move_to("", &key(1, "a"), ".Archive").unwrap();
        assert!(service::get_body(db, &hanako.who, &listed.id).is_ok());
        hanako.maildir.remove(".Archive", &key(1, "a")).unwrap();
        let refused = service::get_body(db, &hanako.who, &listed.id);
        assert!(matches!(refused, Err(MailFault::SourceUnavailable(_))));
    });
}

#[test]
fn what_sync_tells_is_what_the_lists_show() {
    on_each_database(|db, _clock| {
        let office = Office::new(db);
        let (hanako, taro) = (office.mailer("hanako"), office.mailer("taro"));
        for n in 0..5 {
            hanako.maildir.deliver(&key(n, "m"), &mail(&format!("件{n}"), "")).unwrap();
        }
        office.index(&hanako);
        let all = office.all(&hanako);
        let (first, rest) = db
            .read(|tx| {
                let first = service::sync::list_messages_for_sync(tx, &hanako.who, None, 2)?;
                let last = first.last().unwrap();
                let after = Some((last.received_at, last.id.as_str()));
                let rest = service::sync::list_messages_for_sync(tx, &hanako.who, after, 10)?;
                Ok::<_, MailFault>((first.clone(), rest))
            })
            .unwrap();
        assert_eq!([first, rest].concat(), all);
        let ids: Vec<_> = all.iter().map(|mail| mail.id.clone()).collect();
        let mut got = db.read(|tx| service::sync::get_messages_for_sync(tx, &hanako.who, &ids)).unwrap();
        got.sort_by_key(|mail| std::cmp::Reverse(mail.received_at));
        assert_eq!(got, all);
        assert!(db.read(|tx| service::sync::get_messages_for_sync(tx, &taro.who, &ids)).unwrap().is_empty());
        let inbox = office.mailbox(&hanako, MailboxRole::Inbox);
        let got = db.read(|tx| {
            service::sync::get_mailboxes_for_sync(tx, &hanako.who, std::slice::from_ref(&inbox.id))
        });
        assert_eq!(got.unwrap(), [inbox]);
    });
}

#[test]
fn the_statements_of_a_list_do_not_grow_with_it() {
    on_each_database(|db, _clock| {
        let office = Office::new(db);
        let hanako = office.mailer("hanako");
        let statements = |office: &Office<'_>, query: &MessageQuery| {
            let before = db.statements();
            office.page(&hanako, query);
            db.statements() - before
        };
        let inbox = MessageQuery {
            mailbox: {
                office.index(&hanako);
                Some(office.mailbox(&hanako, MailboxRole::Inbox).id)
            },
            ..MessageQuery::default()
        };
        let q = MessageQuery { q: Some("件".to_owned()), ..MessageQuery::default() };
        let mut counts = Vec::new();
        for n in [1, 60] {
            for at in 0..n {
                hanako.maildir.deliver(&key(n * 100 + at, "m"), &mail("件", "")).unwrap();
            }
            office.index(&hanako);
            counts.push([&MessageQuery::default(), &inbox, &q].map(|query| statements(&office, query)));
        }
        assert_eq!(counts[0], counts[1]);
        assert!(counts[0].into_iter().all(|count| count <= 5), "{counts:?} with begin and roll back");
    });
}
