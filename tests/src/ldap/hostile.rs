use std::{io::Write, net::Shutdown};

use ldap3_proto::proto::{LdapFilter, LdapOp, LdapResultCode};
use renraku_test_db::Backend;

use super::{
    client::{Client, search_for, tcp},
    office::Office,
};

fn still_answers(office: &Office) {
    assert_eq!(office.client().names("(telephoneNumber=2001)"), ["髙橋 一郎"]);
}

#[test]
fn what_is_no_message_ends_its_connection_alone() {
    let office = Office::open(Backend::Sqlite);
    let mut bystander = office.client();
    let deep: Vec<u8> =
        std::iter::repeat_n([0x30, 0x84, 0, 0, 0x20, 0], 200).flatten().chain([0; 9_000]).collect();
    let bad: &[&[u8]] = &[
        b"GET / HTTP/1.1\r\n\r\n",
        &[0x16, 0x03, 0x01, 0x02, 0x00],
        &[0x30, 0x80, 0x02, 0x01, 0x01],
        &[0x30, 0x84, 0x7f, 0xff, 0xff, 0xff],
        &[0x30, 0x88, 0, 0, 0, 0, 0, 0, 0, 1],
        &[0x30, 0x00],
        &[0x30, 0x05, 0x02, 0x01, 0x01, 0x7f, 0x00],
        &[0x30, 0x06, 0x02, 0x01, 0x01, 0x61, 0x01, 0x00],
        &deep,
    ];
    for bytes in bad {
        let mut client = Client::connect(office.server.ldap());
        client.stream.write_all(bytes).unwrap();
        assert!(client.is_dismissed(&LdapResultCode::ProtocolError), "{:?}", bytes.get(..8));
    }
    assert_eq!(bystander.names("(telephoneNumber=2001)"), ["髙橋 一郎"]);
}

#[test]
fn a_request_that_is_not_understood_is_answered() {
    let office = Office::open(Backend::Sqlite);
    let mut client = office.client();
    // A search without anything in it.
    client.stream.write_all(&[0x30, 0x05, 0x02, 0x01, 0x63, 0x63, 0x00]).unwrap();
    let answer = client.receive().unwrap();
    match answer.op {
        LdapOp::SearchResultDone(result) => {
            assert_eq!((answer.msgid, result.code), (99, LdapResultCode::ProtocolError));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(client.names("(telephoneNumber=2001)"), ["髙橋 一郎"]);
}

#[test]
fn a_filter_that_is_too_large_is_refused_and_the_connection_kept() {
    let office = Office::open(Backend::Sqlite);
    let mut client = office.client();
    let leaf = || LdapFilter::Present("cn".to_owned());
    let deep = (0..80).fold(leaf(), |filter, _| LdapFilter::Not(Box::new(filter)));
    let wide = LdapFilter::Or((0..100).map(|_| leaf()).collect());
    for filter in [deep, wide] {
        let found = client.find(search_for(filter), Vec::new());
        assert_eq!(found.result.code, LdapResultCode::AdminLimitExceeded);
    }
    let bomb = (0..300).fold(leaf(), |filter, _| LdapFilter::Not(Box::new(filter)));
    client.send(LdapOp::SearchRequest(search_for(bomb)), Vec::new());
    assert!(client.is_dismissed(&LdapResultCode::ProtocolError));
    still_answers(&office);
}

#[test]
fn requests_that_come_in_pieces_or_together_are_answered_in_order() {
    let office = Office::open(Backend::Sqlite);
    let mut client = office.client();
    let who_am_i = |id: u8| {
        let mut bytes = vec![0x30, 0x1e, 0x02, 0x01, id, 0x77, 0x19, 0x80, 0x17];
        bytes.extend_from_slice(b"1.3.6.1.4.1.4203.1.11.3");
        bytes
    };
    for byte in who_am_i(41) {
        client.stream.write_all(&[byte]).unwrap();
    }
    assert_eq!(client.receive().unwrap().msgid, 41);
    let together: Vec<u8> = (50..70).flat_map(who_am_i).collect();
    client.stream.write_all(&together).unwrap();
    let ids: Vec<i32> = (50..70).map(|_| client.receive().unwrap().msgid).collect();
    assert_eq!(ids, (50..70).collect::<Vec<i32>>());
}

#[test]
fn a_thousand_connections_on_which_nothing_is_asked_are_in_nobodys_way() {
    let settings = [("RENRAKU_LDAP_CONNECTIONS_PER_ADDRESS", "1001"), ("RENRAKU_LDAP_CONNECTIONS", "1001")];
    let office = Office::open_with(Backend::Sqlite, &settings);
    let idle: Vec<_> = (0..1_000).map(|_| tcp(office.server.ldap())).collect();
    let mut client = office.client();
    assert_eq!(client.names("(telephoneNumber=2001)"), ["髙橋 一郎"]);
    let mut one_too_many = Client::connect(office.server.ldap());
    assert!(one_too_many.is_dismissed(&LdapResultCode::Busy));
    drop(idle);
    // Room is made as soon as the server has seen that they are gone.
    loop {
        let mut client = Client::connect(office.server.ldap());
        client.send(LdapOp::UnbindRequest, Vec::new());
        if client.receive().is_none() {
            break;
        }
    }
    still_answers(&office);
}

#[test]
fn a_connection_on_which_nothing_is_asked_for_too_long_is_ended() {
    let office = Office::open_with(Backend::Sqlite, &[("RENRAKU_LDAP_IDLE_S", "1")]);
    let mut quiet = Client::connect(office.server.ldap());
    assert!(quiet.is_dismissed(&LdapResultCode::Unavailable));
    still_answers(&office);
}

#[test]
fn half_a_message_and_no_more_leaves_nothing_behind() {
    let office = Office::open_with(Backend::Sqlite, &[("RENRAKU_LDAP_CONNECTIONS", "2")]);
    for _ in 0..20 {
        let mut half = tcp(office.server.ldap());
        half.write_all(&[0x30, 0x20, 0x02]).unwrap();
        half.shutdown(Shutdown::Write).unwrap();
        let mut client = Client::over(half);
        while client.receive().is_some() {}
    }
    still_answers(&office);
}

#[test]
fn clients_are_told_when_the_server_ends() {
    let Office { server, hanako, password, .. } = Office::open(Backend::Sqlite);
    let mut client = Client::bound(server.ldap(), &hanako.username, &password);
    let ending = std::thread::spawn(move || drop(server));
    assert!(client.is_dismissed(&LdapResultCode::Unavailable));
    ending.join().unwrap();
}

#[test]
fn one_who_asks_too_often_is_told_to_come_back() {
    let office = Office::open_with(Backend::Sqlite, &[("RENRAKU_LIMITS_RATES", "true")]);
    let mut client = office.client();
    let request = || search_for(LdapFilter::Equality("uid".to_owned(), "hanako".to_owned()));
    let busy = (0..200).any(|_| client.find(request(), Vec::new()).result.code == LdapResultCode::Busy);
    assert!(busy, "the whole directory can be read name by name");
}
