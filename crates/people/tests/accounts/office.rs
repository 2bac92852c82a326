use std::time::Duration;

use renraku_base::{Entropy, Fault, FixedClock, PersonId, Principal};
use renraku_db::Db;
use renraku_people::{
    AccountFault, Passwords, ServerSecret, Sessions,
    account::{self, DeviceOffer, Login, Password, SignIn, SignedIn, Username},
};

pub const PASSWORD: &str = "渡邊さんの犬 7";

/// A server process with two people who have accounts.
pub struct Office {
    pub db: Db,
    pub clock: FixedClock,
    pub secret: ServerSecret,
    pub sessions: Sessions,
    pub sign_in: SignIn,
    pub hanako: PersonId,
    pub taro: PersonId,
}

pub fn username(text: &str) -> Username {
    text.parse().unwrap()
}

pub fn offer(name: &str) -> DeviceOffer {
    DeviceOffer { id: None, name: name.to_owned(), platform: "Android 16".to_owned() }
}

/// Runs what waits for its turn.
pub fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_multi_thread().enable_time().build().unwrap().block_on(future)
}

/// The code of a refusal.
pub fn code<T>(result: Result<T, AccountFault>) -> &'static str {
    match result {
        Ok(_) => "ok",
        Err(fault) => fault.code(),
    }
}

impl Office {
    pub fn new(db: &Db, clock: &FixedClock) -> Self {
        let secret = ServerSecret::from_bytes([42; 32]);
        let hash = Passwords::new(&secret).hash(&Password::new(PASSWORD)).unwrap();
        let (hanako, taro): (PersonId, PersonId) = (Entropy.uuid_v4().into(), Entropy.uuid_v4().into());
        db.write(|tx| {
            account::create_account(tx, &hanako, &username("hanako"), Some(&hash))?;
            account::create_account(tx, &taro, &username("taro"), Some(&hash))
        })
        .unwrap();
        let sessions = Sessions::load(db, &secret).unwrap();
        let sign_in = SignIn::new(db.clone(), sessions.clone(), &secret, 8, None);
        Self { db: db.clone(), clock: clock.clone(), secret, sessions, sign_in, hanako, taro }
    }

    pub fn login(
        &self,
        username: &str,
        password: &str,
        device: DeviceOffer,
    ) -> Result<SignedIn, AccountFault> {
        let login = Login { username: username.to_owned(), password: Password::new(password), device };
        block_on(self.sign_in.login(login))
    }

    pub fn hanako(&self, device: &str) -> SignedIn {
        self.login("hanako", PASSWORD, offer(device)).unwrap()
    }

    pub fn who(&self, signed_in: &SignedIn) -> Principal {
        self.sessions.verify(&signed_in.access_token, self.db.now()).unwrap()
    }

    /// The code with which an access token is refused, or `ok`.
    pub fn verify(&self, signed_in: &SignedIn) -> &'static str {
        code(self.sessions.verify(&signed_in.access_token, self.db.now()))
    }

    pub fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    pub fn devices(&self, who: &Principal) -> Vec<account::Device> {
        self.db.read(|tx| account::list_devices(tx, who)).unwrap()
    }

    pub fn statements<T>(&self, work: impl FnOnce() -> T) -> (T, u64) {
        let before = self.db.statements();
        let value = work();
        (value, self.db.statements() - before)
    }
}

/// Writes without an expectation of how.
pub fn write<T>(db: &Db, work: impl FnMut(&mut renraku_db::Tx<'_>) -> Result<T, AccountFault>) -> T {
    db.write(work).unwrap()
}
