//! Persons and facilities as principals (RFC 3744 §2).

use renraku_base::{FacilityId, Id, PersonId, Principal};
use renraku_db::ReadTx;
use renraku_people::directory::{NamedPerson, service as directory};
use renraku_schedule::{
    ScheduleFault,
    model::FacilityKind,
    service::{get_facility, is_delegate, list_delegates, list_delegators},
};

use crate::core::DavFault;

/// What a principal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Person,
    Room,
    Resource,
}

/// Somebody, or something, who can be invited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PrincipalInfo {
    pub id: String,
    pub kind: Kind,
    pub name: String,
    /// As read, in kana.
    pub phonetic: Option<String>,
    pub email: Option<String>,
}

impl PrincipalInfo {
    fn of_person(id: &PersonId, named: NamedPerson) -> Self {
        Self {
            id: id.as_str().to_owned(),
            kind: Kind::Person,
            name: named.name.full,
            phonetic: Some(named.name.phonetic).filter(|kana| !kana.is_empty()),
            email: named.email,
        }
    }

    /// The addresses by which it is invited, the one to prefer first (RFC 6638 §2.4.1).
    pub fn addresses(&self) -> Vec<String> {
        let mail = self.email.as_ref().map(|email| format!("mailto:{email}"));
        mail.into_iter().chain([self.urn()]).collect()
    }

    /// The address that everybody and everything has, and by which a facility is invited.
    pub fn urn(&self) -> String {
        Id::<()>::stored(self.id.clone()).to_urn()
    }
}

/// The principal of an id. Who must not be found is there for themselves and for their delegates alone.
pub(super) fn find(tx: &mut ReadTx<'_>, who: &Principal, id: &str) -> Result<PrincipalInfo, DavFault> {
    if id.parse::<Id<()>>().is_err() {
        return Err(DavFault::NotFound);
    }
    let person = PersonId::stored(id.to_owned());
    if let Some(named) = directory::names(tx, std::slice::from_ref(&person))?.remove(&person) {
        if named.suppressed && person != who.person && !is_delegate(tx, who, id)? {
            return Err(DavFault::NotFound);
        }
        return Ok(PrincipalInfo::of_person(&person, named));
    }
    let facility = match get_facility(tx, &FacilityId::stored(id.to_owned())) {
        Ok(facility) => facility,
        Err(ScheduleFault::NotFound) => return Err(DavFault::NotFound),
        Err(fault) => return Err(fault.into()),
    };
    let kind = match facility.kind {
        FacilityKind::Room => Kind::Room,
        FacilityKind::Car | FacilityKind::Equipment => Kind::Resource,
    };
    Ok(PrincipalInfo {
        id: facility.id.into_string(),
        kind,
        name: facility.name,
        phonetic: None,
        email: None,
    })
}

/// The group of a person's delegates, for reading or for writing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ProxyGroup {
    /// Whose delegates they are.
    pub owner: PrincipalInfo,
    pub writes: bool,
    /// Who is in it; told to the owner alone.
    pub members: Option<Vec<PersonId>>,
}

/// A group of delegates: there for its owner and for whoever is in it.
pub(super) fn find_proxies(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    owner: &str,
    writes: bool,
) -> Result<ProxyGroup, DavFault> {
    let info = find(tx, who, owner)?;
    if owner == who.person.as_str() {
        let delegates = list_delegates(tx, &who.person)?.into_iter().filter(|it| it.writes == writes);
        let members = Some(delegates.map(|it| it.person).collect());
        return Ok(ProxyGroup { owner: info, writes, members });
    }
    let is_in = list_delegators(tx, who)?.iter().any(|it| it.person.as_str() == owner && it.writes == writes);
    is_in.then_some(ProxyGroup { owner: info, writes, members: None }).ok_or(DavFault::NotFound)
}
