use renraku_base::{ETag, Precondition};
use renraku_db::{ObjectType, jobs::Job};
use renraku_mail::{Keywords, MailFault, MailboxRole, service, source::MailSource};
use renraku_test_db::on_each_database;

use super::{Office, in_folder, key, mail};

#[test]
fn a_flag_is_set_here_at_once_and_in_the_source_by_a_job() {
    on_each_database(|db, _clock| {
        let office = Office::new(db);
        let hanako = office.mailer("hanako");
        hanako.maildir.append("", &key(1, "a"), &mail("一", ""), Keywords::ANSWERED).unwrap();
        office.index(&hanako);
        let before = office.all(&hanako).remove(0);
        let modseq = office.modseq(&hanako);
        let after =
            office.patch(&hanako, &before.id, r#"{"keywords":{"$seen":true,"$flagged":true}}"#).unwrap();
        let three = Keywords::ANSWERED.with(Keywords::SEEN, true).with(Keywords::FLAGGED, true);
        assert_eq!(after.keywords, three);
        assert_ne!(after.etag, before.etag);
        assert_eq!(office.mailbox(&hanako, MailboxRole::Inbox).unread_emails, 0);
        let told: Vec<_> = office.log(&hanako, modseq).into_iter().map(|change| change.object_type).collect();
        assert_eq!(told, [ObjectType::Mailbox, ObjectType::Message]);
        assert_eq!(in_folder(&hanako, ""), [(key(1, "a"), Keywords::ANSWERED)]);
        assert_eq!(office.index(&hanako), 0, "what is on its way is not taken back");
        assert_eq!(office.run_jobs(), ["mail.apply"]);
        assert_eq!(in_folder(&hanako, ""), [(key(1, "a"), three)]);
        let modseq = office.modseq(&hanako);
        assert_eq!(office.index(&hanako), 0);
        office.patch(&hanako, &before.id, r#"{"keywords":{"$flagged":null}}"#).unwrap();
        office.run_jobs();
        assert_eq!(in_folder(&hanako, ""), [(key(1, "a"), three.with(Keywords::FLAGGED, false))]);
        assert_eq!(office.log(&hanako, modseq).len(), 1, "the job tells nothing anew");
    });
}

#[test]
fn two_who_change_different_flags_do_not_undo_each_other() {
    on_each_database(|db, _clock| {
        let office = Office::new(db);
        let hanako = office.mailer("hanako");
        hanako.maildir.append("", &key(1, "a"), &mail("一", ""), Keywords::NONE).unwrap();
        office.index(&hanako);
        let id = office.all(&hanako).remove(0).id;
        office.patch(&hanako, &id, r#"{"keywords":{"$flagged":true}}"#).unwrap();
        hanako.maildir.set_keywords("", &key(1, "a"), Keywords::SEEN, Keywords::SEEN).unwrap();
        office.run_jobs();
        office.index(&hanako);
        let both = Keywords::SEEN.with(Keywords::FLAGGED, true);
        assert_eq!(office.all(&hanako)[0].keywords, both);
        assert_eq!(in_folder(&hanako, ""), [(key(1, "a"), both)]);
        // The source takes a flag back later: it wins.
        hanako.maildir.set_keywords("", &key(1, "a"), Keywords::NONE, Keywords::FLAGGED).unwrap();
        office.index(&hanako);
        assert_eq!(office.all(&hanako)[0].keywords, Keywords::SEEN);
    });
}

#[test]
fn a_mail_is_moved_deleted_and_removed_for_good() {
    on_each_database(|db, _clock| {
        let office = Office::new(db);
        let hanako = office.mailer("hanako");
        hanako.maildir.append("", &key(1, "a"), &mail("一", ""), Keywords::SEEN).unwrap();
        office.index(&hanako);
        let id = office.all(&hanako).remove(0).id;
        let archive = office.mailbox(&hanako, MailboxRole::Archive).id;
        let moved = office.patch(&hanako, &id, &format!(r#"{{"mailboxIds":{{"{archive}":true}}}}"#)).unwrap();
        assert_eq!(moved.mailbox_ids.keys().collect::<Vec<_>>(), [&archive]);
        assert_eq!(office.mailbox(&hanako, MailboxRole::Archive).total_emails, 1);
        office.run_jobs();
        assert_eq!(in_folder(&hanako, ".Archive").len(), 1);
        assert_eq!(office.index(&hanako), 0);

        office.delete(&hanako, &id);
        let trash = office.mailbox(&hanako, MailboxRole::Trash);
        assert_eq!(office.all(&hanako)[0].mailbox_ids.keys().collect::<Vec<_>>(), [&trash.id]);
        office.delete(&hanako, &id);
        assert!(office.all(&hanako).is_empty());
        assert!(office.found(&hanako, "一").is_empty());
        assert_eq!(office.index(&hanako), 0, "it is still in the source and does not come back");
        office.run_jobs();
        for folder in ["", ".Archive", ".Trash"] {
            assert!(in_folder(&hanako, folder).is_empty(), "{folder}");
        }
        assert_eq!(office.index(&hanako), 0);
        assert!(office.log(&hanako, 0).iter().any(|change| change.gone && change.object == id.as_str()));
        assert_eq!(office.mailbox(&hanako, MailboxRole::Trash).total_emails, 0);
    });
}

#[test]
fn a_job_may_run_again_or_too_late() {
    on_each_database(|db, _clock| {
        let office = Office::new(db);
        let hanako = office.mailer("hanako");
        hanako.maildir.append("", &key(1, "a"), &mail("一", ""), Keywords::NONE).unwrap();
        office.index(&hanako);
        let id = office.all(&hanako).remove(0).id;
        office.patch(&hanako, &id, r#"{"keywords":{"$seen":true}}"#).unwrap();
        let job = Job {
            id: "j".to_owned(),
            kind: renraku_mail::jobs::APPLY.to_owned(),
            payload: format!(r#"{{"message":"{id}"}}"#),
            attempts: 0,
        };
        for _ in 0..2 {
            renraku_mail::jobs::apply(db, &job).unwrap();
        }
        assert_eq!(in_folder(&hanako, ""), [(key(1, "a"), Keywords::SEEN)]);
        office.patch(&hanako, &id, r#"{"keywords":{"$flagged":true}}"#).unwrap();
        hanako.maildir.remove("", &key(1, "a")).unwrap();
        renraku_mail::jobs::apply(db, &job).unwrap();
        office.index(&hanako);
        assert!(office.all(&hanako).is_empty());
        renraku_mail::jobs::apply(db, &job).unwrap();
    });
}

#[test]
fn what_is_wrong_or_not_theirs_is_refused() {
    on_each_database(|db, _clock| {
        let office = Office::new(db);
        let (hanako, taro) = (office.mailer("hanako"), office.mailer("taro"));
        hanako.maildir.append("", &key(1, "a"), &mail("一", ""), Keywords::NONE).unwrap();
        office.index(&hanako);
        office.index(&taro);
        let id = office.all(&hanako).remove(0).id;
        assert!(matches!(office.patch(&taro, &id, "{}"), Err(MailFault::NotFound)));
        assert!(matches!(db.read(|tx| service::get_message(tx, &taro.who, &id)), Err(MailFault::NotFound)));
        assert!(matches!(service::get_body(db, &taro.who, &id), Err(MailFault::NotFound)));
        let strange = office.mailbox(&taro, MailboxRole::Inbox).id;
        let patch = format!(r#"{{"keywords":{{"$x/y":true}},"mailboxIds":{{"{strange}":true}}}}"#);
        let Err(MailFault::Invalid(faults)) = office.patch(&hanako, &id, &patch) else {
            panic!("it was taken")
        };
        let faults: Vec<_> = faults.into_iter().map(|fault| (fault.pointer, fault.code)).collect();
        assert_eq!(faults[0], ("/keywords/$x~1y".to_owned(), "unknown-keyword".into()));
        assert_eq!(faults[1], (format!("/mailboxIds/{strange}"), "unknown-mailbox".into()));
        let query = service::MessageQuery { mailbox: Some(strange), ..Default::default() };
        let refused = db.read(|tx| service::list_messages(tx, &hanako.who, &query, &office.texts));
        assert!(matches!(refused, Err(MailFault::NotFound)));
        let stale = Precondition::Match(vec![ETag::of(1)]);
        let refused = db.write(|tx| service::delete_message(tx, &hanako.who, &id, &stale));
        let Err(MailFault::Stale(current)) = refused else { panic!("it was deleted") };
        assert_eq!(current.message.id, id);
    });
}
