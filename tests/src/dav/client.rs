use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::json;

use crate::harness::{Answer, Ask, Phone, Staff, TestServer};

/// A calendar client of a member of staff, signed in with an app password.
#[derive(Debug, Clone)]
pub struct Client {
    phone: Phone,
    authorization: String,
    /// The path of the person's principal.
    pub principal: String,
    /// The path of their home.
    pub home: String,
    /// The path of their default calendar.
    pub calendar: String,
    /// The path of the home of their address books.
    pub books: String,
}

impl Client {
    /// Makes an app password on the phone and signs in with it.
    pub fn of(server: &TestServer, staff: &Staff) -> Self {
        let made = staff.post("me/app-passwords", &json!({"name": "calendar"})).expect(201).json();
        let password = made["password"].as_str().unwrap();
        let credentials = STANDARD.encode(format!("{}:{password}", staff.username));
        let home = format!("/dav/calendars/{}/", staff.person);
        Self {
            phone: server.anonymous(),
            authorization: format!("Basic {credentials}"),
            principal: format!("/dav/principals/{}/", staff.person),
            books: format!("/dav/addressbooks/{}/", staff.person),
            calendar: format!("{home}{}/", staff.calendar),
            home,
        }
    }

    /// What proves who it is.
    pub fn authorization(&self) -> &str {
        &self.authorization
    }

    /// The same client, looking at another calendar in its home.
    pub fn in_calendar(&self, segment: &str) -> Self {
        Self { calendar: format!("{}{segment}/", self.home), ..self.clone() }
    }

    /// Begins a request.
    pub fn ask(&self, method: &str, path: &str) -> Ask {
        self.phone.ask(method, path).header("authorization", &self.authorization)
    }

    /// Sends XML.
    #[track_caller]
    pub fn xml(&self, method: &str, path: &str, depth: &str, body: &str) -> Answer {
        let body = format!(
            r#"<?xml version="1.0"?>{}"#,
            body.replacen(
                "NS",
                r#"xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:a="http://apple.com/ns/ical/""#,
                1
            )
        );
        self.ask(method, path).header("depth", depth).body("application/xml", body).send()
    }

    /// Asks for properties.
    #[track_caller]
    pub fn propfind(&self, path: &str, depth: &str, props: &str) -> Answer {
        self.xml("PROPFIND", path, depth, &format!("<d:propfind NS><d:prop>{props}</d:prop></d:propfind>"))
            .expect(207)
    }

    /// Stores an object.
    pub fn put(&self, path: &str, text: &str) -> Answer {
        self.ask("PUT", path).body("text/calendar; charset=utf-8", text).send()
    }

    /// The path of the person's default address book, found as a client finds it.
    #[track_caller]
    pub fn address_book(&self) -> String {
        let home = self.propfind(&self.books, "1", "<d:resourcetype/>").text();
        let own = home.split("<d:response>").find(|it| it.contains("<c:addressbook/>"));
        between(own.unwrap_or_else(|| panic!("no address book in {home}")), "<d:href>", "</d:href>")
            .to_owned()
    }

    /// Sends XML about address books.
    #[track_caller]
    pub fn cards_xml(&self, method: &str, path: &str, depth: &str, body: &str) -> Answer {
        let names = r#"xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:carddav""#;
        self.xml(method, path, depth, &body.replacen("NS", names, 1))
    }

    /// Stores a card.
    pub fn put_card(&self, path: &str, text: &str) -> Answer {
        self.ask("PUT", path).body("text/vcard; charset=utf-8", text).send()
    }

    /// Reads an object.
    pub fn get(&self, path: &str) -> Answer {
        self.ask("GET", path).send()
    }

    /// Asks what changed since a token, at most `limit` objects; gives back paths with their status, and the new token.
    #[track_caller]
    pub fn sync(&self, calendar: &str, token: &str, limit: usize) -> (Vec<(String, u16)>, String) {
        let body = format!(
            "<d:sync-collection NS><d:sync-token>{token}</d:sync-token><d:sync-level>1</d:sync-level>\
             <d:limit><d:nresults>{limit}</d:nresults></d:limit><d:prop><d:getetag/></d:prop></d:sync-collection>"
        );
        let answer = self.xml("REPORT", calendar, "0", &body).expect(207).text();
        (responses(&answer), between(&answer, "<d:sync-token>", "</d:sync-token>").to_owned())
    }
}

/// What lies between two texts.
#[track_caller]
pub fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    let rest = text.split_once(before).unwrap_or_else(|| panic!("no {before} in {text}")).1;
    rest.split_once(after).unwrap_or_else(|| panic!("no {after} in {text}")).0
}

/// The paths of a multistatus, each with its first status.
pub fn responses(text: &str) -> Vec<(String, u16)> {
    let one = |part: &str| {
        let href = between(part, "<d:href>", "</d:href>").to_owned();
        (href, between(part, "<d:status>HTTP/1.1 ", " ").parse().unwrap())
    };
    text.split("<d:response>").skip(1).map(one).collect()
}

/// How a refusal names the right that is lacking, and where.
pub fn need(href: &str, privilege: &str) -> String {
    format!(
        "<d:need-privileges><d:resource><d:href>{href}</d:href><d:privilege><d:{privilege}/></d:privilege>\
         </d:resource></d:need-privileges>"
    )
}

/// How a refusal names the rights that are lacking to move something to where something is.
pub fn need_to_rebind(collection: &str) -> String {
    let (bind, unbind) = (need(collection, "bind"), need(collection, "unbind"));
    bind.replace("</d:need-privileges>", "") + &unbind.replace("<d:need-privileges>", "")
}

/// The text of an event, with further lines.
pub fn event(uid: &str, more: &str) -> String {
    let more = more.replace('\n', "\r\n");
    let zone = if more.contains("TZID=Asia/Tokyo") { TOKYO } else { "" };
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Test//Test//EN\r\n{zone}BEGIN:VEVENT\r\nUID:{uid}\r\n\
         DTSTAMP:20261125T000000Z\r\n{more}END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}

/// The text of a card, with further lines.
pub fn card(uid: &str, name: &str, more: &str) -> String {
    let more = more.replace('\n', "\r\n");
    format!("BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{uid}\r\nFN:{name}\r\nN:{name};;;;\r\n{more}END:VCARD\r\n")
}

/// The zone of Japan, as programs describe it.
pub const TOKYO: &str = "BEGIN:VTIMEZONE\r\nTZID:Asia/Tokyo\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0900\r\n\
    TZOFFSETTO:+0900\r\nTZNAME:JST\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n";

/// An hour in the morning of the day after the clock's.
pub const HOUR: &str = "DTSTART;TZID=Asia/Tokyo:20261126T100000\nDTEND;TZID=Asia/Tokyo:20261126T110000\n";
