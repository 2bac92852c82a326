use renraku_base::{Entropy, PersonId, UnitId};
use renraku_people::directory::{
    PersonEntry, PersonName, Phone, PhoneKind, PostEntry, UnitEntry, service as directory,
};
use renraku_test_db::Backend;
use serde_json::json;

use super::client::Client;
use crate::harness::{Staff, TestServer};

pub const BASE: &str = "dc=pref,dc=example,dc=jp";

/// A server that answers LDAP, with a few people in two units, and somebody who asks.
#[derive(Debug)]
pub struct Office {
    pub server: TestServer,
    pub hanako: Staff,
    pub password: String,
    unit: UnitId,
}

impl Office {
    pub fn open(backend: Backend) -> Self {
        Self::open_with(backend, &[])
    }

    /// With these settings besides.
    pub fn open_with(backend: Backend, settings: &[(&str, &str)]) -> Self {
        let ldap = [("RENRAKU_LDAP_LISTEN", "127.0.0.1:0"), ("RENRAKU_LDAP_BASE_DN", BASE)];
        let all: Vec<_> = ldap.iter().chain(settings).copied().collect();
        let server = TestServer::start_with(backend, &all);
        let hanako = server.staff("hanako");
        let made = hanako.post("me/app-passwords", &json!({"name": "電話機"})).expect(201).json();
        let password = made["password"].as_str().unwrap().to_owned();
        let department = add_unit(&server, "総務部", None);
        let unit = add_unit(&server, "人事課, 給与係", Some(&department));
        let office = Self { server, hanako, password, unit };
        let outside = |number: &str| (number.to_owned(), PhoneKind::Outside);
        let extension = |number: &str| (number.to_owned(), PhoneKind::Extension);
        let mobile = |number: &str| (number.to_owned(), PhoneKind::Mobile);
        office.add("髙橋 一郎", "タカハシ イチロウ", &[outside("0155-26-1111"), extension("2001")]);
        office.add("高橋 健一", "タカハシ ケンイチ", &[mobile("090-1234-5678")]);
        office.add("大高 美咲", "オオタカ ミサキ", &[extension("2002")]);
        office.add("渡邉 太郎", "ワタナベ タロウ", &[extension("2003"), outside("0155-26-1111")]);
        office.add("𠮷田 *次郎", "ヨシダ ジロウ", &[]);
        office
    }

    /// Puts somebody into the lower unit.
    pub fn add(&self, full: &str, phonetic: &str, phones: &[(String, PhoneKind)]) -> PersonId {
        let db = self.server.db();
        let post = PostEntry {
            unit: self.unit.clone(),
            title: Some("主査".to_owned()),
            starts_on: None,
            ends_on: None,
        };
        let entry = PersonEntry {
            id: Entropy.new_id(db.now()),
            name: PersonName { full: full.to_owned(), phonetic: phonetic.to_owned() },
            posts: vec![post],
            phones: phones
                .iter()
                .map(|(number, kind)| Phone { number: number.clone(), kind: *kind })
                .collect(),
            emails: Vec::new(),
            staff_number: None,
        };
        db.write(|tx| directory::put_person(tx, &entry)).unwrap();
        entry.id
    }

    pub fn name(&self) -> String {
        format!("uid=hanako,ou=people,{BASE}")
    }

    /// A client that is bound as the one who asks.
    pub fn client(&self) -> Client {
        Client::bound(self.server.ldap(), &self.name(), &self.password)
    }
}

fn add_unit(server: &TestServer, name: &str, parent: Option<&UnitId>) -> UnitId {
    let db = server.db();
    let id: UnitId = Entropy.new_id(db.now());
    let unit = UnitEntry { id: id.clone(), name: name.to_owned(), parent_id: parent.cloned(), position: 0 };
    db.write(|tx| directory::put_unit(tx, &unit)).unwrap();
    id
}

/// Runs `test` in a fresh office on each database.
pub fn in_each_office(test: impl Fn(&Office)) {
    for backend in Backend::all() {
        test(&Office::open(*backend));
    }
}
