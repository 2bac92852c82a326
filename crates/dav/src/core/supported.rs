//! What a resource can do, as properties.

use super::{
    Collation,
    xml::{Name, Writer},
};

/// The reports that it answers (RFC 3253 §3.1.5).
pub(crate) fn supported_reports(name: &Name, reports: &[Name], out: &mut Writer) {
    let (supported, in_report) = (Name::dav("supported-report"), Name::dav("report"));
    out.open(name);
    for report in reports {
        out.open(&supported);
        out.open(&in_report);
        out.empty(report);
        out.close(&in_report);
        out.close(&supported);
    }
    out.close(name);
}

/// How its queries compare texts (RFC 4791 §7.5.1, RFC 6352 §8.3.1).
pub(crate) fn supported_collations(name: &Name, each: &Name, out: &mut Writer) {
    out.open(name);
    for collation in Collation::ALL {
        out.leaf(each, collation.name());
    }
    out.close(name);
}
