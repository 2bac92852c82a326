use std::collections::BTreeSet;

use renraku_db::ObjectType;
use renraku_mail::{Keywords, MailFault, MailboxRole, service, source::MailSource, watch::News};
use renraku_test_db::on_each_database;

use super::{Office, in_folder, key, mail};

#[test]
fn what_lies_in_the_source_is_listed_newest_first() {
    on_each_database(|db, _clock| {
        let office = Office::new(db);
        let hanako = office.mailer("hanako");
        hanako.maildir.deliver(&key(1, "a"), &mail("一", "")).unwrap();
        hanako.maildir.append(".Sent", &key(3, "b"), &mail("三", ""), Keywords::SEEN).unwrap();
        hanako.maildir.append("", &key(2, "c"), &mail("二", ""), Keywords::FLAGGED).unwrap();
        assert_eq!(office.index(&hanako), 3);
        let all = office.all(&hanako);
        let subjects: Vec<&str> = all.iter().map(|mail| mail.subject.as_str()).collect();
        assert_eq!(subjects, ["三", "二", "一"]);
        assert_eq!(all[1].keywords, Keywords::FLAGGED);
        assert_eq!(all[0].from[0].name.as_deref(), Some("佐藤 花子"));
        assert_eq!(all[0].preview, "本文は三の件");
        let inbox = office.mailbox(&hanako, MailboxRole::Inbox);
        assert_eq!((inbox.total_emails, inbox.unread_emails), (2, 2));
        assert_eq!(office.mailbox(&hanako, MailboxRole::Sent).unread_emails, 0);
        assert_eq!(office.index(&hanako), 0, "a second look changes nothing");
        let told = office.log(&hanako, 0);
        assert_eq!(told.iter().filter(|change| change.object_type == ObjectType::Message).count(), 3);
    });
}

#[test]
fn what_changes_in_the_source_changes_here_and_keeps_its_id() {
    on_each_database(|db, _clock| {
        let office = Office::new(db);
        let hanako = office.mailer("hanako");
        for (n, name) in ["read", "moved", "gone", "same"].into_iter().enumerate() {
            hanako.maildir.deliver(&key(n as i64, name), &mail(name, "")).unwrap();
        }
        office.index(&hanako);
        let before = office.all(&hanako);
        let modseq = office.modseq(&hanako);
        hanako.maildir.set_keywords("", &key(0, "read"), Keywords::SEEN, Keywords::SEEN).unwrap();
        hanako.maildir.move_to("", &key(1, "moved"), ".Archive").unwrap();
        hanako.maildir.remove("", &key(2, "gone")).unwrap();
        assert_eq!(office.index(&hanako), 3);
        let after = office.all(&hanako);
        let names = |list: &[renraku_mail::Message]| {
            list.iter().map(|mail| (mail.subject.clone(), mail.id.clone())).collect::<Vec<_>>()
        };
        let kept: Vec<_> = names(&before).into_iter().filter(|(name, _)| name != "gone").collect();
        assert_eq!(names(&after), kept);
        assert_eq!(after[2].keywords, Keywords::SEEN);
        let archive = office.mailbox(&hanako, MailboxRole::Archive);
        assert!(after[1].mailbox_ids.contains_key(&archive.id));
        assert_eq!(archive.total_emails, 1);
        let inbox = office.mailbox(&hanako, MailboxRole::Inbox);
        assert_eq!((inbox.total_emails, inbox.unread_emails), (2, 1));
        let told = office.log(&hanako, modseq);
        let gone: Vec<_> =
            told.iter().filter(|change| change.gone).map(|change| change.object.as_str()).collect();
        assert_eq!(gone, [before[1].id.as_str()]);
        assert!(!told.iter().any(|change| change.object == before[0].id.as_str()), "the same is not told");
        assert_ne!(after[2].etag, before[3].etag);
    });
}

#[test]
fn a_folder_comes_and_goes() {
    on_each_database(|db, _clock| {
        let office = Office::new(db);
        let hanako = office.mailer("hanako");
        hanako.maildir.append(".予算.令和8年度", &key(1, "a"), &mail("一", ""), Keywords::NONE).unwrap();
        office.index(&hanako);
        let list = db.read(|tx| service::list_mailboxes(tx, &hanako.who)).unwrap();
        assert_eq!(list.first().unwrap().role, Some(MailboxRole::Inbox));
        let own = list.last().unwrap();
        assert_eq!((own.name.as_str(), own.role, own.total_emails), ("予算/令和8年度", None, 1));
        std::fs::remove_dir_all(office.directory.path().join("hanako/.予算.令和8年度")).unwrap();
        office.index(&hanako);
        let list = db.read(|tx| service::list_mailboxes(tx, &hanako.who)).unwrap();
        assert!(list.iter().all(|mailbox| mailbox.role.is_some()));
        assert!(office.all(&hanako).is_empty());
    });
}

