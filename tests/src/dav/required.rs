//! What the standards require of every server that says it speaks them, and few clients ask.

use serde_json::json;

use super::client::{Client, HOUR, between, card, event, responses};
use crate::harness::{Staff, on_each_backend};

fn share(owner: &Staff, collection: &str, with: &Staff, role: &str) {
    let share = json!({"grantee": {"type": "person", "personId": with.person}, "role": role});
    owner.post(&format!("{collection}/shares"), &share).expect(200);
}

/// RFC 4791 §7 and RFC 6352 §8: reports are answered, and told, of single objects, too.
#[test]
fn a_single_object_is_queried() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let book = client.address_book();
        let (object, contact) = (format!("{}a.ics", client.calendar), format!("{book}a.vcf"));
        client.put(&object, &event("a", &format!("{HOUR}SUMMARY:会議\n"))).expect(201);
        client.put(&format!("{}b.ics", client.calendar), &event("b", HOUR)).expect(201);
        client.put_card(&contact, &card("a", "佐藤", "")).expect(201);
        client.put_card(&format!("{book}b.vcf"), &card("b", "佐藤", "")).expect(201);

        let query = |path: &str, within: &str| {
            let filter = format!(
                "<c:comp-filter name=\"VCALENDAR\"><c:comp-filter name=\"VEVENT\">{within}</c:comp-filter></c:comp-filter>"
            );
            let body = format!(
                "<c:calendar-query NS><d:prop><d:getetag/></d:prop><c:filter>{filter}</c:filter></c:calendar-query>"
            );
            client.xml("REPORT", path, "0", &body)
        };
        let range = |start: &str, end: &str| format!("<c:time-range start=\"{start}\" end=\"{end}\"/>");
        let that_day = range("20261126T000000Z", "20261127T000000Z");
        let told = query(&object, &that_day).expect(207).text();
        assert_eq!(responses(&told), [(object.clone(), 200)]);
        let another = range("20261127T000000Z", "20261128T000000Z");
        assert!(responses(&query(&object, &another).expect(207).text()).is_empty());
        query(&format!("{}c.ics", client.calendar), &that_day).expect(404);

        let cards = |path: &str, name: &str| {
            let body = format!(
                "<c:addressbook-query NS><d:prop><d:getetag/></d:prop><c:filter><c:prop-filter name=\"FN\">\
                 <c:text-match>{name}</c:text-match></c:prop-filter></c:filter></c:addressbook-query>"
            );
            client.cards_xml("REPORT", path, "0", &body)
        };
        assert_eq!(responses(&cards(&contact, "佐藤").expect(207).text()), [(contact.clone(), 200)]);
        assert!(responses(&cards(&contact, "鈴木").expect(207).text()).is_empty());
        cards(&format!("{book}c.vcf"), "佐藤").expect(404);

        for (path, reports) in [
            (&object, ["calendar-query", "calendar-multiget"]),
            (&contact, ["addressbook-query", "addressbook-multiget"]),
        ] {
            let told = client.propfind(path, "0", "<d:supported-report-set/>").text();
            for report in reports {
                assert!(told.contains(&format!("<d:report><c:{report}/></d:report>")), "{path}: {told}");
            }
        }
    });
}

/// RFC 3744 §9.2, which every server that says `access-control` answers (§7.2).
#[test]
fn whom_a_list_of_rights_names_is_told() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let client = Client::of(server, &hanako);
        let book = client.address_book();
        let object = format!("{}a.ics", client.calendar);
        client.put(&object, &event("a", HOUR)).expect(201);
        share(&taro, &format!("calendars/{}", taro.calendar), &hanako, "read");
        let shared = format!("{}{}/", client.home, taro.calendar);
        let body =
            "<d:acl-principal-prop-set NS><d:prop><d:displayname/></d:prop></d:acl-principal-prop-set>";
        for path in
            [&client.calendar, &object, &client.home, &client.principal, &book, &client.books, &shared]
        {
            let told = client.xml("REPORT", path, "0", body).expect(207).text();
            assert_eq!(responses(&told), [(client.principal.clone(), 200)], "{path}");
            assert_eq!(between(&told, "<d:displayname>", "<"), "試験 hanako");
            let named = client.propfind(path, "0", "<d:acl/><d:supported-report-set/>").text();
            assert!(
                named.contains(&format!("<d:principal><d:href>{}</d:href>", client.principal)),
                "{named}"
            );
            assert!(named.contains("<d:acl-principal-prop-set/>"), "{named}");
        }
        for path in [format!("{}nothing.ics", client.calendar), format!("{book}nothing.vcf")] {
            client.xml("REPORT", &path, "0", body).expect(404);
        }
    });
}

