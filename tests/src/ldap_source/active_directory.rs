//! The attributes of Active Directory, as OpenLDAP can be told of them.

use crate::harness::Entry;

use super::office::{Office, PASSWORD, dn};

fn user(cn: &str, number: &str, more: &[(&'static str, &str)]) -> Entry {
    let said = [
        ("objectClass", "user"),
        ("objectCategory", "person"),
        ("uid", cn),
        ("cn", cn),
        ("sn", "佐藤"),
        ("employeeID", number),
        ("userPassword", PASSWORD),
    ];
    let said = said.iter().chain(more).map(|(name, value)| (*name, (*value).to_owned()));
    (dn(cn), said.collect())
}

#[test]
fn people_are_read_and_sign_in_by_its_attributes() {
    let entries = [
        user(
            "u1",
            "000001",
            &[
                ("sAMAccountName", "Hanako"),
                ("givenName", "花子"),
                ("msDS-PhoneticDisplayName", "サトウ ハナコ"),
                ("department", "総務部/人事課"),
                ("title", "係長"),
                ("ipPhone", "7901"),
                ("userAccountControl", "512"),
            ],
        ),
        // 2 of 514 says that the account is closed.
        user(
            "u2",
            "000002",
            &[("sAMAccountName", "taro"), ("displayName", "森 太郎"), ("userAccountControl", "514")],
        ),
    ];
    let settings = [
        ("RENRAKU_LDAP_SOURCE_DISABLED_FILTER", "(userAccountControl:1.2.840.113556.1.4.803:=2)"),
        ("RENRAKU_LDAP_SOURCE_SIGN_IN", "true"),
        ("RENRAKU_LDAP_SOURCE_INTERVAL_MIN", "5"),
    ];
    Office::on_each_backend(&entries, &settings, |office| {
        let (well, said) = office.import(&["--dry-run"]);
        assert!(well && said.contains("new        000001 佐藤 花子  総務部/人事課 係長"), "{said}");
        assert!(said.contains("new        000002 森 太郎"), "{said}");
        assert!(said.contains("accounts: 1 new, 0 opened again, 0 closed"), "{said}");
        office.next_reading();
        let hanako = office.login("hanako", PASSWORD).expect(200).json();
        let hanako = office.server.anonymous().with_token(hanako["accessToken"].as_str().unwrap());
        let found = hanako.get("directory/people?q=satouhanako").expect(200).json();
        assert_eq!(found["items"][0]["phones"][0]["number"], "7901", "{found}");
        office.login("taro", PASSWORD).problem(401, "bad-credentials");
        office.put("u2", "userAccountControl", "512");
        office.next_reading();
        office.login("taro", PASSWORD).expect(200);
    });
}
