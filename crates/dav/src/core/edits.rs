//! What a client sets and takes away (RFC 4918 §9.2).

use actix_web::{
    HttpResponse,
    http::{StatusCode, header::HeaderMap},
};

use super::{
    Address, Condition, DavFault, Multistatus, minimal,
    xml::{Element, Name, Prefixes, Writer},
};

/// The longest value of a property that a client keeps, in bytes.
const VALUE_BYTES: usize = 16 * 1024;
/// The most properties that a client keeps with a collection.
pub(crate) const PROPERTIES: usize = 100;

/// What is set and what is taken away, in the order in which it is said.
#[derive(Debug, Clone)]
pub(crate) struct Edits(pub Vec<(Name, Option<Element>)>);

impl Edits {
    /// Reads `DAV:set` and `DAV:remove`.
    pub fn read(update: &Element) -> Result<Self, DavFault> {
        let mut edits: Vec<(Name, Option<Element>)> = Vec::new();
        for part in &update.children {
            let sets = part.name == Name::dav("set");
            if !sets && part.name != Name::dav("remove") {
                continue;
            }
            for value in part.children_of(&Name::dav("prop")).flat_map(|prop| &prop.children) {
                edits.retain(|(name, _)| *name != value.name);
                edits.push((value.name.clone(), sets.then(|| value.clone())));
            }
        }
        if edits.len() > PROPERTIES {
            return Err(DavFault::BadRequest("at most 100 properties at a time"));
        }
        Ok(Self(edits))
    }

    /// What a client may not write, with what it is told.
    pub fn refused(
        &self,
        prefixes: Prefixes,
        is_protected: impl Fn(&Name) -> bool,
    ) -> Vec<(Name, StatusCode, Option<Condition>)> {
        let refusal = |(name, value): &(Name, Option<Element>)| {
            if is_protected(name) {
                let condition = Condition::CannotModifyProtectedProperty;
                return Some((name.clone(), condition.status(), Some(condition)));
            }
            let size = value.as_ref().map_or(0, |value| written(prefixes, value).len());
            (size > VALUE_BYTES).then(|| (name.clone(), StatusCode::INSUFFICIENT_STORAGE, None))
        };
        self.0.iter().filter_map(refusal).collect()
    }

    /// The element that is set for a name.
    pub fn get(&self, name: &Name) -> Option<&Element> {
        self.0.iter().find(|(it, _)| it == name).and_then(|(_, value)| value.as_ref())
    }
}

/// A property as it is kept.
pub(crate) fn written(prefixes: Prefixes, element: &Element) -> String {
    let mut xml = Writer::piece_of(prefixes);
    xml.element(element);
    xml.into_piece()
}

/// That every edit was made: to whoever asks for no more than needed, without a body (RFC 8144 §2.2).
pub(crate) fn made(
    headers: &HeaderMap,
    prefixes: Prefixes,
    address: &Address,
    edits: &Edits,
) -> HttpResponse {
    if minimal(headers) {
        return HttpResponse::Ok().insert_header(("preference-applied", "return=minimal")).finish();
    }
    told(prefixes, address, edits, |_| Some((StatusCode::OK, None)))
}

/// What became of each edit; those without a fate of their own failed with the others (RFC 4918 §9.2.1).
pub(crate) fn told(
    prefixes: Prefixes,
    address: &Address,
    edits: &Edits,
    fate: impl Fn(&Name) -> Option<(StatusCode, Option<Condition>)>,
) -> HttpResponse {
    let mut groups: Vec<(StatusCode, Option<Condition>, Vec<Name>)> = Vec::new();
    for (name, _) in &edits.0 {
        let (status, condition) = fate(name).unwrap_or((StatusCode::FAILED_DEPENDENCY, None));
        match groups.iter_mut().find(|group| group.0 == status && group.1 == condition) {
            Some(group) => group.2.push(name.clone()),
            None => groups.push((status, condition, vec![name.clone()])),
        }
    }
    let mut answer = Multistatus::of(prefixes, false);
    answer.groups(address, &groups);
    answer.finish()
}
