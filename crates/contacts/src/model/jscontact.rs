//! The members of a card that are read here (RFC 9553 §2): for the search, and to describe cards to clients.

use std::collections::BTreeMap;

use renraku_base::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;

/// A card (JSContact, RFC 9553). These are the members that Renraku itself reads; the others that the standard names are
/// taken and checked, and any further ones are kept as they are.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Card)]
pub struct KnownMembers {
    /// `Card`; filled in when left out.
    #[serde(rename = "@type")]
    pub object_type: Option<String>,
    /// `1.0`; filled in when left out.
    pub version: Option<String>,
    /// The same in every system that holds the card; made from the id when left out, and never changed.
    pub uid: Option<String>,
    /// `individual` (also when left out), `group`, `org`, `location`, `device` or `application`.
    pub kind: Option<String>,
    /// When the card was made.
    pub created: Option<Timestamp>,
    /// When the card was last changed; told by the server.
    pub updated: Option<Timestamp>,
    /// The name.
    pub name: Option<Name>,
    /// Other names.
    #[serde(default)]
    pub nicknames: BTreeMap<String, Nickname>,
    /// Firms and offices, with the units in them.
    #[serde(default)]
    pub organizations: BTreeMap<String, Organization>,
    /// Posts and roles.
    #[serde(default)]
    pub titles: BTreeMap<String, Title>,
    /// Mail addresses.
    #[serde(default)]
    pub emails: BTreeMap<String, EmailAddress>,
    /// Phone and fax numbers.
    #[serde(default)]
    pub phones: BTreeMap<String, Phone>,
    /// Postal addresses.
    #[serde(default)]
    pub addresses: BTreeMap<String, Address>,
    /// Free words.
    #[serde(default)]
    pub keywords: BTreeMap<String, bool>,
    /// The uids of those who are in a group.
    #[serde(default)]
    pub members: BTreeMap<String, bool>,
    /// Notes.
    #[serde(default)]
    pub notes: BTreeMap<String, Note>,
    /// The properties of a vCard for which a card has no word (RFC 9555 §2.15.3): name, parameters, type, value as it stands.
    #[serde(default, rename = "vCardProps")]
    #[schema(value_type = Vec<Vec<serde_json::Value>>)]
    pub kept: serde_json::Value,
    /// Patches of the card for other languages, by language tag.
    #[schema(value_type = Object)]
    #[serde(default)]
    pub localizations: BTreeMap<String, BTreeMap<String, serde_json::Value>>,
}

/// A name (RFC 9553 §2.2.1): in whole, in parts, or both.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CardName)]
pub struct Name {
    /// The whole name, like `山田 太郎`.
    pub full: Option<String>,
    /// Its parts, in order if `isOrdered` says so; their `phonetic` is the reading.
    #[serde(default)]
    pub components: Vec<Component>,
    /// What stands between the parts; a space when left out.
    pub default_separator: Option<String>,
    /// How the parts are sorted, by their kind.
    #[serde(default)]
    pub sort_as: BTreeMap<String, String>,
    /// The script of the readings (ISO 15924), like `Kana`.
    pub phonetic_script: Option<String>,
    /// The system of the readings; `script` for kana.
    pub phonetic_system: Option<String>,
}

/// A part of a name or address.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CardComponent)]
pub struct Component {
    /// Which part: `surname`, `given`, … or `separator`.
    #[serde(default)]
    pub kind: String,
    /// The part.
    #[serde(default)]
    pub value: String,
    /// How it is read.
    pub phonetic: Option<String>,
}

/// Another name (RFC 9553 §2.2.2).
#[derive(Debug, Clone, Default, PartialEq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CardNickname)]
pub struct Nickname {
    /// The name.
    #[serde(default)]
    pub name: String,
}

/// A firm or office (RFC 9553 §2.2.3).
#[derive(Debug, Clone, Default, PartialEq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CardOrganization)]
pub struct Organization {
    /// What it is called.
    pub name: Option<String>,
    /// The units in it, greatest first.
    #[serde(default)]
    pub units: Vec<OrgUnit>,
    /// How it is sorted.
    pub sort_as: Option<String>,
}

/// A unit of an organization.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CardOrgUnit)]
pub struct OrgUnit {
    /// What it is called.
    #[serde(default)]
    pub name: String,
    /// How it is sorted.
    pub sort_as: Option<String>,
}

/// A post or role (RFC 9553 §2.2.5).
#[derive(Debug, Clone, Default, PartialEq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CardTitle)]
pub struct Title {
    /// What it is called.
    #[serde(default)]
    pub name: String,
    /// `title` or `role`.
    pub kind: Option<String>,
    /// The key of the organization to which it belongs.
    pub organization_id: Option<String>,
}

/// A mail address (RFC 9553 §2.3.1).
#[derive(Debug, Clone, Default, PartialEq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CardEmail)]
pub struct EmailAddress {
    /// The address.
    #[serde(default)]
    pub address: String,
    /// `work`, `private`.
    #[serde(default)]
    pub contexts: BTreeMap<String, bool>,
    /// What it is for.
    pub label: Option<String>,
    /// 1 is preferred most, 100 least.
    pub pref: Option<u8>,
}

/// A phone or fax number (RFC 9553 §2.3.3).
#[derive(Debug, Clone, Default, PartialEq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CardPhone)]
pub struct Phone {
    /// The number, as it is written or as a `tel:` URI.
    #[serde(default)]
    pub number: String,
    /// `voice`, `mobile`, `fax`, `text`, …
    #[serde(default)]
    pub features: BTreeMap<String, bool>,
    /// `work`, `private`.
    #[serde(default)]
    pub contexts: BTreeMap<String, bool>,
    /// What it is for.
    pub label: Option<String>,
    /// 1 is preferred most, 100 least.
    pub pref: Option<u8>,
}

/// A postal address (RFC 9553 §2.5.1).
#[derive(Debug, Clone, Default, PartialEq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CardAddress)]
pub struct Address {
    /// The whole address.
    pub full: Option<String>,
    /// Its parts, in order if `isOrdered` says so.
    #[serde(default)]
    pub components: Vec<Component>,
    /// Whether the parts are in order.
    #[serde(default)]
    pub is_ordered: bool,
    /// What stands between parts that are in order.
    pub default_separator: Option<String>,
    /// The country (ISO 3166-1 alpha-2).
    pub country_code: Option<String>,
    /// `work`, `private`, `billing`, `delivery`.
    #[serde(default)]
    pub contexts: BTreeMap<String, bool>,
}

/// A note (RFC 9553 §2.8.3).
#[derive(Debug, Clone, Default, PartialEq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CardNote)]
pub struct Note {
    /// What it says.
    #[serde(default)]
    pub note: String,
}
