//! What contacts are gathered by: those that look the same, those with a keyword, those of a kind, groups by who is in them.

use std::collections::BTreeSet;

use renraku_people::search::{fold, fold_number};

use super::callers;
use crate::model::KnownMembers;

/// Two contacts with the same extension need have nothing to do with each other.
const SHORTEST_NUMBER: usize = 9;
/// As much of a name, and as much of a firm, as is compared, in characters.
const NAME_CHARS: usize = 100;
/// Longer addresses than there are (RFC 5321 §4.5.3.1.3) tell nothing.
const ADDRESS_BYTES: usize = 254;
/// How the uid of a card begins where it is written as a URN (RFC 9562 §4).
const URN: &str = "urn:uuid:";
/// The longest kind, in bytes.
const KIND_BYTES: usize = 255;
/// What every card is that does not say what it is.
pub(crate) const INDIVIDUAL: &str = "individual";
/// What a card is that stands for several others.
pub(crate) const GROUP: &str = "group";

/// What a key is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(i32)]
pub(crate) enum KeyKind {
    /// A mail address.
    Mail = 1,
    /// A phone number.
    Number = 2,
    /// A name with its firm.
    Name = 3,
    /// A keyword, as it is written.
    Keyword = 4,
    /// What the card is, when it is not a person.
    Kind = 5,
    /// The uid of whoever is in the group.
    Member = 6,
    /// Its own uid, as it is compared with those of members.
    Uid = 7,
}

impl KeyKind {
    /// The number by which it is stored.
    pub const fn number(self) -> i32 {
        self as i32
    }

    /// The kind of a stored number.
    pub fn from_number(number: i32) -> Option<Self> {
        use KeyKind::{Keyword, Kind, Mail, Member, Name, Number, Uid};
        [Mail, Number, Name, Keyword, Kind, Member, Uid].into_iter().find(|kind| kind.number() == number)
    }
}

/// One of the things by which a contact is gathered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub kind: KeyKind,
    pub value: String,
}

/// The keys of a card, each once.
pub(super) fn of(card: &KnownMembers) -> Vec<Key> {
    let key = |kind, value| Key { kind, value };
    let mut keys: BTreeSet<Key> =
        card.keywords.keys().map(|keyword| key(KeyKind::Keyword, keyword.clone())).collect();
    keys.extend(card.members.keys().map(|uid| key(KeyKind::Member, member(uid))));
    keys.extend(card.uid.as_deref().map(|uid| key(KeyKind::Uid, member(uid))));
    let kind = card.kind.as_deref().filter(|kind| (1..=KIND_BYTES).contains(&kind.len()));
    let kind = kind.filter(|kind| *kind != INDIVIDUAL);
    keys.extend(kind.map(|kind| key(KeyKind::Kind, kind.to_owned())));
    // A group is not the same as another for what its members have in common.
    if kind != Some(GROUP) {
        keys.extend(
            card.emails.values().filter_map(|it| mail(&it.address)).map(|value| key(KeyKind::Mail, value)),
        );
        let numbers = callers::written(card).filter_map(|number| fold_number(&number));
        let whole = numbers.filter(|number| number.len() >= SHORTEST_NUMBER);
        keys.extend(whole.map(|value| key(KeyKind::Number, value)));
        keys.extend(name(card).map(|value| key(KeyKind::Name, value)));
    }
    keys.into_iter().collect()
}

/// A uid as it is compared: contacts clients name a member `urn:uuid:X` whose card has the uid `X`, in capitals or not.
pub(crate) fn member(uid: &str) -> String {
    let uid = uid.trim().to_lowercase();
    uid.strip_prefix(URN).map_or_else(|| uid.clone(), str::to_owned)
}

/// A mail address as it is compared: nobody tells two people apart by capitals (RFC 5321 §2.4).
pub(super) fn mail(address: &str) -> Option<String> {
    let address = address.trim().to_lowercase();
    (address.contains('@') && address.len() <= ADDRESS_BYTES).then_some(address)
}

/// The name with the firm, or the firm with its units; each may be written in any way.
fn name(card: &KnownMembers) -> Option<String> {
    let folded = |text: &str| fold(text).chars().take(NAME_CHARS).collect::<String>();
    let name = card.name.as_ref().map(|name| folded(&name.whole())).unwrap_or_default();
    let organization = card.organizations.values().next();
    let firm = organization.and_then(|it| it.name.as_deref()).map(folded).unwrap_or_default();
    if !name.is_empty() {
        return Some(format!("{name}\n{firm}"));
    }
    let units = organization.into_iter().flat_map(|it| &it.units).map(|unit| folded(&unit.name));
    let units: String = units.collect::<String>().chars().take(NAME_CHARS).collect();
    (!firm.is_empty()).then(|| format!("\n{firm}\n{units}"))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::{model::Card, rules::index::Index};

    fn keys(card: Value) -> Vec<(KeyKind, String)> {
        let card: Card = serde_json::from_value(card).unwrap();
        Index::of(&card).keys.into_iter().map(|key| (key.kind, key.value)).collect()
    }

    #[test]
    fn what_looks_the_same_has_the_same_key() {
        let one = keys(json!({
            "name": {"full": "髙橋　一郎"}, "organizations": {"o": {"name": "トカチ測量"}},
            "emails": {"e": {"address": " Ichiro@Tokachi.example"}},
            "phones": {"p": {"number": "tel:+81-155-26-1111;ext=7"}, "q": {"number": "内線 7911"}},
        }));
        let other = keys(json!({
            "name": {"components": [{"kind": "surname", "value": "高橋"}, {"kind": "given", "value": "一郎"}]},
            "organizations": {"x": {"name": "ﾄｶﾁ測量"}},
            "emails": {"e": {"address": "ichiro@tokachi.example"}},
            "phones": {"p": {"number": "0155(26)1111"}},
        }));
        assert_eq!(one, other);
        assert_eq!(
            one.iter().map(|key| key.0).collect::<Vec<_>>(),
            [KeyKind::Mail, KeyKind::Number, KeyKind::Name]
        );
    }

    #[test]
    fn a_firm_is_told_from_its_units_and_a_name_from_the_same_elsewhere() {
        let of = |firm: &str, unit: &str| {
            keys(json!({"organizations": {"o": {"name": firm, "units": [{"name": unit}]}}}))
        };
        assert_eq!(of("北見測量", "技術部"), of("北見測量", "技術部"));
        assert_ne!(of("北見測量", "技術部"), of("北見測量", "営業部"));
        let at =
            |firm: &str| keys(json!({"name": {"full": "山田 太郎"}, "organizations": {"o": {"name": firm}}}));
        assert_ne!(at("北見測量"), at("釧路測量"));
        assert_eq!(keys(json!({"emails": {"e": {"address": "nobody"}}})), []);
    }

    #[test]
    fn a_group_is_gathered_by_what_it_is_and_who_is_in_it() {
        let group = keys(json!({
            "kind": "group", "name": {"full": "防災"}, "members": {"urn:uuid:1": true}, "keywords": {"災害 ": true},
        }));
        assert_eq!(
            group,
            [
                (KeyKind::Keyword, "災害 ".to_owned()),
                (KeyKind::Kind, "group".to_owned()),
                (KeyKind::Member, "1".to_owned()),
            ]
        );
        assert_eq!(keys(json!({"kind": "individual"})), []);
    }
}
