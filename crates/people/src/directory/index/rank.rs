use super::column::Place;

/// How well a word fits; less is better.
pub(super) type Rank = u8;

/// Not at all.
pub(super) const NONE: Rank = Rank::MAX;
/// Inside the name of a unit or post, or in the name of a unit above: the worst fit that is one.
const OTHER_INSIDE: Rank = 6;

/// How well a word fits a person in whose name it stands at `place`.
pub(super) fn of_name(place: Place) -> Rank {
    match place {
        Place::Whole => 1,
        Place::Start => 2,
        Place::Inside => 3,
    }
}

/// How well a word fits a person in whose numbers and addresses it stands at `place`.
pub(super) fn of_other(place: Place) -> Rank {
    match place {
        Place::Whole => 1,
        Place::Start => 5,
        Place::Inside => OTHER_INSIDE,
    }
}

/// How well a word of `length` bytes that begins at `at` fits the `name` of a unit or post, of which each line is a whole one.
pub(super) fn of_title(name: &[u8], at: usize, length: usize) -> Rank {
    let (before, behind) = name.split_at_checked(at).unwrap_or((name, &[]));
    let begins = before.last().is_none_or(|last| *last == b'\n');
    let ends = behind.get(length).is_none_or(|next| *next == b'\n');
    match (begins, ends) {
        (true, true) => 4,
        (true, false) => 5,
        _ => OTHER_INSIDE,
    }
}

/// How well a word fits those below a unit whose name it fits.
pub(super) fn inherited(rank: Rank) -> Rank {
    if rank == NONE { NONE } else { OTHER_INSIDE }
}
