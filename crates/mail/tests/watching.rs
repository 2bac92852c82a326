use std::{sync::mpsc, time::Duration};

use renraku_mail::{
    Keywords, MailboxRole, service,
    source::MailSource,
    watch::{News, Watch},
};
use renraku_test_db::on_each_database;

use super::{Office, key, mail};

/// A machine as busy as this one may ever be needs less.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn new_mail_is_heard_of_and_indexed() {
    on_each_database(|db, _clock| {
        let office = Office::new(db);
        let hanako = office.mailer("hanako");
        let (told, hear) = mpsc::channel();
        let indexer = db.clone();
        let watch = Watch::start(move |account, news| {
            service::index_news(&indexer, account, news).unwrap();
            told.send(news.clone()).unwrap();
        })
        .unwrap();
        watch.follow(&hanako.account).unwrap();
        assert_eq!(hear.recv_timeout(PATIENCE).unwrap(), News::All, "what is there already is looked at");

        hanako.maildir.deliver(&key(1, "a"), &mail("届いた", "")).unwrap();
        wait_until(&hear, || office.all(&hanako).len() == 1);
        hanako.maildir.set_keywords("", &key(1, "a"), Keywords::SEEN, Keywords::SEEN).unwrap();
        wait_until(&hear, || office.all(&hanako)[0].keywords == Keywords::SEEN);
        let id = office.all(&hanako).remove(0).id;
        hanako.maildir.move_to("", &key(1, "a"), ".Trash").unwrap();
        wait_until(&hear, || office.mailbox(&hanako, MailboxRole::Trash).total_emails == 1);
        assert_eq!(office.all(&hanako)[0].id, id, "a mail that is moved stays the same");
        hanako.maildir.remove(".Trash", &key(1, "a")).unwrap();
        wait_until(&hear, || office.all(&hanako).is_empty());
    });
}

/// Waits for news until what they should have brought is there.
fn wait_until(hear: &mpsc::Receiver<News>, there: impl Fn() -> bool) {
    while !there() {
        hear.recv_timeout(PATIENCE).expect("news within a minute");
    }
}
