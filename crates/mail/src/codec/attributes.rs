//! How many attributes a tag of some HTML may have, before a parser finds out: its work grows with their square.

/// Where a reader stands inside a tag (HTML Living Standard, section 13.2.5, from "tag name state" on).
#[derive(Clone, Copy)]
enum In {
    TagName,
    BeforeName,
    Name,
    AfterName,
    BeforeValue,
    DoubleQuoted,
    SingleQuoted,
    Unquoted,
}

impl In {
    const ALL: [Self; 8] = [
        Self::TagName,
        Self::BeforeName,
        Self::Name,
        Self::AfterName,
        Self::BeforeValue,
        Self::DoubleQuoted,
        Self::SingleQuoted,
        Self::Unquoted,
    ];

    /// Where the reader stands after `byte`; `None` when the tag is over.
    fn after(self, byte: u8) -> Option<Self> {
        let space = byte.is_ascii_whitespace();
        Some(match (self, byte) {
            (Self::DoubleQuoted, b'"') | (Self::SingleQuoted, b'\'') => Self::BeforeName,
            (Self::DoubleQuoted | Self::SingleQuoted, _) => self,
            (_, b'>') => return None,
            (Self::TagName | Self::BeforeName | Self::Name | Self::AfterName, b'/') => Self::BeforeName,
            (Self::TagName | Self::BeforeName | Self::Unquoted, _) if space => Self::BeforeName,
            (Self::Name | Self::AfterName, _) if space => Self::AfterName,
            (Self::Name | Self::AfterName, b'=') => Self::BeforeValue,
            (Self::BeforeValue, b'"') => Self::DoubleQuoted,
            (Self::BeforeValue, b'\'') => Self::SingleQuoted,
            (Self::BeforeValue, _) if space => Self::BeforeValue,
            (Self::BeforeValue | Self::Unquoted, _) => Self::Unquoted,
            (Self::TagName, _) => Self::TagName,
            (Self::BeforeName | Self::Name | Self::AfterName, _) => Self::Name,
        })
    }

    /// Whether an attribute begins by going from here to `next`.
    fn begins_attribute(self, next: Self) -> bool {
        matches!((self, next), (Self::BeforeName | Self::AfterName, Self::Name))
    }
}

/// The most attributes that a tag has, wherever one may begin: whether a `<` stands in a comment, a script or a quoted value
/// depends on what the reader made of everything before it, so each is taken for a beginning. One pass, from the end.
pub(super) fn most_in_a_tag(html: &str) -> usize {
    let mut most = 0;
    // From each state: how many attributes still begin before the tag is over.
    let mut ahead = [0_usize; In::ALL.len()];
    let mut follows = b' ';
    for byte in html.bytes().rev() {
        if byte == b'<' && follows.is_ascii_alphabetic() {
            most = most.max(ahead[In::TagName as usize]);
        }
        let here = In::ALL.map(|state| {
            state
                .after(byte)
                .map_or(0, |next| ahead[next as usize] + usize::from(state.begins_attribute(next)))
        });
        ahead = here;
        follows = byte;
    }
    most
}

#[cfg(test)]
mod tests {
    use super::most_in_a_tag;

    #[test]
    fn attributes_are_counted_however_they_are_written() {
        for (html, count) in [
            ("<p>a b c</p>", 0),
            ("<a href=x title='a b > c' checked>1 2 3 4 5", 3),
            ("<a/b/c/d>", 3),
            ("<a b = c d= e f>", 3),
            ("<a b=\">\" c=\">\" d>", 3),
            ("<style><a title=\"</style><b c d e f g>\">", 5),
            ("a < b c d", 0),
        ] {
            assert_eq!(most_in_a_tag(html), count, "{html}");
        }
    }
}
