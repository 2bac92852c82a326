use std::sync::Arc;

use ldap3_proto::proto::{LdapCompareRequest, LdapOp, LdapResultCode};
use renraku_db::ReadTx;
use renraku_web::RateKind;

use super::{answer::result, search::may_read};
use crate::{
    entries::{Missing, Place},
    entry::Needs,
    fault::LdapFault,
    filter::{self, Condition, Outcome},
    listener::Shared,
    schema::{Description, Matching},
    search::entry_at,
    session::Session,
};

/// Says whether an entry has a value (RFC 4511 §4.10).
pub(crate) async fn compare(
    shared: &Arc<Shared>,
    session: &Session,
    wish: LdapCompareRequest,
) -> Result<LdapOp, LdapFault> {
    session.count(shared, RateKind::Search)?;
    let name = wish
        .dn
        .parse()
        .map_err(|_bad| LdapFault::Refused(LdapResultCode::InvalidDNSyntax, "this is no name"))?;
    let place =
        Place::find(&name, &shared.settings.base).map_err(|Missing(above)| LdapFault::NoSuchObject(above))?;
    may_read(shared, session, &place)?;
    let Some(description) = Description::read(&wish.atype) else {
        let text = "there is no such attribute type";
        return Err(LdapFault::Refused(LdapResultCode::UndefinedAttributeType, text));
    };
    if description.kind.matching == Matching::Picture {
        let text = "pictures are not compared";
        return Err(LdapFault::Refused(LdapResultCode::InappropriateMatching, text));
    }
    let value = String::from_utf8_lossy(&wish.val).into_owned();
    let condition = filter::equality(&wish.atype, &value);
    if matches!(condition, Condition::Undefined) {
        let text = "the attribute cannot have this value";
        return Err(LdapFault::Refused(LdapResultCode::InvalidAttributeSyntax, text));
    }
    let (all, who) = (Arc::clone(shared), session.principal().cloned());
    let read = move |tx: &mut ReadTx<'_>| entry_at(tx, &all, who.as_ref(), &place, &Needs::All);
    let entry = shared.gate.read::<_, _, LdapFault, _>(read).await?;
    let code = match condition.of(&entry) {
        Outcome::True => LdapResultCode::CompareTrue,
        Outcome::False if entry.attributes_of(description).next().is_some() => LdapResultCode::CompareFalse,
        Outcome::False | Outcome::Undefined => LdapResultCode::NoSuchAttribute,
    };
    Ok(LdapOp::CompareResult(result(code, "")))
}
