use renraku_base::content::{
    component,
    line::{Line, Param},
    text,
};

use super::CARD_BYTES;

/// A property of a card: a line whose name is parted from its group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Property {
    /// The group to which it belongs, as in `item1.TEL`.
    pub group: Option<String>,
    /// Its name in capitals.
    pub name: String,
    /// Its parameters in their order.
    pub params: Vec<Param>,
    /// Its value as it stands, escapes included.
    pub value: String,
}

impl From<&Line> for Property {
    fn from(line: &Line) -> Self {
        let (group, name) = match line.name.split_once('.') {
            // The name of a group is told by its own capitals, which the line's name has not kept.
            Some((group, name)) => (line.raw.get(..group.len()).map(str::to_owned), name),
            None => (None, line.name.as_str()),
        };
        Self { group, name: name.to_owned(), params: line.params.clone(), value: line.value.clone() }
    }
}

impl Property {
    /// The first value of a parameter.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|param| param.name == name)?.values.first().map(String::as_str)
    }

    /// The value without escapes.
    #[must_use]
    pub fn text(&self) -> String {
        text::unescape(&self.value)
    }

    /// The parts of a structured value, each a list of texts (`N`, `ADR`, `ORG`).
    pub(super) fn parts(&self) -> Vec<Vec<String>> {
        split(&self.value, ';').iter().map(|part| list(part)).collect()
    }
}

/// The texts between commas that are not escaped, without those that are empty.
pub(super) fn list(value: &str) -> Vec<String> {
    let items = split(value, ',').into_iter().map(|item| text::unescape(item.trim()));
    items.filter(|item| !item.is_empty()).collect()
}

/// What lies between separators that are not escaped.
pub(super) fn split(value: &str, separator: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut begin, mut escaped) = (0, false);
    for (at, c) in value.char_indices() {
        if c == separator && !escaped {
            parts.push(value.get(begin..at).unwrap_or_default());
            begin = at + c.len_utf8();
        }
        escaped = c == '\\' && !escaped;
    }
    parts.push(value.get(begin..).unwrap_or_default());
    parts
}

/// The properties of the text of one card, read as far as they can be.
#[must_use]
pub fn properties(card: &str) -> Vec<Property> {
    let root = component::read_within(card.as_bytes(), CARD_BYTES);
    root.children.iter().flat_map(|card| &card.lines).map(Property::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_no_part_of_the_name() {
        let card = "BEGIN:VCARD\r\nItem1.tel;TYPE=CELL,voice:090\\,1\r\nEND:VCARD\r\n";
        let all = properties(card);
        assert_eq!((all[0].group.as_deref(), all[0].name.as_str()), (Some("Item1"), "TEL"));
        assert_eq!((all[0].param("TYPE"), all[0].text()), (Some("CELL"), "090,1".to_owned()));
    }

    #[test]
    fn escaped_separators_do_not_part() {
        assert_eq!(split(r"a\;b;c\\;d", ';'), [r"a\;b", r"c\\", "d"]);
        assert_eq!(list(r"a\,b, ,c"), ["a,b", "c"]);
    }
}
