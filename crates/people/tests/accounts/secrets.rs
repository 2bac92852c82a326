use std::fs;

use renraku_db::Location;
use renraku_people::account::{self, NewAppPassword};
use renraku_test_db::on_each_database;

use super::office::{Office, PASSWORD};

/// What opens a session or an account must not be found in the database's files, however it is written there.
#[test]
fn nothing_that_opens_is_stored_in_clear() {
    on_each_database(|db, clock| {
        let office = Office::new(db, clock);
        let phone = office.hanako("canary");
        let next = office.sessions.refresh(&phone.refresh_token).unwrap();
        let who = office.who(&next);
        let wish = NewAppPassword { id: None, name: "canary".to_owned(), device_id: None };
        let created = db
            .write(|tx| account::create_app_password(tx, &office.secret, &who, &wish))
            .unwrap()
            .into_inner();
        let Location::Sqlite(path) = db.location() else { return };
        let mut stored = fs::read(path).unwrap();
        stored.extend(fs::read(format!("{path}-wal")).unwrap_or_default());
        let holds = |bytes: &[u8]| memchr::memmem::find(&stored, bytes).is_some();
        assert!(holds(b"canary"), "the search finds what is there");
        assert!(!holds(PASSWORD.as_bytes()));
        assert!(!holds(created.password.as_bytes()));
        for token in [&phone.refresh_token, &next.refresh_token, &next.access_token] {
            assert!(!holds(token.as_bytes()));
        }
        use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
        for token in [&phone.refresh_token, &next.refresh_token] {
            let bytes = URL_SAFE_NO_PAD.decode(token).unwrap();
            assert!(!holds(&bytes[24..56]), "the secret in the token");
        }
    });
}
