use super::{
    DavFault,
    xml::{self, Element, Name},
};

/// The most properties that one request names: each that is not there is named in the answer for every resource.
pub(crate) const NAMES: usize = 500;

/// Which properties a client wants (RFC 4918 §9.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Those that WebDAV defines and those that clients keep, and these besides.
    All(Vec<Name>),
    /// The names of all that are there.
    Names,
    /// These.
    Named(Vec<Name>),
}

impl Wanted {
    /// Reads the body of a PROPFIND; an empty one means all.
    pub fn read(body: &[u8]) -> Result<Self, DavFault> {
        if body.iter().all(u8::is_ascii_whitespace) {
            return Ok(Self::All(Vec::new()));
        }
        let root = xml::read(body)?;
        if root.name != Name::dav("propfind") {
            return Err(DavFault::BadRequest("the body is no DAV:propfind"));
        }
        Self::of(&root)?.ok_or(DavFault::BadRequest("DAV:propfind is empty"))
    }

    /// Whether a property is named.
    pub fn names(&self, name: &Name) -> bool {
        match self {
            Self::Named(names) | Self::All(names) => names.contains(name),
            Self::Names => false,
        }
    }

    /// Whether what things are called is among them.
    pub fn display_names(&self) -> bool {
        match self {
            Self::Named(names) => names.contains(&Name::dav("displayname")),
            Self::All(_) | Self::Names => true,
        }
    }

    /// Whether the texts of objects are among them.
    pub fn texts(&self) -> bool {
        match self {
            Self::Named(names) => names.iter().any(|name| name.local.ends_with("-data")),
            Self::All(_) | Self::Names => true,
        }
    }

    /// Which properties an element that has `prop`, `allprop` or `propname` in it wants; `None` when it has none of them.
    pub fn of(element: &Element) -> Result<Option<Self>, DavFault> {
        let names = |element: &Element| match element.children.len() {
            0..=NAMES => Ok(element.children.iter().map(|child| child.name.clone()).collect()),
            _ => Err(DavFault::BadRequest("at most 500 properties are named in one request")),
        };
        let prop = element.child(&Name::dav("prop"));
        let all = element.child(&Name::dav("allprop"));
        let propname = element.child(&Name::dav("propname"));
        match (prop, all, propname) {
            (None, None, None) => Ok(None),
            (Some(prop), None, None) => Ok(Some(Self::Named(names(prop)?))),
            (None, Some(_), None) => {
                let include = element.child(&Name::dav("include"));
                Ok(Some(Self::All(include.map(names).transpose()?.unwrap_or_default())))
            }
            (None, None, Some(_)) => Ok(Some(Self::Names)),
            _ => Err(DavFault::BadRequest("only one of prop, allprop and propname is taken")),
        }
    }
}
