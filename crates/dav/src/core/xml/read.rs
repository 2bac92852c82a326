use std::borrow::Cow;

use quick_xml::{
    NsReader, XmlVersion,
    escape::unescape,
    events::{BytesStart, Event},
    name::ResolveResult,
};

use super::{
    Name,
    character::{can_be_said, can_say},
    scan,
};

/// How deep elements may lie in each other.
const DEPTH: usize = 32;
/// The most elements of a body.
const ELEMENTS: usize = 20_000;

/// Why a body is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadXml {
    #[error("the body is not UTF-8")]
    Encoding,
    #[error("a document type is not taken")]
    DocumentType,
    #[error("an element has more than 64 attributes")]
    TooManyAttributes,
    #[error("elements lie more than 32 deep in each other")]
    TooDeep,
    #[error("there are more than 20,000 elements")]
    TooMany,
    #[error("the body ends too early")]
    Cut,
    #[error("the body is not well-formed XML with namespaces")]
    Malformed,
    #[error("the body has a character that XML cannot say")]
    Character,
    #[error("the body has no root element")]
    Empty,
}

/// An element with what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Element {
    pub name: Name,
    /// Attributes: `xml:lang`, those in no namespace by their name, and others as `{namespace}name`.
    pub attributes: Vec<(String, String)>,
    pub children: Vec<Element>,
    /// The text directly in it, without that of its children.
    pub text: String,
}

impl Element {
    fn new(name: Name) -> Self {
        Self { name, attributes: Vec::new(), children: Vec::new(), text: String::new() }
    }

    /// The first child of a name.
    pub fn child(&self, name: &Name) -> Option<&Self> {
        self.children.iter().find(|child| child.name == *name)
    }

    /// The children of a name.
    pub fn children_of<'a>(&'a self, name: &'a Name) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == *name)
    }

    /// The value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// Reads a body.
pub(crate) fn read(body: &[u8]) -> Result<Element, BadXml> {
    let text = std::str::from_utf8(body).map_err(|_not_utf8| BadXml::Encoding)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if !can_say(text) {
        return Err(BadXml::Character);
    }
    scan::check(text)?;
    let mut reader = NsReader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut tree = Tree::default();
    loop {
        let (namespace, event) = reader.read_resolved_event().map_err(|_bad| BadXml::Malformed)?;
        match event {
            Event::Start(tag) => {
                let name = name(&namespace, tag.local_name().as_ref())?;
                tree.open(element(name, &tag, &reader)?)?;
            }
            Event::End(_) => tree.close()?,
            Event::Text(text) => tree.text(&text.xml10_content())?,
            Event::CData(text) => tree.text(&text.xml10_content())?,
            Event::GeneralRef(reference) => {
                let character = reference.resolve_char_ref().map_err(|_bad| BadXml::Malformed)?;
                let text = match (character, &*reference.xml10_content()) {
                    (Some(character), _) if can_be_said(character) => character,
                    (Some(_), _) => return Err(BadXml::Character),
                    (None, "lt") => '<',
                    (None, "gt") => '>',
                    (None, "amp") => '&',
                    (None, "quot") => '"',
                    (None, "apos") => '\'',
                    (None, _) => return Err(BadXml::Malformed),
                };
                tree.text(text.encode_utf8(&mut [0; 4]))?;
            }
            Event::Decl(declaration) => {
                let encoding = declaration.encoding().transpose().map_err(|_bad| BadXml::Malformed)?;
                if encoding.is_some_and(|it| {
                    !it.eq_ignore_ascii_case("utf-8") && !it.eq_ignore_ascii_case("us-ascii")
                }) {
                    return Err(BadXml::Encoding);
                }
            }
            Event::Comment(_) | Event::PI(_) => {}
            Event::DocType(_) => return Err(BadXml::DocumentType),
            Event::Empty(_) => return Err(BadXml::Malformed),
            Event::Eof => return tree.finish(),
        }
    }
}

fn name(namespace: &ResolveResult<'_>, local: &str) -> Result<Name, BadXml> {
    let namespace = match namespace {
        ResolveResult::Bound(namespace) => unescape(namespace.as_ref()).map_err(|_bad| BadXml::Malformed)?,
        ResolveResult::Unbound => Cow::Borrowed(""),
        ResolveResult::Unknown(_) => return Err(BadXml::Malformed),
    };
    if !can_say(&namespace) {
        return Err(BadXml::Character);
    }
    Ok(Name::sent(&namespace, local))
}

