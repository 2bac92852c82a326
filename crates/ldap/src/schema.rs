//! The one table of attribute types and object classes, and how it is published (RFC 4512 §4.2).

/// How values of an attribute are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Matching {
    /// The name of a person: by any spelling, and by its sound when it is a reading.
    Name,
    /// Text: one width, one case, one glyph of each kanji.
    Text,
    /// A phone number in any spelling.
    Number,
    /// Whatever case.
    Word,
    /// A distinguished name.
    Dn,
    /// A picture, which has no rule: it is there or it is not.
    Picture,
}

/// An attribute type.
#[derive(Debug)]
pub(crate) struct AttributeType {
    pub name: &'static str,
    aliases: &'static [&'static str],
    oid: &'static str,
    pub matching: Matching,
    /// Whether it is sent only when it is asked for.
    pub operational: bool,
}

const fn user(
    name: &'static str,
    aliases: &'static [&'static str],
    oid: &'static str,
    matching: Matching,
) -> AttributeType {
    AttributeType { name, aliases, oid, matching, operational: false }
}

const fn operational(name: &'static str, oid: &'static str, matching: Matching) -> AttributeType {
    AttributeType { name, aliases: &[], oid, matching, operational: true }
}

pub(crate) static OBJECT_CLASS: AttributeType = user("objectClass", &[], "2.5.4.0", Matching::Word);
pub(crate) static CN: AttributeType = user("cn", &["commonName"], "2.5.4.3", Matching::Name);
pub(crate) static SN: AttributeType = user("sn", &["surname"], "2.5.4.4", Matching::Name);
pub(crate) static GIVEN_NAME: AttributeType = user("givenName", &["gn"], "2.5.4.42", Matching::Name);
pub(crate) static DISPLAY_NAME: AttributeType =
    user("displayName", &[], "2.16.840.1.113730.3.1.241", Matching::Name);
pub(crate) static UID: AttributeType = user("uid", &["userid"], "0.9.2342.19200300.100.1.1", Matching::Word);
pub(crate) static TELEPHONE_NUMBER: AttributeType =
    user("telephoneNumber", &[], "2.5.4.20", Matching::Number);
pub(crate) static MOBILE: AttributeType =
    user("mobile", &["mobileTelephoneNumber"], "0.9.2342.19200300.100.1.41", Matching::Number);
pub(crate) static FACSIMILE_TELEPHONE_NUMBER: AttributeType =
    user("facsimileTelephoneNumber", &["fax"], "2.5.4.23", Matching::Number);
pub(crate) static MAIL: AttributeType =
    user("mail", &["rfc822Mailbox"], "0.9.2342.19200300.100.1.3", Matching::Word);
pub(crate) static OU: AttributeType = user("ou", &["organizationalUnitName"], "2.5.4.11", Matching::Text);
pub(crate) static TITLE: AttributeType = user("title", &[], "2.5.4.12", Matching::Text);
pub(crate) static DEPARTMENT: AttributeType =
    user("department", &[], "1.2.840.113556.1.2.141", Matching::Text);
pub(crate) static POSTAL_ADDRESS: AttributeType = user("postalAddress", &[], "2.5.4.16", Matching::Text);
pub(crate) static JPEG_PHOTO: AttributeType =
    user("jpegPhoto", &[], "0.9.2342.19200300.100.1.60", Matching::Picture);
pub(crate) static DESCRIPTION: AttributeType = user("description", &[], "2.5.4.13", Matching::Text);
pub(crate) static O: AttributeType = user("o", &["organizationName"], "2.5.4.10", Matching::Text);
pub(crate) static DC: AttributeType =
    user("dc", &["domainComponent"], "0.9.2342.19200300.100.1.25", Matching::Word);
pub(crate) static STRUCTURAL_OBJECT_CLASS: AttributeType =
    operational("structuralObjectClass", "2.5.21.9", Matching::Word);
pub(crate) static ENTRY_UUID: AttributeType = operational("entryUUID", "1.3.6.1.1.16.4", Matching::Word);
pub(crate) static CREATE_TIMESTAMP: AttributeType =
    operational("createTimestamp", "2.5.18.1", Matching::Word);
pub(crate) static MODIFY_TIMESTAMP: AttributeType =
    operational("modifyTimestamp", "2.5.18.2", Matching::Word);
pub(crate) static ENTRY_DN: AttributeType = operational("entryDN", "1.3.6.1.1.20", Matching::Dn);
pub(crate) static HAS_SUBORDINATES: AttributeType =
    operational("hasSubordinates", "2.5.18.9", Matching::Word);
