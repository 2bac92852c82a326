//! Photos of people (RFC 2798 §2.6).

use base64::{Engine, engine::general_purpose::STANDARD};
use ldap3_proto::{
    control::{LdapControl, ServerSortRequet},
    proto::{LdapResultCode, LdapSearchResultEntry, LdapSearchScope},
};
use renraku_people::{directory::service as directory, photo::Photo};

use super::{
    client::{Client, search, value},
    office::{Office, in_each_office},
};
use crate::routes::PNG;

const PHOTO: &str = "jpegPhoto";

/// Gives the one who asks a photo; answers with it as a list shows it.
fn give(office: &Office) -> Vec<u8> {
    let photo = Photo::of(&STANDARD.decode(PNG).unwrap()).unwrap();
    office.server.db().write(|tx| directory::put_photo(tx, &office.hanako.person, Some(&photo))).unwrap();
    photo.small
}

fn find(client: &mut Client, filter: &str, attributes: &[&str]) -> Vec<LdapSearchResultEntry> {
    let mut request = search(filter);
    request.attrs = attributes.iter().map(|name| (*name).to_owned()).collect();
    client.find(request, Vec::new()).entries
}

/// The photos of an entry; `None` where the attribute is not there.
fn photos(entry: &LdapSearchResultEntry) -> Option<Vec<Vec<u8>>> {
    entry.attributes.iter().find(|it| it.atype == PHOTO).map(|it| it.vals.clone())
}

#[test]
fn a_photo_is_sent_to_whoever_asks_for_it() {
    in_each_office(|office| {
        let mut client = office.client();
        assert_eq!(client.names("(jpegPhoto=*)"), Vec::<String>::new());
        let photo = give(office);
        let everyone = "(objectClass=person)";
        for attributes in [&["cn", PHOTO][..], &["*"], &[], &["JPEGPHOTO", "+"]] {
            let found = find(&mut client, everyone, attributes);
            let shown: Vec<_> = found.iter().filter_map(photos).collect();
            assert_eq!((found.len(), shown), (6, vec![vec![photo.clone()]]), "{attributes:?}");
        }
        let before = office.server.db().statements();
        assert!(find(&mut client, everyone, &["cn", "+"]).iter().all(|entry| photos(entry).is_none()));
        let without = office.server.db().statements() - before;
        find(&mut client, everyone, &["cn", PHOTO, "+"]);
        assert_eq!(office.server.db().statements() - before, 2 * without + 1);
        assert_eq!(client.names("(jpegPhoto=*)"), ["試験 hanako"]);
        assert_eq!(client.names("(&(objectClass=person)(!(jpegPhoto=*)))").len(), 5);

        // The entry itself, a sorted answer, and the name of the attribute alone.
        let mut request = search("(objectClass=*)");
        (request.base, request.scope) = (office.name(), LdapSearchScope::Base);
        request.attrs = vec![PHOTO.to_owned()];
        let sorted = LdapControl::ServerSort {
            sort_requests: vec![ServerSortRequet {
                attribute_name: "cn".to_owned(),
                ordering_rule: None,
                reverse_order: true,
            }],
        };
        for controls in [Vec::new(), vec![sorted]] {
            let found = client.find(request.clone(), controls).entries;
            assert_eq!(photos(&found[0]), Some(vec![photo.clone()]));
        }
        request.typesonly = true;
        assert_eq!(photos(&client.find(request, Vec::new()).entries[0]), Some(Vec::new()));
    });
}

#[test]
fn a_photo_is_there_or_not_and_nothing_else_is_asked_of_it() {
    let office = Office::open(renraku_test_db::Backend::Sqlite);
    let mut client = office.client();
    give(&office);
    let person = office.hanako.person.to_string();
    for filter in [format!("(jpegPhoto={person})"), "(!(jpegPhoto=x))".into(), "(jpegPhoto=*x*)".into()] {
        assert!(client.names(&filter).is_empty(), "{filter}");
    }
    let sort =
        ServerSortRequet { attribute_name: PHOTO.to_owned(), ordering_rule: None, reverse_order: false };
    let control = LdapControl::ServerSort { sort_requests: vec![sort] };
    let found = client.find(search("(objectClass=person)"), vec![control]);
    assert_eq!((found.result.code, found.entries.len()), (LdapResultCode::Success, 6));
    let mut schema = search("(objectClass=*)");
    (schema.base, schema.scope) = ("cn=subschema".to_owned(), LdapSearchScope::Base);
    schema.attrs = vec!["attributeTypes".to_owned()];
    let entry = client.find(schema, Vec::new()).entries.remove(0);
    let types = entry.attributes[0].vals.iter().map(|it| String::from_utf8(it.clone()).unwrap());
    let wanted = "( 0.9.2342.19200300.100.1.60 NAME 'jpegPhoto' SYNTAX 1.3.6.1.4.1.1466.115.121.1.28 )";
    assert!(types.into_iter().any(|it| it == wanted));
}

#[test]
fn whoever_must_not_be_found_shows_no_photo() {
    in_each_office(|office| {
        give(office);
        let taro = office.add("証人 太郎", "ショウニン タロウ", &[]);
        let photo = Photo::of(&STANDARD.decode(PNG).unwrap()).unwrap();
        office.server.db().write(|tx| directory::put_photo(tx, &taro, Some(&photo))).unwrap();
        let mut client = office.client();
        assert_eq!(client.names("(jpegPhoto=*)").len(), 2);
        office.server.db().write(|tx| directory::suppress_person(tx, &taro, true)).unwrap();
        let found = find(&mut client, "(jpegPhoto=*)", &["cn", PHOTO]);
        assert_eq!(found.iter().map(|entry| value(entry, "cn")).collect::<Vec<_>>(), ["試験 hanako"]);
    });
}
