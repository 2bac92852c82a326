//! Active Directory itself, as Samba is one.

use renraku_test_db::Backend;
use serde_json::{Value, json};

use crate::harness::{DOMAIN, Samba, TestServer, run_beside_with};

use super::office::{PASSWORD, borrowed, login};

const READER: (&str, &str) = ("renraku@pref.example.jp", "Yomu-hito-2026");
/// More than it gives in one answer.
const MANY: usize = 1_050;
/// With those who are somebody.
const ALL: usize = MANY + 6;
const SECTION: &str = "OU=給与係,OU=人事課,OU=総務部,OU=職員";

fn dn(name: &str, unit: &str) -> String {
    format!("CN={name},{unit},{DOMAIN}")
}

fn unit(path: &str) -> Value {
    json!(["add", format!("{path},{DOMAIN}"), {"objectClass": "organizationalUnit"}])
}

/// A person; 512 is an account as most are, 544 one that needs no password, 514 one that is closed.
fn person(user: &str, number: &str, name: &str, control: &str, more: &Value) -> Value {
    let mut said = json!({
        "objectClass": "user", "sAMAccountName": user, "userPrincipalName": format!("{user}@pref.example.jp"),
        "displayName": name, "employeeNumber": number, "department": "総務部/人事課/給与係",
        "userAccountControl": control,
    });
    if control != "544" {
        said["unicodePwd"] = json!(PASSWORD_THERE);
    }
    said.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!(["add", dn(user, SECTION), said])
}

/// Active Directory wants letters of three kinds.
const PASSWORD_THERE: &str = "Himitsu-2026";

fn office() -> Vec<Value> {
    let mut office = vec![
        unit("OU=職員"),
        unit("OU=総務部,OU=職員"),
        unit("OU=人事課,OU=総務部,OU=職員"),
        unit(SECTION),
        unit("OU=農政部,OU=職員"),
        unit("OU=groups"),
    ];
    let named = json!({
        "title": "係長", "ipPhone": "7901", "telephoneNumber": "0155-99-7901", "mobile": "090-1234-5678",
        "mail": "hanako@pref.example.jp", "sn": "佐藤", "givenName": "花子",
        "msDS-PhoneticDisplayName": "サトウ ハナコ",
    });
    office.extend([
        person("hanako", "900001", "佐藤 花子", "512", &named),
        person("taro", "900002", "森 太郎", "512", &json!({})),
        person("jiro", "900003", "髙橋 次郎", "512", &json!({})),
        person("closed", "900004", "太 三郎", "514", &json!({})),
        person("new", "900005", "齋藤 四郎", "512", &json!({"pwdLastSet": "0"})),
        // Over since 2013.
        person("over", "900006", "渡邊 五郎", "512", &json!({"accountExpires": "130000000000000000"})),
    ]);
    let reader = json!({
        "objectClass": "user", "sAMAccountName": "renraku", "userPrincipalName": READER.0, "userAccountControl": "66048",
        "unicodePwd": READER.1,
    });
    office.push(json!(["add", dn("renraku", "CN=Users"), reader]));
    let computer =
        json!({"objectClass": "computer", "sAMAccountName": "PC001$", "userAccountControl": "4096"});
    office.push(json!(["add", dn("PC001", "OU=職員"), computer]));
    let members =
        json!({"objectClass": "group", "sAMAccountName": "staff", "member": [dn("hanako", SECTION)]});
    office.push(json!(["add", dn("職員", "OU=groups"), members]));
    office.extend((0..MANY).map(|n| {
        let said = json!({
            "objectClass": "user", "sAMAccountName": format!("u{n:04}"), "employeeNumber": format!("{n:06}"),
            "sn": "佐藤", "givenName": format!("花{n}"), "department": "農政部", "userAccountControl": "544",
        });
        // A name with a comma, which every name of an entry has to escape.
        json!(["add", dn(&format!("佐藤\\, 花{n}"), "OU=農政部,OU=職員"), said])
    }));
    office
}