/// RFC 3744 §5.1 and §5.4: whose an object is, and what may be done with it, is as in the collection in which it lies.
#[test]
fn of_an_object_it_is_told_whose_it_is() {
    on_each_backend(|server| {
        let [hanako, taro, jiro] = ["hanako", "taro", "jiro"].map(|name| server.staff(name));
        let owner = Client::of(server, &hanako);
        let own_book = hanako.post("address-books", &json!({"name": "議員"})).expect(201).json();
        let book = own_book["id"].as_str().unwrap();
        owner.put(&format!("{}a.ics", owner.calendar), &event("a", HOUR)).expect(201);
        owner.put_card(&format!("{}{book}/a.vcf", owner.books), &card("a", "佐藤", "")).expect(201);
        for (staff, role) in [(&taro, "read"), (&jiro, "write")] {
            share(&hanako, &format!("calendars/{}", hanako.calendar), staff, role);
            share(&hanako, &format!("address-books/{book}"), staff, role);
        }
        for (staff, writes) in [(&hanako, true), (&taro, false), (&jiro, true)] {
            let client = Client::of(server, staff);
            let paths = [
                format!("{}{}/a.ics", client.home, hanako.calendar),
                format!("{}{book}/a.vcf", client.books),
            ];
            for path in paths {
                let told = client.propfind(&path, "0", "<d:owner/><d:current-user-privilege-set/>").text();
                assert_eq!(between(&told, "<d:owner><d:href>", "<"), owner.principal, "{path}");
                assert_eq!(told.contains("<d:write-content/>"), writes, "{path}: {told}");
            }
        }
    });
}

/// RFC 5689 §3: of each property of what is not made it is told what became of it.
#[test]
fn a_collection_that_is_not_made_says_for_which_property() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let kinds = |kind: &str, space: &str| {
            format!("<d:resourcetype><d:collection/><k:{kind} xmlns:k=\"{space}\"/></d:resourcetype>")
        };
        let calendar = kinds("calendar", "urn:ietf:params:xml:ns:caldav");
        let book = kinds("addressbook", "urn:ietf:params:xml:ns:carddav");
        let large = format!("<x:l xmlns:x=\"urn:x\">{}</x:l>", "x".repeat(17_000));
        let cases = [
            (
                &client.home,
                format!("{calendar}<d:getetag>x</d:getetag>"),
                403,
                "cannot-modify-protected-property",
            ),
            (&client.home, kinds("foo", "urn:x"), 403, "valid-resourcetype"),
            (
                &client.home,
                format!("{calendar}<c:calendar-timezone-id>x</c:calendar-timezone-id>"),
                403,
                "valid-timezone",
            ),
            (&client.home, format!("{calendar}{large}"), 507, ""),
            (
                &client.books,
                format!("{book}<d:getetag>x</d:getetag>"),
                403,
                "cannot-modify-protected-property",
            ),
            (&client.books, kinds("foo", "urn:x"), 403, "valid-resourcetype"),
            (&client.books, format!("{book}{large}"), 507, ""),
        ];
        for (home, props, status, condition) in cases {
            let path = format!("{home}new/");
            let body = format!(
                "<d:mkcol NS><d:set><d:prop>{props}<d:displayname>名</d:displayname></d:prop></d:set></d:mkcol>"
            );
            let told = client.xml("MKCOL", &path, "0", &body).expect(status).text();
            assert!(told.contains("<d:mkcol-response "), "{told}");
            let groups: Vec<&str> = told.split("<d:propstat>").skip(1).collect();
            let of = |code: u16| groups.iter().find(|it| it.contains(&format!("HTTP/1.1 {code} "))).copied();
            assert!(of(424).is_some_and(|it| it.contains("<d:displayname/>")), "{told}");
            let refused = of(status).unwrap_or_else(|| panic!("no {status} in {told}"));
            if !condition.is_empty() {
                let (error, described) = (format!(":{condition}/></d:error>"), "<d:responsedescription>");
                assert!(refused.contains(&error) && refused.contains(described), "{told}");
            }
            client.ask("PROPFIND", &path).header("depth", "0").send().expect(404);
        }
        let body = format!("<c:mkcalendar NS><d:set><d:prop>{large}</d:prop></d:set></c:mkcalendar>");
        client.xml("MKCALENDAR", &format!("{}new/", client.home), "0", &body).expect(507);
    });
}

