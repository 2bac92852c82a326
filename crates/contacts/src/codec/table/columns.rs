//! What each column says of a card, and how it is put into one. Of what a card has several of and a column one, it is the first.

use serde_json::{Map, Value, json};

use crate::model::plain_number;

/// Parts several in a cell.
const BETWEEN: char = ';';

/// A column of the table.
pub(super) struct Field {
    pub column: &'static str,
    /// What the card says.
    say: fn(&Map<String, Value>) -> String,
    /// Has the card say something else; nothing, when that is empty.
    pub set: fn(&mut Map<String, Value>, &str),
}

impl Field {
    /// What stands in the cell, as it is read: without spaces around, lines parted by line feeds.
    pub fn say(&self, card: &Map<String, Value>) -> String {
        let said = (self.say)(card).replace("\r\n", "\n").replace('\r', "\n");
        said.chars().filter(|c| !c.is_ascii_control() || *c == '\n').collect::<String>().trim().to_owned()
    }

    /// Whether a cell says what the card does. A spreadsheet takes a number for one, and the zeros before it away.
    pub fn says(&self, card: &Map<String, Value>, cell: &str) -> bool {
        let said = self.say(card);
        let is_number = said.bytes().all(|byte| byte.is_ascii_digit());
        cell == said || is_number && !cell.is_empty() && cell == said.trim_start_matches('0')
    }
}

/// The columns that stand for something in the card.
pub(super) const FIELDS: [Field; 13] = [
    Field { column: "name", say: name, set: set_name },
    Field { column: "kana", say: kana, set: set_kana },
    Field { column: "company", say: company, set: set_company },
    Field { column: "department", say: department, set: set_department },
    Field { column: "title", say: |card| of_first(card, "titles", "name"), set: set_title },
    Field {
        column: "phone",
        say: |card| numbers(card, Line::Phone),
        set: |card, cell| set_numbers(card, Line::Phone, cell),
    },
    Field {
        column: "mobile",
        say: |card| numbers(card, Line::Mobile),
        set: |card, cell| set_numbers(card, Line::Mobile, cell),
    },
    Field {
        column: "fax",
        say: |card| numbers(card, Line::Fax),
        set: |card, cell| set_numbers(card, Line::Fax, cell),
    },
    Field { column: "email", say: emails, set: set_emails },
    Field {
        column: "postalCode",
        say: postal_code,
        set: |card, cell| set_address(card, cell, &address(card)),
    },
    Field { column: "address", say: address, set: |card, cell| set_address(card, &postal_code(card), cell) },
    Field {
        column: "note",
        say: |card| of_first(card, "notes", "note"),
        set: |card, cell| set_first(card, "notes", "note", cell),
    },
    Field { column: "keywords", say: keywords, set: set_keywords },
];

fn text<'v>(of: &'v Value, member: &str) -> &'v str {
    of.get(member).and_then(Value::as_str).unwrap_or_default()
}

fn entries<'c>(card: &'c Map<String, Value>, member: &str) -> impl Iterator<Item = (&'c String, &'c Value)> {
    card.get(member).and_then(Value::as_object).into_iter().flatten()
}

fn of_first(card: &Map<String, Value>, member: &str, said: &str) -> String {
    entries(card, member).next().map(|(_, it)| text(it, said).to_owned()).unwrap_or_default()
}

/// The parts of a cell.
fn several(cell: &str) -> Vec<&str> {
    cell.split([BETWEEN, '；', '\n']).map(str::trim).filter(|part| !part.is_empty()).collect()
}

/// A key that no entry of the card's member has.
fn free_key(entries: &Map<String, Value>) -> String {
    let mut number = entries.len() + 1;
    while entries.contains_key(&number.to_string()) {
        number += 1;
    }
    number.to_string()
}

/// The entries of a member, which goes when none is left.
fn change(card: &mut Map<String, Value>, member: &str, change: impl FnOnce(&mut Map<String, Value>)) {
    let mut entries = match card.remove(member) {
        Some(Value::Object(entries)) => entries,
        _ => Map::new(),
    };
    change(&mut entries);
    if !entries.is_empty() {
        card.insert(member.to_owned(), Value::Object(entries));
    }
}

/// Has the first entry say something, and takes it away when it then says nothing.
fn set_first(card: &mut Map<String, Value>, member: &str, said: &str, cell: &str) {
    change(card, member, |entries| {
        let key = entries.keys().next().cloned().unwrap_or_else(|| free_key(entries));
        if cell.is_empty() {
            entries.remove(&key);
        } else if let Value::Object(entry) = entries.entry(key).or_insert_with(|| json!({})) {
            entry.insert(said.to_owned(), json!(cell));
        }
    });
}

