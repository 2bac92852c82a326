//! Accounts without a password, whose passwords another server checks.

use std::{
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use renraku_base::FixedClock;
use renraku_db::Db;
use renraku_people::{
    AccountFault, PasswordAnswer, PasswordServer, PasswordServerSilent, PasswordVerdict,
    account::{self, Login, Password, SignIn, SignedIn, Username},
    directory::{DirectoryFault, PersonEntry, PersonName, service as directory},
};
use renraku_test_db::on_each_database;
use tokio::sync::{Notify, Semaphore};

use super::office::{Office, block_on, code, offer, username};

/// Knows one password, or does not answer.
struct Server {
    password: Mutex<Option<&'static str>>,
    /// What it says of it.
    says: Mutex<PasswordVerdict>,
    /// What is said when no password is known.
    silence: PasswordServerSilent,
    asked: Mutex<Vec<String>>,
    /// It has been asked.
    heard: Notify,
    /// How many answers it may give.
    answers: Semaphore,
    /// How often it was asked for nothing.
    knocks: AtomicUsize,
}

impl Server {
    /// One that accepts this password, or (`None`) is silent in this way.
    fn new(password: Option<&'static str>, silence: PasswordServerSilent) -> Self {
        Self {
            password: Mutex::new(password),
            says: Mutex::new(PasswordVerdict::Right),
            silence,
            asked: Mutex::default(),
            heard: Notify::new(),
            answers: Semaphore::new(1),
            knocks: AtomicUsize::default(),
        }
    }
}

impl PasswordServer for Server {
    fn check<'a>(&'a self, user: &'a Username, password: &'a Password) -> PasswordAnswer<'a> {
        Box::pin(async move {
            self.asked.lock().unwrap().push(user.to_string());
            self.heard.notify_one();
            drop(self.answers.acquire().await.unwrap());
            let right = self.password.lock().unwrap().ok_or(self.silence)?;
            Ok(if password.reveal() == right { *self.says.lock().unwrap() } else { PasswordVerdict::Wrong })
        })
    }

    fn is_within_reach(&self) -> Pin<Box<dyn Future<Output = bool> + Send + '_>> {
        self.knocks.fetch_add(1, Ordering::Relaxed);
        let is_there = self.password.lock().unwrap().is_some();
        Box::pin(async move { is_there })
    }

    fn remembered_for(&self) -> Duration {
        Duration::from_hours(8)
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
        let server = Arc::new(Server::new(password, PasswordServerSilent::Unreachable));
        let asked: Arc<dyn PasswordServer> = Arc::clone(&server) as _;
        let sign_in = SignIn::new(db.clone(), office.sessions.clone(), &office.secret, 8, Some(asked));
        Self { office, server, sign_in }
    }

    fn login(&self, user: &str, password: &str) -> Result<SignedIn, AccountFault> {
        let login =
            Login { username: user.to_owned(), password: Password::new(password), device: offer("phone") };
        block_on(self.sign_in.login(login))
    }

    /// Another process of the same office, which asks the same server.
    fn beside(&self, db: &Db) -> SignIn {
        let asked: Arc<dyn PasswordServer> = Arc::clone(&self.server) as _;
        SignIn::new(db.clone(), self.office.sessions.clone(), &self.office.secret, 8, Some(asked))
    }

    fn now_has(&self, password: Option<&'static str>) {
        *self.server.password.lock().unwrap() = password;
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
            it.office.clock.advance(Duration::from_millis(100));
        }
        assert_eq!(it.asked(), 1, "what was wrong a moment ago is not asked again");
        // The owner, who types it wrong twice on another phone of theirs.
        for wrong in ["himitsu-2024", "himitsu-2023"] {
            it.office.clock.advance(Duration::from_secs(60));
            assert_eq!(code(it.login("taro", wrong)), "bad-credentials");
        }
        it.office.clock.advance(Duration::from_secs(60));
        match it.login("taro", "himitsu-2022") {
            Err(AccountFault::LoginDelayed { retry_after_s }) => assert_eq!(retry_after_s, 900 - 100 - 180),
            other => panic!("{}", code(other)),
        }
        assert_eq!(it.asked(), 3);
        it.office.clock.advance(Duration::from_secs(900));
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
        // Who tries again and again waits in between, like everybody: else it would tell who has an account.
        for _ in 0..2 {
            assert_eq!(code(it.login("taro", "himitsu-2026")), "password-server-silent");
        }
        assert_eq!(code(it.login("taro", "himitsu-2026")), "login-delayed");
        it.office.clock.advance(Duration::from_secs(1));
        assert_eq!(code(it.login("taro", "himitsu-2026")), "password-server-silent");
        it.now_has(Some("himitsu-2026"));
        it.office.clock.advance(Duration::from_secs(3));
        assert_eq!(code(it.login("taro", "himitsu-2026")), "ok");
    });
}

