//! How somebody is reached, from what they say themselves and what the schedule says.

use std::time::Duration;

use renraku_base::{Language, PersonId, Timestamp};
use renraku_people::directory::Phone;

use super::{call, setting::Said, text, title};
use crate::model::{Activity, Engagement, NextEngagement, Reach, Taken};

/// How far ahead the schedule is looked at.
pub(crate) const AHEAD: Duration = Duration::from_hours(24);

/// What is known of somebody.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Known<'a> {
    /// Who it is.
    pub person: &'a PersonId,
    /// Their numbers.
    pub phones: &'a [Phone],
    /// What they say themselves, if it has not ended.
    pub said: Option<&'a Said>,
    /// What the schedule says from now on.
    pub engagements: &'a [Engagement],
}

/// How somebody is reached at `now`.
pub(crate) fn reach(known: Known<'_>, now: Timestamp, language: Language) -> Reach {
    let current: Vec<(Activity, &Engagement)> = known
        .engagements
        .iter()
        .filter(|it| it.utc_start <= now && now < it.utc_end)
        .filter_map(|it| Some((activity_of(it)?, it)))
        .collect();
    let leading =
        current.iter().max_by_key(|(activity, it)| (weight(*activity, it), it.utc_start, it.utc_end));
    let (activity, until, place) = match (known.said, leading) {
        (Some(said), _) => (said.activity, Some(said.until), said.place.clone()),
        (None, Some((activity, it))) => (*activity, Some(it.utc_end), it.place.clone()),
        (None, None) => (Activity::Free, None, None),
    };
    let doing: Vec<Activity> = match known.said {
        Some(said) => vec![said.activity],
        None => current.iter().map(|(activity, _)| *activity).collect(),
    };
    Reach {
        person_id: known.person.clone(),
        text: text::line(activity, place.as_deref(), until, now, language),
        until,
        place,
        is_set: known.said.is_some(),
        free_at: free_at(known, &doing, now),
        next: next(known.engagements, now),
        call_first: call::first(&doing, known.said.and_then(|said| said.call_first), known.phones),
        activity,
    }
}

/// How somebody is reached who does not tell it.
pub(crate) fn untold(person: &PersonId, phones: &[Phone], now: Timestamp, language: Language) -> Reach {
    Reach {
        person_id: person.clone(),
        activity: Activity::Unknown,
        text: text::line(Activity::Unknown, None, None, now, language),
        until: None,
        place: None,
        is_set: false,
        free_at: None,
        next: None,
        call_first: call::first(&[], None, phones),
    }
}

/// What an engagement means for a caller; `None` when nothing. A day at home may well be shown as free.
fn activity_of(engagement: &Engagement) -> Option<Activity> {
    let titled = engagement.title.as_deref().and_then(title::activity);
    match (titled, engagement.taken) {
        (Some(Activity::Telework), _) => Some(Activity::Telework),
        (_, None) => None,
        (Some(activity), Some(_)) => Some(activity),
        (None, Some(Taken::Busy)) => Some(Activity::Busy),
        (None, Some(Taken::Away)) => Some(Activity::Away),
    }
}

/// What of several things at once is told: where somebody cannot be found at all before what they do there, what has an hour
/// before what fills the day.
const fn weight(activity: Activity, engagement: &Engagement) -> u8 {
    match activity {
        Activity::Vacation => 6,
        Activity::Travel => 5,
        Activity::Out => 4,
        Activity::Telework => 1,
        _ if engagement.all_day => 0,
        Activity::Meeting => 3,
        _ => 2,
    }
}

/// When nothing takes their time any more; `None` when nothing does now, when they are not at work, or nobody can tell.
fn free_at(known: Known<'_>, doing: &[Activity], now: Timestamp) -> Option<Timestamp> {
    let mut free = match known.said {
        _ if doing.iter().any(|activity| activity.is_off_duty()) => return None,
        Some(said) if said.activity.takes_calls() => return None,
        Some(said) => said.until,
        None => now,
    };
    let takes_time = |it: &&Engagement| it.taken.is_some() && activity_of(it) != Some(Activity::Telework);
    let mut taken: Vec<&Engagement> = known.engagements.iter().filter(takes_time).collect();
    taken.sort_unstable_by_key(|it| it.utc_start);
    for it in taken {
        if it.utc_start <= free {
            free = free.max(it.utc_end);
        }
    }
    (free > now && free <= now + AHEAD).then_some(free)
}

/// What begins first after `now`.
fn next(engagements: &[Engagement], now: Timestamp) -> Option<NextEngagement> {
    let later = engagements.iter().filter(|it| it.utc_start > now);
    let (activity, it) =
        later.filter_map(|it| Some((activity_of(it)?, it))).min_by_key(|(_, it)| it.utc_start)?;
    Some(NextEngagement { activity, utc_start: it.utc_start, utc_end: it.utc_end, place: it.place.clone() })
}

#[cfg(test)]
mod tests;