fn components(of: Option<&Value>) -> impl Iterator<Item = &Value> {
    of.and_then(|it| it.get("components")).and_then(Value::as_array).into_iter().flatten()
}

fn words<'t>(words: impl Iterator<Item = &'t str>) -> String {
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

fn name(card: &Map<String, Value>) -> String {
    let Some(name) = card.get("name") else { return String::new() };
    match text(name, "full").trim() {
        "" => words(
            components(Some(name)).filter(|it| text(it, "kind") != "separator").map(|it| text(it, "value")),
        ),
        full => full.to_owned(),
    }
}

/// Two words are family name and given name; what else is known of the name as it was is not known of the new one.
fn set_name(card: &mut Map<String, Value>, cell: &str) {
    card.remove("name");
    if cell.is_empty() {
        return;
    }
    let mut name = json!({"full": cell});
    if let [surname, given] = cell.split_whitespace().collect::<Vec<_>>().as_slice() {
        name["components"] =
            json!([{"kind": "surname", "value": surname}, {"kind": "given", "value": given}]);
        name["isOrdered"] = json!(true);
    }
    card.insert("name".to_owned(), name);
}

fn kana(card: &Map<String, Value>) -> String {
    let Some(name) = card.get("name") else { return String::new() };
    let read = words(components(Some(name)).map(|it| text(it, "phonetic")));
    let sorted =
        || words(["surname", "given"].into_iter().filter_map(|kind| name.get("sortAs")?.get(kind)?.as_str()));
    if read.is_empty() { sorted() } else { read }
}

/// How a name is read stands with its parts where there are as many words, and is what it is sorted by otherwise.
fn set_kana(card: &mut Map<String, Value>, cell: &str) {
    let name = match card.get_mut("name") {
        Some(Value::Object(name)) => name,
        _ if cell.is_empty() => return,
        _ => return drop(card.insert("name".to_owned(), json!({"sortAs": {"surname": cell}}))),
    };
    let mut parts: Vec<&mut Map<String, Value>> = match name.get_mut("components") {
        Some(Value::Array(parts)) => parts.iter_mut().filter_map(Value::as_object_mut).collect(),
        _ => Vec::new(),
    };
    parts.retain(|part| part.get("kind").is_some_and(|kind| kind != "separator"));
    parts.iter_mut().for_each(|part| drop(part.remove("phonetic")));
    let read: Vec<&str> = cell.split_whitespace().collect();
    let with_parts = !read.is_empty() && parts.len() == read.len();
    if with_parts {
        for (part, read) in parts.iter_mut().zip(&read) {
            part.insert("phonetic".to_owned(), json!(read));
        }
    }
    for told in ["sortAs", "phoneticSystem", "phoneticScript"] {
        name.remove(told);
    }
    if with_parts {
        name.insert("phoneticSystem".to_owned(), json!("script"));
    } else if !cell.is_empty() {
        name.insert("sortAs".to_owned(), json!({"surname": cell}));
    }
}

fn company(card: &Map<String, Value>) -> String {
    of_first(card, "organizations", "name")
}

/// Changes the first organization, and takes it away when it has neither name nor units.
fn set_organization(card: &mut Map<String, Value>, set: impl FnOnce(&mut Map<String, Value>)) {
    change(card, "organizations", |entries| {
        let key = entries.keys().next().cloned().unwrap_or_else(|| free_key(entries));
        if let Value::Object(entry) = entries.entry(key.clone()).or_insert_with(|| json!({})) {
            set(entry);
            if !entry.contains_key("name") && !entry.contains_key("units") {
                entries.remove(&key);
            }
        }
    });
}

fn set_company(card: &mut Map<String, Value>, cell: &str) {
    set_organization(card, |it| {
        it.remove("sortAs");
        match cell {
            "" => drop(it.remove("name")),
            name => drop(it.insert("name".to_owned(), json!(name))),
        }
    });
}

fn department(card: &Map<String, Value>) -> String {
    let first = entries(card, "organizations").next().map(|(_, it)| it);
    let units = first.and_then(|it| it.get("units")).and_then(Value::as_array).into_iter().flatten();
    units.map(|unit| text(unit, "name")).filter(|name| !name.is_empty()).collect::<Vec<_>>().join("/")
}

fn set_department(card: &mut Map<String, Value>, cell: &str) {
    let units: Vec<Value> = cell
        .split(['/', '／'])
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(|name| json!({"name": name}))
        .collect();
    set_organization(card, |it| match units.is_empty() {
        true => drop(it.remove("units")),
        false => drop(it.insert("units".to_owned(), Value::Array(units))),
    });
}

fn set_title(card: &mut Map<String, Value>, cell: &str) {
    set_first(card, "titles", "name", cell);
}

/// What a number is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Line {
    Phone,
    Mobile,
    Fax,
}

