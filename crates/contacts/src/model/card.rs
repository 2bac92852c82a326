use renraku_base::{ContactId, FieldFault, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{PartialSchema, ToSchema};

use super::KnownMembers;
use crate::rules::{card, filed_as, keys, merge, union};

/// A card (JSContact, RFC 9553) with every member that it was given.
///
/// It was checked when it was read from a request; what is stored is such a card.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Card(Map<String, Value>);

impl Card {
    /// Takes the members of a new card. What may be left out is filled in.
    pub(super) fn read(
        mut members: Map<String, Value>,
        id: &ContactId,
        now: Timestamp,
    ) -> Result<Self, Vec<FieldFault>> {
        members.retain(|_, value| !value.is_null());
        let fill = |members: &mut Map<String, Value>, name: &str, value: String| {
            members.entry(name).or_insert(Value::String(value));
        };
        fill(&mut members, "uid", format!("urn:uuid:{id}"));
        fill(&mut members, "created", now.to_string());
        let card = Self::checked(members, now)?;
        if card.is_named() { Ok(card) } else { Err(vec![nameless()]) }
    }

    /// Takes what a vCard says.
    pub(crate) fn of_vcard(mut members: Map<String, Value>, now: Timestamp) -> Result<Self, Vec<FieldFault>> {
        members.entry("created").or_insert_with(|| Value::String(now.to_string()));
        Self::checked(members, now)
    }

    /// Takes a card of a file that is imported, which has something to be called by as that of a request has.
    pub(crate) fn imported(members: Map<String, Value>, now: Timestamp) -> Result<Self, Vec<FieldFault>> {
        let card = Self::of_vcard(members, now)?;
        if card.is_named() { Ok(card) } else { Err(vec![nameless()]) }
    }

    /// Whether another card says the same, whenever it was changed.
    pub(crate) fn says_the_same(&self, other: &Self) -> bool {
        let said = |card: &Self| {
            let mut members = card.0.clone();
            members.remove("updated");
            members
        };
        said(self) == said(other)
    }

    /// The card with a merge patch (RFC 7396) applied; the card as it is where the patch changes nothing.
    pub(crate) fn patched(
        &self,
        patch: &Map<String, Value>,
        now: Timestamp,
    ) -> Result<Self, Vec<FieldFault>> {
        let mut members = self.0.clone();
        merge::apply(&mut members, patch);
        filed_as::forget_old(&self.0, &mut members);
        match self.0.get("updated") {
            Some(updated) => drop(members.insert("updated".to_owned(), updated.clone())),
            None => drop(members.remove("updated")),
        }
        if members == self.0 {
            return Ok(self.clone());
        }
        // Both are the server's to tell; a patch without them means the same as one with them.
        let mut read_only = Vec::new();
        for name in ["uid", "created"] {
            if members.get(name) != self.0.get(name) {
                read_only.push(FieldFault::new(
                    format!("/{name}"),
                    "read-only",
                    format!("the {name} never changes"),
                ));
            }
        }
        match Self::checked(members, now) {
            // A client may have stored a card whose name is empty: that may stay so.
            Ok(card) if self.is_named() && !card.is_named() => {
                read_only.push(nameless());
                Err(read_only)
            }
            Ok(card) if read_only.is_empty() => Ok(card),
            Ok(_) => Err(read_only),
            Err(faults) => Err(read_only.into_iter().chain(faults).collect()),
        }
    }

    /// The card with all that others say and it does not. Neither it nor they are members of what they have become.
    pub(crate) fn united<'c>(
        &self,
        others: impl Iterator<Item = &'c Self>,
        now: Timestamp,
    ) -> Result<Self, Vec<FieldFault>> {
        let mut members = self.0.clone();
        let mut uids = vec![keys::member(self.uid())];
        for other in others {
            union::add(&mut members, &other.0);
            uids.push(keys::member(other.uid()));
        }
        union::join_entries(&mut members);
        if let Some(Value::Object(set)) = members.get_mut("members") {
            set.retain(|uid, _| !uids.contains(&keys::member(uid)));
        }
        Self::checked(members, now)
    }

    /// Whether it stands for several others.
    pub(crate) fn is_group(&self) -> bool {
        self.0.get("kind").and_then(Value::as_str) == Some(keys::GROUP)
    }

    /// Whether this uid is in the group.
    pub(crate) fn has_member(&self, uid: &str) -> bool {
        let members = self.0.get("members").and_then(Value::as_object);
        members.is_some_and(|members| members.keys().any(|member| keys::member(member) == keys::member(uid)))
    }

    /// The group with these members and without those.
    pub(crate) fn with_members(&self, with: &[&str], without: &[&str], now: Timestamp) -> Self {
        let mut members = self.0.clone();
        if let Value::Object(set) = members.entry("members").or_insert_with(|| Value::Object(Map::new())) {
            let leaving: Vec<String> = without.iter().map(|uid| keys::member(uid)).collect();
            let has = |set: &Map<String, Value>, uid: &str| {
                set.keys().any(|it| keys::member(it) == keys::member(uid))
            };
            set.retain(|uid, _| !leaving.contains(&keys::member(uid)));
            let with: Vec<&&str> = with.iter().filter(|uid| !has(set, uid)).collect();
            set.extend(with.iter().map(|uid| ((**uid).to_owned(), Value::Bool(true))));
        }
        members.insert("updated".to_owned(), Value::String(now.to_string()));
        Self(members)
    }

    fn checked(mut members: Map<String, Value>, now: Timestamp) -> Result<Self, Vec<FieldFault>> {
        members.entry("@type").or_insert_with(|| "Card".into());
        members.entry("version").or_insert_with(|| "1.0".into());
        members.insert("updated".to_owned(), Value::String(now.to_string()));
        let faults = card::faults(&members);
        if faults.is_empty() { Ok(Self(members)) } else { Err(faults) }
    }

    /// Whether there is something to call it by: a name or an organization.
    fn is_named(&self) -> bool {
        let text = |of: &Value, member: &str| {
            of.get(member).and_then(Value::as_str).is_some_and(|text| !text.trim().is_empty())
        };
        let list = |of: &Value, member: &str, said: &str| {
            let items = of.get(member).and_then(Value::as_array);
            items.is_some_and(|items| items.iter().any(|item| text(item, said)))
        };
        let name =
            self.0.get("name").is_some_and(|name| text(name, "full") || list(name, "components", "value"));
        let organizations = self.0.get("organizations").and_then(Value::as_object);
        let mut organizations = organizations.into_iter().flat_map(Map::values);
        name || organizations.any(|it| text(it, "name") || list(it, "units", "name"))
    }

    /// All members.
    #[must_use]
    pub fn members(&self) -> &Map<String, Value> {
        &self.0
    }

    /// The members that are read here.
    #[must_use]
    pub fn known(&self) -> KnownMembers {
        // A card that passed its check has this shape; what does not is disregarded as a whole.
        KnownMembers::deserialize(&self.0).unwrap_or_default()
    }

    /// Its identity in every system that holds it.
    #[must_use]
    pub fn uid(&self) -> &str {
        self.0.get("uid").and_then(Value::as_str).unwrap_or_default()
    }
}

fn nameless() -> FieldFault {
    FieldFault::new("/name", "nameless-contact", "give a name or an organization")
}

impl PartialSchema for Card {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        KnownMembers::schema()
    }
}

impl ToSchema for Card {
    fn schemas(schemas: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>)>) {
        KnownMembers::schemas(schemas);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_card_are_described_under_names_that_nothing_else_has() {
        let mut schemas = Vec::new();
        Card::schemas(&mut schemas);
        let names: Vec<String> = schemas.into_iter().map(|(name, _)| name).collect();
        assert!(names.iter().any(|name| name == "CardPhone"), "{names:?}");
        let shared = ["Id", "Timestamp"];
        let strange = |name: &String| !name.starts_with("Card") && !shared.contains(&name.as_str());
        assert!(!names.iter().any(strange), "{names:?}");
    }
}
