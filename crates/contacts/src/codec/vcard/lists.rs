//! Lists of contacts as Evolution writes them: each mail address of such a card is a member, a contact by its UID or an address alone.
//! The addresses are kept as they came; which contacts they mean is said as of any group.

use std::collections::BTreeSet;

use renraku_base::content::line::{Line, Param};
use serde_json::{Map, Value};

use super::{kept, property::Property};

const LIST: &str = "X-EVOLUTION-LIST";
const UID: &str = "X-EVOLUTION-DEST-CONTACT-UID";

/// Whether a card is such a list.
pub(super) fn is_list(properties: &[Property]) -> bool {
    properties.iter().any(|it| it.name == LIST && it.value.trim().eq_ignore_ascii_case("TRUE"))
}

/// The contact that a line means.
fn contact<'p>(name: &str, params: &'p [Param]) -> Option<&'p str> {
    let uid = params.iter().find(|param| param.name == UID && name == "EMAIL")?;
    uid.values.first().map(String::as_str)
}

/// The contact that a property means.
pub(super) fn member(property: &Property) -> Option<&str> {
    contact(&property.name, &property.params)
}

/// The contacts that the kept lines of a card mean.
pub(super) fn members(card: &Map<String, Value>) -> BTreeSet<String> {
    kept::lines(card).filter_map(|line| contact(&line.name, &line.params).map(str::to_owned)).collect()
}

/// Whether a line is still to be written: one for a contact that is no member any more is not.
pub(super) fn stays(line: &Line, members: &BTreeSet<&str>) -> bool {
    contact(&line.name, &line.params).is_none_or(|uid| members.contains(uid))
}
