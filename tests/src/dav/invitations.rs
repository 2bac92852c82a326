//! What is one's own does not get lost where an invitation stands: it is stored, or refused with the reason.

use super::{
    beside::{Guest, ORGANIZER, invitation, own},
    client::{HOUR, event},
};
use crate::harness::on_each_backend;

#[test]
fn another_event_is_refused_where_an_invitation_stands() {
    on_each_backend(|server| {
        let guest = Guest::of(server);
        server.staff("jiro");
        let at = guest.invited("u");
        let seen = guest.client.get(&at).expect(200);
        let scheduled = |organizer: &str, attendee: &str| {
            let people =
                format!("ORGANIZER:mailto:{organizer}\nATTENDEE;PARTSTAT=ACCEPTED:mailto:{attendee}\n");
            event("u", &format!("{HOUR}SUMMARY:own1\n{people}"))
        };
        for text in [
            own("u", "own1"),
            scheduled("taro@pref.example.jp", "jiro@pref.example.jp"),
            scheduled("someone@other.example", "taro@pref.example.jp"),
        ] {
            let refused = guest.client.put(&at, &text).expect(403).text();
            assert!(refused.contains("<c:allowed-attendee-scheduling-object-change/>"), "{refused}");
            assert!(refused.contains("<d:responsedescription>") && refused.contains("UID"), "{refused}");
            let now = guest.client.get(&at).expect(200);
            assert_eq!((now.text(), now.etag()), (seen.text(), seen.etag()));
            assert_eq!(
                (guest.titles(), guest.said("u")),
                (vec!["会議".to_owned()], "NEEDS-ACTION".to_owned())
            );
        }
        // What keeps the organizer is an answer, whatever else a client writes into it.
        let edited =
            invitation("u", "ACCEPTED").replace("会議", "my title").replace("mailto:hanako", "MAILTO:Hanako");
        assert_eq!(guest.client.put(&at, &edited).expect(204).header("etag"), None);
        assert_eq!((guest.titles(), guest.said("u")), (vec!["会議".to_owned()], "ACCEPTED".to_owned()));
        // So is what names nobody else.
        let alone = event("u", &format!("{HOUR}SUMMARY:会議\n{ORGANIZER}"));
        guest.client.put(&at, &alone).expect(204);
    });
}

/// RFC 4918 §9.8.5 and §9.9.4.
#[test]
fn nothing_is_carried_onto_itself() {
    on_each_backend(|server| {
        let guest = Guest::of(server);
        let (event, task) = (guest.path("e"), guest.path("t"));
        guest.client.put(&event, &own("e", "own1")).expect(201);
        guest.client.put(&task, &own("t", "own1").replace("VEVENT", "VTODO")).expect(201);
        let card = format!("{}c.vcf", guest.client.address_book());
        guest.client.put_card(&card, &super::client::card("c", "山田", "")).expect(201);
        for path in [event, task, card, guest.invited("u")] {
            let tag = guest.client.get(&path).expect(200).etag();
            for (method, overwrite) in [("COPY", "T"), ("COPY", "F"), ("MOVE", "T"), ("MOVE", "F")] {
                let ask = guest.client.ask(method, &path).header("overwrite", overwrite);
                let refused = ask.header("destination", &path).send().expect(403).text();
                assert!(refused.contains("the same") && !refused.contains("privileges"), "{path}: {refused}");
            }
            assert_eq!(guest.client.get(&path).expect(200).etag(), tag);
            guest
                .client
                .ask("MOVE", &path)
                .header("destination", &path)
                .header("if-match", "\"x\"")
                .send()
                .expect(412);
        }
    });
}