/// A disk that is not mounted looks like a Maildir that was emptied.
#[test]
fn a_maildir_that_is_out_of_reach_costs_nobody_a_mail() {
    on_each_database(|db, _clock| {
        let office = Office::new(db);
        let hanako = office.mailer("hanako");
        hanako.maildir.append("", &key(1, "a"), &mail("一", ""), Keywords::NONE).unwrap();
        office.index(&hanako);
        let before = office.all(&hanako);
        let (root, away) = (office.directory.path().join("hanako"), office.directory.path().join("away"));
        std::fs::rename(&root, &away).unwrap();
        for _ in 0..2 {
            let fault = service::index_account(db, &hanako.account.id).unwrap_err();
            assert!(matches!(fault, MailFault::SourceUnavailable(_)), "{fault:?}");
            assert!(
                hanako.maildir.deliver(&key(2, "b"), &mail("二", "")).is_err(),
                "nor is anything put there"
            );
        }
        assert!(!root.exists());
        assert_eq!(office.all(&hanako), before);
        std::fs::rename(&away, &root).unwrap();
        office.index(&hanako);
        assert_eq!(office.all(&hanako), before, "and all is as it was");
    });
}

#[test]
fn one_folder_alone_tells_moves_from_copies() {
    on_each_database(|db, _clock| {
        let office = Office::new(db);
        let hanako = office.mailer("hanako");
        hanako.maildir.deliver(&key(1, "a"), &mail("一", "")).unwrap();
        office.index(&hanako);
        let id = office.all(&hanako).remove(0).id;
        let look = |folder: &str| {
            let folders = News::Folders(BTreeSet::from([folder.to_owned()]));
            service::index_news(db, &hanako.account.id, &folders).unwrap().changed
        };
        hanako.maildir.append(".Archive", &key(1, "a"), &mail("一", ""), Keywords::NONE).unwrap();
        assert_eq!(look(".Archive"), 1);
        assert_eq!(office.all(&hanako).len(), 2, "a copy is a mail of its own");
        hanako.maildir.remove(".Archive", &key(1, "a")).unwrap();
        assert_eq!(look(".Archive"), 1);
        // News of where it went, or of where it was: either way it is the same mail.
        hanako.maildir.move_to("", &key(1, "a"), ".Archive").unwrap();
        assert_eq!(look(".Archive"), 1);
        hanako.maildir.move_to(".Archive", &key(1, "a"), ".Trash").unwrap();
        assert_eq!(look(".Archive"), 1);
        let all = office.all(&hanako);
        assert_eq!(all.iter().map(|mail| &mail.id).collect::<Vec<_>>(), [&id]);
        assert!(all[0].mailbox_ids.contains_key(&office.mailbox(&hanako, MailboxRole::Trash).id));
        assert_eq!((look(""), look(".Archive"), look(".Trash")), (0, 0, 0));
    });
}

#[test]
fn threads_follow_the_references() {
    on_each_database(|db, _clock| {
        let office = Office::new(db);
        let hanako = office.mailer("hanako");
        hanako.maildir.deliver(&key(1, "a"), &mail("会議", "Message-ID: <root@x>\r\n")).unwrap();
        office.index(&hanako);
        hanako
            .maildir
            .deliver(&key(2, "b"), &mail("Re: 会議", "Message-ID: <b@x>\r\nReferences: <root@x>\r\n"))
            .unwrap();
        hanako.maildir.deliver(&key(3, "c"), &mail("別件", "Message-ID: <c@x>\r\n")).unwrap();
        hanako
            .maildir
            .append(".Sent", &key(4, "d"), &mail("Re: Re: 会議", "In-Reply-To: <b@x>\r\n"), Keywords::SEEN)
            .unwrap();
        office.index(&hanako);
        let all = office.all(&hanako);
        assert_eq!(all[0].thread_id, all[3].thread_id);
        assert_ne!(all[1].thread_id, all[3].thread_id);
        let query = service::MessageQuery { thread: Some(all[3].thread_id.clone()), ..Default::default() };
        let thread: Vec<String> = office.list(&hanako, &query).into_iter().map(|mail| mail.subject).collect();
        assert_eq!(thread, ["Re: Re: 会議", "Re: 会議", "会議"]);
        let taro = office.mailer("taro");
        assert!(office.list(&taro, &query).is_empty(), "another person's thread is not theirs");
    });
}