pub(crate) static SUBSCHEMA_SUBENTRY: AttributeType =
    operational("subschemaSubentry", "2.5.18.10", Matching::Dn);
pub(crate) static NAMING_CONTEXTS: AttributeType =
    operational("namingContexts", "1.3.6.1.4.1.1466.101.120.5", Matching::Dn);
pub(crate) static SUPPORTED_CONTROL: AttributeType =
    operational("supportedControl", "1.3.6.1.4.1.1466.101.120.13", Matching::Word);
pub(crate) static SUPPORTED_EXTENSION: AttributeType =
    operational("supportedExtension", "1.3.6.1.4.1.1466.101.120.7", Matching::Word);
pub(crate) static SUPPORTED_FEATURES: AttributeType =
    operational("supportedFeatures", "1.3.6.1.4.1.4203.1.3.5", Matching::Word);
pub(crate) static SUPPORTED_VERSION: AttributeType =
    operational("supportedLDAPVersion", "1.3.6.1.4.1.1466.101.120.15", Matching::Word);
pub(crate) static VENDOR_NAME: AttributeType = operational("vendorName", "1.3.6.1.1.4", Matching::Word);
pub(crate) static OBJECT_CLASSES: AttributeType = operational("objectClasses", "2.5.21.6", Matching::Word);
pub(crate) static ATTRIBUTE_TYPES: AttributeType = operational("attributeTypes", "2.5.21.5", Matching::Word);

/// What directories elsewhere have and nobody here does: it is known, so that clients that read the schema first may ask for
/// it, and so that a filter on it fails instead of being undefined.
static ABSENT: [AttributeType; 14] = [
    user("homePhone", &[], "0.9.2342.19200300.100.1.20", Matching::Number),
    user("pager", &[], "0.9.2342.19200300.100.1.42", Matching::Number),
    user("employeeNumber", &[], "2.16.840.1.113730.3.1.3", Matching::Word),
    user("departmentNumber", &[], "2.16.840.1.113730.3.1.2", Matching::Text),
    user("initials", &[], "2.5.4.43", Matching::Text),
    user("l", &["localityName"], "2.5.4.7", Matching::Text),
    user("st", &["stateOrProvinceName"], "2.5.4.8", Matching::Text),
    user("street", &["streetAddress"], "2.5.4.9", Matching::Text),
    user("postalCode", &[], "2.5.4.17", Matching::Text),
    user("physicalDeliveryOfficeName", &[], "2.5.4.19", Matching::Text),
    user("roomNumber", &[], "0.9.2342.19200300.100.1.6", Matching::Text),
    user("labeledURI", &[], "1.3.6.1.4.1.250.1.57", Matching::Word),
    operational("creatorsName", "2.5.18.3", Matching::Dn),
    operational("modifiersName", "2.5.18.4", Matching::Dn),
];

static TYPES: &[&AttributeType] = &[
    &CN,
    &SN,
    &GIVEN_NAME,
    &DISPLAY_NAME,
    &TELEPHONE_NUMBER,
    &MOBILE,
    &FACSIMILE_TELEPHONE_NUMBER,
    &MAIL,
    &UID,
    &OBJECT_CLASS,
    &OU,
    &TITLE,
    &DEPARTMENT,
    &POSTAL_ADDRESS,
    &JPEG_PHOTO,
    &DESCRIPTION,
    &O,
    &DC,
    &STRUCTURAL_OBJECT_CLASS,
    &ENTRY_UUID,
    &CREATE_TIMESTAMP,
    &MODIFY_TIMESTAMP,
    &ENTRY_DN,
    &HAS_SUBORDINATES,
    &SUBSCHEMA_SUBENTRY,
    &NAMING_CONTEXTS,
    &SUPPORTED_CONTROL,
    &SUPPORTED_EXTENSION,
    &SUPPORTED_FEATURES,
    &SUPPORTED_VERSION,
    &VENDOR_NAME,
    &OBJECT_CLASSES,
    &ATTRIBUTE_TYPES,
];

/// The option of a reading: `cn;lang-ja-phonetic` is a subtype of `cn` (RFC 3866, RFC 4512 §2.5.2).
pub(crate) const PHONETIC: &str = "lang-ja-phonetic";
/// Below this name the schema is published.
pub(crate) const SUBSCHEMA: &str = "cn=subschema";

/// An attribute description: a type, and whether only its readings are meant.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Description {
    pub kind: &'static AttributeType,
    pub phonetic: bool,
}

