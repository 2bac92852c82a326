//! The canary crawler: every private field holds a word of its own, everybody asks everything at every route, and no word
//! turns up where it must not, in whatever way it is written.

use std::{collections::BTreeMap, fmt::Write};

use base64::{Engine, engine::general_purpose::STANDARD};
use rand::{Rng, SeedableRng, rngs::StdRng};
use renraku_base::SystemClock;
use renraku_test_db::Backend;
use serde_json::{Value, json};

use super::{
    office::{Office, PUBLIC},
    table::routes,
};
use crate::harness::{Answer, Mailbox, Phone, ServerProcess, Staff, Wire};

const NONSENSE: &str = "qzxjvkwyqzxjvkwy";

/// Words that nobody would write, each with where it stands.
struct Canaries {
    random: StdRng,
    /// The field in which each word stands.
    fields: BTreeMap<String, String>,
}

impl Canaries {
    fn new() -> Self {
        Self { random: StdRng::seed_from_u64(20_261_125), fields: BTreeMap::new() }
    }

    /// A new word for a field.
    fn word(&mut self, field: &str) -> String {
        let letters = (0..16).map(|_| char::from(b'a' + self.random.random_range(0..26)));
        let word: String = letters.collect();
        self.fields.insert(word.clone(), field.to_owned());
        word
    }

    /// The fields whose words are in these bytes, in any of their spellings.
    fn fields_in(&self, bytes: &[u8]) -> Vec<&str> {
        let text = String::from_utf8_lossy(bytes).to_lowercase();
        // Base64 tells capitals apart.
        let exact = String::from_utf8_lossy(bytes);
        let there = |word: &&String| {
            text.contains(word.as_str())
                || coded(word).iter().any(|code| text.contains(code))
                || base64_cores(word).iter().any(|code| exact.contains(code))
        };
        self.fields.keys().filter(there).map(|word| self.fields[word].as_str()).collect()
    }
}

/// A word in hex, percent and UTF-16, in lower case.
fn coded(word: &str) -> [String; 3] {
    let mut codes = [const { String::new() }; 3];
    for byte in word.bytes() {
        write!(codes[0], "{byte:02x}").unwrap();
        write!(codes[1], "%{byte:02x}").unwrap();
        write!(codes[2], "{}\0", char::from(byte)).unwrap();
    }
    codes
}

/// What of a word's base64 does not depend on what stands around it, for each place where it may begin.
fn base64_cores(word: &str) -> [String; 3] {
    [0, 1, 2].map(|shift| {
        let coded = STANDARD.encode([&b"___"[..shift], word.as_bytes()].concat());
        coded[4..coded.len() - 4].to_owned()
    })
}

/// Everything of an answer that its reader sees.
fn bytes(answer: &Answer) -> Vec<u8> {
    let mut bytes = format!("{:?}\n", answer.headers).into_bytes();
    bytes.extend(&answer.body);
    bytes
}

/// Asks everything: every route with every verb, all ids, all queries but searches; and syncs from nothing.
fn crawl(phone: &Phone, office: &Office, reads_alone: bool) -> Vec<u8> {
    let mut seen = Vec::new();
    for route in routes() {
        let apart = route.path == "push" || route.path.starts_with("auth/");
        if apart || (reads_alone && route.method != "GET") {
            continue;
        }
        let paths = match route.kind() {
            None => vec![route.path.clone()],
            // What everybody sees is not to be changed by those who ask.
            Some(kind) if PUBLIC.contains(&kind) && route.method != "GET" => continue,
            Some(kind) => office.ids(kind).iter().map(|id| route.of(id)).collect(),
        };
        for path in paths.iter().flat_map(|path| route.queries(path, office)) {
            // What is looked for stands in a refusal and is no secret to who asks.
            if !path.contains("q=") {
                seen.extend(bytes(&route.ask(phone, &path).send()));
            }
        }
    }
    seen.extend(synced(phone, &mut Value::Null));
    seen
}

/// All that a sync brings, from nothing or from a token on.
fn synced(phone: &Phone, token: &mut Value) -> Vec<u8> {
    let mut seen = Vec::new();
    loop {
        let mut body = json!({"limit": 50});
        if !token.is_null() {
            body["token"] = token.clone();
        }
        let answer = phone.ask("POST", "sync").json(&body).send().expect(200);
        seen.extend(bytes(&answer));
        let json = answer.json();
        if json["token"].is_string() {
            *token = json["token"].clone();
        }
        if json["more"] == false {
            return seen;
        }
    }
}

/// Searching for a word that is somebody else's finds what searching for nonsense finds.
fn searches_tell_nothing(phone: &Phone, office: &Office, canaries: &Canaries) {
    let plain = |answer: &Answer, word: &str| {
        let mut body = answer.json();
        if let Some(members) = body.as_object_mut() {
            members.remove("requestId");
        }
        body.to_string().replace(word, "")
    };
    for route in routes().into_iter().filter(|route| route.method == "GET") {
        if !route.queries("", office).iter().any(|query| query.contains("q=")) {
            continue;
        }
        let ask = |word: &str| plain(&phone.get(&format!("{}?q={word}", route.path)), word);
        let nothing = ask(NONSENSE);
        for (word, field) in &canaries.fields {
            assert_eq!(ask(word), nothing, "{} finds {field}", route.path);
        }
    }
}

