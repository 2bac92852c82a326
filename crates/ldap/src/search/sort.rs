use std::cmp::Ordering;

use ldap3_proto::{control::LdapControl, proto::LdapResultCode};

use crate::{
    entry::Entry,
    filter::normal,
    schema::{Description, Matching},
};

/// The rule by which values are put in order anyway.
const RULES: [&str; 2] = ["caseIgnoreOrderingMatch", "2.5.13.3"];

/// The most keys: each is kept for each entry until all are found.
const KEYS: usize = 4;

/// The control that tells what became of the wish for an order.
const RESULT: &str = "1.2.840.113556.1.4.474";

/// By what an answer is sorted (RFC 2891): descriptions, each with whether its order is reversed.
#[derive(Debug, Clone)]
pub(crate) struct SortKeys(Vec<(Description, bool)>);

/// Where an entry stands in a sorted answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SortKey {
    values: Vec<(Option<String>, bool)>,
    /// The place in the あいうえお order decides between equals, and the name between those.
    order: String,
    dn: String,
}

impl SortKeys {
    /// What the controls ask for, or why it cannot be; `None` when they ask for no order.
    pub fn read(controls: &[LdapControl]) -> Option<Result<Self, LdapResultCode>> {
        let requests = controls.iter().find_map(|control| match control {
            LdapControl::ServerSort { sort_requests } => Some(sort_requests),
            _ => None,
        })?;
        if requests.len() > KEYS {
            return Some(Err(LdapResultCode::AdminLimitExceeded));
        }
        let keys = requests.iter().map(|request| {
            let rule = request.ordering_rule.as_ref();
            if rule.is_some_and(|rule| !RULES.iter().any(|known| known.eq_ignore_ascii_case(rule))) {
                return Err(LdapResultCode::InappropriateMatching);
            }
            let description = Description::read(&request.attribute_name);
            let description = description.ok_or(LdapResultCode::NoSuchAttribute)?;
            if description.kind.matching == Matching::Picture {
                return Err(LdapResultCode::InappropriateMatching);
            }
            Ok((description, request.reverse_order))
        });
        Some(keys.collect::<Result<Vec<_>, _>>().map(Self))
    }

    /// What it looks at.
    pub fn descriptions(&self) -> impl Iterator<Item = Description> {
        self.0.iter().map(|(description, _)| *description)
    }

    /// Where an entry stands that stands at `order` among people.
    pub fn of(&self, entry: &Entry, order: &str) -> SortKey {
        let values = self.0.iter().map(|(description, reversed)| (value(entry, *description), *reversed));
        SortKey { values: values.collect(), order: order.to_owned(), dn: entry.dn.clone() }
    }
}

/// What an entry is sorted by: a name by its reading, where it has one, so that the order is あいうえお; otherwise the least
/// value.
fn value(entry: &Entry, description: Description) -> Option<String> {
    let matching = description.kind.matching;
    if matching == Matching::Name {
        let reading = Description { phonetic: true, ..description };
        let read = entry.attributes_of(reading).flat_map(|attribute| &attribute.values);
        if let Some(least) = read.filter_map(|value| normal(matching, value)).min() {
            return Some(least);
        }
    }
    let values = entry.attributes_of(description).flat_map(|attribute| &attribute.values);
    values.filter_map(|value| normal(matching, value)).min()
}

/// What became of the wish for an order. Written here, since `ldap3_proto` writes the name of the attribute always, and as
/// another type than RFC 2891 §1.2 says.
pub(crate) fn sort_result(code: LdapResultCode) -> LdapControl {
    let code = u8::try_from(code as i64).unwrap_or(u8::MAX);
    let value = vec![0x30, 3, 0x0a, 1, code];
    LdapControl::Unknown { oid: RESULT.to_owned(), criticality: false, value: Some(value) }
}

impl Ord for SortKey {
    fn cmp(&self, other: &Self) -> Ordering {
        let mut each = self.values.iter().zip(&other.values).map(|((a, reversed), (b, _))| {
            // One without a value stands as if it had the greatest (RFC 2891 §2.2).
            let order = (a.is_none(), a).cmp(&(b.is_none(), b));
            if *reversed { order.reverse() } else { order }
        });
        let ties = || (&self.order, &self.dn).cmp(&(&other.order, &other.dn));
        each.find(|order| order.is_ne()).unwrap_or_else(ties)
    }
}

impl PartialOrd for SortKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