impl Line {
    fn of(phone: &Value) -> Self {
        let features = |name: &str| {
            phone.get("features").and_then(|it| it.get(name)).and_then(Value::as_bool) == Some(true)
        };
        match (features("fax"), features("mobile")) {
            (true, _) => Self::Fax,
            (false, true) => Self::Mobile,
            (false, false) => Self::Phone,
        }
    }

    fn phone(self, number: &str) -> Value {
        let feature = match self {
            Self::Phone => "voice",
            Self::Mobile => "mobile",
            Self::Fax => "fax",
        };
        json!({"number": number, "features": {feature: true}})
    }
}

fn number(phone: &Value) -> &str {
    plain_number(text(phone, "number"))
}

fn numbers(card: &Map<String, Value>, line: Line) -> String {
    let of_line = entries(card, "phones").filter(|(_, phone)| Line::of(phone) == line);
    of_line.map(|(_, phone)| number(phone)).collect::<Vec<_>>().join("; ")
}

/// What is in the cell stays as it is, with all that is known of it; the rest goes, and what is new comes.
fn set_numbers(card: &mut Map<String, Value>, line: Line, cell: &str) {
    let wanted = several(cell);
    change(card, "phones", |phones| {
        phones.retain(|_, phone| Line::of(phone) != line || wanted.contains(&number(phone)));
        for new in wanted {
            if !phones.values().any(|phone| Line::of(phone) == line && number(phone) == new) {
                phones.insert(free_key(phones), line.phone(new));
            }
        }
    });
}

fn emails(card: &Map<String, Value>) -> String {
    entries(card, "emails").map(|(_, email)| text(email, "address")).collect::<Vec<_>>().join("; ")
}

fn set_emails(card: &mut Map<String, Value>, cell: &str) {
    let wanted = several(cell);
    change(card, "emails", |emails| {
        emails.retain(|_, email| wanted.contains(&text(email, "address")));
        for new in wanted {
            if !emails.values().any(|email| text(email, "address") == new) {
                emails.insert(free_key(emails), json!({"address": new}));
            }
        }
    });
}

fn first_address(card: &Map<String, Value>) -> Option<&Value> {
    entries(card, "addresses").next().map(|(_, it)| it)
}

fn postal_code(card: &Map<String, Value>) -> String {
    let parts = components(first_address(card)).filter(|it| text(it, "kind") == "postcode");
    words(parts.map(|it| text(it, "value")))
}

/// The parts from the greatest down, as Japan writes an address, or the whole that somebody wrote.
fn address(card: &Map<String, Value>) -> String {
    let address = first_address(card);
    let part = |kind: &'static str| {
        components(address).filter(move |it| text(it, "kind") == kind).map(|it| text(it, "value"))
    };
    let is_rest =
        |it: &&Value| !["postcode", "country", "region", "locality", "separator"].contains(&text(it, "kind"));
    let rest = components(address).filter(is_rest).map(|it| text(it, "value"));
    let parts: String = part("region").chain(part("locality")).chain(rest).collect();
    if parts.trim().is_empty() {
        address.map(|it| text(it, "full").to_owned()).unwrap_or_default()
    } else {
        parts
    }
}

/// Another address takes the place of the first, of which only where it is used stays.
fn set_address(card: &mut Map<String, Value>, code: &str, address: &str) {
    let parts = [("postcode", code.trim()), ("name", address.trim())];
    let parts: Vec<Value> = parts
        .into_iter()
        .filter(|part| !part.1.is_empty())
        .map(|(kind, value)| json!({"kind": kind, "value": value}))
        .collect();
    change(card, "addresses", |addresses| {
        let key = addresses.keys().next().cloned().unwrap_or_else(|| free_key(addresses));
        let before = addresses.remove(&key);
        if !parts.is_empty() {
            let mut new = json!({"components": parts});
            if let Some(contexts) = before.and_then(|it| it.get("contexts").cloned()) {
                new["contexts"] = contexts;
            }
            addresses.insert(key, new);
        }
    });
}

fn keywords(card: &Map<String, Value>) -> String {
    entries(card, "keywords").map(|(word, _)| word.as_str()).collect::<Vec<_>>().join("; ")
}

fn set_keywords(card: &mut Map<String, Value>, cell: &str) {
    let words = several(cell).into_iter().map(|word| (word.to_owned(), Value::Bool(true)));
    change(card, "keywords", |keywords| *keywords = words.collect());
}
