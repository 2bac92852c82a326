use ldap3_proto::{
    control::{LdapControl, ServerSortRequet},
    proto::{LdapResultCode, LdapSearchRequest},
};
use renraku_test_db::Backend;

use super::{
    client::{Client, Found, search, value},
    office::{Office, in_each_office},
};

fn page(size: i64, cookie: Vec<u8>) -> LdapControl {
    LdapControl::SimplePagedResults { size, cookie }
}

fn cookie(found: &Found) -> Vec<u8> {
    let cookie = found.controls.iter().find_map(|control| match control {
        LdapControl::SimplePagedResults { cookie, .. } => Some(cookie.clone()),
        _ => None,
    });
    cookie.expect("a page without its control")
}

fn sorted_by(name: &str, reverse_order: bool) -> LdapControl {
    let request = ServerSortRequet { attribute_name: name.to_owned(), ordering_rule: None, reverse_order };
    LdapControl::ServerSort { sort_requests: vec![request] }
}

fn everyone() -> LdapSearchRequest {
    search("(objectClass=person)")
}

/// All names, page by page.
fn all_pages(
    client: &mut Client,
    request: &LdapSearchRequest,
    besides: &[LdapControl],
    size: i64,
) -> Vec<String> {
    let (mut names, mut next) = (Vec::new(), Vec::new());
    loop {
        let controls = [page(size, next)].into_iter().chain(besides.iter().cloned()).collect();
        let found = client.find(request.clone(), controls);
        assert_eq!(found.result.code, LdapResultCode::Success, "{}", found.result.message);
        names.extend(found.entries.iter().map(|entry| value(entry, "cn")));
        next = cookie(&found);
        if next.is_empty() {
            return names;
        }
        assert_eq!(found.entries.len(), usize::try_from(size).unwrap());
    }
}

#[test]
fn pages_put_together_are_the_whole_in_the_order_of_readings() {
    in_each_office(|office| {
        let mut client = office.client();
        let whole = client.names("(objectClass=person)");
        assert_eq!(whole, ["大高 美咲", "試験 hanako", "髙橋 一郎", "高橋 健一", "𠮷田 *次郎", "渡邉 太郎"]);
        for size in [1, 2, 3, 6, 100] {
            assert_eq!(all_pages(&mut client, &everyone(), &[], size), whole, "{size}");
        }
        let tree = all_pages(&mut client, &search("(objectClass=*)"), &[], 2);
        assert_eq!(tree.len(), 12);
        assert!(tree.ends_with(&whole));
    });
}

#[test]
fn an_answer_comes_in_the_order_that_was_asked_for() {
    in_each_office(|office| {
        let mut client = office.client();
        let mut names = |control: LdapControl| all_pages(&mut client, &everyone(), &[control], 4);
        let by_reading = ["大高 美咲", "試験 hanako", "髙橋 一郎", "高橋 健一", "𠮷田 *次郎", "渡邉 太郎"];
        assert_eq!(names(sorted_by("cn", false)), by_reading);
        let reversed: Vec<&str> = by_reading.iter().rev().copied().collect();
        assert_eq!(names(sorted_by("displayName", true)), reversed);
        // Those who share one in the order of their readings, those without one last.
        let by_number = names(sorted_by("telephoneNumber", false));
        assert_eq!(by_number[..3], ["髙橋 一郎", "渡邉 太郎", "大高 美咲"]);
    });
}

#[test]
fn an_order_that_cannot_be_is_told() {
    let office = Office::open(Backend::Sqlite);
    let mut client = office.client();
    let found = client.find(everyone(), vec![sorted_by("shoeSize", false)]);
    let told = found.controls.iter().find_map(|control| match control {
        LdapControl::ServerSortResult { sort_result } => Some(sort_result.result_code.clone()),
        _ => None,
    });
    assert_eq!((told, found.entries.len()), (Some(LdapResultCode::NoSuchAttribute), 6));
}

