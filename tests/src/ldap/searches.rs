use ldap3_proto::proto::{
    LdapAddRequest, LdapCompareRequest, LdapFilter, LdapOp, LdapResultCode, LdapSearchScope,
    LdapSubstringFilter,
};
use renraku_people::directory::{PhoneKind, service as directory};
use serde_json::json;

use super::{
    client::{Client, search, search_for, value, values},
    office::{BASE, Office, in_each_office},
};

#[test]
fn people_are_found_however_their_names_and_numbers_are_spelt() {
    let takahashi = &["髙橋 一郎", "高橋 健一"][..];
    let ichiro = &["髙橋 一郎"][..];
    let table: &[(&str, &[&str])] = &[
        ("(cn=*たか*)", &["大高 美咲", "髙橋 一郎", "高橋 健一"]),
        ("(cn=*ﾀｶ*)", &["大高 美咲", "髙橋 一郎", "高橋 健一"]),
        ("(cn=*taka*)", &["大高 美咲", "髙橋 一郎", "高橋 健一"]),
        ("(cn=taka*)", takahashi),
        ("(sn=高*)", takahashi),
        ("(sn=髙橋)", takahashi),
        ("(surname=takahasi)", takahashi),
        ("(cn=*高*)", &["大高 美咲", "髙橋 一郎", "高橋 健一"]),
        ("(cn=髙橋一郎)", ichiro),
        ("(cn=takahashi ichirou)", ichiro),
        ("(displayName=た*ろう)", ichiro),
        ("(givenName=いち*)", ichiro),
        ("(givenName=*いち)", &["高橋 健一"]),
        ("(cn~=ichiro takahasi)", ichiro),
        ("(cn;lang-ja-phonetic=おお*)", &["大高 美咲"]),
        ("(cn;lang-ja-phonetic=高橋*)", &[]),
        ("(cn=渡辺*)", &["渡邉 太郎"]),
        ("(cn=吉田*)", &["𠮷田 *次郎"]),
        ("(cn=*\\2a次郎)", &["𠮷田 *次郎"]),
        ("(telephoneNumber=2001)", ichiro),
        ("(telephoneNumber=+81 155 26-1111)", &["髙橋 一郎", "渡邉 太郎"]),
        ("(telephoneNumber=*261111)", &["髙橋 一郎", "渡邉 太郎"]),
        ("(mobile=+8190*)", &["高橋 健一"]),
        ("(|(cn=*2003*)(telephoneNumber=*2003*)(mobile=*2003*))", &["渡邉 太郎"]),
        ("(&(sn=高橋)(!(mobile=*)))", ichiro),
        ("(&(ou=人事課*)(title=主査)(cn=*大*))", &["大高 美咲"]),
        ("(department=*給与*)", &["大高 美咲", "髙橋 一郎", "高橋 健一", "𠮷田 *次郎", "渡邉 太郎"]),
        ("(&(ou=*総務部人事課*)(!(cn=*)))", &[""]),
        ("(&(ou=*総務部人事課*)(cn=*))", &["大高 美咲", "髙橋 一郎", "高橋 健一", "𠮷田 *次郎", "渡邉 太郎"]),
        ("(&(ou=総務部人事*)(cn=*橋*))", takahashi),
        ("(&(ou=総務部・人事課, 給与係)(cn=*橋*))", takahashi),
        ("(&(ou=*総務*給与係)(cn=*橋*))", takahashi),
        ("(&(!(ou=*総務部人事課*))(cn=*橋*))", &[]),
        // Whoever looks for one unit alone does not find those below it.
        ("(&(ou=*総務部*)(cn=*))", &[]),
        ("(ou=部人事課, 給与係)", &[]),
        ("(ou=部人事*)", &[]),
        ("(ou=*人事課総務部*)", &[]),
        ("(department=*総務部人事課*)", &[]),
        ("(uid=hanako)", &["試験 hanako"]),
        ("(mail=HANAKO@pref.example.jp)", &["試験 hanako"]),
        ("(mail=hanako*)", &["試験 hanako"]),
        // A piece of the name from one word into the next: whatever is asked, the same people fit.
        ("(cn=*橋 一*)", ichiro),
        ("(displayName=*橋一郎)", ichiro),
        ("(cn;lang-ja-phonetic=*し いち*)", ichiro),
        ("(!(!(cn=*橋 一郎)))", ichiro),
        ("(cn=*zzz*)", &[]),
    ];
    in_each_office(|office| {
        let mut client = office.client();
        for (filter, wanted) in table {
            assert_eq!(client.names(filter), *wanted, "{filter}");
        }
        // What looks like a filter is text where text is looked for.
        let injected = LdapFilter::Equality("cn".to_owned(), "*)(uid=*".to_owned());
        assert!(client.find(search_for(injected), Vec::new()).entries.is_empty());
    });
}

