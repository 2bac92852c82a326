//! From bytes to requests: what cannot be a message ends the connection, what is only not understood is answered.

use bytes::BytesMut;
use ldap3_lber::{
    Parser,
    common::TagClass,
    structure::{PL, StructureTag},
    universal::Types,
};
use ldap3_proto::{
    control::LdapControl,
    proto::{LdapMsg, LdapOp},
};

use crate::entries::SUPPORTED_CONTROLS;

/// How deep a message may be nested; a filter's own limit lies below it.
const DEEPEST: usize = 100;
/// The tags of the operations that a client may ask for (RFC 4511 §4.2 ff.).
const REQUESTS: [u64; 10] = [0, 2, 3, 6, 8, 10, 12, 14, 16, 23];
const SEARCH: u64 = 3;
/// Where in a search request the filter stands.
const FILTER: usize = 6;
/// The tag of an extensible match, whose last member is no text.
const EXTENSIBLE: u64 = 9;

/// One request.
#[derive(Debug)]
pub(crate) struct Request {
    pub id: i32,
    /// The tag of the operation.
    pub tag: u64,
    /// The operation; `None` when it cannot be understood.
    pub op: Option<LdapOp>,
    /// The controls that are obeyed.
    pub controls: Vec<LdapControl>,
    /// Whether one that is not obeyed is critical.
    pub unsupported: bool,
    /// Whether the request to sort is critical.
    pub sort_is_critical: bool,
}

/// Why a connection cannot go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadFrame {
    #[error("this is no LDAP message")]
    NoMessage,
    #[error("the message is too large")]
    TooLarge,
}

/// Takes the first request out of what arrived; `None` while it is not all there. A message that announces more than `limit`
/// bytes is not waited for.
pub(crate) fn take(buffer: &mut BytesMut, limit: usize) -> Result<Option<Request>, BadFrame> {
    let Some(length) = announced(buffer)? else { return Ok(None) };
    if length > limit {
        return Err(BadFrame::TooLarge);
    }
    if buffer.len() < length {
        return Ok(None);
    }
    let frame = buffer.split_to(length);
    let (rest, message) = Parser::new(DEEPEST).parse(&frame).map_err(|_bad| BadFrame::NoMessage)?;
    if !rest.is_empty() {
        return Err(BadFrame::NoMessage);
    }
    request(message).ok_or(BadFrame::NoMessage).map(Some)
}

/// How long the message is, with its head; `None` while the head is not all there.
fn announced(buffer: &[u8]) -> Result<Option<usize>, BadFrame> {
    let Some((tag, rest)) = buffer.split_first() else { return Ok(None) };
    if *tag != 0x30 {
        return Err(BadFrame::NoMessage);
    }
    let Some((first, rest)) = rest.split_first() else { return Ok(None) };
    if *first < 0x80 {
        return Ok(Some(2 + usize::from(*first)));
    }
    let count = usize::from(*first & 0x7f);
    if !(1..=4).contains(&count) {
        // Of no known end, or longer than anything.
        return Err(BadFrame::NoMessage);
    }
    let Some(length) = rest.get(..count) else { return Ok(None) };
    let length = length.iter().fold(0_usize, |length, byte| length << 8 | usize::from(*byte));
    Ok(Some(length.saturating_add(2 + count)))
}

fn request(message: StructureTag) -> Option<Request> {
    let mut parts = message.expect_constructed()?.into_iter();
    let (id, op, controls) = (parts.next()?, parts.next()?, parts.next());
    let number =
        id.clone().match_class(TagClass::Universal)?.match_id(Types::Integer as u64)?.expect_primitive()?;
    let known = op.class == TagClass::Application && REQUESTS.contains(&op.id) && parts.next().is_none();
    let wanted = known && !number.is_empty() && number.len() <= 4 && number.first()? < &0x80;
    if !wanted {
        return None;
    }
    let number = number.iter().fold(0_i32, |number, byte| number << 8 | i32::from(*byte));
    let tag = op.id;
    let (mut obeyed, mut unsupported, mut sort_is_critical) = (Vec::new(), false, false);
    for control in controls.map(members).unwrap_or_default() {
        let (name, critical) = head(&control)?;
        if SUPPORTED_CONTROLS.contains(&name.as_str()) {
            sort_is_critical |= critical && name == crate::operation::CONTROL_SORT;
            obeyed.push(control);
        } else {
            unsupported |= critical;
        }
    }
    let op = if tag == SEARCH { readable(op) } else { op };
    let mut understood = vec![id, op];
    if !obeyed.is_empty() {
        understood.push(StructureTag { class: TagClass::Context, id: 0, payload: PL::C(obeyed) });
    }
    let message =
        StructureTag { class: TagClass::Universal, id: Types::Sequence as u64, payload: PL::C(understood) };
    let (op, controls) = LdapMsg::try_from(message)
        .map_or_else(|_bad| (None, Vec::new()), |message| (Some(message.op), message.ctrl));
    Some(Request { id: number, tag, op, controls, unsupported, sort_is_critical })
}

fn members(tag: StructureTag) -> Vec<StructureTag> {
    tag.expect_constructed().unwrap_or_default()
}

/// The name of a control and whether it is critical.
fn head(control: &StructureTag) -> Option<(String, bool)> {
    let PL::C(parts) = &control.payload else { return None };
    let PL::P(name) = &parts.first()?.payload else { return None };
    let critical = parts.get(1).is_some_and(|part| {
        part.id == Types::Boolean as u64
            && matches!(&part.payload, PL::P(value) if value.iter().any(|byte| *byte != 0))
    });
    Some((String::from_utf8_lossy(name).into_owned(), critical))
}

/// A search whose filter holds text alone: a value that is none (some ask for binary ones) equals nothing that is here, and is
/// no reason to end the connection.
fn readable(mut search: StructureTag) -> StructureTag {
    if let PL::C(parts) = &mut search.payload
        && let Some(filter) = parts.get_mut(FILTER)
    {
        make_text(filter);
    }
    search
}

fn make_text(tag: &mut StructureTag) {
    let extensible = tag.class == TagClass::Context && tag.id == EXTENSIBLE;
    match &mut tag.payload {
        PL::C(parts) => {
            let parts = parts.iter_mut().filter(|part| !(extensible && part.id == 4));
            parts.for_each(make_text);
        }
        PL::P(bytes) => {
            if std::str::from_utf8(bytes).is_err() {
                *bytes = String::from_utf8_lossy(bytes).into_owned().into_bytes();
            }
        }
    }
}
