//! `CALDAV:filter` (RFC 4791 §9.7): which objects a query means.

mod matching;
mod reading;

use renraku_base::Timestamp;

use crate::core::Collation;

pub(super) use matching::matches;
pub(super) use reading::{read, read_time as read_time_range};

/// A part of time that is asked for; without a bound it goes on (RFC 4791 §9.9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TimeRange {
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
}

impl TimeRange {
    /// The first and the last microsecond of it.
    pub fn bounds(self) -> (Timestamp, Timestamp) {
        (
            self.from.unwrap_or(Timestamp::from_micros(i64::MIN / 2)),
            self.to.unwrap_or(Timestamp::from_micros(i64::MAX / 2)),
        )
    }
}

/// What a component has to be like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CompFilter {
    pub name: String,
    pub test: CompTest,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum CompTest {
    /// There is none.
    Absent,
    /// There is one of which all of this holds.
    All { time: Option<TimeRange>, props: Vec<PropFilter>, comps: Vec<CompFilter> },
}

/// What a property has to be like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PropFilter {
    pub name: String,
    pub test: PropTest,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PropTest {
    /// There is none.
    Absent,
    /// There is one of which all of this holds.
    All { time: Option<TimeRange>, text: Option<TextMatch>, params: Vec<ParamFilter> },
}

/// What a parameter has to be like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ParamFilter {
    pub name: String,
    pub test: ParamTest,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ParamTest {
    /// There is none.
    Absent,
    /// There is one.
    Present,
    /// There is one whose value has this text in it.
    Text(TextMatch),
}

/// A text that has to be, or not to be, in a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TextMatch {
    /// The text, folded by the collation.
    needle: String,
    collation: Collation,
    negated: bool,
}

impl TextMatch {
    fn holds(&self, value: &str) -> bool {
        self.collation.fold(value).contains(&self.needle) != self.negated
    }
}

/// What of a filter the index of occurrences answers by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Plan {
    /// Only events, in this part of time.
    pub events_in: Option<TimeRange>,
    /// Whether there is nothing else to look at.
    pub is_whole: bool,
}

/// How a filter is answered.
pub(super) fn plan(filter: &CompFilter) -> Plan {
    let nothing = Plan { events_in: None, is_whole: false };
    let CompTest::All { time: None, props, comps } = &filter.test else { return nothing };
    if comps.is_empty() && props.is_empty() {
        return Plan { is_whole: true, ..nothing };
    }
    match comps.as_slice() {
        [CompFilter { name, test: CompTest::All { time: Some(time), props: inner, comps } }]
            if name == "VEVENT" =>
        {
            Plan {
                events_in: Some(*time),
                is_whole: props.is_empty() && inner.is_empty() && comps.is_empty(),
            }
        }
        _ => nothing,
    }
}

/// The kind of object that a filter means, when it means one kind.
pub(super) fn only_kind(filter: &CompFilter) -> Option<&str> {
    let CompTest::All { time: None, comps, .. } = &filter.test else { return None };
    match comps.as_slice() {
        [CompFilter { name, test: CompTest::All { .. } }] => Some(name),
        _ => None,
    }
}

/// Whether a filter means all objects of one kind.
pub(super) fn is_of_kind_alone(filter: &CompFilter) -> bool {
    let CompTest::All { time: None, props, comps } = &filter.test else { return false };
    let bare = |test: &CompTest| matches!(test, CompTest::All { time: None, props, comps } if props.is_empty() && comps.is_empty());
    props.is_empty() && matches!(comps.as_slice(), [CompFilter { test, .. }] if bare(test))
}