#[test]
fn a_piece_may_begin_with_a_mark_that_repeats_what_stands_before_it() {
    let (sasaki, van) = (&["佐々木 ゞゑ"][..], &["ヴァン 菜々子"][..]);
    let kasumi = &["霞ヶ関 三ヶ月"][..];
    let table: &[(&str, &[&str])] = &[
        ("(cn=*々木*)", sasaki),
        ("(sn=*々木*)", sasaki),
        ("(sn=*々木)", sasaki),
        ("(cn=*々木 ゞ*)", sasaki),
        ("(cn=佐々木*ゞ*)", sasaki),
        ("(cn=*佐佐木*)", sasaki),
        ("(cn=*ゞ*)", sasaki),
        ("(givenName=ゞ*)", sasaki),
        ("(cn~=々木)", sasaki),
        ("(cn=*ヴ*)", van),
        ("(cn=ヴ*)", van),
        ("(sn=ヴ*)", van),
        ("(cn=バン*)", van),
        ("(cn=ヴ*々子)", van),
        ("(cn=ヴァン*々子)", van),
        ("(&(cn=*々*)(!(sn=*々木*)))", van),
        // Their names begin otherwise.
        ("(cn=々木*)", &[]),
        ("(sn=々木)", &[]),
        ("(cn=*々山*)", &[]),
        ("(sn=霞が関)", kasumi),
        ("(cn=霞ケ関*)", kasumi),
        ("(cn=*ヶ関*)", kasumi),
        ("(cn=*ケ関 三*)", kasumi),
        ("(cn=*霞ヶ*)", kasumi),
        ("(cn=*関 三ヶ*)", kasumi),
        ("(cn=霞が関 三か月)", kasumi),
        ("(cn=霞か関*)", &[]),
    ];
    in_each_office(|office| {
        let own = json!({"name": {"full": "佐々木 ゞゑ", "components": [
            {"kind": "surname", "value": "佐々木"}, {"kind": "given", "value": "ゞゑ"},
        ]}, "organizations": {"o": {"name": "いすゞ商会"}}});
        office.add("佐々木 ゞゑ", "ササキ スズエ", &[]);
        office.add("ヴァン 菜々子", "バン ナナコ", &[]);
        office.add("霞ヶ関 三ヶ月", "カスミガセキ ミカヅキ", &[]);
        let mut client = office.client();
        for (filter, wanted) in table {
            assert_eq!(client.names(filter), *wanted, "{filter}");
        }
        office.hanako.post("contacts", &own).expect(201);
        for (filter, wanted) in table.iter().filter(|(_, wanted)| *wanted == sasaki) {
            assert_eq!(client.names(filter), [wanted[0]; 2], "{filter}");
        }
        assert_eq!(client.names("(o=*ゞ商*)"), sasaki);
    });
}

