use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use renraku_base::{Entropy, Id};
use renraku_db::Db;
use renraku_notify::{Details, Notice, NotificationType, Repeat, Subject, service as notify};
use renraku_people::{
    directory::{
        PersonEntry, PersonName, Phone as Number, PhoneKind, PostEntry, UnitEntry, service as directory,
    },
    photo::Photo,
};
use renraku_schedule::{
    model::{FacilityDraft, FacilityKind},
    service as schedule,
};
use serde_json::{Value, json};

use crate::harness::{Answer, Mailbox, Staff};

/// Objects that everybody may see; all others are their owner's. A favourite, and who was in touch, is named by the person.
pub const PUBLIC: &[&str] = &["people", "units", "facilities", "favourites", "recent"];

/// A picture of one pixel.
pub const PNG: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/// Somebody who has one or more of everything that there is.
#[derive(Debug)]
pub struct Office {
    db: Db,
    /// Who owns it all.
    pub owner: Staff,
    mailbox: Mailbox,
    ids: BTreeMap<&'static str, Vec<String>>,
    /// Search words that find what was made.
    pub words: Vec<String>,
}

impl Office {
    /// Nothing yet.
    pub fn of(db: &Db, owner: Staff) -> Self {
        let mailbox = Mailbox::of(db, &owner);
        let ids = BTreeMap::from([("devices", vec![owner.device.clone()])]);
        Self { db: db.clone(), owner, mailbox, ids, words: Vec::new() }
    }

    /// Adds one more of everything; `word` gives the text of each field that is nobody else's business.
    pub fn grow(&mut self, word: &mut dyn FnMut(&str) -> String) {
        self.add_people();
        self.add_events(word);
        self.add_contact(word);
        self.add_mail(word);
        self.add_notification(word);
        self.add_memo(word);
        // Of these there are at most five.
        if self.ids("app-passwords").len() < 5 {
            self.post("app-passwords", "me/app-passwords", &json!({"name": word("app password")}));
        }
    }

    /// The ids of what was made of a kind, named as in [`super::table::Route::kind`].
    pub fn ids(&self, kind: &str) -> &[String] {
        self.ids.get(kind).map_or(&[], Vec::as_slice)
    }

    /// What a query parameter may be; nothing for one that is not known here.
    pub fn values(&self, parameter: &str) -> Vec<String> {
        let last = |kind: &str| self.ids(kind).last().cloned().into_iter().collect::<Vec<_>>();
        match parameter {
            "from" => vec!["2026-11-25T00:00:00Z".into()],
            "to" => vec!["2027-01-05T00:00:00Z".into()],
            "limit" => vec!["500".into()],
            "q" => self.words.iter().cloned().chain(["x".into(), "会".into()]).collect(),
            "phone" => vec!["7900".into(), "0155-99-7901".into()],
            "unread" => vec!["true".into()],
            "done" => vec!["false".into()],
            "box" => vec!["written".into()],
            "with" => vec!["reach".into()],
            "kind" => vec!["room".into()],
            "minCapacity" => vec!["0".into()],
            "principals" => vec![self.ids("people").join(",")],
            "unit" => last("units"),
            "calendars" => vec![self.ids("calendars").join(",")],
            "addressBooks" => vec![self.ids("address-books").join(",")],
            "size" => vec!["small".into()],
            "media" => vec!["m".into()],
            "memberOf" => last("groups"),
            "mailbox" => last("mailboxes"),
            "thread" => last("threads"),
            _ => Vec::new(),
        }
    }

    fn keep(&mut self, kind: &'static str, id: impl Into<String>) {
        self.ids.entry(kind).or_default().push(id.into());
    }

    fn post(&mut self, kind: &'static str, path: &str, body: &Value) -> String {
        let made = self.owner.post(path, body).expect(201).json();
        let id = made["id"].as_str().unwrap().to_owned();
        self.keep(kind, &id);
        id
    }