#[test]
fn new_mail_is_told_once_and_what_was_there_before_is_not() {
    on_each_database(|db, _clock| {
        let office = Office::new(db);
        let hanako = office.mailer("hanako");
        hanako.maildir.deliver(&key(1, "old"), &mail("古い", "")).unwrap();
        office.index(&hanako);
        let told = || {
            db.read(|tx| {
                let (limit, language) = (renraku_base::Limit::default(), renraku_base::Language::Ja);
                renraku_notify::service::list_notifications(tx, &hanako.who, false, None, limit, language)
            })
            .unwrap()
            .items
        };
        assert!(told().is_empty());
        hanako.maildir.deliver(&key(2, "new"), &mail("予算", "")).unwrap();
        office.index(&hanako);
        assert_eq!(told()[0].text, "佐藤 花子さんからメールが届きました：「予算」");
        assert_eq!(told()[0].subject.message_id.as_ref(), Some(&office.all(&hanako)[0].id));
        for n in 3..6 {
            hanako.maildir.deliver(&key(n, "more"), &mail("追加", "")).unwrap();
        }
        hanako.maildir.append("", &key(9, "seen"), &mail("既読", ""), Keywords::SEEN).unwrap();
        office.index(&hanako);
        let told = told();
        assert_eq!((told.len(), told[0].count), (1, 4), "many are one notification");
    });
}

#[test]
fn hostile_names_reach_nothing_outside() {
    on_each_database(|db, _clock| {
        let office = Office::new(db);
        let hanako = office.mailer("hanako");
        let secret = office.directory.path().join("secret/cur");
        std::fs::create_dir_all(&secret).unwrap();
        std::fs::write(secret.join("1.a:2,"), "secret").unwrap();
        for folder in ["../secret", "..", "./.Sent", ".x/../../secret", "/etc"] {
            assert!(hanako.maildir.fetch(folder, "1.a").is_err(), "{folder}");
            assert!(hanako.maildir.append(folder, "1.b", b"x", Keywords::NONE).is_err(), "{folder}");
        }
        for name in ["../x", "", ".x", "a:2,S"] {
            assert!(hanako.maildir.deliver(name, b"x").is_err(), "{name}");
        }
        assert!(in_folder(&hanako, "").is_empty());
    });
}

#[test]
fn a_maildir_with_nothing_but_an_inbox_has_a_place_for_everything() {
    on_each_database(|db, _clock| {
        let office = Office::new(db);
        let hanako = office.mailer("hanako");
        for folder in [".Archive", ".Drafts", ".Junk", ".Sent", ".Trash"] {
            std::fs::remove_dir_all(office.directory.path().join("hanako").join(folder)).unwrap();
        }
        // A mail program's own letters do not hide a mail.
        std::fs::write(office.directory.path().join("hanako/cur/1.a:2,STa"), mail("一", "")).unwrap();
        office.index(&hanako);
        for role in MailboxRole::ALL {
            assert_eq!(office.mailbox(&hanako, role).role, Some(role));
        }
        let head = office.all(&hanako).remove(0);
        assert_eq!(head.keywords, Keywords::SEEN);
        office.delete(&hanako, &head.id);
        office.run_jobs();
        assert_eq!(in_folder(&hanako, ".Trash"), [("1.a".to_owned(), Keywords::SEEN)]);
        assert_eq!(office.index(&hanako), 0);
        assert!(service::get_body(db, &hanako.who, &head.id).is_ok());
    });
}

#[test]
fn the_statements_of_a_batch_do_not_grow_with_its_mails() {
    on_each_database(|db, _clock| {
        let office = Office::new(db);
        let hanako = office.mailer("hanako");
        office.index(&hanako);
        let statements = |step: &dyn Fn()| {
            let before = db.statements();
            step();
            db.statements() - before
        };
        let arrive = |from: i64, count: i64| {
            for n in from..from + count {
                let more = format!("Message-ID: <{n}@x.example>\r\nReferences: <{}@x.example>\r\n", n / 2);
                hanako.maildir.deliver(&key(n, "a"), &mail("一", &more)).unwrap();
            }
            statements(&|| assert_eq!(office.index(&hanako) as i64, count))
        };
        // The first of all makes the place for the person's notifications.
        arrive(0, 1);
        let (few, many) = (arrive(1, 10), arrive(11, 200));
        assert_eq!(few, many, "new mails");
        assert!(many <= 40, "{many}");
        let read = |from: i64, count: i64| {
            for n in from..from + count {
                hanako.maildir.set_keywords("", &key(n, "a"), Keywords::SEEN, Keywords::SEEN).unwrap();
            }
            statements(&|| assert_eq!(office.index(&hanako) as i64, count))
        };
        assert_eq!(read(0, 10), read(10, 200), "mails that were read");
    });
}
