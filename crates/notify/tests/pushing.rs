//! Who is to be woken.

use std::{sync::Barrier, thread};

use p256::{SecretKey, elliptic_curve::sec1::ToEncodedPoint};
use renraku_db::Location;
use renraku_notify::push::{self, Follows, NewSubscription, Receiver};
use renraku_test_db::on_each_database;

use super::*;

/// Each server looks for subscriptions that are behind, and several do at once.
#[test]
fn two_servers_that_look_at_once_queue_one_message() {
    on_each_database(|db, _| {
        let hanako = person();
        tell(db, &hanako, &notice(NotificationType::Invited, Repeat::Add));
        let who = Principal::person(hanako.clone());
        let key = SecretKey::from_slice(&[9; 32]).unwrap().public_key().to_encoded_point(false);
        let receiver = Receiver::new(key.as_bytes(), &[5; 16]).unwrap();
        for at in 0..5 {
            db.write(|tx| {
                let new = NewSubscription {
                    collection: service::sync::feed(tx, &who)?.expect("there is a feed"),
                    resource: String::new(),
                    endpoint: format!("http://127.0.0.1/{at}"),
                    receiver: receiver.clone(),
                    follows: Follows { contents: true, properties: false },
                    expires_at: None,
                };
                push::subscribe(tx, &who, &new).map(drop).map_err(|fault| Error::damaged(fault.to_string()))
            })
            .unwrap();
        }
        tell(db, &hanako, &notice(NotificationType::Invited, Repeat::Add));
        // On SQLite one of the two waits for the other before it begins.
        let both = matches!(db.location(), Location::Postgres(_)).then(|| Barrier::new(2));
        let look = || {
            db.write(|tx| {
                if let Some(both) = &both {
                    both.wait();
                }
                push::queue(tx)
            })
        };
        let queued = thread::scope(|scope| {
            let other = scope.spawn(look);
            look().unwrap() + other.join().unwrap().unwrap()
        });
        assert_eq!(queued, 5);
    });
}
