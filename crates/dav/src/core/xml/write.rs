use super::{
    Element, Name, OF_CALENDARS, Prefixes,
    character::{can_be_said, can_say, has_lines_alone},
};

/// An answer in the making. Its root declares the namespaces that it has prefixes for; others are declared where they are used.
#[derive(Debug)]
pub(crate) struct Writer {
    out: String,
    prefixes: Prefixes,
    overflown: bool,
}

impl Writer {
    /// An answer about calendars whose root element is open.
    pub fn root(name: &Name) -> Self {
        Self::root_of(OF_CALENDARS, name)
    }

    /// An answer whose root element is open.
    pub fn root_of(prefixes: Prefixes, name: &Name) -> Self {
        let mut out = String::with_capacity(1_024);
        out.push_str("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<");
        let prefix = name.prefix(prefixes).unwrap_or("d");
        out.push_str(prefix);
        out.push(':');
        out.push_str(&name.local);
        for (prefix, namespace) in prefixes {
            out.push_str(" xmlns:");
            out.push_str(prefix);
            out.push_str("=\"");
            out.push_str(namespace);
            out.push('"');
        }
        out.push('>');
        Self { out, prefixes, overflown: false }
    }

    /// A piece of an answer, to be put into one.
    pub fn piece_of(prefixes: Prefixes) -> Self {
        Self { out: String::new(), prefixes, overflown: false }
    }

    /// Notes that there was more to say than an answer holds: what is being written is taken back.
    pub fn overflow(&mut self) {
        self.overflown = true;
    }

    /// Whether that was noted since the last question.
    pub fn take_overflow(&mut self) -> bool {
        std::mem::take(&mut self.overflown)
    }

    /// Makes room for so many bytes.
    pub fn reserve(&mut self, bytes: usize) {
        self.out.reserve(bytes);
    }

    /// How many bytes are written.
    pub fn len(&self) -> usize {
        self.out.len()
    }

    /// What is written until here; what follows is written behind it.
    pub fn take(&mut self) -> String {
        std::mem::take(&mut self.out)
    }

    /// Takes back what was written behind so many bytes.
    pub fn take_back(&mut self, len: usize) {
        self.out.truncate(len);
    }

    /// The answer, its root closed.
    pub fn finish(mut self, name: &Name) -> String {
        self.close(name);
        self.out
    }

    /// The piece.
    pub fn into_piece(self) -> String {
        self.out
    }

    fn tag(&mut self, name: &Name, attributes: &[(&str, &str)]) {
        self.out.push('<');
        match name.prefix(self.prefixes) {
            Some(prefix) => {
                self.out.push_str(prefix);
                self.out.push(':');
                self.out.push_str(&name.local);
            }
            None => {
                self.out.push_str(&name.local);
                self.out.push_str(" xmlns=\"");
                self.value(&name.namespace);
                self.out.push('"');
            }
        }
        for (number, (key, value)) in attributes.iter().enumerate() {
            self.out.push(' ');
            match key.strip_prefix('{').and_then(|name| name.split_once('}')) {
                Some((namespace, local)) => {
                    let prefix = format!("a{number}");
                    self.out.push_str(&format!("xmlns:{prefix}=\""));
                    self.value(namespace);
                    self.out.push_str(&format!("\" {prefix}:{local}"));
                }
                None => self.out.push_str(key),
            }
            self.out.push_str("=\"");
            self.value(value);
            self.out.push('"');
        }
    }

    /// Begins an element.
    pub fn open(&mut self, name: &Name) {
        self.tag(name, &[]);
        self.out.push('>');
    }

    /// Begins an element with attributes.
    pub fn open_with(&mut self, name: &Name, attributes: &[(&str, &str)]) {
        self.tag(name, attributes);
        self.out.push('>');
    }

    /// Ends an element.
    pub fn close(&mut self, name: &Name) {
        self.out.push_str("</");
        if let Some(prefix) = name.prefix(self.prefixes) {
            self.out.push_str(prefix);
            self.out.push(':');
        }
        self.out.push_str(&name.local);
        self.out.push('>');
    }

    /// An element with nothing in it.
    pub fn empty(&mut self, name: &Name) {
        self.empty_with(name, &[]);
    }

    /// An element with attributes and nothing in it.
    pub fn empty_with(&mut self, name: &Name, attributes: &[(&str, &str)]) {
        self.tag(name, attributes);
        self.out.push_str("/>");
    }

    /// An element with text in it.
    pub fn leaf(&mut self, name: &Name, text: &str) {
        self.open(name);
        self.text(text);
        self.close(name);
    }