    /// A unit with somebody in it, and a room: everybody sees these.
    fn add_people(&mut self) {
        let n = self.ids("people").len();
        let now = self.db.now();
        let unit = UnitEntry {
            id: Entropy.new_id(now),
            name: format!("第{n}課"),
            parent_id: self.ids("units").first().map(|id| Id::stored(id.clone())),
            position: i32::try_from(n).unwrap(),
        };
        let person = PersonEntry {
            id: Entropy.new_id(now),
            name: PersonName { full: format!("試験 {n}"), phonetic: "シケン タロウ".to_owned() },
            posts: vec![PostEntry { unit: unit.id.clone(), title: None, starts_on: None, ends_on: None }],
            phones: vec![Number { number: "7900".to_owned(), kind: PhoneKind::Extension }],
            emails: vec![format!("x{n}@pref.example.jp")],
            staff_number: None,
        };
        let room = FacilityDraft {
            id: None,
            name: format!("第{n}会議室"),
            kind: FacilityKind::Room,
            capacity: None,
            place: None,
            description: None,
            booking_rules: Default::default(),
        };
        self.db.write(|tx| directory::put_unit(tx, &unit)).unwrap();
        self.db.write(|tx| directory::put_person(tx, &person)).unwrap();
        let photo = Photo::of(&STANDARD.decode(PNG).unwrap()).unwrap();
        self.db.write(|tx| directory::put_photo(tx, &person.id, Some(&photo))).unwrap();
        let room = self.db.write(|tx| schedule::create_facility(tx, room.clone())).unwrap();
        self.keep("units", unit.id.as_str());
        self.keep("people", person.id.as_str());
        self.owner.ask("PUT", &format!("me/favourites/{}", person.id)).send().expect(204);
        self.keep("facilities", room.into_inner().id.as_str());
    }

    /// An event that those who read the calendar see, one that they do not, and a calendar of one's own.
    fn add_events(&mut self, word: &mut dyn FnMut(&str) -> String) {
        self.post("calendars", "calendars", &json!({"name": word("calendar")}));
        for (privacy, start) in [("public", "2026-11-26T10:00:00"), ("private", "2026-11-27T10:00:00")] {
            let mut say = |field: &str| word(&format!("{privacy} event: {field}"));
            let event = json!({
                "title": say("title"), "description": say("description"), "start": start, "duration": "PT1H",
                "privacy": privacy, "color": "red", "x-note": say("x-note"), "keywords": {say("keyword"): true},
                "locations": {"1": {"name": say("place"), "description": say("place's description")}},
                "virtualLocations": {"1": {"uri": format!("https://{}.example.jp/", say("link")), "name": say("link's name")}},
                "links": {"1": {"href": format!("https://example.jp/{}", say("attachment")), "title": say("attachment's title")}},
                "alerts": {"1": {"trigger": {"offset": "-PT5M"}, "x-text": say("alert")}},
                "participants": {
                    "1": {"name": say("participant"), "roles": {"attendee": true},
                          "calendarAddress": format!("mailto:{}@elsewhere.example.jp", say("address"))},
                    "2": {"personId": self.ids("people")[0], "roles": {"attendee": true}, "x-note": say("participant's note")},
                },
                "recurrenceRule": {"frequency": "weekly", "count": 3},
            });
            let id = self.post("events", "events", &event);
            let occurrence = start.replace("11-2", "12-0").replace("06T", "03T").replace("07T", "04T");
            let path = format!("events/{id}?recurrenceId={occurrence}");
            self.owner.patch(&path, "*", &json!({"title": say("one occurrence's title")})).expect(200);
        }
    }