fn settings(samba: &Samba) -> Vec<(&'static str, String)> {
    let base = format!("ou=職員,{}", DOMAIN.to_lowercase());
    [
        ("RENRAKU_LDAP_SOURCE_URL", samba.tls_url()),
        ("RENRAKU_LDAP_SOURCE_CA_FILE", samba.certificate()),
        ("RENRAKU_LDAP_SOURCE_BIND_DN", READER.0.to_owned()),
        ("RENRAKU_LDAP_SOURCE_PASSWORD", READER.1.to_owned()),
        ("RENRAKU_LDAP_SOURCE_BASE_DN", base),
        ("RENRAKU_LDAP_SOURCE_DISABLED_FILTER", "(userAccountControl:1.2.840.113556.1.4.803:=2)".to_owned()),
        ("RENRAKU_LDAP_SOURCE_SIGN_IN", "true".to_owned()),
        ("RENRAKU_LDAP_SOURCE_INTERVAL_MIN", "5".to_owned()),
        ("RENRAKU_LDAP_SOURCE_END_MISSING", "true".to_owned()),
    ]
    .to_vec()
}

/// A server beside it.
struct Beside {
    server: TestServer,
    settings: Vec<(&'static str, String)>,
}

impl Beside {
    fn import(&self, more: &[&str], settings: &[(&str, &str)]) -> (bool, String) {
        let all = [borrowed(&self.settings), settings.to_vec()].concat();
        run_beside_with(&self.server, &[&["import", "people", "--from-ldap"], more].concat(), &all)
    }

