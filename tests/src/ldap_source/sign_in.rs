use ldap3_proto::proto::LdapFilter;
use renraku_test_db::Backend;
use serde_json::Value;

use crate::harness::{Entry, Phone, READER, TestServer, run_beside_with};

use super::{
    office::{Office, PASSWORD, borrowed, login, person, settings},
    stub::{Manner, Stub},
};

const FOLLOWED: [(&str, &str); 4] = [
    ("RENRAKU_LDAP_SOURCE_SIGN_IN", "true"),
    ("RENRAKU_LDAP_SOURCE_INTERVAL_MIN", "5"),
    ("RENRAKU_LDAP_SOURCE_END_MISSING", "true"),
    ("RENRAKU_LDAP_SOURCE_DISABLED_FILTER", "(employeeType=closed)"),
];

fn entries() -> Vec<Entry> {
    ["hanako", "taro", "jiro"]
        .iter()
        .zip(1..)
        .map(|(user, n)| {
            let mail = format!("{user}@pref.example.jp");
            let (dn, mut said) = person(user, &format!("{n:06}"), &format!("試験 {user}"), &[]);
            said.extend([("mail", mail), ("employeeType", "open".to_owned())]);
            (dn, said)
        })
        .collect()
}

fn phone(office: &Office, user: &str) -> Phone {
    let answer = office.login(user, PASSWORD).expect(200).json();
    office.server.anonymous().with_token(answer["accessToken"].as_str().unwrap())
}

#[test]
fn whoever_is_read_signs_in_with_their_password_there() {
    Office::on_each_backend(&entries(), &FOLLOWED, |office| {
        assert_eq!(office.login("hanako", PASSWORD).status, 401, "not read yet");
        office.next_reading();
        let me = phone(office, "hanako").get("me").expect(200).json();
        assert_eq!(me["person"]["name"]["full"], "試験 hanako");
        assert_eq!(
            phone(office, "Hanako").get("calendars").expect(200).json()["items"].as_array().unwrap().len(),
            1
        );
        for (user, password) in [
            ("hanako", "himitsu-2025"),
            ("hanako", " "),
            ("*)(uid=*))(|(uid=*", PASSWORD),
            ("hanako)(uid=*", PASSWORD),
            ("h*", PASSWORD),
            ("hanako\u{0}", PASSWORD),
            ("hanako", "himitsu-2026\r\n"),
        ] {
            office.login(user, password).problem(401, "bad-credentials");
        }
        office.login("hanako", "").problem(422, "invalid");
        // Calendar clients have app passwords, and a word that says so.
        let dav = office.server.anonymous().ask("PROPFIND", "/dav/");
        let basic = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, format!("hanako:{PASSWORD}"));
        let refused = dav.header("authorization", &format!("Basic {basic}")).header("depth", "0").send();
        assert_eq!(refused.status, 401);
        assert!(refused.text().contains("app password"), "{}", refused.text());
    });
}

#[test]
fn whose_account_is_closed_there_is_signed_out_by_the_next_reading() {
    Office::on_each_backend(&entries(), &FOLLOWED, |office| {
        office.next_reading();
        let [hanako, taro, jiro] = ["hanako", "taro", "jiro"].map(|user| phone(office, user));
        office.put("hanako", "employeeType", "closed");
        office.login("hanako", PASSWORD).problem(401, "bad-credentials");
        office.remove("taro");
        office.next_reading();
        for (phone, still) in [(&hanako, false), (&taro, false), (&jiro, true)] {
            let refused = phone.get("me");
            assert_eq!(refused.status == 200, still, "{}", refused.text());
        }
        hanako.get("me").problem(401, "session-ended");
        office.login("hanako", PASSWORD).problem(401, "bad-credentials");
        // One is on leave and stays in the directory, the other has left it.
        let people: Value = jiro.get("directory/people?q=hanako").expect(200).json();
        assert_eq!(people["items"].as_array().unwrap().len(), 1);
        let people: Value = jiro.get("directory/people?q=taro").expect(200).json();
        assert_eq!(people["items"].as_array().unwrap().len(), 0);
        let (well, said) = office.run(&["roster", "report"]);
        assert!(well && said.contains("leaves     000002 試験 taro"), "{said}");
        assert!(said.contains("closed     hanako\nclosed     taro\n"), "{said}");
        office.put("hanako", "employeeType", "open");
        office.next_reading();
        phone(office, "hanako").get("me").expect(200);
        // Who is there, but cannot be told who they are, is not gone.
        office.put("jiro", "employeeNumber", "部長");
        office.next_reading();
        phone(office, "jiro").get("me").expect(200);
        // The doctor tells what is wrong, and nothing of what went well.
        let (well, said) = office.run(&["doctor"]);
        let told = said.lines().filter(|line| line.starts_with("settings  ldap_source (")).count();
        assert!(!well && told == 1 && said.contains("部長"), "{said}");
        let (well, said) = office.run(&["roster", "report"]);
        assert!(!well && said.contains("部長") && said.contains("accounts: 0 new"), "{said}");
        // What an administrator closes stays closed.
        assert!(office.run(&["user", "disable", "hanako"]).0);
        office.next_reading();
        office.login("hanako", PASSWORD).problem(403, "account-disabled");
    });
}

