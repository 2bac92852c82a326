use crate::{
    dn::{self, Dn},
    entry::{Entry, Needs},
    operation::{
        CONTROL_MANAGE_DSA_IT, CONTROL_PAGED, CONTROL_SORT, EXTENSION_START_TLS, EXTENSION_WHO_AM_I,
    },
    schema,
};

/// The controls that are obeyed: pages (RFC 2696), sorting (RFC 2891), and ManageDsaIT (RFC 3296), which changes nothing
/// where there are no referrals.
pub(crate) const SUPPORTED_CONTROLS: [&str; 3] = [CONTROL_PAGED, CONTROL_SORT, CONTROL_MANAGE_DSA_IT];

/// All operational attributes (RFC 3673), filters that are always true or false (RFC 4526), language tags (RFC 3866).
const FEATURES: [&str; 3] = ["1.3.6.1.4.1.4203.1.5.1", "1.3.6.1.4.1.4203.1.5.3", "1.3.6.1.4.1.4203.1.5.4"];

/// The root of the tree, which says what this server can do (RFC 4512 §5.1).
pub(crate) fn root(base: &Dn, start_tls: bool) -> Entry {
    let mut entry = Entry::bare(String::new(), Needs::All);
    entry.add(&schema::OBJECT_CLASS, "top");
    entry.add(&schema::NAMING_CONTEXTS, base.to_string());
    entry.add(&schema::SUBSCHEMA_SUBENTRY, schema::SUBSCHEMA);
    entry.add(&schema::SUPPORTED_VERSION, "3");
    entry.add_all(&schema::SUPPORTED_CONTROL, SUPPORTED_CONTROLS);
    let extensions = [EXTENSION_WHO_AM_I].into_iter().chain(start_tls.then_some(EXTENSION_START_TLS));
    entry.add_all(&schema::SUPPORTED_EXTENSION, extensions);
    entry.add_all(&schema::SUPPORTED_FEATURES, FEATURES);
    entry.add(&schema::VENDOR_NAME, "Renraku");
    entry
}

/// The schema.
pub(crate) fn subschema() -> Entry {
    let mut entry = Entry::new(schema::SUBSCHEMA.to_owned(), &["top", "subschema"], false);
    entry.add(&schema::CN, "subschema");
    entry.add_all(&schema::OBJECT_CLASSES, schema::CLASSES.iter().copied());
    entry.add_all(&schema::ATTRIBUTE_TYPES, schema::attribute_types());
    entry
}

/// The entry below which everything is.
pub(crate) fn base(base: &Dn) -> Entry {
    let part = base.first().unwrap_or_default();
    let dc = dn::value_of(part, "dc");
    let ou = dn::value_of(part, "ou");
    let classes: &[&str] = match (&dc, &ou) {
        (Some(_), _) => &["top", "dcObject", "organization"],
        (None, Some(_)) => &["top", "organizationalUnit"],
        (None, None) => &["top", "organization"],
    };
    let mut entry = Entry::new(base.to_string(), classes, true);
    if ou.is_none() {
        entry.add_all(&schema::O, dc.clone().or_else(|| dn::value_of(part, "o")));
    }
    entry.add_all(&schema::DC, dc);
    entry.add_all(&schema::OU, ou);
    entry
}

/// The entry above all people.
pub(crate) fn people(base: &Dn) -> Entry {
    container(base, "people", "職員 (the staff)")
}

/// The entry above all units.
pub(crate) fn units(base: &Dn) -> Entry {
    container(base, "units", "組織 (the units of the office)")
}

/// The entry above all address books.
pub(crate) fn contacts(base: &Dn) -> Entry {
    container(base, "contacts", "連絡先 (address books)")
}

fn container(base: &Dn, name: &str, description: &str) -> Entry {
    let mut entry = Entry::new(format!("ou={name},{base}"), &["top", "organizationalUnit"], true);
    entry.add(&schema::OU, name);
    entry.add(&schema::DESCRIPTION, description);
    entry
}
