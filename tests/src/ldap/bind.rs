use std::time::{Duration, Instant};

use ldap3_proto::proto::{LdapBindCred, LdapOp, LdapResultCode, LdapSearchScope, SaslCredentials};

use super::{
    client::{Client, search, value, values},
    office::{BASE, Office, in_each_office},
};

const WHO_AM_I: &str = "1.3.6.1.4.1.4203.1.11.3";

#[test]
fn a_person_binds_by_each_of_their_names_and_nobody_else_does() {
    in_each_office(|office| {
        let mut client = Client::connect(office.server.ldap());
        for name in [
            &office.name(),
            "hanako",
            "HANAKO@pref.example.jp",
            "PREF\\hanako",
            "UID=Hanako, ou=People,DC=pref,dc=example,dc=jp",
        ] {
            assert_eq!(client.bind(name, &office.password).code, LdapResultCode::Success, "{name}");
            let who = client.extended(WHO_AM_I).value.unwrap();
            assert_eq!(String::from_utf8(who).unwrap(), format!("dn:{}", office.name()), "{name}");
        }
        let wrong = [
            (office.name(), "wrong"),
            (office.name(), office.hanako.password.as_str()),
            (format!("uid=taro,ou=people,{BASE}"), office.password.as_str()),
            (format!("uid=hanako,ou=units,{BASE}"), office.password.as_str()),
            ("nobody@pref.example.jp".to_owned(), office.password.as_str()),
            ("uid=".to_owned(), office.password.as_str()),
        ];
        for (name, password) in wrong {
            assert_eq!(client.bind(&name, password).code, LdapResultCode::InvalidCredentials, "{name}");
        }
        // Whoever fails is nobody afterwards, whoever they were before.
        assert_eq!(client.extended(WHO_AM_I).value, Some(Vec::new()));
        assert_eq!(
            client.find(search("(cn=*)"), Vec::new()).result.code,
            LdapResultCode::InsufficentAccessRights
        );
    });
}

#[test]
fn what_is_no_simple_bind_with_a_password_is_refused() {
    let office = Office::open(renraku_test_db::Backend::Sqlite);
    let mut client = Client::connect(office.server.ldap());
    assert_eq!(client.bind("", "").code, LdapResultCode::InappropriateAuthentication);
    assert_eq!(client.bind(&office.name(), "").code, LdapResultCode::UnwillingToPerform);
    let simple = LdapBindCred::Simple(office.password.clone());
    assert_eq!(client.bind_with(2, &office.name(), simple).code, LdapResultCode::ProtocolError);
    let sasl = LdapBindCred::SASL(SaslCredentials { mechanism: "PLAIN".to_owned(), credentials: Vec::new() });
    assert_eq!(client.bind_with(3, "", sasl).code, LdapResultCode::AuthMethodNotSupported);
    let unknown = client.extended("1.2.3.4").res.code;
    assert_eq!(unknown, LdapResultCode::ProtocolError);
}

#[test]
fn what_the_server_can_do_is_told_to_everyone_and_the_directory_only_to_those_who_are_let_in() {
    let root = || {
        let mut request = search("(objectClass=*)");
        (request.base, request.scope) = (String::new(), LdapSearchScope::Base);
        request.attrs = vec!["+".to_owned()];
        request
    };
    let office = Office::open(renraku_test_db::Backend::Sqlite);
    let mut stranger = Client::connect(office.server.ldap());
    let found = stranger.find(root(), Vec::new());
    assert_eq!(value(&found.entries[0], "namingContexts"), BASE);
    assert_eq!(value(&found.entries[0], "supportedLDAPVersion"), "3");
    assert!(values(&found.entries[0], "supportedControl").contains(&"1.2.840.113556.1.4.319".to_owned()));
    let mut schema = root();
    schema.base = value(&found.entries[0], "subschemaSubentry");
    let found = stranger.find(schema, Vec::new());
    let classes = values(&found.entries[0], "objectClasses");
    assert!(classes.iter().any(|class| class.contains("'inetOrgPerson'")));
    let refused = stranger.find(search("(cn=*)"), Vec::new());
    assert_eq!((refused.result.code, refused.entries.len()), (LdapResultCode::InsufficentAccessRights, 0));
    let open = Office::open_with(renraku_test_db::Backend::Sqlite, &[("RENRAKU_LDAP_ANONYMOUS", "true")]);
    let mut anonymous = Client::connect(open.server.ldap());
    assert_eq!(anonymous.bind("", "").code, LdapResultCode::Success);
    assert_eq!(anonymous.names("(telephoneNumber=2001)"), ["髙橋 一郎"]);
}

#[test]
fn an_app_password_that_is_taken_away_ends_the_connection_that_was_bound_with_it() {
    in_each_office(|office| {
        let mut client = office.client();
        assert_eq!(client.names("(telephoneNumber=2001)"), ["髙橋 一郎"]);
        let all = office.hanako.get("me/app-passwords").expect(200).json();
        let (id, etag) = (&all["items"][0]["id"], &all["items"][0]["etag"]);
        let path = format!("me/app-passwords/{}", id.as_str().unwrap());
        office.hanako.delete(&path, etag.as_str().unwrap()).expect(204);
        let revoked = Instant::now();
        let notice = loop {
            client.send(LdapOp::SearchRequest(search("(telephoneNumber=2001)")), Vec::new());
            let message = client.receive().expect("the connection ended without a word");
            match message.op {
                LdapOp::ExtendedResponse(notice) => break notice,
                _ => while !matches!(client.receive().unwrap().op, LdapOp::SearchResultDone(_)) {},
            }
            assert!(revoked.elapsed() < Duration::from_secs(2), "still let in");
        };
        assert_eq!(notice.res.code, LdapResultCode::StrongerAuthRequired);
        assert!(client.receive().is_none());
        let mut again = Client::connect(office.server.ldap());
        assert_eq!(again.bind(&office.name(), &office.password).code, LdapResultCode::InvalidCredentials);
    });
}