/// As docs/COMPLIANCE.md says: at most 100 properties are kept with a collection.
#[test]
fn a_client_keeps_a_hundred_properties() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        for path in [client.calendar.clone(), client.address_book()] {
            let patch = |what: &str, numbers: std::ops::Range<u32>| {
                let props: String =
                    numbers.map(|n| format!("<x:k{n} xmlns:x=\"urn:x\">1</x:k{n}>")).collect();
                let body = format!(
                    "<d:propertyupdate NS><d:{what}><d:prop>{props}</d:prop></d:{what}></d:propertyupdate>"
                );
                let told = client.xml("PROPPATCH", &path, "0", &body).expect(207).text();
                between(&told, "HTTP/1.1 ", " ").parse::<u16>().unwrap()
            };
            assert_eq!(patch("set", 0..60), 200);
            assert_eq!(patch("set", 60..101), 409);
            assert_eq!(patch("set", 60..100), 200);
            // What is there may be changed, and makes room when it is taken away.
            assert_eq!(patch("set", 0..100), 200);
            assert_eq!(patch("set", 100..101), 409);
            assert_eq!(patch("remove", 0..1), 200);
            assert_eq!(patch("set", 100..101), 200);
        }
    });
}

/// RFC 6638 §6: the rights of scheduling are told where they hold, each of them.
#[test]
fn the_rights_of_scheduling_are_told() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let deliver = ["deliver", "deliver-invite", "deliver-reply", "query-freebusy"];
        let send = ["send", "send-invite", "send-reply", "send-freebusy"];
        for (collection, rights) in [("inbox", deliver), ("outbox", send)] {
            let props = "<d:supported-privilege-set/><d:current-user-privilege-set/>";
            let told = client.propfind(&format!("{}{collection}/", client.home), "0", props).text();
            for right in rights {
                let element = format!("<d:privilege><c:schedule-{right}/></d:privilege>");
                assert_eq!(told.matches(&element).count(), 2, "{right}: {told}");
            }
        }
    });
}

/// RFC 4918 §14.2: `allprop` brings what that standard defines, the length too.
#[test]
fn all_properties_are_told() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let book = client.address_book();
        let (object, contact) = (format!("{}a.ics", client.calendar), format!("{book}a.vcf"));
        client.put(&object, &event("a", HOUR)).expect(201);
        client.put_card(&contact, &card("a", "佐藤", "")).expect(201);
        for (collection, path) in [(&client.calendar, &object), (&book, &contact)] {
            let length = client.get(path).expect(200).text().len();
            for (at, depth) in [(path, "0"), (collection, "1")] {
                let told = client.xml("PROPFIND", at, depth, "<d:propfind NS><d:allprop/></d:propfind>");
                let told = told.expect(207).text();
                let expected = format!("<d:getcontentlength>{length}</d:getcontentlength>");
                assert!(told.contains(&expected), "{told}");
            }
        }
    });
}

