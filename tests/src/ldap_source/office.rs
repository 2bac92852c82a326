use ldap3_proto::proto::{
    LdapModify, LdapModifyRequest, LdapModifyType, LdapOp, LdapPartialAttribute, LdapResultCode,
};
use renraku_test_db::Backend;

use crate::{
    harness::{ADMIN, Answer, Entry, Phone, READER, SUFFIX, Slapd, TestServer, run_beside_with},
    ldap::client::Client,
};

/// What everybody's password is there.
pub const PASSWORD: &str = "himitsu-2026";

/// A person there.
pub fn person(user: &str, number: &str, name: &str, more: &[(&'static str, &str)]) -> Entry {
    let said = [
        ("objectClass", "inetOrgPerson"),
        ("uid", user),
        ("cn", name),
        ("sn", name),
        ("employeeNumber", number),
        ("userPassword", PASSWORD),
    ];
    let said = said.iter().chain(more).filter(|(_, value)| !value.is_empty());
    (dn(user), said.map(|(name, value)| (*name, (*value).to_owned())).collect())
}

pub fn dn(user: &str) -> String {
    format!("uid={user},{SUFFIX}")
}

/// A server beside such an LDAP server.
pub struct Office {
    // Ends first.
    pub server: TestServer,
    pub slapd: Slapd,
    settings: Vec<(&'static str, String)>,
}

impl Office {
    /// Runs a test on each database; on none where OpenLDAP is not installed.
    pub fn on_each_backend(entries: &[Entry], more: &[(&'static str, &str)], test: impl Fn(&Self)) {
        for backend in Backend::all() {
            let Some(slapd) = Slapd::start(entries) else { return };
            let mut settings = settings(&slapd.url(), &[]);
            settings.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
            let server = TestServer::start_with(*backend, &borrowed(&settings));
            test(&Self { server, slapd, settings });
        }
    }

    /// Runs `renraku …` beside the server.
    pub fn run(&self, arguments: &[&str]) -> (bool, String) {
        self.run_with(arguments, &[])
    }

    /// The same, with other settings.
    pub fn run_with(&self, arguments: &[&str], more: &[(&str, &str)]) -> (bool, String) {
        let mut settings = borrowed(&self.settings);
        settings.extend(more);
        run_beside_with(&self.server, arguments, &settings)
    }

    /// `renraku import people --from-ldap …`
    pub fn import(&self, more: &[&str]) -> (bool, String) {
        self.run(&[&["import", "people", "--from-ldap"], more].concat())
    }

    /// The time of the next reading by the clock comes.
    pub fn next_reading(&self) {
        self.server.clock().advance(std::time::Duration::from_secs(300));
        self.server.run_due_jobs();
    }

    /// Somebody signs in on a phone.
    pub fn login(&self, user: &str, password: &str) -> Answer {
        login(&self.server.anonymous(), user, password)
    }

    /// Changes an attribute there.
    pub fn put(&self, user: &str, name: &str, value: &str) {
        let change = LdapModify {
            operation: LdapModifyType::Replace,
            modification: LdapPartialAttribute {
                atype: name.to_owned(),
                vals: vec![value.as_bytes().to_vec()],
            },
        };
        let request = LdapModifyRequest { dn: dn(user), changes: vec![change] };
        match self.administrator().ask(LdapOp::ModifyRequest(request)) {
            LdapOp::ModifyResponse(result) => assert_eq!(result.code, LdapResultCode::Success, "{result:?}"),
            other => panic!("{other:?}"),
        }
    }

    /// Takes somebody away there.
    pub fn remove(&self, user: &str) {
        match self.administrator().ask(LdapOp::DelRequest(dn(user))) {
            LdapOp::DelResponse(result) => assert_eq!(result.code, LdapResultCode::Success, "{result:?}"),
            other => panic!("{other:?}"),
        }
    }

    fn administrator(&self) -> Client {
        Client::bound(([127, 0, 0, 1], self.slapd.port()).into(), ADMIN.0, ADMIN.1)
    }
}

/// The settings that make an LDAP server the office's.
pub fn settings(url: &str, more: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
    let usual = [
        ("RENRAKU_LDAP_SOURCE_URL", url),
        ("RENRAKU_LDAP_SOURCE_ENCRYPTION", "none"),
        ("RENRAKU_LDAP_SOURCE_BIND_DN", READER.0),
        ("RENRAKU_LDAP_SOURCE_PASSWORD", READER.1),
        ("RENRAKU_LDAP_SOURCE_BASE_DN", SUFFIX),
    ];
    usual.iter().chain(more).map(|(name, value)| (*name, (*value).to_owned())).collect()
}

pub fn borrowed<'s>(settings: &'s [(&'static str, String)]) -> Vec<(&'s str, &'s str)> {
    settings.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

/// Somebody signs in on a phone.
pub fn login(phone: &Phone, user: &str, password: &str) -> Answer {
    let body = serde_json::json!({
        "username": user, "password": password, "device": {"name": "試験用", "platform": "android"}
    });
    phone.ask("POST", "auth/login").json(&body).send()
}
