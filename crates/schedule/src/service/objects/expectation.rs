use renraku_base::{ETag, Precondition, Principal};
use renraku_db::Tx;

use super::{ObjectCalendar, ObjectFault, ObjectHead, get_schedule_tag};

/// What a client expects of the object that it is about to change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectation {
    /// In which version it is (`If-Match`), or since when it was not changed (`If-Unmodified-Since`).
    pub is: Precondition,
    /// In which version it is not, or that it is not there at all (`If-None-Match`).
    pub is_not: Precondition,
    /// What the organizer said of it (`If-Schedule-Tag-Match`).
    pub schedule_tag: Option<ETag>,
}

impl Expectation {
    /// No expectation.
    pub const NONE: Self = Self { is: Precondition::None, is_not: Precondition::None, schedule_tag: None };

    /// Whether what is there with this tag is as the client expects.
    #[must_use]
    pub fn holds(&self, etag: &ETag) -> bool {
        self.is.holds(etag) && !self.is_not.names(etag)
    }

    /// Refuses what is not as the client expects.
    pub(super) fn check(
        &self,
        tx: &mut Tx<'_>,
        (who, calendar): (&Principal, &ObjectCalendar),
        there: Option<&ObjectHead>,
    ) -> Result<(), ObjectFault> {
        let is = match there {
            Some(head) => self.holds(&head.etag),
            None => self.is.holds_of_nothing(),
        };
        let same_tag = match (&self.schedule_tag, there) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(tag), Some(head)) => get_schedule_tag(tx, who, calendar, head)?.as_ref() == Some(tag),
        };
        if is && same_tag { Ok(()) } else { Err(ObjectFault::Stale) }
    }
}
