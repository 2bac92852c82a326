//! Accounts without a password, whose passwords another server checks.

use std::sync::{Arc, Mutex};

use renraku_base::FixedClock;
use renraku_db::Db;
use renraku_people::{
    AccountFault, PasswordAnswer, PasswordServer, PasswordServerSilent, PasswordVerdict,
    account::{self, Login, Password, SignIn, SignedIn, Username},
};
use renraku_test_db::on_each_database;
use tokio::sync::{Notify, Semaphore};

use super::office::{Office, block_on, code, offer, username};

/// Knows one password, or does not answer.
struct Server {
    password: Option<&'static str>,
    asked: Mutex<Vec<String>>,
    /// It has been asked.
    heard: Notify,
    /// How many answers it may give.
    answers: Semaphore,
}

impl PasswordServer for Server {
    fn check<'a>(&'a self, user: &'a Username, password: &'a Password) -> PasswordAnswer<'a> {
        Box::pin(async move {
            self.asked.lock().unwrap().push(user.to_string());
            self.heard.notify_one();
            drop(self.answers.acquire().await.unwrap());
            let right = self.password.ok_or(PasswordServerSilent)?;
            Ok(if password.reveal() == right { PasswordVerdict::Right } else { PasswordVerdict::Wrong })
        })
    }
}

/// An office in which Taro's password is checked by a server.
struct Elsewhere {
    office: Office,
    server: Arc<Server>,
    sign_in: SignIn,
}

impl Elsewhere {
    fn new(db: &Db, clock: &FixedClock, password: Option<&'static str>) -> Self {
        let office = Office::new(db, clock);
        db.write(|tx| account::remove_password(tx, &username("taro"))).unwrap();
        let (heard, answers) = (Notify::new(), Semaphore::new(1));
        let server = Arc::new(Server { password, asked: Mutex::default(), heard, answers });
        let asked: Arc<dyn PasswordServer> = Arc::clone(&server) as _;
        let sign_in = SignIn::new(db.clone(), office.sessions.clone(), &office.secret, 8, Some(asked));
        Self { office, server, sign_in }
    }

    fn login(&self, user: &str, password: &str) -> Result<SignedIn, AccountFault> {
        let login =
            Login { username: user.to_owned(), password: Password::new(password), device: offer("phone") };
        block_on(self.sign_in.login(login))
    }

    fn asked(&self) -> usize {
        self.server.asked.lock().unwrap().len()
    }
}

fn login(user: &str, password: &str) -> Login {
    Login { username: user.to_owned(), password: Password::new(password), device: offer("phone") }
}

#[test]
fn the_server_is_asked_for_accounts_without_a_password_alone() {
    on_each_database(|db, clock| {
        let it = Elsewhere::new(db, clock, Some("himitsu-2026"));
        let taro = it.login(" Taro ", "himitsu-2026").unwrap();
        assert_eq!((taro.person_id, it.asked()), (it.office.taro.clone(), 1));
        assert_eq!(code(it.login("taro", "himitsu-2025")), "bad-credentials");
        // Who has a password here signs in with it, and with no other.
        assert_eq!(code(it.login("hanako", super::office::PASSWORD)), "ok");
        assert_eq!(code(it.login("hanako", "himitsu-2026")), "bad-credentials");
        assert_eq!(code(it.login("nobody", "himitsu-2026")), "bad-credentials");
        assert_eq!(it.asked(), 2);
        db.write(|tx| account::disable_account(tx, &username("taro"))).unwrap();
        assert_eq!(code(it.login("taro", "himitsu-2026")), "account-disabled");
    });
}

/// A bind without a password is a success; names and passwords in the syntax of something else are not even looked at.
#[test]
fn what_is_no_password_never_reaches_the_server() {
    on_each_database(|db, clock| {
        let it = Elsewhere::new(db, clock, Some(""));
        for (user, password) in [
            ("taro", "a\0b"),
            ("taro", "a\r\nb"),
            ("*)(uid=*))(|(uid=*", "x"),
            ("taro\\2a", "x"),
            ("taro\r\n", "\u{1}"),
        ] {
            assert_eq!(code(it.login(user, password)), "bad-credentials", "{user:?} {password:?}");
        }
        assert_eq!(code(it.login("taro", "")), "invalid");
        assert_eq!(it.asked(), 0);
    });
}

#[test]
fn a_phone_with_an_old_password_does_not_lock_its_owner_out_there() {
    on_each_database(|db, clock| {
        let it = Elsewhere::new(db, clock, Some("himitsu-2026"));
        for _ in 0..1_000 {
            assert!(it.login("taro", "himitsu-2025").is_err());
            it.office.clock.advance(std::time::Duration::from_millis(100));
        }
        assert_eq!(it.asked(), 1, "what was wrong a moment ago is not asked again");
        // The owner, who types it wrong twice on another phone of theirs.
        for wrong in ["himitsu-2024", "himitsu-2023"] {
            it.office.clock.advance(std::time::Duration::from_secs(60));
            assert_eq!(code(it.login("taro", wrong)), "bad-credentials");
        }
        it.office.clock.advance(std::time::Duration::from_secs(60));
        match it.login("taro", "himitsu-2022") {
            Err(AccountFault::LoginDelayed { retry_after_s }) => assert_eq!(retry_after_s, 900 - 100 - 180),
            other => panic!("{}", code(other)),
        }
        assert_eq!(it.asked(), 3);
        it.office.clock.advance(std::time::Duration::from_secs(900));
        assert_eq!(code(it.login("taro", "himitsu-2026")), "ok");
    });
}

/// Many at once do not get past the count either.
#[test]
fn one_attempt_of_a_user_is_looked_at_after_the_other() {
    on_each_database(|db, clock| {
        let it = Elsewhere::new(db, clock, Some("himitsu-2026"));
        std::thread::scope(|scope| {
            for n in 0..8 {
                let it = &it;
                scope.spawn(move || {
                    assert!(it.login("taro", &format!("wrong-{}", n % 4)).is_err());
                });
            }
        });
        assert!(it.asked() <= 3, "{} were forwarded", it.asked());
    });
}

/// A phone that does not wait for the answer sends its old password no more often than one that does.
#[test]
fn who_hangs_up_is_counted() {
    on_each_database(|db, clock| {
        let it = Elsewhere::new(db, clock, Some("himitsu-2026"));
        let refused = block_on(async {
            let turn = it.server.answers.acquire().await.unwrap();
            let heard = async {
                it.server.heard.notified().await;
                drop(turn);
            };
            tokio::select! {
                biased;
                _ = it.sign_in.login(login("taro", "himitsu-2025")) => panic!("nobody answered yet"),
                () = heard => {}
            }
            it.sign_in.login(login("taro", "himitsu-2025")).await
        });
        assert_eq!((code(refused), it.asked()), ("bad-credentials", 1));
    });
}

#[test]
fn a_silent_server_stops_those_alone_whom_it_knows() {
    on_each_database(|db, clock| {
        let it = Elsewhere::new(db, clock, None);
        assert_eq!(code(it.login("taro", "himitsu-2026")), "password-server-silent");
        assert_eq!(code(it.login("hanako", super::office::PASSWORD)), "ok");
        // Silence is no wrong password.
        for _ in 0..5 {
            assert_eq!(code(it.login("taro", "himitsu-2026")), "password-server-silent");
        }
    });
}
