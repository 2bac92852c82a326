use crate::{entry::Entry, schema};

/// The object classes of people and of contacts.
pub(super) const CLASSES: [&str; 4] = ["top", "person", "organizationalPerson", "inetOrgPerson"];

/// A text as it is written and as it is read; empty where it is not known.
pub(super) type Written<'n> = (&'n str, &'n str);

/// What somebody is called.
#[derive(Debug, Default)]
pub(super) struct Called<'n> {
    pub whole: Written<'n>,
    pub family: Written<'n>,
    pub given: Written<'n>,
}

impl<'n> Called<'n> {
    /// By a whole name, family name first.
    pub fn by(written: &'n str, read: &'n str) -> Self {
        let (written, read) = (written.trim(), read.trim());
        let ((family, given), (family_read, given_read)) = (words(written), words(read));
        Self { whole: (written, read), family: (family, family_read), given: (given, given_read) }
    }

    /// Gives an entry these names.
    pub fn put(&self, entry: &mut Entry) {
        let Self { whole, family, given } = self;
        for (kind, (written, read)) in [
            (&schema::CN, whole),
            (&schema::SN, family),
            (&schema::GIVEN_NAME, given),
            (&schema::DISPLAY_NAME, whole),
        ] {
            entry.add_name(kind, written, read);
        }
    }
}

/// Each once: values of an attribute are a set.
pub(super) fn distinct<V: PartialEq>(values: impl Iterator<Item = V>) -> Vec<V> {
    let mut distinct: Vec<V> = Vec::new();
    for value in values {
        if !distinct.contains(&value) {
            distinct.push(value);
        }
    }
    distinct
}

/// The family name and the rest.
fn words(name: &str) -> (&str, &str) {
    name.split_once(char::is_whitespace).map_or((name, ""), |(family, given)| (family, given.trim_start()))
}