#[test]
fn two_processes_together_forward_what_one_does() {
    on_each_database(|db, clock| {
        let it = Elsewhere::new(db, clock, Some("himitsu-2026"));
        let beside = it.beside(db);
        let mut codes = Vec::new();
        for n in 0..6 {
            let wrong = format!("himitsu-{n}");
            let login = login("taro", &wrong);
            let sign_in = if n % 2 == 0 { &it.sign_in } else { &beside };
            codes.push(code(block_on(sign_in.login(login))));
            it.office.clock.advance(Duration::from_secs(3));
        }
        assert_eq!(codes[..3], ["bad-credentials"; 3]);
        assert_eq!(codes[3..], ["login-delayed"; 3]);
        assert_eq!(it.asked(), 3);
        assert_eq!(code(block_on(beside.login(login("taro", "himitsu-0")))), "bad-credentials");
        assert_eq!(it.asked(), 3, "what was wrong there is wrong here");
    });
}

#[test]
fn who_waits_is_told_for_how_long_in_truth() {
    on_each_database(|db, clock| {
        let it = Elsewhere::new(db, clock, Some("himitsu-2026"));
        for wrong in ["a", "b", "c"] {
            assert_eq!(code(it.login("taro", wrong)), "bad-credentials");
        }
        // Both the delay after three wrong ones and the quarter of an hour hold: the longer one counts.
        let waits = |fault| match fault {
            Err(AccountFault::LoginDelayed { retry_after_s }) => retry_after_s,
            other => panic!("{}", code(other)),
        };
        assert_eq!(waits(it.login("taro", "himitsu-2026")), 900);
        it.office.clock.advance(Duration::from_secs(2));
        assert_eq!(waits(it.login("taro", "himitsu-2026")), 898);
        it.office.clock.advance(Duration::from_secs(898));
        assert_eq!(code(it.login("taro", "himitsu-2026")), "ok");
    });
}

#[test]
fn the_password_that_was_accepted_last_counts_while_the_server_cannot_be_reached() {
    on_each_database(|db, clock| {
        let it = Elsewhere::new(db, clock, Some("himitsu-2026"));
        let turn = |hours: u64| it.office.clock.advance(Duration::from_hours(hours));
        it.now_has(None);
        assert_eq!(code(it.login("taro", "himitsu-2026")), "password-server-silent", "nothing is known yet");
        it.now_has(Some("himitsu-2026"));
        assert_eq!(code(it.login("taro", "himitsu-2026")), "ok");
        it.now_has(None);
        turn(7);
        assert_eq!(code(block_on(it.beside(db).login(login("taro", "himitsu-2026")))), "ok");
        for _ in 0..3 {
            assert_eq!(
                code(it.login("taro", "guess")),
                "password-server-silent",
                "nobody is told that it is wrong"
            );
        }
        assert_eq!(code(it.login("taro", "himitsu-2026")), "login-delayed", "and it is counted");
        turn(1);
        assert_eq!(code(it.login("taro", "himitsu-2026")), "password-server-silent", "eight hours are over");
    });
}