    fn next_reading(&self) {
        self.server.clock().advance(std::time::Duration::from_secs(300));
        self.server.run_due_jobs();
    }
}

/// One domain for all of it: to make one takes longer than anything that is tried on it.
#[test]
fn a_domain_is_read_and_lets_its_people_in() {
    let Some(mut samba) = Samba::start() else { return };
    samba.change(&office());
    for (n, backend) in Backend::all().iter().enumerate() {
        let settings = settings(&samba);
        let beside = Beside { server: TestServer::start_with(*backend, &borrowed(&settings)), settings };
        if n == 0 {
            // Whatever the database is.
            what_it_refuses_is_said_with_what_to_do(&beside, &samba);
            more_than_one_answer_holds_is_read(&beside, &samba);
        }
        everybody_is_imported(&beside);
        people_sign_in(&beside);
        who_leaves_moves_or_is_closed_is_followed(&beside, &mut samba);
    }
}

fn what_it_refuses_is_said_with_what_to_do(beside: &Beside, samba: &Samba) {
    let (url, password) = (samba.url(), "RENRAKU_LDAP_SOURCE_PASSWORD");
    let reader = "RENRAKU_LDAP_SOURCE_BIND_DN";
    let clear = [("RENRAKU_LDAP_SOURCE_URL", url.as_str()), ("RENRAKU_LDAP_SOURCE_ENCRYPTION", "none")];
    let elsewhere = ("RENRAKU_LDAP_SOURCE_BASE_DN", "ou=いない,dc=pref,dc=example,dc=jp");
    let cases: [(&[(&str, &str)], &str); 6] = [
        (&clear, "it takes passwords over TLS alone"),
        (&[(password, "x")], "ldap_source.bind_dn or its password is wrong"),
        (&[(reader, "new@pref.example.jp"), (password, PASSWORD_THERE)], "let it never expire"),
        (&[(reader, "closed@pref.example.jp"), (password, PASSWORD_THERE)], "is disabled or has expired"),
        (&[(reader, ""), (password, "")], "set ldap_source.bind_dn and its password"),
        (&[elsewhere], "look at ldap_source.base_dn"),
    ];
    for (settings, hint) in cases {
        let (well, said) = beside.import(&["--dry-run"], settings);
        assert!(!well && said.contains(hint), "{hint}: {said}");
    }
}

fn more_than_one_answer_holds_is_read(beside: &Beside, samba: &Samba) {
    // From the root it names other places besides, and accounts that are no staff.
    let (url, root) = (samba.url(), DOMAIN.to_lowercase());
    let root = [("RENRAKU_LDAP_SOURCE_BASE_DN", root.as_str())];
    let (well, said) = beside.import(&["--dry-run"], &root);
    assert!(well && said.contains(&format!("{ALL} new, 0 changed")), "{said}");
    assert!(said.contains("entries without a staff number were passed over."), "{said}");
    let first = said.lines().find(|line| line.starts_with("new        "));
    assert_eq!(first, Some("new        000000 佐藤 花0  農政部"), "by number");
    // With StartTLS, and the units of the tree, of which the base is none.
    let tree = [
        ("RENRAKU_LDAP_SOURCE_URL", url.as_str()),
        ("RENRAKU_LDAP_SOURCE_UNIT_FILTER", "(objectClass=organizationalUnit)"),
    ];
    let (well, said) = beside.import(&["--dry-run"], &tree);
    assert!(well && said.contains("new        900001 佐藤 花子  総務部/人事課/給与係 係長"), "{said}");
    assert!(said.contains("new        000000 佐藤 花0  農政部\n"), "{said}");
    assert!(said.contains("4 new units"), "{said}");
    let group =
        "(&(objectCategory=person)(objectClass=user)(memberOf=CN=職員,OU=groups,DC=pref,DC=example,DC=jp))";
    let (well, said) = beside.import(&["--dry-run"], &[("RENRAKU_LDAP_SOURCE_FILTER", group)]);
    assert!(well && said.contains("1 new, 0 changed"), "{said}");
}

fn everybody_is_imported(beside: &Beside) {
    let (well, said) = beside.import(&[], &[]);
    assert!(well && said.contains(&format!("{ALL} new, 0 changed")), "{said}");
    assert!(said.contains(&format!("accounts: {} new, 0 opened again, 0 closed", ALL - 2)), "{said}");
    let (well, said) = beside.import(&[], &[]);
    assert!(well && said.contains(&format!("0 new, 0 changed, {ALL} as they were, 0 left")), "{said}");
    assert!(said.contains("accounts: 0 new, 0 opened again, 0 closed"), "{said}");
}

fn people_sign_in(beside: &Beside) {
    let phone = beside.server.anonymous();
    let hanako = login(&phone, "hanako", PASSWORD_THERE).expect(200).json();
    let hanako = phone.with_token(hanako["accessToken"].as_str().unwrap());
    let found = hanako.get("directory/people?q=satouhanako").expect(200).json();
    assert_eq!(found["items"][0]["phones"][0]["number"], "7901", "{found}");
    login(&phone, "Taro", PASSWORD).problem(401, "bad-credentials");
    login(&phone, "taro", PASSWORD_THERE).expect(200);
    login(&phone, "closed", PASSWORD_THERE).problem(401, "bad-credentials");
    login(&phone, "over", PASSWORD_THERE).problem(401, "bad-credentials");
    // Who knows the password is told what is the matter with it, and nobody else.
    login(&phone, "new", PASSWORD).problem(401, "bad-credentials");
    login(&phone, "new", PASSWORD_THERE).problem(403, "password-expired");
}

fn who_leaves_moves_or_is_closed_is_followed(beside: &Beside, samba: &mut Samba) {
    let phone = beside.server.anonymous();
    let signed_in = |user: &str| {
        let answer = login(&phone, user, PASSWORD_THERE).expect(200).json();
        phone.with_token(answer["accessToken"].as_str().unwrap())
    };
    let [hanako, jiro] = ["hanako", "jiro"].map(signed_in);
    let moved = dn("taro", "OU=農政部,OU=職員");
    samba.change(&[
        json!(["put", dn("hanako", SECTION), {"accountExpires": "130000000000000000"}]),
        json!(["move", dn("taro", SECTION), moved]),
        json!(["put", moved, {"department": "農政部", "displayName": "林 太郎"}]),
        json!(["remove", dn("jiro", SECTION), null]),
    ]);
    beside.next_reading();
    let (well, said) = run_beside_with(&beside.server, &["roster", "report"], &[]);
    assert!(well && said.contains("leaves     900003 髙橋 次郎"), "{said}");
    assert!(said.contains("0 new, 1 changed"), "{said}");
    for gone in [&hanako, &jiro] {
        gone.get("me").problem(401, "session-ended");
    }
    // The server itself says that it is over.
    login(&phone, "hanako", PASSWORD_THERE).problem(403, "account-disabled");
    let taro = signed_in("taro").get("me").expect(200).json();
    assert_eq!(
        (&taro["person"]["name"]["full"], &taro["person"]["unit"]["name"]),
        (&json!("林 太郎"), &json!("農政部"))
    );
    // As it was, for who comes next.
    samba.change(&[
        json!(["put", dn("hanako", SECTION), {"accountExpires": "0"}]),
        json!(["move", moved, dn("taro", SECTION)]),
        json!(["put", dn("taro", SECTION), {"department": "総務部/人事課/給与係", "displayName": "森 太郎"}]),
        person("jiro", "900003", "髙橋 次郎", "512", &json!({})),
    ]);
    beside.next_reading();
    signed_in("hanako").get("me").expect(200);
}
