//! The operations (RFC 4511 §4): one request in, its answer out as bytes.

mod answer;
mod bind;
mod compare;
mod extended;
mod search;

use std::sync::Arc;

use bytes::BytesMut;
use ldap3_proto::proto::{LdapOp, LdapResultCode};
use renraku_web::RateKind;

pub(crate) use answer::notice;
pub(crate) use extended::{EXTENSION_START_TLS, EXTENSION_WHO_AM_I};

use crate::{fault::LdapFault, frame::Request, listener::Shared, session::Session};
use answer::{put, refusal};

/// Pages (RFC 2696).
pub(crate) const CONTROL_PAGED: &str = "1.2.840.113556.1.4.319";
/// Sorting by the server (RFC 2891).
pub(crate) const CONTROL_SORT: &str = "1.2.840.113556.1.4.473";
/// Referrals as entries (RFC 3296).
pub(crate) const CONTROL_MANAGE_DSA_IT: &str = "2.16.840.1.113730.3.4.2";

/// What happens after an answer was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// The client may ask again.
    Listen,
    /// The connection goes on in TLS.
    StartTls,
    /// The client has ended it.
    Close,
    /// It is ended, since what it was bound with is no longer good.
    Revoked,
}

/// Does what a request asks for and writes the answer behind `out`.
pub(crate) async fn perform(
    shared: &Arc<Shared>,
    session: &mut Session,
    request: Request,
    out: &mut BytesMut,
) -> Next {
    let Request { id, tag, op, controls, unsupported, sort_is_critical } = request;
    let refuse = |out: &mut BytesMut, fault: &LdapFault| put(out, id, refusal(tag, fault), Vec::new());
    match op {
        Some(LdapOp::UnbindRequest) => return Next::Close,
        // Requests are answered one after the other: what is given up was answered before.
        Some(LdapOp::AbandonRequest(_)) => return Next::Listen,
        _ => {}
    }
    if unsupported {
        let text = "a critical control is not known here";
        refuse(out, &LdapFault::Refused(LdapResultCode::UnavailableCriticalExtension, text));
        return Next::Listen;
    }
    if let Err(fault) = session.count(shared, RateKind::Request) {
        refuse(out, &fault);
        return Next::Listen;
    }
    match session.is_good(shared).await {
        Ok(true) => {}
        Ok(false) => return Next::Revoked,
        Err(fault) => {
            refuse(out, &fault);
            return Next::Listen;
        }
    }
    let done = match op {
        Some(LdapOp::BindRequest(bind)) => {
            bind::bind(shared, session, bind).await.map(|answer| put(out, id, answer, Vec::new()))
        }
        Some(LdapOp::SearchRequest(wish)) => {
            search::search(shared, session, search::Wish { id, wish, controls, sort_is_critical }, out).await
        }
        Some(LdapOp::CompareRequest(wish)) => {
            compare::compare(shared, session, wish).await.map(|answer| put(out, id, answer, Vec::new()))
        }
        Some(LdapOp::ExtendedRequest(wish)) => match extended::extended(shared, session, &wish) {
            Ok((answer, next)) => {
                put(out, id, answer, Vec::new());
                return next;
            }
            Err(fault) => Err(fault),
        },
        Some(
            LdapOp::ModifyRequest(_)
            | LdapOp::AddRequest(_)
            | LdapOp::DelRequest(_)
            | LdapOp::ModifyDNRequest(_),
        ) => Err(LdapFault::Refused(LdapResultCode::UnwillingToPerform, "the directory is read-only")),
        _ => Err(LdapFault::Refused(LdapResultCode::ProtocolError, "the request cannot be understood")),
    };
    if let Err(fault) = done {
        if fault.code() == LdapResultCode::Other {
            tracing::error!(error = %fault, "an LDAP operation failed");
        }
        refuse(out, &fault);
    }
    Next::Listen
}
