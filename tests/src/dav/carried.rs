//! Where something is already, COPY and MOVE put only a version of the same (RFC 4791 §5.3.2.1, RFC 6352 §6.3.2.1).

use super::client::{Client, HOUR, between, card, event};
use crate::harness::on_each_backend;

/// Stores one and another in a place, the first of them in a second place, too, and carries them about.
fn carries(client: &Client, places: [&str; 2], ending: &str, text: impl Fn(&str, &str) -> String) {
    let [here, there] = places;
    let at = |place: &str, name: &str| format!("{place}{name}.{ending}");
    let put = |path: &str, text: &str| client.ask("PUT", path).body(media(ending), text).send();
    let carry =
        |method: &str, from: &str, to: &str| client.ask(method, from).header("destination", to).send();
    let [one, another, version] = [at(here, "one"), at(here, "another"), at(there, "version")];
    put(&one, &text("one", "第1")).expect(201);
    put(&another, &text("another", "第2")).expect(201);
    put(&version, &text("one", "前の第1")).expect(201);
    for (method, from, to) in [
        ("COPY", &one, &another),
        ("MOVE", &one, &another),
        ("COPY", &another, &version),
        ("MOVE", &another, &version),
    ] {
        let refused = carry(method, from, to).expect(409).text();
        assert_eq!(between(&refused, "no-uid-conflict><d:href>", "</d:href>"), to, "{method} {refused}");
    }
    assert_eq!(client.get(&one).expect(200).text(), text("one", "第1"));
    assert_eq!(client.get(&another).expect(200).text(), text("another", "第2"));
    assert_eq!(client.get(&version).expect(200).text(), text("one", "前の第1"));
    carry("COPY", &one, &version).expect(204);
    assert_eq!(client.get(&version).expect(200).text(), text("one", "第1"));
    put(&one, &text("one", "後の第1")).expect(204);
    carry("MOVE", &one, &version).expect(204);
    client.get(&one).expect(404);
    assert_eq!(client.get(&version).expect(200).text(), text("one", "後の第1"));
}

fn media(ending: &str) -> &'static str {
    if ending == "vcf" { "text/vcard; charset=utf-8" } else { "text/calendar; charset=utf-8" }
}

#[test]
fn only_a_version_of_the_same_gives_way() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let side = format!("{}side/", client.home);
        client.ask("MKCALENDAR", &side).send().expect(201);
        let named = |uid: &str, title: &str| event(uid, &format!("{HOUR}SUMMARY:{title}\n"));
        carries(&client, [&client.calendar, &side], "ics", named);
        let tasks = [format!("{}tasks/", client.home), format!("{}later/", client.home)];
        tasks.iter().for_each(|path| drop(client.ask("MKCALENDAR", path).send().expect(201)));
        let task =
            |uid: &str, title: &str| event(uid, &format!("SUMMARY:{title}\n")).replace("VEVENT", "VTODO");
        carries(&client, [&tasks[0], &tasks[1]], "ics", task);
        let make = "<d:mkcol NS><d:set><d:prop><d:resourcetype><d:collection/><c:addressbook/></d:resourcetype>\
                    </d:prop></d:set></d:mkcol>";
        let book = format!("{}work/", client.books);
        client.cards_xml("MKCOL", &book, "0", make).expect(201);
        carries(&client, [&client.address_book(), &book], "vcf", |uid, name| card(uid, name, ""));
    });
}
