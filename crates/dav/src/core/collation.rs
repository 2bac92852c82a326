/// How texts are compared (RFC 4790), in both kinds of queries (RFC 4791 §7.5, RFC 6352 §8.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Collation {
    /// Letters of ASCII in either case.
    Ascii,
    /// Byte by byte.
    Octet,
    /// All letters in either case (RFC 5051).
    Unicode,
}

impl Collation {
    /// All that there are.
    pub const ALL: [Self; 3] = [Self::Ascii, Self::Octet, Self::Unicode];

    /// Its registered name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ascii => "i;ascii-casemap",
            Self::Octet => "i;octet",
            Self::Unicode => "i;unicode-casemap",
        }
    }

    /// The collation that a request names, or `default` where it names none; `None` for one that we do not have.
    pub fn named(name: Option<&str>, default: Self) -> Option<Self> {
        match name {
            None => Some(default),
            Some(name) if name.eq_ignore_ascii_case("default") => Some(default),
            Some(name) => Self::ALL.into_iter().find(|it| it.name().eq_ignore_ascii_case(name)),
        }
    }

    /// The text in the form in which two that are alike are equal.
    pub fn fold(self, text: &str) -> String {
        match self {
            Self::Ascii => text.to_ascii_lowercase(),
            Self::Octet => text.to_owned(),
            Self::Unicode => text.to_lowercase(),
        }
    }
}
