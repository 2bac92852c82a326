use std::collections::{BTreeSet, HashMap, hash_map::Entry as Slot};

use renraku_base::content::{line::Line, text};
use serde_json::{Map, Value};

use super::{
    Version, dates, kept, labels, lists, media, name, places, types,
    values::{self, Entry},
};

/// A card as text.
#[must_use]
pub fn write(members: &Map<String, Value>, version: Version) -> String {
    let mut writer = Writer { members, version, lines: Vec::new(), groups: Groups::of(members) };
    writer.heading();
    writer.names();
    writer.entries();
    writer.rest();
    let mut out = String::from("BEGIN:VCARD\r\n");
    for line in &writer.lines {
        line.write(&mut out);
    }
    out.push_str("END:VCARD\r\n");
    out
}

/// The groups of a card.
struct Groups {
    taken: BTreeSet<String>,
    /// What a group is called; nothing where several lines say it.
    labels: HashMap<String, Option<String>>,
}

impl Groups {
    fn of(members: &Map<String, Value>) -> Self {
        let maps = members.values().filter_map(Value::as_object).flat_map(Map::values);
        let entries = maps.filter_map(Value::as_object).filter_map(|it| kept::of(it).0);
        let lines: Vec<Line> = kept::lines(members).collect();
        let grouped = || lines.iter().filter_map(|line| line.name.split_once('.'));
        let taken = entries.chain(grouped().map(|(group, _)| group.to_owned()));
        let labelled = grouped().filter(|(_, name)| *name == labels::LABEL);
        Self {
            taken: taken.map(|group| group.to_ascii_lowercase()).collect(),
            labels: labelled.map(|(group, _)| (group.to_ascii_lowercase(), None)).collect(),
        }
    }

    /// The group of an entry with this label, and whether the label is still to be written. A group is called one thing:
    /// an entry that is called otherwise leaves it.
    fn of_label(&mut self, group: Option<String>, label: &str) -> (String, bool) {
        let group = group.unwrap_or_else(|| self.fresh());
        match self.labels.entry(group.to_ascii_lowercase()) {
            Slot::Occupied(slot) if slot.get().as_deref() == Some(label) => (group, false),
            Slot::Occupied(_) => {
                let group = self.fresh();
                self.labels.insert(group.clone(), Some(label.to_owned()));
                (group, true)
            }
            Slot::Vacant(slot) => {
                slot.insert(Some(label.to_owned()));
                (group, true)
            }
        }
    }

    fn fresh(&mut self) -> String {
        let mut at = 1;
        while !self.taken.insert(format!("item{at}")) {
            at += 1;
        }
        format!("item{at}")
    }
}

struct Writer<'m> {
    members: &'m Map<String, Value>,
    version: Version,
    lines: Vec<Line>,
    groups: Groups,
}

impl<'m> Writer<'m> {
    fn line(&mut self, name: &str, value: String) {
        self.lines.push(Line::new(name, value));
    }

