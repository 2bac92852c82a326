//! Address books and the contacts in them (`ou=contacts`).

use base64::{Engine, engine::general_purpose::STANDARD};
use ldap3_proto::{
    control::{LdapControl, ServerSortRequet},
    proto::{LdapCompareRequest, LdapOp, LdapResultCode, LdapSearchResultEntry, LdapSearchScope},
};
use renraku_people::directory::PhoneKind;
use renraku_test_db::Backend;
use serde_json::{Value, json};

use super::{
    client::{Client, search, value, values},
    office::{BASE, Office, in_each_office},
};
use crate::harness::Staff;

const BOOKS: &str = "ou=contacts,dc=pref,dc=example,dc=jp";

/// A card with its name, reading, firm and number.
fn card(surname: &str, given: &str, read: [&str; 2], firm: &str, number: &str) -> Value {
    json!({
        "name": {"full": format!("{surname} {given}"), "components": [
            {"kind": "surname", "value": surname, "phonetic": read[0]},
            {"kind": "given", "value": given, "phonetic": read[1]},
        ]},
        "organizations": {"o": {"name": firm, "units": [{"name": "技術部"}]}},
        "titles": {"t": {"name": "主任技師"}},
        "emails": {
            "b": {"address": "second@tokachi.example"},
            "a": {"address": "Ichiro@tokachi.example", "pref": 1},
        },
        "phones": {
            "p": {"number": number},
            "m": {"number": "090-5555-0001", "features": {"mobile": true}},
            "f": {"number": "0155-92-0009", "features": {"fax": true}},
        },
        "addresses": {"x": {"full": "北海道帯広市\n東3条南3丁目"}},
    })
}

/// Makes an address book with these cards; answers with its id.
fn book(owner: &Staff, name: &str, cards: &[Value]) -> String {
    let book = owner.post("address-books", &json!({"name": name})).expect(201).json();
    let id = book["id"].as_str().unwrap().to_owned();
    for card in cards {
        let mut body = card.clone();
        body["addressBookId"] = json!(id);
        owner.post("contacts", &body).expect(201);
    }
    id
}

fn share(owner: &Staff, book: &str, grantee: &Value, role: &Value) {
    owner.post(&format!("address-books/{book}/shares"), &json!({"grantee": grantee, "role": role}));
}

fn everyone() -> Value {
    json!({"type": "everyone"})
}

/// A client of somebody else, who is called `taro`.
fn of_taro(office: &Office) -> (Staff, Client) {
    let taro = office.server.staff("taro");
    let made = taro.post("me/app-passwords", &json!({"name": "電話機"})).expect(201).json();
    let client = Client::bound(office.server.ldap(), "taro", made["password"].as_str().unwrap());
    (taro, client)
}

fn find(
    client: &mut Client,
    base: &str,
    scope: LdapSearchScope,
    attributes: &[&str],
) -> Vec<LdapSearchResultEntry> {
    let mut request = search("(objectClass=*)");
    (request.base, request.scope) = (base.to_owned(), scope);
    request.attrs = attributes.iter().map(|name| (*name).to_owned()).collect();
    client.find(request, Vec::new()).entries
}

fn within(client: &mut Client, base: &str, filter: &str) -> Vec<String> {
    let mut request = search(filter);
    request.base = base.to_owned();
    client.find(request, Vec::new()).entries.iter().map(|entry| value(entry, "cn")).collect()
}

