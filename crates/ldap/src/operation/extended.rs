use ldap3_proto::proto::{LdapExtendedRequest, LdapExtendedResponse, LdapOp, LdapResultCode};

use super::{Next, answer::result};
use crate::{
    dn,
    fault::LdapFault,
    listener::Shared,
    session::{Session, Who},
};

/// "Who am I?" (RFC 4532).
pub(crate) const EXTENSION_WHO_AM_I: &str = "1.3.6.1.4.1.4203.1.11.3";
/// StartTLS (RFC 4511 §4.14).
pub(crate) const EXTENSION_START_TLS: &str = "1.3.6.1.4.1.1466.20037";

/// An operation that was added to the protocol later.
pub(crate) fn extended(
    shared: &Shared,
    session: &Session,
    wish: &LdapExtendedRequest,
) -> Result<(LdapOp, Next), LdapFault> {
    match wish.name.as_str() {
        EXTENSION_WHO_AM_I => {
            let who = match &session.who {
                Who::Nobody => String::new(),
                Who::Person(bound) => {
                    format!("dn:uid={},ou=people,{}", dn::escape(&bound.username), shared.settings.base)
                }
            };
            Ok((response(None, Some(who.into_bytes())), Next::Listen))
        }
        EXTENSION_START_TLS if session.tls => {
            Err(LdapFault::Refused(LdapResultCode::OperationsError, "the connection is protected already"))
        }
        EXTENSION_START_TLS if shared.tls.is_some() => {
            Ok((response(Some(EXTENSION_START_TLS.to_owned()), None), Next::StartTls))
        }
        _ => {
            Err(LdapFault::Refused(LdapResultCode::ProtocolError, "there is no such extended operation here"))
        }
    }
}

fn response(name: Option<String>, value: Option<Vec<u8>>) -> LdapOp {
    LdapOp::ExtendedResponse(LdapExtendedResponse { res: result(LdapResultCode::Success, ""), name, value })
}