    /// `DAV:href` within another element.
    pub fn href_in(&mut self, name: &Name, href: &str) {
        self.open(name);
        self.leaf(&Name::dav("href"), href);
        self.close(name);
    }

    /// Text. What XML cannot say is left out; a carriage return is said by its number, for parsers turn it into a line feed.
    pub fn text(&mut self, text: &str) {
        self.out.reserve(text.len());
        if has_lines_alone(text) {
            self.sayable(text, at_line_end);
        } else if can_say(text) {
            self.sayable(text, at_reserved);
        } else {
            let said: String = text.chars().filter(|it| can_be_said(*it)).collect();
            self.sayable(&said, at_reserved);
        }
    }

    /// The same of a text that XML can say all of; `next` finds what it keeps for itself.
    fn sayable(&mut self, text: &str, next: impl Fn(&str) -> Option<(&str, &'static str, &str)>) {
        let mut rest = text;
        while let Some((before, said, after)) = next(rest) {
            self.out.push_str(before);
            self.out.push_str(said);
            rest = after;
        }
        self.out.push_str(rest);
    }

    fn value(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '"' => self.out.push_str("&quot;"),
                '\n' => self.out.push_str("&#10;"),
                '\t' => self.out.push_str("&#9;"),
                c => self.text(c.encode_utf8(&mut [0; 4])),
            }
        }
    }

    /// What was written elsewhere.
    pub fn raw(&mut self, piece: &str) {
        self.out.push_str(piece);
    }

    /// An element as it was read.
    pub fn element(&mut self, element: &Element) {
        let attributes: Vec<(&str, &str)> =
            element.attributes.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        self.open_with(&element.name, &attributes);
        self.text(&element.text);
        element.children.iter().for_each(|child| self.element(child));
        self.close(&element.name);
    }
}

/// How a character is said that XML keeps for itself.
const fn said(byte: u8) -> Option<&'static str> {
    Some(match byte {
        b'\r' => "&#13;",
        b'&' => "&amp;",
        b'<' => "&lt;",
        b'>' => "&gt;",
        _ => return None,
    })
}

/// What stands before the first of them in a text, how it is said, and what stands behind it.
fn at_reserved(text: &str) -> Option<(&str, &'static str, &str)> {
    let (at, said) = text.bytes().enumerate().find_map(|(at, byte)| Some((at, said(byte)?)))?;
    Some((text.get(..at)?, said, text.get(at + 1..)?))
}

/// The same for a carriage return.
fn at_line_end(text: &str) -> Option<(&str, &'static str, &str)> {
    let at = memchr::memchr(b'\r', text.as_bytes())?;
    Some((text.get(..at)?, "&#13;", text.get(at + 1..)?))
}

#[cfg(test)]
mod tests {
    use super::{super::read, *};

    #[test]
    fn what_is_written_can_be_read() {
        let name = Name::dav("x");
        let other = Name::sent("urn:\"o\"", "y");
        let mut writer = Writer::root(&name);
        writer.open_with(
            &other,
            &[("k", "a\"b\n<\u{ffff}\u{1}"), ("{urn:\"z\"}k", "2"), ("xml:lang", "ja"), ("{DAV:}k", "3")],
        );
        writer.text("a\r\nb & <c> \u{0} \u{b} 会\u{fffe}議\u{ffff}");
        writer.close(&other);
        let text = writer.finish(&name);
        let root = read(text.as_bytes()).unwrap();
        assert_eq!(root.children[0].name, other);
        for (key, value) in [("k", "a\"b\n<"), ("{urn:\"z\"}k", "2"), ("xml:lang", "ja"), ("{DAV:}k", "3")] {
            assert_eq!(root.children[0].attribute(key), Some(value));
        }
        assert_eq!(root.children[0].text, "a\r\nb & <c>   会議");
        let mut again = Writer::root(&name);
        again.element(&root.children[0]);
        assert_eq!(read(again.finish(&name).as_bytes()).unwrap(), root);
    }

    #[test]
    fn a_text_comes_back_as_it_was() {
        let name = Name::dav("x");
        for text in ["", "a", "\r", "a\r\nb", "会議\r\n\r\n\tc", "（a）\r\n", "a > b", "\r\n&amp;\r<", "<\r"]
        {
            let mut writer = Writer::root(&name);
            writer.text(text);
            assert_eq!(read(writer.finish(&name).as_bytes()).unwrap().text, text);
        }
    }
}