impl Description {
    /// Reads a description; `None` for one that is not known.
    pub fn read(text: &str) -> Option<Self> {
        let mut parts = text.split(';');
        let kind = find(parts.next()?)?;
        let mut phonetic = false;
        for option in parts {
            // The two ways in which directories in Japan mark a reading: one tag, or a tag and an option.
            phonetic |= option.eq_ignore_ascii_case(PHONETIC) || option.eq_ignore_ascii_case("phonetic");
            if !phonetic && !option.eq_ignore_ascii_case("lang-ja") {
                return None;
            }
        }
        Some(Self { kind, phonetic })
    }

    /// Whether an attribute is this one or a subtype of it.
    pub fn covers(&self, kind: &AttributeType, phonetic: bool) -> bool {
        std::ptr::eq(self.kind, kind) && (phonetic || !self.phonetic)
    }
}

fn all() -> impl Iterator<Item = &'static AttributeType> {
    TYPES.iter().copied().chain(&ABSENT)
}

/// The attribute type of a name or an object identifier.
pub(crate) fn find(name: &str) -> Option<&'static AttributeType> {
    all().find(|kind| {
        kind.name.eq_ignore_ascii_case(name)
            || kind.oid == name
            || kind.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(name))
    })
}

/// The attribute types, each as RFC 4512 §4.1.2 writes it.
pub(crate) fn attribute_types() -> impl Iterator<Item = String> {
    all().map(|kind| {
        let rules = match kind.matching {
            Matching::Name | Matching::Text => {
                "EQUALITY caseIgnoreMatch ORDERING caseIgnoreOrderingMatch SUBSTR caseIgnoreSubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15"
            }
            Matching::Word => {
                "EQUALITY caseIgnoreMatch SUBSTR caseIgnoreSubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15"
            }
            Matching::Number => {
                "EQUALITY telephoneNumberMatch SUBSTR telephoneNumberSubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.50"
            }
            Matching::Dn => "EQUALITY distinguishedNameMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.12",
            Matching::Picture => "SYNTAX 1.3.6.1.4.1.1466.115.121.1.28",
        };
        let names: Vec<String> =
            std::iter::once(&kind.name).chain(kind.aliases).map(|name| format!("'{name}'")).collect();
        let names = if names.len() == 1 { names.concat() } else { format!("( {} )", names.join(" ")) };
        let usage = if kind.operational { " NO-USER-MODIFICATION USAGE directoryOperation" } else { "" };
        format!("( {} NAME {names} {rules}{usage} )", kind.oid)
    })
}

/// The object classes, each as RFC 4512 §4.1.1 writes it; what is allowed in them is what is there.
pub(crate) const CLASSES: &[&str] = &[
    "( 2.5.6.0 NAME 'top' ABSTRACT MUST objectClass )",
    "( 2.5.6.6 NAME 'person' SUP top STRUCTURAL MUST ( sn $ cn ) MAY ( telephoneNumber $ description ) )",
    "( 2.5.6.7 NAME 'organizationalPerson' SUP person STRUCTURAL MAY ( title $ ou $ department $ facsimileTelephoneNumber $ postalAddress ) )",
    "( 2.16.840.1.113730.3.2.2 NAME 'inetOrgPerson' SUP organizationalPerson STRUCTURAL MAY ( displayName $ givenName $ jpegPhoto $ mail $ mobile $ uid $ o ) )",
    "( 2.5.6.5 NAME 'organizationalUnit' SUP top STRUCTURAL MUST ou MAY description )",
    "( 2.5.6.4 NAME 'organization' SUP top STRUCTURAL MUST o MAY description )",
    "( 1.3.6.1.4.1.1466.344 NAME 'dcObject' SUP top AUXILIARY MUST dc )",
    "( 2.5.20.1 NAME 'subschema' AUXILIARY MAY ( objectClasses $ attributeTypes ) )",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_is_a_subtype_of_its_attribute() {
        let plain = Description::read("commonName").unwrap();
        assert!(plain.covers(&CN, true) && plain.covers(&CN, false) && !plain.covers(&SN, false));
        for text in ["cn;lang-ja-phonetic", "CN;lang-ja;phonetic", "2.5.4.3;phonetic"] {
            let reading = Description::read(text).unwrap();
            assert!(reading.covers(&CN, true) && !reading.covers(&CN, false), "{text}");
        }
        assert!(Description::read("cn;binary").is_none() && Description::read("nope").is_none());
    }
}