#[test]
fn a_password_is_remembered_no_more_once_it_is_refused_or_its_owner_is_not_there() {
    on_each_database(|db, clock| {
        let it = Elsewhere::new(db, clock, Some("himitsu-2026"));
        let right = || code(it.login("taro", "himitsu-2026"));
        let again = || {
            it.now_has(Some("himitsu-2026"));
            it.office.clock.advance(Duration::from_mins(16));
            assert_eq!(right(), "ok");
        };
        again();
        it.now_has(Some("himitsu-2027"));
        assert_eq!(right(), "bad-credentials");
        it.now_has(None);
        it.office.clock.advance(Duration::from_mins(16));
        assert_eq!(right(), "password-server-silent");
        again();
        db.write(|tx| account::disable_account(tx, &username("taro"))).unwrap();
        db.write(|tx| account::enable_account(tx, &username("taro"))).unwrap();
        it.now_has(None);
        assert_eq!(right(), "password-server-silent");
        let entry = PersonEntry {
            id: it.office.taro.clone(),
            name: PersonName { full: "鈴木 太郎".to_owned(), phonetic: "すずき たろう".to_owned() },
            posts: Vec::new(),
            phones: Vec::new(),
            emails: Vec::new(),
            staff_number: None,
        };
        for (gone, back) in [(true, false), (false, true)] {
            db.write(|tx| directory::put_person(tx, &entry)).unwrap();
            again();
            db.write(|tx| {
                if gone {
                    directory::end_person(tx, &entry.id)?;
                }
                if back {
                    directory::suppress_person(tx, &entry.id, true)?;
                }
                Ok::<_, DirectoryFault>(())
            })
            .unwrap();
            it.now_has(None);
            assert_eq!(right(), "password-server-silent");
        }
    });
}

#[test]
fn a_server_that_answers_and_does_not_check_is_no_reason_to_remember() {
    on_each_database(|db, clock| {
        let mut it = Elsewhere::new(db, clock, Some("himitsu-2026"));
        assert_eq!(code(it.login("taro", "himitsu-2026")), "ok");
        it.server = Arc::new(Server::new(None, PasswordServerSilent::Unwilling));
        it.sign_in = it.beside(db);
        assert_eq!(code(it.login("taro", "himitsu-2026")), "password-server-silent");
    });
}

#[test]
fn while_nobody_can_be_asked_a_name_that_is_not_known_is_answered_like_one_that_is() {
    on_each_database(|db, clock| {
        let it = Elsewhere::new(db, clock, Some("himitsu-2026"));
        for name in ["anybody", "*)(uid=anybody"] {
            assert_eq!(code(it.login(name, "guess")), "bad-credentials", "{name}");
        }
        assert_eq!(it.server.knocks.load(Ordering::Relaxed), 1, "heard of a moment ago");
        it.now_has(None);
        it.office.clock.advance(Duration::from_secs(10));
        assert_eq!(
            code(it.login("early", "guess")),
            "password-server-silent",
            "it is asked whether it is there"
        );
        assert_eq!(it.server.knocks.load(Ordering::Relaxed), 2);
        // Who was never signed in by it, who was, and who is not there: until they are told to wait, too.
        let names = ["taro", "nobody", "somebody", "*)(uid=*"];
        for wanted in
            ["password-server-silent", "password-server-silent", "password-server-silent", "login-delayed"]
        {
            assert_eq!(names.map(|name| code(it.login(name, "guess"))), [wanted; 4]);
        }
        assert_eq!(code(it.login("hanako", super::office::PASSWORD)), "ok");
        it.now_has(Some("himitsu-2026"));
        it.office.clock.advance(Duration::from_secs(10));
        assert_eq!(code(it.login("nobody", "guess")), "bad-credentials");
        assert_eq!(code(it.login("taro", "himitsu-2026")), "ok");
    });
}

/// Who has changed it, or is let in again, waits for nothing that was tried before.
#[test]
fn a_right_password_that_lets_nobody_in_says_why_and_counts_as_no_guess() {
    on_each_database(|db, clock| {
        let it = Elsewhere::new(db, clock, Some("himitsu-2026"));
        for (verdict, said) in [
            (PasswordVerdict::MustChange, "password-expired"),
            (PasswordVerdict::Closed, "account-disabled"),
            // Locked: a stranger may have locked it, and learns nothing.
            (PasswordVerdict::Unchecked, "bad-credentials"),
        ] {
            assert_eq!(code(it.login("taro", "himitsu-2026")), "ok");
            *it.server.says.lock().unwrap() = verdict;
            for _ in 0..5 {
                assert_eq!(code(it.login("taro", "himitsu-2026")), said);
                it.office.clock.advance(Duration::from_secs(60));
            }
            assert_eq!(code(it.login("taro", "himitsu-2025")), "bad-credentials");
            it.office.clock.advance(Duration::from_secs(60));
            it.now_has(None);
            assert_eq!(
                code(it.login("taro", "himitsu-2026")),
                "password-server-silent",
                "it is not remembered"
            );
            it.now_has(Some("himitsu-2026"));
            *it.server.says.lock().unwrap() = PasswordVerdict::Right;
            it.office.clock.advance(Duration::from_secs(60));
        }
    });
}