#[test]
fn an_account_with_a_password_of_its_own_keeps_it() {
    Office::on_each_backend(&entries(), &FOLLOWED, |office| {
        let admin = office.server.staff("admin");
        office.next_reading();
        office.login("admin", &admin.password).expect(200);
        // Who had one here before the office had such a server is given over to it.
        let (well, said) = office.run(&["user", "password", "admin", "--from-ldap"]);
        assert!(well, "{said}");
        office.login("admin", &admin.password).problem(401, "bad-credentials");
    });
}

/// Where two entries have one name, nobody is guessed.
#[test]
fn a_name_that_two_entries_have_signs_nobody_in() {
    let mut entries = entries();
    let (dn, mut said) = entries.swap_remove(1);
    said.retain(|(name, _)| *name != "uid");
    said.extend([("uid", "hanako".to_owned())]);
    entries.push((dn.replacen("uid=taro", "employeeNumber=000002", 1), said));
    Office::on_each_backend(&entries, &FOLLOWED, |office| {
        let (well, said) = office.import(&[]);
        assert!(!well && said.contains("hanako cannot sign in: another entry has the name, too"), "{said}");
        assert!(said.contains("accounts: 2 new"), "{said}");
        office.login("hanako", PASSWORD).problem(401, "bad-credentials");
        office.login("jiro", PASSWORD).expect(200);
    });
}

/// A phone that keeps an old password must not lock its owner out of the office's own server.
#[test]
fn a_thousand_old_passwords_are_three_binds_at_most() {
    for backend in Backend::all() {
        let stub = Stub::start(Manner::Know(PASSWORD));
        let server = beside(*backend, &stub);
        let phone = server.anonymous();
        for n in 0..1_000_u64 {
            assert_ne!(login(&phone, "hanako", &format!("old-{}", n % 5)).status, 200);
            // The delays after wrong passwords would stop it, too.
            server.clock().advance(std::time::Duration::from_millis(890));
        }
        let asked = stub.asked();
        assert!(!asked.binds.is_empty() && asked.binds.len() <= 3, "{:?}", asked.binds);
        server.clock().advance(std::time::Duration::from_secs(900));
        login(&phone, "hanako", PASSWORD).expect(200);
        // What was typed went as a value of its own.
        let filter = format!("{:?}", asked.filters.first());
        let typed = LdapFilter::Equality("uid".to_owned(), "hanako".to_owned());
        assert!(filter.contains(&format!("{typed:?}")), "{filter}");
    }
}

/// A server with an account without a password, beside a stub.
pub fn beside(backend: Backend, stub: &Stub) -> TestServer {
    let more = [("RENRAKU_LDAP_SOURCE_SIGN_IN", "true"), ("RENRAKU_LDAP_SOURCE_PASSWORD", READER.1)];
    let settings = settings(&stub.url(), &more);
    let server = TestServer::start_with(backend, &borrowed(&settings));
    server.staff("hanako");
    let (well, said) = run_beside_with(&server, &["user", "password", "hanako", "--from-ldap"], &[]);
    assert!(well, "{said}");
    server
}
