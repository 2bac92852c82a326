use bytes::BytesMut;
use ldap3_lber::{structure::StructureTag, write::encode_into};
use ldap3_proto::{
    control::LdapControl,
    proto::{LdapBindResponse, LdapExtendedResponse, LdapMsg, LdapOp, LdapResult, LdapResultCode},
};

use crate::fault::LdapFault;

/// The notice of disconnection (RFC 4511 §4.4.1).
const NOTICE: &str = "1.3.6.1.4.1.1466.20036";

/// A result without more.
pub(crate) fn result(code: LdapResultCode, message: impl Into<String>) -> LdapResult {
    LdapResult { code, matcheddn: String::new(), message: message.into(), referral: Vec::new() }
}

/// The refusal of the operation with this tag.
pub(crate) fn refusal(tag: u64, fault: &LdapFault) -> LdapOp {
    let matcheddn = match fault {
        LdapFault::NoSuchObject(above) => above.clone(),
        _ => String::new(),
    };
    let res = LdapResult { matcheddn, ..result(fault.code(), fault.message()) };
    match tag {
        0 => LdapOp::BindResponse(LdapBindResponse { res, saslcreds: None }),
        6 => LdapOp::ModifyResponse(res),
        8 => LdapOp::AddResponse(res),
        10 => LdapOp::DelResponse(res),
        12 => LdapOp::ModifyDNResponse(res),
        14 => LdapOp::CompareResult(res),
        23 => LdapOp::ExtendedResponse(LdapExtendedResponse { res, name: None, value: None }),
        _ => LdapOp::SearchResultDone(res),
    }
}

/// What is said before the connection is ended.
pub(crate) fn notice(code: LdapResultCode, message: &str) -> BytesMut {
    let mut out = BytesMut::new();
    let response =
        LdapExtendedResponse { res: result(code, message), name: Some(NOTICE.to_owned()), value: None };
    put(&mut out, 0, LdapOp::ExtendedResponse(response), Vec::new());
    out
}

/// Writes a message behind `out`.
pub(crate) fn put(out: &mut BytesMut, id: i32, op: LdapOp, controls: Vec<LdapControl>) {
    // Writing into memory cannot fail.
    let _ = encode_into(out, StructureTag::from(LdapMsg { msgid: id, op, ctrl: controls }));
}
