use ldap3_proto::proto::{LdapPartialAttribute, LdapSearchResultEntry};

use crate::schema::{self, AttributeType, Description};

/// An entry of the tree with all its attributes.
#[derive(Debug)]
pub(crate) struct Entry {
    pub dn: String,
    pub attributes: Vec<Attribute>,
}

/// An attribute of an entry: of a type, and perhaps its reading.
#[derive(Debug)]
pub(crate) struct Attribute {
    pub kind: &'static AttributeType,
    pub phonetic: bool,
    pub values: Vec<String>,
}

impl Entry {
    /// An entry of these object classes, the structural one last.
    pub fn new(dn: String, classes: &[&str], has_subordinates: bool) -> Self {
        let mut entry = Self { dn, attributes: Vec::with_capacity(20) };
        entry.add_all(&schema::OBJECT_CLASS, classes.iter().copied());
        entry.add_all(&schema::STRUCTURAL_OBJECT_CLASS, classes.last().copied());
        entry.add(&schema::HAS_SUBORDINATES, if has_subordinates { "TRUE" } else { "FALSE" });
        entry.add(&schema::SUBSCHEMA_SUBENTRY, schema::SUBSCHEMA);
        let dn = entry.dn.clone();
        entry.add(&schema::ENTRY_DN, dn);
        entry
    }

    /// Gives it an attribute of one value.
    pub fn add(&mut self, kind: &'static AttributeType, value: impl Into<String>) {
        self.attributes.push(Attribute { kind, phonetic: false, values: vec![value.into()] });
    }

    /// Gives it an attribute of these values, unless there are none.
    pub fn add_all<V: Into<String>>(
        &mut self,
        kind: &'static AttributeType,
        values: impl IntoIterator<Item = V>,
    ) {
        let values: Vec<String> = values.into_iter().map(Into::into).collect();
        if !values.is_empty() {
            self.attributes.push(Attribute { kind, phonetic: false, values });
        }
    }

    /// Gives it a name and its reading; what is empty is left out.
    pub fn add_name(&mut self, kind: &'static AttributeType, written: &str, read: &str) {
        for (value, phonetic) in [(written, false), (read, true)] {
            if !value.is_empty() {
                self.attributes.push(Attribute { kind, phonetic, values: vec![value.to_owned()] });
            }
        }
    }

    /// Whether it has an attribute, or a subtype of it.
    pub fn attributes_of(&self, wanted: Description) -> impl Iterator<Item = &Attribute> {
        self.attributes.iter().filter(move |attribute| wanted.covers(attribute.kind, attribute.phonetic))
    }
}

/// Which attributes of an entry are sent (RFC 4511 §4.5.1.8).
#[derive(Debug)]
pub(crate) struct Selection {
    user: bool,
    operational: bool,
    named: Vec<Description>,
    types_only: bool,
}

impl Selection {
    /// Reads what was asked for; what is not known is passed over.
    pub fn read(asked: &[String], types_only: bool) -> Self {
        Self {
            user: asked.is_empty() || asked.iter().any(|name| name == "*"),
            operational: asked.iter().any(|name| name == "+"),
            named: asked.iter().filter_map(|name| Description::read(name)).collect(),
            types_only,
        }
    }

    /// What is sent of an entry.
    pub fn of(&self, entry: Entry) -> LdapSearchResultEntry {
        let wanted = |attribute: &Attribute| {
            let whole_kind = if attribute.kind.operational { self.operational } else { self.user };
            whole_kind || self.named.iter().any(|named| named.covers(attribute.kind, attribute.phonetic))
        };
        let attributes = entry.attributes.into_iter().filter(wanted).map(|attribute| LdapPartialAttribute {
            atype: match attribute.phonetic {
                true => format!("{};{}", attribute.kind.name, schema::PHONETIC),
                false => attribute.kind.name.to_owned(),
            },
            vals: match self.types_only {
                true => Vec::new(),
                false => attribute.values.into_iter().map(String::into_bytes).collect(),
            },
        });
        LdapSearchResultEntry { dn: entry.dn, attributes: attributes.collect() }
    }
}
