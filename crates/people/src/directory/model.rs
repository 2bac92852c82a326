use std::sync::Arc;

use renraku_base::{ETag, PersonId, Timestamp, UnitId};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};
use utoipa::ToSchema;

/// A member of staff, as everyone in the office sees them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    /// Identifies the person.
    pub id: PersonId,
    /// What they are called.
    pub name: PersonName,
    /// The unit of their main post.
    pub unit: Option<UnitRef>,
    /// The title of their main post, such as 課長補佐.
    pub post: Option<String>,
    /// How they are called by phone, their own numbers first.
    pub phones: Vec<Phone>,
    /// Their mail addresses, the one to write to first.
    pub emails: Vec<String>,
    /// All their posts, the main one first; left out when there is nothing to say but `unit` and `post`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub posts: Vec<Post>,
    /// The photo; left out when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub photo_id: Option<String>,
    /// The version of the object.
    pub etag: ETag,
}

/// A [`Person`] as the JSON that is sent: they are sent far more often than they change, and take a third of the room.
#[derive(Debug, Clone)]
pub struct PersonJson {
    /// Identifies the person.
    pub id: PersonId,
    /// The version of the object.
    pub etag: ETag,
    json: Box<RawValue>,
}

impl PersonJson {
    /// Writes the person down.
    pub(super) fn new(person: &Person) -> Result<Self, serde_json::Error> {
        Ok(Self { id: person.id.clone(), etag: person.etag.clone(), json: to_raw_value(person)? })
    }

    /// The JSON, as it is sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.json.get()
    }
}

impl Serialize for PersonJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.json.serialize(serializer)
    }
}

impl PartialEq for PersonJson {
    fn eq(&self, other: &Self) -> bool {
        self.json.get() == other.json.get()
    }
}

impl Eq for PersonJson {}

/// A name as it is written and as it is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PersonName {
    /// As written, family name first, a space between.
    pub full: String,
    /// As read, in kana, a space between.
    pub phonetic: String,
}

/// A unit, named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UnitRef {
    /// Identifies the unit.
    pub id: UnitId,
    /// Its own name, without those of the units above.
    pub name: String,
}

/// How many people are in a unit and below it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct UnitCount {
    /// The unit.
    #[serde(flatten)]
    pub unit: UnitRef,
    /// How many of those who were found.
    pub count: usize,
}

/// A phone number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Phone {
    /// As written.
    pub number: String,
    /// Where it rings.
    pub kind: PhoneKind,
}

/// Where a number rings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum PhoneKind {
    /// Inside the office (内線).
    Extension,
    /// At the desk, from outside (外線).
    Outside,
    /// In the pocket.
    Mobile,
}

/// One post of a person in one unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Post {
    /// Where.
    pub unit: UnitRef,
    /// As what.
    pub post: Option<String>,
    /// From which day on (`YYYY-MM-DD`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub starts_on: Option<String>,
    /// To which day, included (`YYYY-MM-DD`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends_on: Option<String>,
}

/// A post that a person has, had or will have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HeldPost {
    /// The post. Without `startsOn` it was held before posts were written down.
    #[serde(flatten)]
    pub post: Post,
    /// When it is held.
    pub state: PostState,
}

/// When a post is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum PostState {
    /// Once a roster that waits has taken effect.
    Prepared,
    /// Now.
    Present,
    /// Not any more.
    Past,
}

/// A unit of the organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Unit {
    /// Identifies the unit.
    pub id: UnitId,
    /// Its own name.
    pub name: String,
    /// The unit above; `null` at the top.
    pub parent_id: Option<UnitId>,
    /// The names from the top down to this one, like `総務部/人事課/給与係`.
    pub path: String,
    /// The tag of the unit's own resource, which shows who is in it.
    pub etag: ETag,
}

/// A unit with what is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UnitDetail {
    /// The unit itself; its tag is that of everything that is shown here.
    #[serde(flatten)]
    pub unit: Unit,
    /// The units directly below, in official order.
    pub units: Vec<UnitRef>,
    /// Those who have a post in this very unit, at most 500, in the order of their readings.
    #[schema(value_type = Vec<Person>)]
    pub members: Vec<Arc<PersonJson>>,
}

/// A unit to be put into the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitEntry {
    /// Identifies the unit; one that is there already is changed.
    pub id: UnitId,
    /// Its own name.
    pub name: String,
    /// The unit above.
    pub parent_id: Option<UnitId>,
    /// Its place among the units below the same one.
    pub position: i32,
}

/// A person to be put into the directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonEntry {
    /// Identifies the person; one who is there already is changed.
    pub id: PersonId,
    /// What they are called.
    pub name: PersonName,
    /// Their posts, the main one first.
    pub posts: Vec<PostEntry>,
    /// How they are called by phone.
    pub phones: Vec<Phone>,
    /// Their mail addresses.
    pub emails: Vec<String>,
    /// Their number in the personnel register; they are found by it, but it is shown to nobody.
    pub staff_number: Option<String>,
}

/// A post of a person to be put into the directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostEntry {
    /// Where.
    pub unit: UnitId,
    /// As what.
    pub title: Option<String>,
    /// From which day on (`YYYY-MM-DD`).
    pub starts_on: Option<String>,
    /// To which day, included (`YYYY-MM-DD`).
    pub ends_on: Option<String>,
}

/// What other areas need to name a person: also of those who have left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedPerson {
    /// What they are called.
    pub name: PersonName,
    /// The address to write to.
    pub email: Option<String>,
    /// How they are called by phone, their own numbers first.
    pub phones: Vec<Phone>,
    /// Whether they must not be found: they are named to those alone who take part in something with them.
    pub suppressed: bool,
}

impl NamedPerson {
    /// The number within the office.
    #[must_use]
    pub fn extension(&self) -> Option<&str> {
        let extension = self.phones.iter().find(|phone| phone.kind == PhoneKind::Extension);
        extension.map(|phone| phone.number.as_str())
    }
}

/// How a person stands in the office.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// In office.
    Listed,
    /// In office, and must not be found.
    Suppressed,
    /// Not in office any more.
    Left,
}

/// Somebody with whom a person was in touch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RecentPerson {
    /// When they were last.
    pub at: Timestamp,
    /// With whom.
    #[schema(value_type = Person)]
    pub person: Arc<PersonJson>,
}

/// Somebody whom a person wants to find first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Favourite {
    /// Who it is: the id of the person.
    pub id: PersonId,
    /// The version; a favourite has one from beginning to end.
    pub etag: ETag,
}

/// A number that calls from outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CallerNumber {
    /// Its digits with the country code and without a plus, such as 81155261111.
    pub number: String,
    /// What it is shown as: `氏名 / 係・職`, and of several people the best with the number of the others.
    pub label: String,
}

/// How far a phone has come with the numbers of caller id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallerProgress {
    /// It holds what they were at this change.
    Upto(i64),
    /// It is in the middle of taking over what they were at a change.
    Within {
        /// The change at which it holds them; `None` when it holds nothing.
        since: Option<i64>,
        /// The change that it is on the way to.
        upto: i64,
        /// The last number that it was told.
        after: i64,
    },
}

/// What a phone is to take over next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallerPage {
    /// How far it has come with it.
    pub progress: CallerProgress,
    /// Whether there is more to take over at once.
    pub more: bool,
    /// The latest change of the numbers.
    pub head: i64,
    /// Numbers that are new, or shown as something else; ascending, each once.
    pub add: Vec<CallerNumber>,
    /// Numbers that are shown no more; likewise.
    pub remove: Vec<String>,
}
