use std::ops::BitOrAssign;

/// Which kinds of characters a folded text has: what has a kind that another has not cannot be found in it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Classes(u8);

const ASCII: u8 = 1;
const HIRAGANA: u8 = 2;
const OTHER: u8 = 4;

impl Classes {
    /// The kinds of a folded text.
    pub fn of(text: &str) -> Self {
        let kind = |c: char| match c {
            '\0'..='\x7f' => ASCII,
            'ぁ'..='ゖ' => HIRAGANA,
            _ => OTHER,
        };
        Self(text.chars().fold(0, |kinds, c| kinds | kind(c)))
    }

    /// Whether every kind of `other` is here too.
    pub fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

impl BitOrAssign for Classes {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}
