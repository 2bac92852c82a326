//! Rights as properties (RFC 3744 §5): to read, for they are given on the phone.

use super::xml::{Name, Writer};

/// To read what is in it.
pub(crate) const READ: Name = Name::dav("read");
/// To see what one may do.
pub(crate) const READ_PRIVILEGES: Name = Name::dav("read-current-user-privilege-set");
/// To change it in every way.
pub(crate) const WRITE: Name = Name::dav("write");
/// To change what is in it.
pub(crate) const WRITE_CONTENT: Name = Name::dav("write-content");
/// To change its properties.
pub(crate) const WRITE_PROPERTIES: Name = Name::dav("write-properties");
/// To put something into it.
pub(crate) const BIND: Name = Name::dav("bind");
/// To take something out of it.
pub(crate) const UNBIND: Name = Name::dav("unbind");

/// One right, as an element.
pub(super) fn privilege(name: &Name, out: &mut Writer) {
    let around = Name::dav("privilege");
    out.open(&around);
    out.empty(name);
    out.close(&around);
}

/// What is granted (§5.4).
pub(crate) fn granted_set(name: &Name, granted: &[Name], out: &mut Writer) {
    out.open(name);
    granted.iter().for_each(|it| privilege(it, out));
    out.close(name);
}

/// The rights that there are, within each other (§5.3).
pub(crate) fn supported_set(name: &Name, all: &[(Name, &[Name])], out: &mut Writer) {
    let around = Name::dav("supported-privilege");
    out.open(name);
    out.open(&around);
    privilege(&Name::dav("all"), out);
    for (it, within) in all {
        out.open(&around);
        privilege(it, out);
        for inner in *within {
            out.open(&around);
            privilege(inner, out);
            out.close(&around);
        }
        out.close(&around);
    }
    out.close(&around);
    out.close(name);
}

/// What the principal who asks is granted, as a list of rights (§5.5); the rights of others are told by the phone's API, to those
/// who manage them.
pub(crate) fn ace(name: &Name, principal: &str, granted: &[Name], out: &mut Writer) {
    let (ace, grant) = (Name::dav("ace"), Name::dav("grant"));
    out.open(name);
    out.open(&ace);
    out.href_in(&Name::dav("principal"), principal);
    granted_set(&grant, granted, out);
    out.empty(&Name::dav("protected"));
    out.close(&ace);
    out.close(name);
}