/// What a stream told until something of one's own is told.
fn heard(wire: &mut Wire, staff: &Staff) -> String {
    staff.post("contacts", &json!({"name": {"full": "合図"}})).expect(201);
    wire.read_until("contacts\"")
}

fn share(office: &Office, path: &str, with: &Staff, role: Value) {
    let grantee = json!({"type": "person", "personId": with.person});
    let status = if role.is_null() { 204 } else { 200 };
    office.owner.post(path, &json!({"grantee": grantee, "role": role})).expect(status);
}

#[test]
fn nothing_private_is_told_to_anybody_else() {
    for backend in Backend::all() {
        let database = backend.fresh();
        let folder = tempfile::tempdir().unwrap();
        let server = ServerProcess::start_with(&database, folder.path(), &[("RENRAKU_LOG_LEVEL", "debug")]);
        let db = database.open(2, &SystemClock);
        let hire = |name: &str| Staff::hire(&db, folder.path(), &Phone::new(server.base()), name);
        let mut canaries = Canaries::new();
        let mut office = Office::of(&db, hire("hanako"));
        office.grow(&mut |field| canaries.word(field));
        let [sharee, colleague, outsider] = ["taro", "jiro", "saburo"].map(hire);
        let mailboxes = [&sharee, &colleague, &outsider].map(|staff| Mailbox::of(&db, staff));

        // The net holds: the owner finds every word.
        let mut found = canaries.fields_in(&crawl(&office.owner, &office, true));
        found.sort_unstable();
        let mut all: Vec<&str> = canaries.fields.values().map(String::as_str).collect();
        all.sort_unstable();
        assert_eq!(found, all, "what the owner sees of their own");

        let calendar = format!("calendars/{}/shares", office.owner.calendar);
        let book = format!("address-books/{}/shares", office.ids("address-books")[0]);
        share(&office, &calendar, &sharee, json!("freeBusy"));
        share(&office, &calendar, &colleague, json!("read"));
        share(&office, &book, &colleague, json!("read"));

        let shared = |field: &&str| {
            field.starts_with("public event")
                || field.starts_with("contact")
                || field.starts_with("address book")
        };
        let seen = canaries.fields_in(&crawl(&colleague, &office, true)).into_iter();
        let (shared, private): (Vec<&str>, Vec<&str>) = seen.partition(shared);
        assert!(shared.len() > 10, "the colleague sees what is shared: {shared:?}");
        assert_eq!(private, [""; 0], "told to those who may read the calendar");
        let mut colleagues_token = Value::Null;
        synced(&colleague, &mut colleagues_token);

        let mut streams = [&sharee, &outsider].map(|staff| Wire::listen(staff));
        let mut told = Vec::new();
        for event in office.ids("events").to_vec() {
            let change = json!({"title": canaries.word("a new title"), "description": canaries.word("a new description")});
            office.owner.patch(&format!("events/{event}"), "*", &change).expect(200);
        }
        for (wire, staff) in streams.iter_mut().zip([&sharee, &outsider]) {
            told.extend(heard(wire, staff).into_bytes());
        }
        share(&office, &calendar, &colleague, Value::Null);
        share(&office, &book, &colleague, Value::Null);
        told.extend(synced(&colleague, &mut colleagues_token));
        for staff in [&sharee, &outsider, &colleague] {
            told.extend(crawl(staff, &office, false));
            searches_tell_nothing(staff, &office, &canaries);
        }
        mailboxes.iter().for_each(Mailbox::index);
        for staff in [&sharee, &outsider, &colleague] {
            told.extend(crawl(staff, &office, true));
        }
        assert_eq!(canaries.fields_in(&told), [""; 0], "told to somebody else on {backend}");
        told = Phone::new(server.base()).get("/metrics").expect(200).body;
        told.extend(server.log().into_bytes());
        assert!(told.len() > 10_000, "a log and metrics were written");
        assert_eq!(canaries.fields_in(&told), [""; 0], "in the log or the metrics on {backend}");
    }
}

#[test]
fn a_canary_is_found_in_every_spelling() {
    let mut canaries = Canaries::new();
    let word = canaries.word("x");
    let utf16: Vec<u8> = word.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut spellings = vec![word.to_uppercase().into_bytes(), utf16];
    spellings.extend(coded(&word).map(String::into_bytes));
    spellings.extend(
        ["", "1", "12", "123"].map(|before| STANDARD.encode(format!("{before}{word}!")).into_bytes()),
    );
    for spelling in spellings {
        assert_eq!(canaries.fields_in(&spelling), ["x"], "{}", String::from_utf8_lossy(&spelling));
    }
    assert!(canaries.fields_in(NONSENSE.as_bytes()).is_empty());
}
