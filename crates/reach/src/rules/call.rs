//! Which number to call first.

use renraku_people::directory::{Phone, PhoneKind};

use crate::model::Activity;

use PhoneKind::{Extension, Mobile, Outside};

/// At the desk the telephone on it.
const AT_THE_DESK: [PhoneKind; 3] = [Extension, Outside, Mobile];
/// Elsewhere the one in the pocket; without it the desk, where a colleague answers.
const ELSEWHERE: [PhoneKind; 3] = [Mobile, Extension, Outside];

/// The number to call first of somebody who does these things now, and who may have said which: nobody is called at home or on
/// leave unless they said so.
pub(crate) fn first(now: &[Activity], chosen: Option<PhoneKind>, phones: &[Phone]) -> Option<Phone> {
    let of_kind = |kind: PhoneKind| phones.iter().find(|phone| phone.kind == kind).cloned();
    if let Some(phone) = chosen.and_then(of_kind) {
        return Some(phone);
    }
    if now.iter().any(|activity| activity.is_off_duty()) {
        return None;
    }
    let elsewhere = now.iter().any(|activity| activity.is_elsewhere());
    let order = if elsewhere { ELSEWHERE } else { AT_THE_DESK };
    order.into_iter().find_map(of_kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_fits_where_somebody_is() {
        let phone = |kind, number: &str| Phone { number: number.to_owned(), kind };
        let all = [phone(Extension, "1001"), phone(Outside, "0155-80-0001"), phone(Mobile, "080-0000-0001")];
        let kind = |now: &[Activity], chosen, phones: &[Phone]| first(now, chosen, phones).map(|it| it.kind);
        assert_eq!(kind(&[Activity::Free], None, &all), Some(Extension));
        assert_eq!(kind(&[Activity::Meeting], None, &all), Some(Extension));
        assert_eq!(kind(&[Activity::Out], None, &all), Some(Mobile));
        // In a meeting at home.
        assert_eq!(kind(&[Activity::Meeting, Activity::Telework], None, &all), Some(Mobile));
        assert_eq!(kind(&[Activity::Travel], None, &all[..2]), Some(Extension));
        assert_eq!(kind(&[Activity::Vacation], None, &all), None);
        assert_eq!(kind(&[Activity::Left], Some(Mobile), &all), Some(Mobile));
        assert_eq!(kind(&[Activity::Out], Some(Mobile), &all[..2]), Some(Extension));
        assert_eq!(kind(&[Activity::Free], None, &[]), None);
    }
}