    fn add_contact(&mut self, word: &mut dyn FnMut(&str) -> String) {
        let book = self.post("address-books", "address-books", &json!({"name": word("address book")}));
        let contact = json!({
            "addressBookId": book, "name": {"full": word("contact: name")}, "x-note": word("contact: x-note"),
            "organizations": {"1": {"name": word("contact: organization")}},
            "emails": {"1": {"address": format!("{}@example.jp", word("contact: address"))}},
            "phones": {"1": {"number": "0155-99-7901", "label": word("contact: label")}},
            "notes": {"1": {"note": word("contact: note")}},
            "media": {"m": {"kind": "photo", "uri": format!("data:image/png;base64,{PNG}")}},
        });
        let keep = self.owner.post("contacts", &contact).expect(201);
        let goes = self.owner.post("contacts", &contact).expect(201);
        let version = |made: &Answer| json!({"id": made.json()["id"], "etag": made.etag()});
        let merge = json!({"keep": version(&keep), "merge": [version(&goes)]});
        self.post("merges", "contacts/merge", &merge);
        self.keep("contacts", keep.json()["id"].as_str().unwrap());
        // Two of the same.
        self.owner.post("contacts", &contact).expect(201);
        let group = json!({
            "addressBookId": book, "kind": "group", "name": {"full": word("contact group: name")},
            "members": {keep.json()["uid"].as_str().unwrap(): true}, "keywords": {word("contact group: keyword"): true},
        });
        let group = self.owner.post("contacts", &group).expect(201).json();
        self.keep("groups", group["id"].as_str().unwrap());
    }

    fn add_mail(&mut self, word: &mut dyn FnMut(&str) -> String) {
        let file = STANDARD.encode(word("mail: file"));
        let mail = format!(
            "From: {} <{}@example.jp>\r\nTo: hanako@pref.example.jp\r\nSubject: {}\r\n\
             Date: Wed, 25 Nov 2026 10:00:00 +0900\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n{}\r\n\
             --b\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\
             Content-Disposition: attachment; filename=\"{}.pdf\"\r\n\r\n{file}\r\n--b--\r\n",
            word("mail: author"),
            word("mail: author's address"),
            word("mail: subject"),
            word("mail: text"),
            word("mail: file name"),
        );
        self.mailbox.receive(mail.as_bytes());
        let list = self.owner.get("mail/messages?limit=500").expect(200).json();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        // Other mails may have come meanwhile: what could not be delivered comes back.
        let is_new = |mail: &&Value| {
            mail["hasAttachment"] == true && !self.ids("messages").contains(&text(&mail["id"]))
        };
        let newest = list["items"].as_array().unwrap().iter().find(is_new).unwrap().clone();
        self.keep("messages", text(&newest["id"]));
        self.keep("threads", text(&newest["threadId"]));
        let mailbox = newest["mailboxIds"].as_object().unwrap().keys().next().unwrap().clone();
        self.keep("mailboxes", mailbox);
    }

    /// A memo for a colleague, which its author sees all of.
    fn add_memo(&mut self, word: &mut dyn FnMut(&str) -> String) {
        let memo = json!({
            "to": [self.ids("people")[0]], "kind": "callBack", "matter": word("phone memo: matter"),
            "caller": {"name": word("phone memo: caller"), "number": word("phone memo: number")},
        });
        self.post("phone-memos", "phone-memos", &memo);
    }

    fn add_notification(&mut self, word: &mut dyn FnMut(&str) -> String) {
        let notice = Notice {
            kind: NotificationType::Cancelled,
            subject: Subject::default(),
            actor: None,
            details: Details {
                title: Some(word("notification: title")),
                place: Some(word("notification: place")),
                comment: Some(word("notification: comment")),
                ..Details::default()
            },
            repeat: Repeat::Add,
        };
        let person = self.owner.person.clone();
        self.db.write(|tx| notify::tell(tx, &person, &notice)).unwrap();
        let newest = self.owner.get("notifications?limit=1").expect(200).json()["items"][0]["id"].clone();
        self.keep("notifications", newest.as_str().unwrap());
    }
}
