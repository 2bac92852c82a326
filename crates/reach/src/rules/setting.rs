//! What somebody may say of themselves.

use std::time::Duration;

use renraku_base::{FieldFault, Timestamp};
use renraku_people::directory::PhoneKind;

use super::{line, office_time};
use crate::model::{Activity, NewSetting};

const PLACE_CHARS: usize = 100;
/// A leave may be long; what is longer is a transfer.
const LONGEST: Duration = Duration::from_hours(24 * 366);

/// What somebody says of how they are reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    /// What they do.
    pub activity: Activity,
    /// Until when.
    pub until: Timestamp,
    /// Where.
    pub place: Option<String>,
    /// Which number to call first.
    pub call_first: Option<PhoneKind>,
}

/// What is said by a request; `None` takes back what was said.
pub(crate) fn read(new: &NewSetting, now: Timestamp) -> Result<Option<Said>, Vec<FieldFault>> {
    let mut faults = Vec::new();
    let Some(activity) = new.activity else {
        if *new != NewSetting::default() {
            faults.push(FieldFault::new("/activity", "required", "say what you do"));
        }
        return if faults.is_empty() { Ok(None) } else { Err(faults) };
    };
    if !activity.is_settable() {
        let fault = FieldFault::new("/activity", "bad-value", "this follows from the schedule alone");
        faults.push(fault.allowing(Activity::SETTABLE.join(", ")));
    }
    let until = new.until.unwrap_or_else(|| office_time::end_of_day(now));
    if until <= now || until > now + LONGEST {
        let detail = "the end lies ahead, at most a year";
        faults.push(FieldFault::new("/until", "end-ahead", detail));
    }
    let place = line::one_line("/place", new.place.as_deref(), PLACE_CHARS, &mut faults);
    if faults.is_empty() {
        Ok(Some(Said { activity, until, place, call_first: new.call_first }))
    } else {
        Err(faults)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(new: &NewSetting) -> Vec<String> {
        let now = "2026-11-25T01:00:00Z".parse().unwrap();
        let faults = read(new, now).unwrap_err().into_iter();
        faults.map(|fault| format!("{} {}", fault.pointer, fault.code)).collect()
    }

    #[test]
    fn what_is_said_ends_with_the_day_unless_it_names_its_end() {
        let now = "2026-11-25T01:00:00Z".parse().unwrap();
        let new = NewSetting {
            activity: Some(Activity::Out),
            place: Some(" 帯広 ".to_owned()),
            ..NewSetting::default()
        };
        let said = read(&new, now).unwrap().unwrap();
        assert_eq!(
            (said.until.to_string().as_str(), said.place.as_deref()),
            ("2026-11-25T15:00:00Z", Some("帯広"))
        );
        assert_eq!(read(&NewSetting::default(), now).unwrap(), None);
    }

    #[test]
    fn what_cannot_be_said_is_named() {
        let out = || NewSetting { activity: Some(Activity::Out), ..NewSetting::default() };
        let at = |place: &str| NewSetting { place: Some(place.to_owned()), ..out() };
        assert_eq!(codes(&NewSetting { activity: None, ..at("帯広") }), ["/activity required"]);
        assert_eq!(codes(&NewSetting { activity: Some(Activity::Free), ..out() }), ["/activity bad-value"]);
        for until in ["2026-11-25T01:00:00Z", "2028-01-01T00:00:00Z"] {
            assert_eq!(codes(&NewSetting { until: until.parse().ok(), ..out() }), ["/until end-ahead"]);
        }
        assert_eq!(codes(&at(&"あ".repeat(101))), ["/place too-long"]);
        assert_eq!(codes(&at("a\nb")), ["/place control-character"]);
    }
}
