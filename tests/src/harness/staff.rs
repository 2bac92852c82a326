use std::{ops::Deref, path::Path};

use renraku_base::{Entropy, PersonId};
use renraku_db::Db;
use renraku_people::{
    Passwords, ServerSecret,
    account::{self, Password},
    directory::{PersonEntry, PersonName, service as directory},
};
use serde_json::{Value, json};

use super::Phone;

const PASSWORD: &str = "wasureru-na-2026";

/// A member of staff with a phone that is signed in.
#[derive(Debug, Clone)]
pub struct Staff {
    phone: Phone,
    /// Who it is.
    pub person: PersonId,
    /// The name to sign in with.
    pub username: String,
    /// The password to sign in with.
    pub password: String,
    /// The phone's device.
    pub device: String,
    /// What the next access token is had by.
    pub refresh_token: String,
    /// Where events go when no other calendar is named.
    pub calendar: String,
}

impl Staff {
    /// Puts somebody new into the office whose data are in `db` and `folder`, and signs them in on `phone`.
    pub fn hire(db: &Db, folder: &Path, phone: &Phone, username: &str) -> Self {
        let passwords = Passwords::new(&ServerSecret::open(&folder.join("secret")).unwrap());
        let hash = passwords.hash(&Password::chosen(PASSWORD).unwrap()).unwrap();
        let entry = PersonEntry {
            id: Entropy.new_id(db.now()),
            name: PersonName {
                full: format!("試験 {username}"), phonetic: "シケン タロウ".to_owned()
            },
            posts: Vec::new(),
            phones: Vec::new(),
            emails: vec![format!("{username}@pref.example.jp")],
            staff_number: None,
        };
        db.write(|tx| directory::put_person(tx, &entry)).unwrap();
        db.write(|tx| account::create_account(tx, &entry.id, &username.parse().unwrap(), Some(&hash)))
            .unwrap();
        let calendar = db.write(|tx| renraku_schedule::service::default_calendar(tx, &entry.id)).unwrap();
        let login = sign_in(phone, username, PASSWORD);
        let text = |member: &str| login[member].as_str().unwrap().to_owned();
        Self {
            phone: phone.with_token(&text("accessToken")),
            person: entry.id,
            username: username.to_owned(),
            password: PASSWORD.to_owned(),
            device: text("deviceId"),
            refresh_token: text("refreshToken"),
            calendar: calendar.into_string(),
        }
    }

    /// The same person, signed in anew on a server that stands elsewhere by now.
    pub fn sign_in_at(&self, base: &str) -> Self {
        Self { phone: self.phone.at(base), ..self.clone() }.on_another_phone()
    }

    /// The same person on another phone.
    pub fn on_another_phone(&self) -> Self {
        let login = sign_in(&self.phone, &self.username, &self.password);
        let text = |member: &str| login[member].as_str().unwrap().to_owned();
        Self {
            phone: self.phone.with_token(&text("accessToken")),
            device: text("deviceId"),
            refresh_token: text("refreshToken"),
            ..self.clone()
        }
    }
}

fn sign_in(phone: &Phone, username: &str, password: &str) -> Value {
    let device = json!({"name": "試験用", "platform": "android"});
    let body = json!({"username": username, "password": password, "device": device});
    phone.ask("POST", "auth/login").json(&body).send().expect(200).json()
}

impl Deref for Staff {
    type Target = Phone;

    fn deref(&self) -> &Phone {
        &self.phone
    }
}
