//! What a client sets and takes away (RFC 4918 §9.2).

use actix_web::{
    HttpResponse,
    http::{StatusCode, header::HeaderMap},
};

use super::{
    Address, Call, Condition, DavFault, Group, Multistatus, minimal, not_made,
    xml::{Element, Name, Prefixes, Writer},
};

/// The longest value of a property that a client keeps, in bytes.
const VALUE_BYTES: usize = 16 * 1024;
/// The most properties that a client keeps with a collection.
const PROPERTIES: usize = 100;

/// A property that is refused, with what its client is told.
pub(crate) type Refused = (Name, StatusCode, Option<Condition>);

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
            for prop in part.children_of(&Name::dav("prop")) {
                for value in &prop.children {
                    edits.retain(|(name, _)| *name != value.name);
                    edits.push((
                        value.name.clone(),
                        sets.then(|| in_language_of(&[prop, part, update], value)),
                    ));
                }
            }
        }
        if edits.len() > PROPERTIES {
            return Err(DavFault::BadRequest("at most 100 properties at a time"));
        }
        Ok(Self(edits))
    }

    /// What a client may not write, with what it is told.
    pub fn refused(&self, prefixes: Prefixes, is_protected: impl Fn(&Name) -> bool) -> Vec<Refused> {
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

    fn groups(&self, fate: impl Fn(&Name) -> Option<(StatusCode, Option<Condition>)>) -> Vec<Group> {
        let mut groups: Vec<Group> = Vec::new();
        for (name, _) in &self.0 {
            let (status, condition) = fate(name).unwrap_or((StatusCode::FAILED_DEPENDENCY, None));
            match groups.iter_mut().find(|group| group.0 == status && group.1 == condition) {
                Some(group) => group.2.push(name.clone()),
                None => groups.push((status, condition, vec![name.clone()])),
            }
        }
        groups
    }

    /// The element that is set for a name.
    pub fn get(&self, name: &Name) -> Option<&Element> {
        self.0.iter().find(|(it, _)| it == name).and_then(|(_, value)| value.as_ref())
    }
}

/// A value with the language in which it is written, where that is said around it (RFC 4918 §4.3).
fn in_language_of(around: &[&Element], value: &Element) -> Element {
    const LANGUAGE: &str = "xml:lang";
    let mut value = value.clone();
    if value.attribute(LANGUAGE).is_none()
        && let Some(language) = around.iter().find_map(|it| it.attribute(LANGUAGE))
    {
        value.attributes.push((LANGUAGE.to_owned(), language.to_owned()));
    }
    value
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
    let mut answer = Multistatus::of(prefixes, false);
    answer.groups(address, &edits.groups(fate));
    answer.finish()
}

/// That a collection is not made, for properties that it cannot have: of each of them what became of it (RFC 5689 §3).
pub(crate) fn unmade(call: &Call, prefixes: Prefixes, edits: &Edits, refused: &[Refused]) -> HttpResponse {
    let root = match call.request.method().as_str() {
        "MKCALENDAR" => Name::caldav("mkcalendar-response"),
        _ => Name::dav("mkcol-response"),
    };
    let status = refused.first().map_or(StatusCode::FORBIDDEN, |it| it.1);
    let groups = edits.groups(|name| refused.iter().find(|it| it.0 == *name).map(|it| (it.1, it.2)));
    not_made(&root, prefixes, status, &groups, |condition| {
        let fault = DavFault::from(condition);
        let said = fault.in_language_of(&call.dav, call.headers()).map(|(_, said)| said);
        said.or_else(|| fault.reason())
    })
}

/// Whether a client would keep more with a collection than it may; what it keeps already it may change.
pub(crate) fn are_too_many(kept: &[(String, String)], edits: &[(String, Option<String>)]) -> bool {
    let is_kept = |name: &String| kept.iter().any(|(key, _)| key == name);
    let new = edits.iter().filter(|(name, value)| value.is_some() && !is_kept(name)).count();
    let gone = edits.iter().filter(|(name, value)| value.is_none() && is_kept(name)).count();
    new > gone && kept.len() + new - gone > PROPERTIES
}