#[test]
fn a_contact_is_shown_like_a_person() {
    in_each_office(|office| {
        let ichiro = card("髙橋", "一郎", ["タカハシ", "イチロウ"], "トカチ測量", "0155-92-0004（代）");
        let firm = json!({"organizations": {"o": {"name": "北見測量", "sortAs": "キタミソクリョウ"}}, "kind": "org"});
        let group = json!({"kind": "group", "name": {"full": "防災"}});
        let id = book(&office.hanako, "取引先, 土木", &[ichiro, firm, group]);
        let mut client = office.client();
        let books = find(&mut client, BOOKS, LdapSearchScope::OneLevel, &["*", "+"]);
        let mine = books.iter().find(|book| value(book, "ou") == "取引先, 土木").unwrap();
        assert_eq!(mine.dn, format!("entryUUID={id},{BOOKS}"));
        assert_eq!((value(mine, "entryUUID"), value(mine, "hasSubordinates")), (id, "TRUE".to_owned()));
        assert_eq!(values(mine, "objectClass"), ["top", "organizationalUnit"]);

        let cards = find(&mut client, &mine.dn, LdapSearchScope::Subtree, &["*", "+"]);
        let names: Vec<String> = cards.iter().map(|card| value(card, "cn")).collect();
        assert_eq!(names, ["", "北見測量", "髙橋 一郎"]);
        let shown = &cards[2];
        let all = |name: &str| values(shown, name);
        assert_eq!(shown.dn, format!("uid={},{}", value(shown, "uid"), mine.dn));
        assert_eq!(all("objectClass"), ["top", "person", "organizationalPerson", "inetOrgPerson"]);
        assert_eq!((all("sn"), all("givenName")), (vec!["髙橋".to_owned()], vec!["一郎".to_owned()]));
        assert_eq!(all("cn;lang-ja-phonetic"), ["タカハシ イチロウ"]);
        assert_eq!(all("sn;lang-ja-phonetic"), ["タカハシ"]);
        assert_eq!((all("o"), all("ou")), (vec!["トカチ測量".to_owned()], vec!["技術部".to_owned()]));
        assert_eq!(all("title"), ["主任技師"]);
        assert_eq!(all("telephoneNumber"), ["0155-92-0004"]);
        assert_eq!(
            (all("mobile"), all("facsimileTelephoneNumber")),
            (vec!["090-5555-0001".to_owned()], vec!["0155-92-0009".to_owned()])
        );
        assert_eq!(all("mail"), ["Ichiro@tokachi.example", "second@tokachi.example"]);
        assert_eq!(all("postalAddress"), ["北海道帯広市$東3条南3丁目"]);
        assert_eq!(value(shown, "entryUUID"), value(shown, "uid"));
        let modified = value(shown, "modifyTimestamp");
        assert!(modified.len() == 15 && modified.ends_with('Z'), "{modified}");
        assert_eq!(
            (value(&cards[1], "sn"), value(&cards[1], "cn;lang-ja-phonetic")),
            ("北見測量".to_owned(), "キタミソクリョウ".to_owned())
        );

        // The entry itself; nothing where nothing is.
        assert_eq!(find(&mut client, &shown.dn, LdapSearchScope::Base, &["cn"]).len(), 1);
        let mut missing = search("(objectClass=*)");
        let nowhere = "0198c0de-7f3a-7abc-8def-0123456789ab";
        for (base, above) in [
            (format!("uid={nowhere},{}", mine.dn), mine.dn.clone()),
            (format!("entryUUID={nowhere},{BOOKS}"), BOOKS.to_owned()),
            (format!("uid={},entryUUID={nowhere},{BOOKS}", value(shown, "uid")), BOOKS.to_owned()),
            (format!("ou=取引先,{BOOKS}"), BOOKS.to_owned()),
        ] {
            missing.base = base;
            let found = client.find(missing.clone(), Vec::new());
            let told = (found.result.code, found.result.matcheddn);
            assert_eq!(told, (LdapResultCode::NoSuchObject, above), "{}", missing.base);
        }
        let mut compare = |atype: &str, val: &str| {
            let request =
                LdapCompareRequest { dn: shown.dn.clone(), atype: atype.to_owned(), val: val.into() };
            match client.ask(LdapOp::CompareRequest(request)) {
                LdapOp::CompareResult(result) => result.code,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(compare("telephoneNumber", "+81 155 92 0004"), LdapResultCode::CompareTrue);
        assert_eq!(compare("o", "トカチ設備"), LdapResultCode::CompareFalse);
        assert_eq!(compare("pager", "12"), LdapResultCode::NoSuchAttribute);
    });
}

#[test]
fn contacts_are_found_as_people_are() {
    let table: &[(&str, &[&str])] = &[
        ("(cn=*たか*)", &["大高 美咲", "髙橋 一郎", "高橋 健一", "髙橋 五郎"]),
        ("(sn=高橋)", &["髙橋 一郎", "高橋 健一", "髙橋 五郎"]),
        ("(cn=takahashi gorou)", &["髙橋 五郎"]),
        ("(givenName=ごろ*)", &["髙橋 五郎"]),
        ("(cn;lang-ja-phonetic=たかはしご*)", &["髙橋 五郎"]),
        ("(cn=kitami*)", &["北見測量"]),
        ("(telephoneNumber=0155-92-0004)", &["髙橋 五郎"]),
        ("(telephoneNumber=*920004)", &["髙橋 五郎"]),
        (
            "(|(telephoneNumber=+81 155-26-1111)(mobile=09055550001))",
            &["髙橋 一郎", "渡邉 太郎", "髙橋 五郎"],
        ),
        ("(facsimileTelephoneNumber=0155920009)", &["髙橋 五郎"]),
        ("(mail=ichiro@TOKACHI.example)", &["髙橋 五郎"]),
        ("(o=*トカチ*)", &["髙橋 五郎"]),
        ("(&(ou=技術部)(title=主任*))", &["髙橋 五郎"]),
        ("(ou=*トカチ測量技術*)", &["髙橋 五郎"]),
        ("(ou=トカチ測量技術部)", &["髙橋 五郎"]),
        ("(ou=*トカチ測量*)", &[]),
        ("(postalAddress=*帯広市*)", &["髙橋 五郎"]),
        ("(postalAddress=*帯広市$東3条*)", &["髙橋 五郎"]),
        ("(&(objectClass=person)(!(uid=*)))", &[]),
        ("(&(sn=高橋)(!(o=*)))", &["髙橋 一郎", "高橋 健一"]),
        ("(&(sn=高橋)(!(mobile=*)))", &["髙橋 一郎"]),
        ("(cn=*防災*)", &[]),
        ("(cn=*zzz*)", &[]),
    ];
    in_each_office(|office| {
        let goro = card("髙橋", "五郎", ["タカハシ", "ゴロウ"], "トカチ測量", "0155-92-0004（代）");
        let firm = json!({"organizations": {"o": {"name": "北見測量", "sortAs": "キタミソクリョウ"}}});
        let group = json!({"kind": "group", "name": {"full": "防災"}});
        book(&office.hanako, "取引先", &[goro, firm, group]);
        let mut client = office.client();
        for (filter, wanted) in table {
            assert_eq!(client.names(filter), *wanted, "{filter}");
        }
        // A desk phone whose base is the people sees no contacts, one whose base is the contacts no people.
        let people = format!("ou=people,{BASE}");
        assert_eq!(within(&mut client, &people, "(sn=高橋)"), ["髙橋 一郎", "高橋 健一"]);
        assert_eq!(within(&mut client, BOOKS, "(sn=高橋)"), ["髙橋 五郎"]);
    });
}

#[test]
fn whoever_binds_sees_the_books_that_they_may_read_at_each_search() {
    in_each_office(|office| {
        let one = |name: &str| card("取引", name, ["トリヒキ", "サキ"], "商店", "0155-92-0004");
        let private = book(&office.hanako, "連絡先", &[one("私")]);
        let shared = book(&office.hanako, "連絡先", &[one("課")]);
        let (taro, mut client) = of_taro(office);
        let mut names = || within(&mut client, BASE, "(sn=取引)");
        let to_taro = json!({"type": "person", "personId": taro.person});
        assert_eq!(names(), Vec::<String>::new());
        share(&office.hanako, &shared, &to_taro, &json!("read"));
        assert_eq!(names(), ["取引 課"]);
        share(&office.hanako, &shared, &to_taro, &Value::Null);
        assert_eq!(names(), Vec::<String>::new());
        share(&office.hanako, &private, &everyone(), &json!("read"));
        assert_eq!(names(), ["取引 私"]);

        let books = find(&mut client, BOOKS, LdapSearchScope::OneLevel, &["ou"]);
        assert_eq!(
            books.iter().map(|book| book.dn.clone()).collect::<Vec<_>>(),
            [format!("entryUUID={private},{BOOKS}")]
        );
        let hidden = format!("entryUUID={shared},{BOOKS}");
        assert!(find(&mut client, &hidden, LdapSearchScope::Subtree, &["cn"]).is_empty());
        // Both of one name are the owner's.
        let mut own = office.client();
        let books = find(&mut own, BOOKS, LdapSearchScope::OneLevel, &["ou"]);
        let of_name = books.iter().filter(|book| value(book, "ou") == "連絡先").count();
        assert!(of_name >= 2 && of_name == books.len(), "{books:?}");
    });
}

#[test]
fn who_did_not_bind_sees_no_contacts() {
    let office = Office::open_with(Backend::Sqlite, &[("RENRAKU_LDAP_ANONYMOUS", "true")]);
    let shared =
        book(&office.hanako, "取引先", &[card("取引", "先", ["トリヒキ", "サキ"], "商店", "0155-92-0004")]);
    share(&office.hanako, &shared, &everyone(), &json!("read"));
    let mut anonymous = Client::connect(office.server.ldap());
    assert_eq!(anonymous.bind("", "").code, LdapResultCode::Success);
    assert_eq!(anonymous.names("(cn=*)").len(), 6);
    for base in [BOOKS.to_owned(), format!("entryUUID={shared},{BOOKS}")] {
        for scope in [LdapSearchScope::Base, LdapSearchScope::OneLevel, LdapSearchScope::Subtree] {
            let mut request = search("(objectClass=*)");
            (request.base, request.scope) = (base.clone(), scope);
            assert_eq!(
                anonymous.find(request, Vec::new()).result.code,
                LdapResultCode::NoSuchObject,
                "{base}"
            );
        }
    }
    let containers = find(&mut anonymous, BASE, LdapSearchScope::OneLevel, &["ou"]);
    assert_eq!(containers.iter().map(|it| value(it, "ou")).collect::<Vec<_>>(), ["people", "units"]);
}

#[test]
fn people_come_first_and_pages_put_together_are_the_whole() {
    in_each_office(|office| {
        let given = ["イチロウ", "ケンイチ", "サブロウ", "タロウ", "ナオ", "ハジメ", "マコト"];
        let cards: Vec<Value> = (0..)
            .zip(given)
            .map(|(n, read)| card("相川", &format!("{n}"), ["アイカワ", read], "商店", "0155-92-0004"))
            .collect();
        book(&office.hanako, "取引先", &cards);
        let mut client = office.client();
        let people = "(objectClass=person)";
        let whole = client.names(people);
        assert_eq!((whole.len(), whole[0].as_str(), whole[6].as_str()), (13, "大高 美咲", "相川 0"));
        for size in [1, 2, 3, 5, 6, 7, 12, 13, 14] {
            for reverse in [None, Some(true), Some(false)] {
                let sort = reverse.map(|reverse_order| LdapControl::ServerSort {
                    sort_requests: vec![ServerSortRequet {
                        attribute_name: "cn".to_owned(),
                        ordering_rule: None,
                        reverse_order,
                    }],
                });
                let (mut names, mut next) = (Vec::new(), Vec::new());
                loop {
                    let page = LdapControl::SimplePagedResults { size, cookie: next };
                    let found = client.find(search(people), [page].into_iter().chain(sort.clone()).collect());
                    names.extend(found.entries.iter().map(|entry| value(entry, "cn")));
                    assert!(names.len() <= whole.len(), "somebody comes twice: {names:?}");
                    next = found
                        .controls
                        .into_iter()
                        .find_map(|control| match control {
                            LdapControl::SimplePagedResults { cookie, .. } => Some(cookie),
                            _ => None,
                        })
                        .unwrap();
                    if next.is_empty() {
                        break;
                    }
                }
                match reverse {
                    None => assert_eq!(names, whole, "{size}"),
                    // Sorted, all stand in one order.
                    Some(false) => {
                        assert!(names[0].starts_with("相川") && names[12] == "渡邉 太郎", "{names:?}");
                    }
                    Some(true) => assert!(names[0] == "渡邉 太郎" && names.len() == 13, "{names:?}"),
                }
            }
        }
        let mut limited = search(people);
        for (limit, code) in [
            (6, LdapResultCode::SizeLimitExceeded),
            (8, LdapResultCode::SizeLimitExceeded),
            (13, LdapResultCode::Success),
        ] {
            limited.sizelimit = limit;
            let found = client.find(limited.clone(), Vec::new());
            assert_eq!((found.result.code, found.entries.len()), (code, usize::try_from(limit).unwrap()));
        }
    });
}

#[test]
fn a_search_that_people_answer_reads_no_contacts() {
    in_each_office(|office| {
        let mut client = office.client();
        for n in 0..60 {
            office.add(&format!("鈴木 {n}"), "スズキ", &[(format!("4{n:03}"), PhoneKind::Extension)]);
        }
        book(&office.hanako, "取引先", &[card("鈴木", "外", ["スズキ", "ソト"], "商店", "0155-92-0004")]);
        let mut statements = |base: &str, limit: i32, filter: &str| {
            let mut request = search(filter);
            (request.base, request.sizelimit) = (base.to_owned(), limit);
            let counts = (0..4).map(|_| {
                let before = office.server.db().statements();
                client.find(request.clone(), Vec::new());
                office.server.db().statements() - before
            });
            counts.min().unwrap()
        };
        let people = format!("ou=people,{BASE}");
        let of_people = statements(&people, 0, "(cn=*鈴*)");
        assert_eq!(statements(BASE, 50, "(cn=*鈴*)"), of_people);
        // Rights first, then what they are for.
        assert_eq!(statements(BASE, 0, "(cn=*鈴*)"), of_people + 2);
        assert_eq!(statements(BASE, 0, "(department=*給与*)"), of_people);
    });
}

#[test]
fn a_photo_that_a_card_carries_is_sent_to_whoever_names_it() {
    let office = Office::open(Backend::Sqlite);
    let jpeg = [0xff, 0xd8, 0xff, 0xe0, 1, 2, 3];
    let photo = |kind: &str, bytes: &[u8]| {
        let uri = format!("data:image/{kind};base64,{}", STANDARD.encode(bytes));
        json!({"m": {"kind": "photo", "uri": uri}})
    };
    let mut cards = Vec::new();
    for (name, media) in [
        ("写真", photo("jpeg", &jpeg)),
        ("図形", photo("png", &jpeg)),
        ("大判", photo("jpeg", &[jpeg.as_slice(), &[0; 70_000]].concat())),
        ("偽物", photo("jpeg", &[0; 9])),
    ] {
        cards.push(json!({"name": {"full": name}, "media": media}));
    }
    book(&office.hanako, "取引先", &cards);
    let mut client = office.client();
    let mut photos = |attributes: &[&str]| -> Vec<(String, Vec<Vec<u8>>)> {
        let mut request = search("(objectClass=person)");
        (request.base, request.attrs) =
            (BOOKS.to_owned(), attributes.iter().map(|name| (*name).to_owned()).collect());
        let found = client.find(request, Vec::new()).entries;
        assert_eq!(found.len(), 4);
        let shown = |entry: &LdapSearchResultEntry| {
            let photo = entry.attributes.iter().find(|it| it.atype == "jpegPhoto")?;
            Some((value(entry, "cn"), photo.vals.clone()))
        };
        found.iter().filter_map(shown).collect()
    };
    let wanted = [("写真".to_owned(), vec![jpeg.to_vec()])];
    assert_eq!(photos(&["cn", "jpegPhoto"]), wanted);
    assert_eq!(photos(&["*", "JPEGPHOTO"]), wanted);
    for others in [&["*"][..], &["cn"], &[]] {
        assert_eq!(photos(others), []);
    }
    assert_eq!(within(&mut client, BOOKS, "(jpegPhoto=*)"), ["偽物", "写真"]);
    // The entry itself, too.
    let mut request = search("(cn=写真)");
    request.base = BOOKS.to_owned();
    let dn = client.find(request, Vec::new()).entries.remove(0).dn;
    let mut shown = |attributes: &[&str]| {
        let entry = find(&mut client, &dn, LdapSearchScope::Base, attributes).remove(0);
        entry.attributes.iter().any(|it| it.atype == "jpegPhoto")
    };
    assert!(shown(&["jpegPhoto"]) && shown(&["*", "jpegPhoto"]) && !shown(&["*"]));
}
