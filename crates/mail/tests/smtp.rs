use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    thread,
};

use renraku_mail::{
    delivery::{Encryption, SmtpSender, SmtpSettings},
    source::MailSource,
};
use renraku_notify::{Delivery, MailAddress, MailSender, OutgoingMail, SendFault};
use renraku_test_db::{START, on_each_database};

use super::{Office, in_folder};

/// A mail server that answers DATA with one line and tells what it got: each command, and the lines of each mail.
fn server(after_data: &'static str) -> (u16, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (told, hear) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            serve(stream.unwrap(), after_data, &told);
        }
    });
    (port, hear)
}

fn serve(stream: TcpStream, after_data: &str, told: &mpsc::Sender<String>) {
    let mut answer = stream.try_clone().unwrap();
    let mut say = |line: &str| drop(answer.write_all(format!("{line}\r\n").as_bytes()));
    say("220 stub");
    let mut data = false;
    for line in BufReader::new(stream).lines() {
        let Ok(line) = line else { return };
        if data {
            if line == "." {
                data = false;
                say(after_data);
            }
        } else {
            let verb = line.split(' ').next().unwrap_or_default().to_ascii_uppercase();
            data = verb == "DATA";
            say(if data { "354 go" } else { "250 ok" });
        }
        if told.send(line).is_err() {
            return;
        }
    }
}

fn mail() -> OutgoingMail {
    let address =
        |email: &str| MailAddress { name: Some("佐藤\u{2028}花子".to_owned()), email: email.to_owned() };
    OutgoingMail {
        message_id: "m1@pref.example.jp".to_owned(),
        date: START,
        from: address("hanako@pref.example.jp"),
        to: vec![address("a@x.example")],
        cc: vec![],
        bcc: vec![address("b@x.example")],
        subject: "x\r\nBcc: evil@x.example".to_owned(),
        text: "a\r\n\r\n.\r\nMAIL FROM:<evil@x.example>\n.\nb".to_owned(),
        calendar: None,
        in_reply_to: None,
        references: vec![],
        files_of: None,
        whole: false,
    }
}

fn sender(office: &Office<'_>, port: u16) -> SmtpSender {
    let settings = SmtpSettings {
        host: "127.0.0.1".to_owned(),
        port,
        encryption: Encryption::None,
        login: None,
        authorities: vec![],
    };
    SmtpSender::new(office.db.clone(), &settings).unwrap()
}

#[test]
fn one_mail_arrives_whatever_its_text_says() {
    on_each_database(|db, _clock| {
        let office = Office::new(db);
        let (port, hear) = server("250 taken");
        sender(&office, port).send(&mail()).unwrap();
        let lines: Vec<String> = hear.try_iter().collect();
        let commands: Vec<&str> = lines
            .iter()
            .map(String::as_str)
            .filter(|line| line.starts_with("MAIL") || line.starts_with("RCPT"))
            .collect();
        assert_eq!(
            commands,
            ["MAIL FROM:<hanako@pref.example.jp>", "RCPT TO:<a@x.example>", "RCPT TO:<b@x.example>"]
        );
        assert_eq!(lines.iter().filter(|line| *line == ".").count(), 1);
        assert!(!lines.iter().any(|line| line.starts_with("Bcc")), "{lines:?}");
        assert_eq!(lines.iter().filter(|line| line.starts_with("Subject:")).count(), 1);
    });
}

#[test]
fn a_refusal_for_now_is_tried_again_and_one_for_good_is_told_to_the_author() {
    on_each_database(|db, _clock| {
        let office = Office::new(db);
        let (port, _hear) = server("451 later");
        assert!(matches!(sender(&office, port).send(&mail()), Err(SendFault::Temporary(_))));
        let (port, _hear) = server("535 5.7.8 wrong password");
        assert!(matches!(sender(&office, port).send(&mail()), Err(SendFault::Temporary(_))));
        let (port, _hear) = server("550 no such user");
        let undelivered = |knows: bool| move |it: Delivery| matches!(it, Delivery::Undelivered(it) if it.author_knows == knows && !it.no_way);
        assert!(sender(&office, port).send(&mail()).is_ok_and(undelivered(false)), "no account to tell");
        let hanako = office.mailer("hanako");
        assert!(sender(&office, port).send(&mail()).is_ok_and(undelivered(true)));
        let told = in_folder(&hanako, "");
        let text = hanako.maildir.fetch("", &told[0].0).unwrap().bytes;
        let text = renraku_mail::codec::open::body(&text).text;
        assert!(text.contains("a@x.example") && text.contains("no such user"), "{text}");
        // To what is no address nothing is tried.
        let mut unreadable = mail();
        unreadable.to[0].email = "a(b)@x.example".to_owned();
        let (port, _hear) = server("550 no such user");
        assert!(sender(&office, port).send(&unreadable).is_ok_and(undelivered(true)));
        let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        assert!(matches!(sender(&office, nobody).send(&mail()), Err(SendFault::Temporary(_))));
    });
}
