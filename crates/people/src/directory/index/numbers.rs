/// Who has which phone number; a sorted list, because it is read far more often than it changes.
#[derive(Debug, Default, Clone)]
pub(super) struct Numbers(Vec<Entry>);

/// A number of a person in domestic form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Number {
    key: u64,
    place: u8,
}

/// A number with the slot of the one whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    number: Number,
    pub slot: u32,
}

impl Number {
    /// The number with its `place` among its owner's numbers of the same kind; `None` for what has more digits than a number
    /// may have.
    pub fn new(number: &str, place: usize) -> Option<Self> {
        Some(Self { key: key(number)?, place: u8::try_from(place).unwrap_or(u8::MAX) })
    }
}

impl Entry {
    /// The place of the number among its owner's of the same kind: 0 for their own.
    pub fn place(self) -> u8 {
        self.number.place
    }
}

/// The digits as one integer, with a 1 before them so that leading zeros count.
fn key(number: &str) -> Option<u64> {
    if number.len() > 15 || !number.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    format!("1{number}").parse().ok()
}

impl Numbers {
    /// Adds the numbers of a slot in no order: nothing may be looked for before [`Numbers::sort`].
    pub fn push(&mut self, numbers: &[Number], slot: u32) {
        self.0.extend(numbers.iter().map(|number| Entry { number: *number, slot }));
    }

    /// Puts in order what was pushed.
    pub fn sort(&mut self) {
        self.0.sort_unstable();
        self.0.shrink_to_fit();
    }

    /// Adds the numbers of a slot.
    pub fn insert(&mut self, numbers: &[Number], slot: u32) {
        for number in numbers {
            let entry = Entry { number: *number, slot };
            self.0.insert(self.0.partition_point(|other| *other < entry), entry);
        }
    }

    /// Takes all numbers of a slot away.
    pub fn remove(&mut self, slot: u32) {
        self.0.retain(|entry| entry.slot != slot);
    }

    /// Takes all numbers of slots away that are not kept.
    pub fn retain(&mut self, is_kept: impl Fn(u32) -> bool) {
        self.0.retain(|entry| is_kept(entry.slot));
    }

    /// Those who have a number, given in domestic form.
    pub fn find(&self, number: &str) -> &[Entry] {
        let Some(key) = key(number) else { return &[] };
        let from = self.0.partition_point(|entry| entry.number.key < key);
        let to = self.0.partition_point(|entry| entry.number.key <= key);
        self.0.get(from..to).unwrap_or_default()
    }
}