fn element(name: Name, tag: &BytesStart<'_>, reader: &NsReader<&[u8]>) -> Result<Element, BadXml> {
    let mut element = Element::new(name);
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|_bad| BadXml::Malformed)?;
        if attribute.key.as_namespace_binding().is_some() {
            continue;
        }
        let key = match attribute.key.as_ref() {
            key if !key.contains(':') || key == "xml:lang" => key.to_owned(),
            _ => {
                let (namespace, local) = reader.resolver().resolve_attribute(attribute.key);
                self::name(&namespace, local.as_ref())?.to_string()
            }
        };
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_bad| BadXml::Malformed)?;
        if !can_say(&value) {
            return Err(BadXml::Character);
        }
        element.attributes.push((key, value.into_owned()));
    }
    Ok(element)
}

/// The elements that are open, the outermost first.
#[derive(Default)]
struct Tree {
    open: Vec<Element>,
    root: Option<Element>,
    count: usize,
}

impl Tree {
    fn open(&mut self, element: Element) -> Result<(), BadXml> {
        self.count += 1;
        if self.count > ELEMENTS {
            return Err(BadXml::TooMany);
        }
        if self.open.len() >= DEPTH {
            return Err(BadXml::TooDeep);
        }
        if self.open.is_empty() && self.root.is_some() {
            return Err(BadXml::Malformed);
        }
        self.open.push(element);
        Ok(())
    }

    fn close(&mut self) -> Result<(), BadXml> {
        let done = self.open.pop().ok_or(BadXml::Malformed)?;
        match self.open.last_mut() {
            Some(parent) => parent.children.push(done),
            None => self.root = Some(done),
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), BadXml> {
        match self.open.last_mut() {
            Some(element) => {
                element.text.push_str(text);
                Ok(())
            }
            None if text.trim().is_empty() => Ok(()),
            None => Err(BadXml::Malformed),
        }
    }

    fn finish(self) -> Result<Element, BadXml> {
        if !self.open.is_empty() {
            return Err(BadXml::Cut);
        }
        self.root.ok_or(BadXml::Empty)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_names_attributes_and_text() {
        let body = r#"<?xml version="1.0" encoding="utf-8"?>
            <a:x xmlns:a="DAV:" xmlns="urn:y" k="1 &amp; 2"><z>&lt;会&#x8b70;&gt;<![CDATA[<raw>]]></z><z/></a:x>"#;
        let root = read(body.as_bytes()).unwrap();
        assert_eq!(root.name, Name::dav("x"));
        assert_eq!(root.attribute("k"), Some("1 & 2"));
        let z = Name::sent("urn:y", "z");
        assert_eq!(root.children_of(&z).map(|it| it.text.as_str()).collect::<Vec<_>>(), ["<会議><raw>", ""]);
    }

    #[test]
    fn refuses_what_is_no_xml_and_what_is_too_much() {
        let deep = "<a>".repeat(33) + &"</a>".repeat(33);
        let many = format!("<a>{}</a>", "<b/>".repeat(20_000));
        for (body, why) in [
            ("", BadXml::Empty),
            ("hello", BadXml::Malformed),
            ("<a>", BadXml::Cut),
            ("<a></b>", BadXml::Malformed),
            ("<a/><b/>", BadXml::Malformed),
            ("<p:a/>", BadXml::Malformed),
            ("<a b='1' b='2'/>", BadXml::Malformed),
            ("<a>&bomb;</a>", BadXml::Malformed),
            ("<a>\0</a>", BadXml::Character),
            ("<a><!-- \u{ffff} --></a>", BadXml::Character),
            ("<a>&#0;</a>", BadXml::Malformed),
            ("<a b='&#0;'/>", BadXml::Malformed),
            ("<a>&#x1f;</a>", BadXml::Character),
            ("<a>&#xFFFF;</a>", BadXml::Character),
            ("<a b='&#xFFFE;'/>", BadXml::Character),
            ("<a xmlns='u:&#8;'/>", BadXml::Character),
            ("<?xml version='1.0' encoding='utf-16'?><a/>", BadXml::Encoding),
            ("<!DOCTYPE a><a/>", BadXml::DocumentType),
            (&deep, BadXml::TooDeep),
            (&many, BadXml::TooMany),
        ] {
            assert_eq!(read(body.as_bytes()), Err(why), "{}", body.chars().take(40).collect::<String>());
        }
        assert_eq!(read(b"<a>\xff</a>"), Err(BadXml::Encoding));
    }
}