    fn text(&self, name: &str) -> Option<&'m str> {
        values::member(self.members, name).filter(|text| !text.is_empty())
    }

    /// The entries of a map of the card with their keys.
    fn map(&self, name: &str) -> impl Iterator<Item = (&'m str, &'m Map<String, Value>)> + use<'m> {
        let entries = self.members.get(name).and_then(Value::as_object).into_iter().flatten();
        entries.filter_map(|(key, value)| Some((key.as_str(), value.as_object()?)))
    }

    fn heading(&mut self) {
        self.line("VERSION", self.version.as_str().to_owned());
        for (name, member) in [("PRODID", "prodId"), ("UID", "uid")] {
            if let Some(text) = self.text(member) {
                self.line(name, text::escape(text));
            }
        }
        let (kind, member) = match self.version {
            Version::V3 => ("X-ADDRESSBOOKSERVER-KIND", "X-ADDRESSBOOKSERVER-MEMBER"),
            Version::V4 => ("KIND", "MEMBER"),
        };
        // 3.0 has no word for what every card is.
        let plain = |kind: &&str| self.version == Version::V3 && *kind == "individual";
        if let Some(text) = self.text("kind").filter(|kind| !plain(kind)) {
            self.line(kind, text::escape(text));
        }
        let listed = lists::members(self.members);
        let unlisted = values::set(self.members, "members").filter(|uid| !listed.contains(*uid));
        let all: Vec<String> = unlisted.map(values::uri).collect();
        all.into_iter().for_each(|uri| self.line(member, uri));
        if let (Some(text), Version::V4) = (self.text("language"), self.version) {
            self.line("LANGUAGE", text::escape(text));
        }
    }

    fn names(&mut self) {
        let none = Map::new();
        let name = self.members.get("name").and_then(Value::as_object).unwrap_or(&none);
        let first = |map: &str, member: &str| {
            self.map(map).find_map(|(_, it)| values::member(it, member).map(str::to_owned))
        };
        let other = first("organizations", "name")
            .or_else(|| first("nicknames", "name"))
            .or_else(|| first("emails", "address"))
            .or_else(|| first("phones", "number"));
        let lines = name::write(name, &other.unwrap_or_default(), self.version);
        self.lines.extend(lines);
    }

    fn entries(&mut self) {
        let (members, version) = (self.members, self.version);
        let of = |map: &'static str| {
            let entries = members.get(map).and_then(Value::as_object).into_iter().flatten();
            entries.filter_map(|(key, value)| Some((key.as_str(), value.as_object()?)))
        };
        let text_of = |name: &'static str, member: &'static str| {
            move |it: &'m Map<String, Value>| {
                Entry::new(it, name, text::escape(values::member(it, member).unwrap_or_default()))
            }
        };
        let uri_of = |name: &'static str| {
            move |it: &'m Map<String, Value>| {
                Entry::new(it, name, values::uri(values::member(it, "uri").unwrap_or_default()))
            }
        };
        of("nicknames").for_each(|(key, it)| self.entry(key, text_of("NICKNAME", "name")(it)));
        of("organizations").for_each(|(key, it)| self.entry(key, organization(it)));
        for (key, it) in of("titles") {
            let name = if values::member(it, "kind") == Some("role") { "ROLE" } else { "TITLE" };
            self.entry(
                key,
                Entry::new(it, name, text::escape(values::member(it, "name").unwrap_or_default())),
            );
        }
        of("phones").for_each(|(key, it)| self.entry(key, phone(it, version)));
        of("emails").for_each(|(key, it)| self.entry(key, text_of("EMAIL", "address")(it)));
        of("addresses").for_each(|(key, it)| self.entry(key, places::write(it)));
        of("links").for_each(|(key, it)| self.entry(key, uri_of("URL")(it)));
        of("onlineServices").for_each(|(key, it)| self.entry(key, service(it)));
        for (key, it) in of("anniversaries") {
            let name =
                values::member(it, "kind").and_then(|kind| dates::KINDS.iter().find(|known| known.1 == kind));
            let date = it.get("date").and_then(Value::as_object).and_then(|date| dates::write(date, version));
            if let (Some((name, _)), Some((value, omitted))) = (name, date) {
                let entry = Entry::new(it, name, value);
                self.entry(
                    key,
                    match omitted {
                        Some(year) => entry.param(dates::omitted(), year),
                        None => entry,
                    },
                );
            }
        }
        for (key, it) in of("media") {
            let name =
                values::member(it, "kind").and_then(|kind| media::KINDS.iter().find(|known| known.1 == kind));
            if let Some(entry) = name.and_then(|(name, _)| media::write(it, name, version)) {
                self.entry(key, entry);
            }
        }
        of("notes").for_each(|(key, it)| self.entry(key, text_of("NOTE", "note")(it)));
    }

    fn rest(&mut self) {
        let words: Vec<String> = values::set(self.members, "keywords").map(text::escape).collect();
        if !words.is_empty() {
            self.line("CATEGORIES", words.join(","));
        }
        let members: BTreeSet<&str> = values::set(self.members, "members").collect();
        let kept = kept::lines(self.members).filter(|line| lists::stays(line, &members));
        self.lines.extend(kept.map(|line| types::say(line, self.version)));
        if let (Some(created), Version::V4) = (self.text("created"), self.version) {
            self.line("CREATED", dates::compact(created));
        }
        if let Some(updated) = self.text("updated") {
            self.line("REV", dates::compact(updated));
        }
    }

    /// Writes an entry, and its label behind it.
    fn entry(&mut self, key: &str, mut entry: Entry<'_>) {
        if self.version == Version::V4 && kept::is_word(key) && !is_ours(key) {
            entry = entry.param("PROP-ID", key);
        }
        let own = kept::of(entry.object).0;
        let Some(label) = values::member(entry.object, "label").filter(|label| !label.is_empty()) else {
            self.lines.push(entry.line(self.version, own.as_deref()));
            return;
        };
        let (group, unsaid) = self.groups.of_label(own, label);
        self.lines.push(entry.line(self.version, Some(&group)));
        if unsaid {
            self.line(&kept::grouped(Some(&group), labels::LABEL), text::escape(&labels::write(label)));
        }
    }
}

/// Whether a key is one that we give to what comes without.
fn is_ours(key: &str) -> bool {
    key.strip_prefix('k')
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
}

fn organization(object: &Map<String, Value>) -> Entry<'_> {
    let name = values::member(object, "name").unwrap_or_default();
    let units: Vec<&Map<String, Value>> = object
        .get("units")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_object)
        .collect();
    let parts = std::iter::once(name).chain(units.iter().filter_map(|it| values::member(it, "name")));
    let value = parts.map(text::escape).collect::<Vec<_>>().join(";");
    let entry = Entry::new(object, "ORG", value);
    let sort_as = |it: &Map<String, Value>| values::member(it, "sortAs").map(text::escape);
    let sorted: Vec<String> =
        sort_as(object).into_iter().chain(units.iter().filter_map(|it| sort_as(it))).collect();
    if sorted.is_empty() { entry } else { entry.param("SORT-AS", &sorted.join(",")) }
}

fn phone(object: &Map<String, Value>, version: Version) -> Entry<'_> {
    let number = values::member(object, "number").unwrap_or_default();
    let uri = number.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("tel:"));
    match (version, uri) {
        (Version::V4, true) => Entry::new(object, "TEL", values::uri(number)).param("VALUE", "uri"),
        (Version::V3, true) if !number.contains(';') => {
            Entry::new(object, "TEL", text::escape(number.get(4..).unwrap_or_default()))
        }
        (Version::V3 | Version::V4, _) => Entry::new(object, "TEL", text::escape(number)),
    }
}

/// A service on the net; one without an address is named by whom one is there.
fn service(object: &Map<String, Value>) -> Entry<'_> {
    match (values::member(object, "uri"), values::member(object, "service")) {
        (Some(uri), None) => Entry::new(object, "IMPP", values::uri(uri)),
        (Some(uri), Some(service)) => {
            Entry::new(object, "IMPP", values::uri(uri)).param("X-SERVICE-TYPE", service)
        }
        (None, service) => {
            let user = text::escape(values::member(object, "user").unwrap_or_default());
            let entry = Entry::new(object, "X-SOCIALPROFILE", user);
            match service {
                Some(service) => entry.param("X-SERVICE-TYPE", service),
                None => entry,
            }
        }
    }
}
