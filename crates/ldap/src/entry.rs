use std::sync::Arc;

use crate::{
    ber,
    schema::{self, AttributeType, Description},
};

/// Which attributes of an entry are looked at: it is built with no others.
#[derive(Debug, Clone, Default)]
pub(crate) enum Needs {
    #[default]
    All,
    /// All, of which these were named.
    AllAnd(Arc<[Description]>),
    Only(Arc<[Description]>),
}

impl Needs {
    fn has(&self, kind: &AttributeType, phonetic: bool) -> bool {
        match self {
            Self::All | Self::AllAnd(_) => true,
            Self::Only(only) => only.iter().any(|it| it.covers(kind, phonetic)),
        }
    }

    /// Whether it was asked for by its name.
    pub fn names(&self, kind: &AttributeType) -> bool {
        match self {
            Self::All => false,
            Self::AllAnd(named) | Self::Only(named) => named.iter().any(|it| it.covers(kind, false)),
        }
    }
}

/// An entry of the tree with its attributes.
#[derive(Debug)]
pub(crate) struct Entry {
    pub dn: String,
    attributes: Vec<Attribute>,
    /// The units that it lies in, each by the names from the top down: what `ou` is compared with besides, and never shown.
    unit_paths: Vec<Vec<String>>,
    needs: Needs,
    carries_photo: bool,
}

/// An attribute of an entry: of a type, and perhaps its reading.
#[derive(Debug)]
pub(crate) struct Attribute {
    pub kind: &'static AttributeType,
    pub phonetic: bool,
    pub values: Vec<String>,
}

impl Attribute {
    fn is_photo(&self) -> bool {
        std::ptr::eq(self.kind, &schema::JPEG_PHOTO)
    }
}

impl Entry {
    /// An entry without attributes, for those that are needed.
    pub fn bare(dn: String, needs: Needs) -> Self {
        Self { dn, attributes: Vec::new(), unit_paths: Vec::new(), needs, carries_photo: false }
    }

    /// An entry of these object classes, the structural one last.
    pub fn new(dn: String, classes: &[&str], has_subordinates: bool) -> Self {
        Self::with(Needs::All, dn, classes, has_subordinates)
    }

    /// The same with no other attributes than are needed.
    pub fn with(needs: Needs, dn: String, classes: &[&str], has_subordinates: bool) -> Self {
        let mut entry = Self::bare(dn, needs);
        entry.add_all(&schema::OBJECT_CLASS, classes.iter().copied());
        entry.add_all(&schema::STRUCTURAL_OBJECT_CLASS, classes.last().copied());
        entry.add(&schema::HAS_SUBORDINATES, if has_subordinates { "TRUE" } else { "FALSE" });
        entry.add(&schema::SUBSCHEMA_SUBENTRY, schema::SUBSCHEMA);
        let dn = entry.needs.has(&schema::ENTRY_DN, false).then(|| entry.dn.clone());
        entry.add_all(&schema::ENTRY_DN, dn);
        entry
    }

    /// Gives it an attribute of one value.
    pub fn add(&mut self, kind: &'static AttributeType, value: impl Into<String>) {
        self.add_all(kind, std::iter::once(value));
    }

    /// Gives it an attribute of these values, unless there are none.
    pub fn add_all<V: Into<String>>(
        &mut self,
        kind: &'static AttributeType,
        values: impl IntoIterator<Item = V>,
    ) {
        self.put(kind, false, values);
    }

    /// Gives it a name and its reading; what is empty is left out.
    pub fn add_name(&mut self, kind: &'static AttributeType, written: &str, read: &str) {
        for (value, phonetic) in [(written, false), (read, true)] {
            self.put(kind, phonetic, (!value.is_empty()).then_some(value));
        }
    }

    fn put<V: Into<String>>(
        &mut self,
        kind: &'static AttributeType,
        phonetic: bool,
        values: impl IntoIterator<Item = V>,
    ) {
        if !self.needs.has(kind, phonetic) {
            return;
        }
        let values: Vec<String> = values.into_iter().map(Into::into).collect();
        if !values.is_empty() {
            self.attributes.push(Attribute { kind, phonetic, values });
        }
    }

    /// Says in which units it lies, each by the names from the top down.
    pub fn lie_in<'n>(&mut self, paths: impl IntoIterator<Item = Vec<&'n str>>) {
        let owned = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect();
        self.unit_paths.extend(paths.into_iter().map(owned));
    }

    /// In which units it lies, as far as that was said.
    pub fn unit_paths(&self) -> &[Vec<String>] {
        &self.unit_paths
    }

    /// Whose photo it shows, which is read when it is sent; `None` for one without.
    pub fn stored_photo(&self) -> Option<&str> {
        self.photo().filter(|_| !self.carries_photo)
    }

    /// The photo that it carries, as it is written in a card; `None` for one without.
    pub fn carried_photo(&self) -> Option<&str> {
        self.photo().filter(|_| self.carries_photo)
    }

    /// Gives it a photo that it carries.
    pub fn carry_photo(&mut self, photo: Option<&str>) {
        self.carries_photo = photo.is_some();
        self.add_all(&schema::JPEG_PHOTO, photo);
    }

    fn photo(&self) -> Option<&str> {
        let shown = self.attributes.iter().find(|attribute| attribute.is_photo())?;
        shown.values.first().map(String::as_str)
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

    /// What must be known of an entry, of which `others` are looked at, too.
    pub fn needs(&self, others: impl IntoIterator<Item = Description>) -> Needs {
        let named = self.named.iter().copied().chain(others).collect();
        if self.user || self.operational { Needs::AllAnd(named) } else { Needs::Only(named) }
    }

    fn wants(&self, kind: &AttributeType, phonetic: bool) -> bool {
        let whole_kind = if kind.operational { self.operational } else { self.user };
        whole_kind || self.named.iter().any(|named| named.covers(kind, phonetic))
    }

    /// Whether photos are sent.
    pub fn shows_photos(&self) -> bool {
        !self.types_only && self.wants(&schema::JPEG_PHOTO, false)
    }

    /// Writes what is sent of an entry, with its photo, as an answer to the request of this number.
    pub fn put(&self, out: &mut Vec<u8>, id: i32, entry: &Entry, photo: Option<&[u8]>) {
        let wanted = |attribute: &&Attribute| {
            self.wants(attribute.kind, attribute.phonetic)
                && (self.types_only || photo.is_some() || !attribute.is_photo())
        };
        let attributes = entry.attributes.iter().filter(wanted).map(|attribute| {
            let [mark, option] = if attribute.phonetic { [";", schema::PHONETIC] } else { [""; 2] };
            let photo = photo.filter(|_| attribute.is_photo());
            let texts: &[String] = if self.types_only || photo.is_some() { &[] } else { &attribute.values };
            let values = texts.iter().map(String::as_bytes).chain(photo);
            ([attribute.kind.name, mark, option], values)
        });
        ber::put_entry(out, id, &entry.dn, attributes);
    }
}