#[test]
fn what_cannot_be_answered_finds_nothing_and_is_no_error() {
    let office = Office::open(renraku_test_db::Backend::Sqlite);
    let mut client = office.client();
    for filter in [
        "(shoeSize=42)",
        "(!(shoeSize=42))",
        "(telephoneNumber=*abc*)",
        "(!(telephoneNumber=abc))",
        "(uid>=a)",
        "(entryDN=no name)",
        "(cn:1.2.3.4:=x)",
        "(:caseIgnoreMatch:=x)",
        "(cn;binary=*)",
        "(userPassword=*)",
        "(|)",
    ] {
        let found = client.find(search(filter), Vec::new());
        assert_eq!((found.result.code, found.entries.len()), (LdapResultCode::Success, 0), "{filter}");
    }
    assert_eq!(client.names("(|(shoeSize=42)(telephoneNumber=2001))"), ["髙橋 一郎"]);
    assert_eq!(client.names("(&(sn;lang-ja-phonetic>=よ)(sn;lang-ja-phonetic<=わ))"), ["𠮷田 *次郎"]);
    // A phone on which nothing was typed yet.
    let pieces = LdapSubstringFilter { initial: None, any: vec![String::new()], final_: None };
    let everyone = client.find(search_for(LdapFilter::Substring("sn".to_owned(), pieces)), Vec::new());
    assert_eq!(everyone.entries.len(), 6);
}

#[test]
fn who_must_not_be_found_has_no_entry() {
    in_each_office(|office| {
        let secret = office.add("秘密 太郎", "ヒミツ タロウ", &[("2009".to_owned(), PhoneKind::Extension)]);
        let mut client = office.client();
        let filters = ["(cn=himitsu*)", "(telephoneNumber=2009)", "(&(sn=秘密)(title=主査))"];
        let own = format!("uid={secret},ou=people,{BASE}");
        let count = |client: &mut Client, base: &str| {
            let mut request = search("(objectClass=*)");
            (request.base, request.scope) = (base.to_owned(), LdapSearchScope::Subtree);
            client.find(request, Vec::new()).entries.len()
        };
        for filter in filters {
            assert_eq!(client.names(filter), ["秘密 太郎"], "{filter}");
        }
        assert_eq!((count(&mut client, &own), count(&mut client, BASE)), (1, 13));
        office.server.db().write(|tx| directory::suppress_person(tx, &secret, true)).unwrap();
        for filter in filters {
            assert!(client.names(filter).is_empty(), "{filter}");
        }
        assert_eq!((count(&mut client, &own), count(&mut client, BASE)), (0, 12));
    });
}

#[test]
fn each_scope_shows_what_lies_in_it() {
    in_each_office(|office| {
        let mut client = office.client();
        let mut count = |base: &str, scope: LdapSearchScope| {
            let mut request = search("(objectClass=*)");
            (request.base, request.scope) = (base.to_owned(), scope);
            let found = client.find(request, Vec::new());
            (found.result.code, found.entries.len(), found.result.matcheddn)
        };
        let ok = |count: usize| (LdapResultCode::Success, count, String::new());
        let people = format!("ou=people,{BASE}");
        let units = format!("ou=units,{BASE}");
        let lower = format!("ou=人事課\\, 給与係,ou=総務部,{units}");
        for (base, scope, wanted) in [
            (BASE, LdapSearchScope::Base, ok(1)),
            (BASE, LdapSearchScope::OneLevel, ok(3)),
            (BASE, LdapSearchScope::Subtree, ok(12)),
            (BASE, LdapSearchScope::Children, ok(11)),
            ("", LdapSearchScope::Subtree, ok(12)),
            (&people, LdapSearchScope::OneLevel, ok(6)),
            (&people, LdapSearchScope::Subtree, ok(7)),
            (&units, LdapSearchScope::OneLevel, ok(1)),
            (&units, LdapSearchScope::Subtree, ok(3)),
            (&lower, LdapSearchScope::Base, ok(1)),
            (&lower, LdapSearchScope::OneLevel, ok(0)),
            (&office.name(), LdapSearchScope::Subtree, ok(1)),
            (&office.name(), LdapSearchScope::OneLevel, ok(0)),
        ] {
            assert_eq!(count(base, scope.clone()), wanted, "{base} {scope:?}");
        }
        let missing = |above: &str| (LdapResultCode::NoSuchObject, 0, above.to_owned());
        assert_eq!(count(&format!("uid=nobody,{people}"), LdapSearchScope::Base), missing(&people));
        assert_eq!(count(&format!("ou=nothing,{units}"), LdapSearchScope::Subtree), missing(&units));
        assert_eq!(count("dc=elsewhere", LdapSearchScope::Subtree), missing(""));
        assert_eq!(count("no name", LdapSearchScope::Base).0, LdapResultCode::InvalidDNSyntax);
    });
}