#[test]
fn an_order_by_many_keys_is_not_made() {
    let office = Office::open(Backend::Sqlite);
    let mut client = office.client();
    for (keys, expected) in [(4, LdapResultCode::Success), (5, LdapResultCode::AdminLimitExceeded)] {
        let key =
            ServerSortRequet { attribute_name: "cn".to_owned(), ordering_rule: None, reverse_order: false };
        let found = client.find(everyone(), vec![LdapControl::ServerSort { sort_requests: vec![key; keys] }]);
        let told = found.controls.iter().find_map(|control| match control {
            LdapControl::ServerSortResult { sort_result } => Some(sort_result.result_code.clone()),
            _ => None,
        });
        assert_eq!((told, found.entries.len()), (Some(expected), 6));
    }
}

#[test]
fn an_answer_that_was_cut_says_so() {
    let office = Office::open_with(Backend::Sqlite, &[("RENRAKU_LDAP_ENTRIES", "4")]);
    let mut client = office.client();
    let mut limited = everyone();
    limited.sizelimit = 2;
    let found = client.find(limited.clone(), Vec::new());
    assert_eq!((found.result.code, found.entries.len()), (LdapResultCode::SizeLimitExceeded, 2));
    let found = client.find(everyone(), Vec::new());
    assert_eq!((found.result.code, found.entries.len()), (LdapResultCode::SizeLimitExceeded, 4));
    limited.sizelimit = 6;
    assert_eq!(all_pages(&mut client, &limited, &[], 3).len(), 6);
}

#[test]
fn a_cookie_is_good_for_its_own_search_and_connection_alone() {
    let office = Office::open(Backend::Sqlite);
    let mut client = office.client();
    let first = client.find(everyone(), vec![page(2, Vec::new())]);
    let mut other = office.client();
    let refused = |found: &Found| (found.result.code.clone(), found.entries.len());
    let wanted = (LdapResultCode::UnwillingToPerform, 0);
    assert_eq!(refused(&other.find(everyone(), vec![page(2, cookie(&first))])), wanted);
    assert_eq!(refused(&client.find(search("(cn=*)"), vec![page(2, cookie(&first))])), wanted);
    assert_eq!(refused(&client.find(everyone(), vec![page(2, b"x".to_vec())])), wanted);
    let second = client.find(everyone(), vec![page(2, cookie(&first))]);
    assert_eq!(second.entries.len(), 2);
    // A client that has seen enough says so.
    let given_up = client.find(everyone(), vec![page(0, cookie(&second))]);
    assert_eq!((given_up.entries.len(), cookie(&given_up)), (0, Vec::new()));
    assert_eq!(refused(&client.find(everyone(), vec![page(2, cookie(&second))])), wanted);
}

#[test]
fn an_unknown_control_counts_when_it_is_critical() {
    let office = Office::open(Backend::Sqlite);
    let mut client = office.client();
    let control = |criticality| LdapControl::Unknown { oid: "1.2.3.4".to_owned(), criticality, value: None };
    assert_eq!(client.find(everyone(), vec![control(false)]).entries.len(), 6);
    let refused = client.find(everyone(), vec![control(true)]);
    assert_eq!(refused.result.code, LdapResultCode::UnavailableCriticalExtension);
    assert!(refused.entries.is_empty());
}

#[test]
fn a_search_costs_the_same_statements_however_much_it_finds() {
    in_each_office(|office| {
        let mut client = office.client();
        let statements = |client: &mut Client, filter: &str| {
            let counts = (0..4).map(|_| {
                let before = office.server.db().statements();
                client.names(filter);
                office.server.db().statements() - before
            });
            counts.min().unwrap()
        };
        let of_none = statements(&mut client, "(cn=*zzz*)");
        for n in 0..40 {
            office.add(&format!("鈴木 {n}"), "スズキ", &[]);
        }
        assert_eq!(statements(&mut client, "(cn=*鈴*)"), of_none);
    });
}
