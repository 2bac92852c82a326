use ldap3_proto::proto::LdapPartialAttribute;

use super::*;
use crate::{config::Config, staff::Reading};

fn entry(dn: &str, attributes: &[(&str, &[&str])]) -> LdapSearchResultEntry {
    let attribute = |(name, values): &(&str, &[&str])| LdapPartialAttribute {
        atype: (*name).to_owned(),
        vals: values.iter().map(|value| value.as_bytes().to_vec()).collect(),
    };
    LdapSearchResultEntry { dn: dn.to_owned(), attributes: attributes.iter().map(attribute).collect() }
}

fn wanted() -> Wanted {
    Wanted::of(&Config::read("test", "", []).unwrap().ldap_source)
}

#[test]
fn an_entry_with_two_units_is_two_posts() {
    let entries = [
        entry(
            "uid=hanako,dc=x",
            &[
                ("uid", &["hanako"]),
                ("employeeNumber", &["000123"]),
                ("cn", &["佐藤 花子", "Sato Hanako"]),
                ("ou", &["総務部/人事課", "農政部"]),
                ("title", &["係長"]),
                ("telephoneNumber", &["0155-99-7901"]),
            ],
        ),
        entry("uid=backup,dc=x", &[("uid", &["backup"]), ("cn", &["backup"])]),
        entry("uid=taro,dc=x", &[("employeeNumber", &["000124"]), ("cn", &["森 太郎"]), ("mail", &["x"])]),
    ];
    let closed = HashSet::from(["uid=hanako,dc=x".to_owned()]);
    let staff = staff(&entries, &wanted(), None, &closed);
    assert_eq!(staff.passed_over, 1);
    let user = |name: &str, number: Option<&str>, open: bool| User {
        dn: format!("uid={name},dc=x"),
        staff_number: number.map(str::to_owned),
        name: name.to_owned(),
        open,
    };
    assert_eq!(staff.users, [user("hanako", Some("000123"), false), user("backup", None, true)]);
    let reading = Reading::of(&staff.sheet);
    let (hanako, _) = &reading.people[0];
    let posts: Vec<_> = hanako.posts.iter().flatten().map(|post| post.unit.join("/")).collect();
    assert_eq!((hanako.name.as_str(), posts), ("佐藤 花子", vec!["総務部/人事課".into(), "農政部".into()]));
    assert_eq!(hanako.phonetic, None, "what nobody has is not said");
    // What is wrong of somebody is told, and left as it is.
    let (taro, line) = &reading.people[1];
    assert_eq!((taro.emails.clone(), *line, reading.unread), (None, 2, 0));
    assert_eq!(staff.sheet.place(reading.faults[0].line), "uid=taro,dc=x");
}

#[test]
fn units_may_be_those_of_the_tree() {
    let units = [
        entry("OU=職員,DC=pref,DC=jp", &[("ou", &["職員"])]),
        entry("OU=D01,OU=職員,DC=pref,DC=jp", &[("description", &["総務部"])]),
        entry("OU=D0101,OU=D01,OU=職員,DC=pref,DC=jp", &[("ou", &["人事/給与課"])]),
    ];
    let units = Units::of(&units, &Attributes::of("description, ou"), "ou=職員, dc=pref,dc=jp");
    assert_eq!(units.path("CN=佐藤\\, 花子,ou=d0101,OU=D01,OU=職員,DC=pref,DC=jp"), "総務部/人事・給与課");
    assert_eq!(units.path("CN=x,OU=職員,DC=pref,DC=jp"), "");
}
