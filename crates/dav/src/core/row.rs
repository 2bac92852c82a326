use super::xml::Name;

/// A property: its name, who defines it, what has it, and who may write it.
#[derive(Debug)]
pub(crate) struct Row<P> {
    pub property: P,
    pub name: Name,
    /// Which standard defines it.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "read by people, and by the test that it is never left out")
    )]
    source: &'static str,
    /// The kinds of resources that have it, a bit for each.
    of: u16,
    /// Whether `allprop` brings it.
    pub all: bool,
    /// Whether a client may write it on a collection of its own.
    pub writable: bool,
}

impl<P> Row<P> {
    pub const fn new(property: P, name: Name, source: &'static str, of: u16) -> Self {
        Self { property, name, source, of, all: false, writable: false }
    }

    pub const fn in_all(mut self) -> Self {
        self.all = true;
        self
    }

    pub const fn writable(mut self) -> Self {
        self.writable = true;
        self
    }

    /// Whether a resource of this kind can have the property.
    pub const fn is_of(&self, kind: u16) -> bool {
        self.of & kind != 0
    }
}

/// Every property is defined once, and says where.
#[cfg(test)]
pub(crate) fn check<P: PartialEq>(rows: &[Row<P>]) {
    for (at, row) in rows.iter().enumerate() {
        assert!(!row.source.is_empty() && row.of != 0, "{}", row.name);
        let again = rows.iter().skip(at + 1).any(|it| it.name == row.name || it.property == row.property);
        assert!(!again, "{} is there twice", row.name);
    }
}