#[test]
fn what_is_asked_for_is_sent_and_nothing_else() {
    let office = Office::open(renraku_test_db::Backend::Sqlite);
    let mut client = office.client();
    let mut get = |attrs: &[&str], types_only: bool| {
        let mut request = search("(telephoneNumber=2001)");
        request.attrs = attrs.iter().map(|name| (*name).to_owned()).collect();
        request.typesonly = types_only;
        client.find(request, Vec::new()).entries.remove(0)
    };
    let all = get(&[], false);
    assert_eq!(values(&all, "telephoneNumber"), ["2001", "0155-26-1111"]);
    assert_eq!(values(&all, "sn;lang-ja-phonetic"), ["タカハシ"]);
    assert_eq!((value(&all, "sn"), value(&all, "givenName")), ("髙橋".to_owned(), "一郎".to_owned()));
    assert_eq!((value(&all, "ou"), value(&all, "title")), ("人事課, 給与係".to_owned(), "主査".to_owned()));
    assert!(values(&all, "entryUUID").is_empty() && values(&all, "employeeNumber").is_empty());
    assert_eq!(value(&get(&["+"], false), "hasSubordinates"), "FALSE");
    assert!(get(&["1.1"], false).attributes.is_empty());
    let kinds = |entry: &ldap3_proto::proto::LdapSearchResultEntry| -> Vec<String> {
        entry.attributes.iter().map(|attribute| attribute.atype.clone()).collect()
    };
    assert_eq!(kinds(&get(&["CN", "nonsense"], false)), ["cn", "cn;lang-ja-phonetic"]);
    assert_eq!(kinds(&get(&["cn;lang-ja;phonetic"], false)), ["cn;lang-ja-phonetic"]);
    let types = get(&["telephoneNumber"], true);
    assert!(kinds(&types) == ["telephoneNumber"] && types.attributes[0].vals.is_empty());
}

#[test]
fn values_are_compared_and_nothing_is_written() {
    let office = Office::open(renraku_test_db::Backend::Sqlite);
    let mut client = office.client();
    let compare = |client: &mut Client, dn: &str, atype: &str, val: &str| {
        let request = LdapCompareRequest { dn: dn.to_owned(), atype: atype.to_owned(), val: val.into() };
        match client.ask(LdapOp::CompareRequest(request)) {
            LdapOp::CompareResult(result) => result.code,
            other => panic!("{other:?}"),
        }
    };
    let name = office.name();
    assert_eq!(compare(&mut client, &name, "mail", "Hanako@pref.example.jp"), LdapResultCode::CompareTrue);
    assert_eq!(compare(&mut client, &name, "mail", "taro@pref.example.jp"), LdapResultCode::CompareFalse);
    assert_eq!(compare(&mut client, &name, "mobile", "090-1234-5678"), LdapResultCode::NoSuchAttribute);
    assert_eq!(compare(&mut client, &name, "shoeSize", "42"), LdapResultCode::UndefinedAttributeType);
    assert_eq!(
        compare(&mut client, &format!("uid=x,ou=people,{BASE}"), "cn", "x"),
        LdapResultCode::NoSuchObject
    );
    let add =
        LdapOp::AddRequest(LdapAddRequest { dn: format!("uid=x,ou=people,{BASE}"), attributes: Vec::new() });
    match client.ask(add) {
        LdapOp::AddResponse(result) => assert_eq!(result.code, LdapResultCode::UnwillingToPerform),
        other => panic!("{other:?}"),
    }
    match client.ask(LdapOp::DelRequest(name)) {
        LdapOp::DelResponse(result) => assert_eq!(result.code, LdapResultCode::UnwillingToPerform),
        other => panic!("{other:?}"),
    }
}
