use crate::harness::{Entry, SUFFIX};

use super::office::{Office, PASSWORD, person};

fn entries() -> Vec<Entry> {
    let unit = |path: &'static str| ("ou", path);
    vec![
        person(
            "hanako",
            "000123",
            "佐藤 花子",
            &[
                unit("総務部/人事課"),
                ("title", "係長"),
                ("telephoneNumber", "0155-99-7901"),
                ("mail", "hanako@pref.example.jp"),
                ("cn;lang-ja;phonetic", "サトウ ハナコ"),
            ],
        ),
        person("taro", "000124", "森 太郎", &[unit("総務部/財政課"), ("telephoneNumber", "0155-99-7902")]),
        person("backup", "", "backup", &[]),
    ]
}

fn names(office: &Office, query: &str) -> Vec<String> {
    let answer =
        office.server.staff(&format!("u{}", query.len())).get(&format!("directory/people?q={query}"));
    let answer = answer.expect(200).json();
    let items = answer["items"].as_array().unwrap();
    items.iter().map(|item| item["name"]["full"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn people_come_change_and_leave() {
    Office::on_each_backend(&entries(), &[], |office| {
        let (well, said) = office.import(&["--dry-run"]);
        assert!(well && said.contains("2 new, 0 changed, 0 as they were, 0 left; 3 new units"), "{said}");
        assert!(said.contains("new        000123 佐藤 花子  総務部/人事課 係長"), "{said}");
        assert!(said.contains("1 entries without a staff number were passed over."), "{said}");
        assert!(office.run(&["roster", "list"]).1.trim_end().is_empty() || !said.contains("applied"));
        let (well, said) = office.import(&[]);
        assert!(well && said.contains("2 new, 0 changed"), "{said}");
        assert_eq!(names(office, "satou"), ["佐藤 花子"]);
        let (well, said) = office.import(&[]);
        assert!(well && said.contains("0 new, 0 changed, 2 as they were, 0 left"), "{said}");
        office.put("taro", "title", "主事");
        let (well, said) = office.import(&["--dry-run"]);
        assert!(
            well && said.contains("changed    000124 森 太郎  post 総務部/財政課 → 総務部/財政課 主事"),
            "{said}"
        );
        // Whoever is there no more stays, unless it is said that they leave; and it is taken back like any other import.
        office.remove("taro");
        let (well, said) = office.import(&[]);
        assert!(well && said.contains("1 as they were, 0 left"), "{said}");
        let (well, said) = office.import(&["--end-missing"]);
        assert!(well && said.contains("leaves     000124 森 太郎"), "{said}");
        assert_eq!(names(office, "mori"), [""; 0]);
        let (well, said) = office.run(&["roster", "list"]);
        assert!(well && said.contains(&office.slapd.url()), "{said}");
        assert!(office.run(&["roster", "undo"]).0);
    });
}

/// One entry that is wrong does not hold up the others, and does not end anybody.
#[test]
fn what_is_wrong_of_somebody_is_told_and_left_as_it_is() {
    Office::on_each_backend(&entries(), &[], |office| {
        assert!(office.import(&[]).0);
        office.put("hanako", "telephoneNumber", "99-7901");
        office.put("taro", "telephoneNumber", "0155-99-7903");
        let (well, said) = office.import(&["--end-missing"]);
        assert!(
            !well && said.contains("uid=hanako,dc=pref,dc=example,dc=jp: phone: 99-7901 is no phone number"),
            "{said}"
        );
        assert!(said.contains("0 new, 1 changed, 1 as they were, 0 left"), "{said}");
        office.put("taro", "employeeNumber", "部長");
        let (well, said) = office.import(&["--end-missing"]);
        assert!(!well && said.contains("部長 is no staff number"), "{said}");
        assert!(said.contains("Nobody leaves as long as entries do not say who is meant."), "{said}");
        assert!(said.contains("0 new, 0 changed, 1 as they were, 0 left"), "{said}");
    });
}

#[test]
fn more_people_than_an_answer_holds_come_page_by_page() {
    let many: Vec<Entry> = (0..1_234)
        .map(|n| person(&format!("u{n:04}"), &format!("{n:06}"), &format!("試験 {n}"), &[("ou", "総務部")]))
        .collect();
    Office::on_each_backend(&many, &[], |office| {
        let (well, said) = office.import(&[]);
        assert!(well && said.contains("1234 new, 0 changed"), "{said}");
        // Most of them vanish: no slip of a filter ends an office.
        let filter = [("RENRAKU_LDAP_SOURCE_FILTER", "(uid=u00*)")];
        let import = ["import", "people", "--from-ldap", "--end-missing"];
        let (well, said) = office.run_with(&import, &filter);
        assert!(!well && said.contains("1134 of 1234 would leave, more than a fifth"), "{said}");
        let nobody = [("RENRAKU_LDAP_SOURCE_FILTER", "(uid=nobody)")];
        let (well, said) = office.run_with(&import, &nobody);
        assert!(!well && said.contains("names nobody with a staff number"), "{said}");
    });
}

#[test]
fn the_connection_is_protected_by_tls_or_starttls_or_not_made() {
    Office::on_each_backend(&entries(), &[], |office| {
        let certificate = office.slapd.certificate();
        let dry = ["import", "people", "--from-ldap", "--dry-run"];
        let starttls = ("RENRAKU_LDAP_SOURCE_ENCRYPTION", "starttls");
        let (tls, trust) = (office.slapd.tls_url(), ("RENRAKU_LDAP_SOURCE_CA_FILE", certificate.as_str()));
        let tls = ("RENRAKU_LDAP_SOURCE_URL", tls.as_str());
        for protected in [[starttls, trust], [tls, trust]] {
            let (well, said) = office.run_with(&dry, &protected);
            assert!(well && said.contains("2 new"), "{said}");
        }
        for distrusted in [starttls, tls] {
            let (well, said) = office.run_with(&dry, &[distrusted]);
            assert!(!well && said.contains("its certificate or its TLS is not accepted"), "{said}");
        }
        let (well, said) = office.run_with(&dry, &[("RENRAKU_LDAP_SOURCE_PASSWORD", PASSWORD)]);
        assert!(
            !well && said.contains("refuses to let ldap_source.bind_dn in: InvalidCredentials"),
            "{said}"
        );
    });
}

#[test]
fn units_may_be_those_of_the_tree() {
    let unit = |dn: &str, name: &str, called: &str| -> Entry {
        let said = [("objectClass", "organizationalUnit"), ("ou", name), ("description", called)];
        (format!("{dn},{SUFFIX}"), said.map(|(name, value)| (name, value.to_owned())).to_vec())
    };
    let (dn, attributes) = person("hanako", "000123", "佐藤 花子", &[]);
    let below = dn.replacen(SUFFIX, &format!("ou=D0101,ou=D01,{SUFFIX}"), 1);
    let entries =
        [unit("ou=D01", "D01", "総務部"), unit("ou=D0101,ou=D01", "D0101", "人事課"), (below, attributes)];
    let filter = ("RENRAKU_LDAP_SOURCE_UNIT_FILTER", "(objectClass=organizationalUnit)");
    Office::on_each_backend(&entries, &[filter], |office| {
        let (well, said) = office.import(&["--dry-run"]);
        assert!(well && said.contains("new        000123 佐藤 花子  総務部/人事課"), "{said}");
    });
}