/// RFC 4918 §4.3: a property keeps the language in which it is written, also where that is said around it.
#[test]
fn a_property_keeps_its_language() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let set = |prop: &str| format!("<d:set>{prop}</d:set>");
        let one = set(
            "<d:prop xml:lang=\"de\"><x:a xmlns:x=\"urn:x\" xml:lang=\"en\">a</x:a><x:b xmlns:x=\"urn:x\">b</x:b></d:prop>",
        );
        let other = set("<d:prop><x:c xmlns:x=\"urn:x\">c</x:c></d:prop>");
        let body = format!("<d:propertyupdate NS xml:lang=\"fr\">{one}{other}</d:propertyupdate>");
        for path in [client.calendar.clone(), client.address_book()] {
            client.xml("PROPPATCH", &path, "0", &body).expect(207);
            let names = ["a", "b", "c"].map(|name| format!("<x:{name} xmlns:x=\"urn:x\"/>")).concat();
            let told = client.propfind(&path, "0", &names).text();
            for (name, language) in [("a", "en"), ("b", "de"), ("c", "fr")] {
                let expected = format!("<{name} xmlns=\"urn:x\" xml:lang=\"{language}\">{name}</{name}>");
                assert!(told.contains(&expected), "{told}");
            }
        }
    });
}

/// As docs/COMPLIANCE.md says: an attachment may lie in the event itself, as long as both are within 512 KiB.
#[test]
fn an_attachment_lies_in_its_event() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let client = Client::of(server, &hanako);
        let path = format!("{}a.ics", client.calendar);
        let attached =
            format!("ATTACH;FMTTYPE=application/pdf;ENCODING=BASE64;VALUE=BINARY:{}", "QUFB".repeat(80_000));
        let described = format!("DESCRIPTION:{}", "x".repeat(70_000));
        let text = event("a", &format!("{HOUR}SUMMARY:会議\n{described}\n{attached}\n"));
        client.put(&path, &text).expect(201);
        assert_eq!(client.get(&path).expect(200).text(), text);
        // It stays when something else is changed.
        let listed = "occurrences?from=2026-11-26T00:00:00Z&to=2026-11-27T00:00:00Z";
        let id = hanako.get(listed).expect(200).json()["items"][0]["eventId"].as_str().unwrap().to_owned();
        let item = format!("events/{id}");
        let tag = hanako.get(&item).expect(200).etag();
        hanako.patch(&item, &tag, &json!({"title": "打合せ"})).expect(200);
        let changed = client.get(&path).expect(200).text().replace("\r\n ", "");
        for line in ["SUMMARY:打合せ", &described, &attached] {
            assert!(changed.contains(&format!("{line}\r\n")), "{}", line.split(':').next().unwrap());
        }
    });
}

/// What is read may be written again: a calendar program stores as many dates that a series leaves out as the phone does.
#[test]
fn a_series_that_leaves_out_many_days_is_stored_again() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let client = Client::of(server, &hanako);
        let days = (1..=2_500).map(|n| {
            let day = chrono::NaiveDate::from_ymd_opt(2026, 11, 26).unwrap() + chrono::Days::new(n);
            (format!("{day}T10:00:00"), json!({"excluded": true}))
        });
        let days: serde_json::Map<String, serde_json::Value> = days.collect();
        let series = json!({
            "title": "当番", "start": "2026-11-26T10:00:00", "timeZone": "Asia/Tokyo", "duration": "PT1H",
            "recurrenceRule": {"frequency": "daily"}, "recurrenceOverrides": days,
        });
        hanako.post("events", &series).expect(201);
        let listed = client.propfind(&client.calendar, "1", "<d:getcontenttype/>").text();
        let listed = responses(&listed);
        let path = listed.iter().find(|it| it.0.ends_with(".ics")).unwrap().0.clone();
        let text = client.get(&path).expect(200).text();
        client.put(&path, &text.replace("SUMMARY:当番", "SUMMARY:宿直")).expect(204);
    });
}
