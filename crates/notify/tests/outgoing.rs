use std::{sync::Mutex, time::Duration};

use renraku_notify::{Delivery, MailAddress, MailSender, OutgoingMail, SendFault, jobs};
use renraku_test_db::on_each_database;

use super::*;

/// Refuses a number of times, then accepts; keeps what it was given.
struct Sender {
    refusals: Mutex<Vec<SendFault>>,
    given: Mutex<Vec<OutgoingMail>>,
}

impl MailSender for Sender {
    fn send(&self, mail: &OutgoingMail) -> Result<Delivery, SendFault> {
        self.given.lock().unwrap().push(mail.clone());
        self.refusals.lock().unwrap().pop().map_or(Ok(Delivery::Sent), Err)
    }
}

fn mail(db: &Db) -> OutgoingMail {
    let address = |email: &str| MailAddress { name: None, email: email.to_owned() };
    OutgoingMail {
        message_id: "01@renraku.example".to_owned(),
        date: db.now(),
        from: address("hanako@pref.example.jp"),
        to: vec![address("partner@example.com")],
        cc: Vec::new(),
        bcc: Vec::new(),
        subject: "打合せのご案内".to_owned(),
        text: "ご確認ください。".to_owned(),
        calendar: None,
        in_reply_to: None,
        references: Vec::new(),
        files_of: None,
        whole: false,
    }
}

#[test]
fn a_mail_is_queued_once_and_every_attempt_sends_the_same() {
    on_each_database(|db, clock| {
        let mail = mail(db);
        assert!(ok(db.write(|tx| service::queue_mail(tx, &mail, tx.now()))));
        assert!(!ok(db.write(|tx| service::queue_mail(tx, &mail, tx.now()))));
        let busy = SendFault::Temporary("451".to_owned());
        let sender = Sender { refusals: Mutex::new(vec![busy.clone()]), given: Mutex::default() };
        let lease = Duration::from_secs(60);
        let job =
            ok(db.write(|tx| renraku_db::jobs::claim(tx, renraku_db::jobs::Kinds::ALL, 10, lease))).remove(0);
        assert_eq!(job.kind, jobs::SEND_MAIL);
        assert_eq!(jobs::send_mail(&sender, &job.payload), Err(busy));
        ok(db.write(|tx| renraku_db::jobs::fail(tx, &job, "451")));
        clock.advance(Duration::from_hours(1));
        let again =
            ok(db.write(|tx| renraku_db::jobs::claim(tx, renraku_db::jobs::Kinds::ALL, 10, lease))).remove(0);
        assert_eq!(jobs::send_mail(&sender, &again.payload), Ok((mail.clone(), Delivery::Sent)));
        assert_eq!(*sender.given.lock().unwrap(), [mail.clone(), mail]);
    });
}

#[test]
fn a_payload_that_cannot_be_read_is_not_tried_again() {
    let sender = Sender { refusals: Mutex::default(), given: Mutex::default() };
    assert!(matches!(jobs::send_mail(&sender, "{}"), Err(SendFault::Permanent(_))));
}
