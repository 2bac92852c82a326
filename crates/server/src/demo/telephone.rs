//! Calls that were taken for somebody else, and where some people say they are.

use std::time::Duration;

use renraku_base::{Precondition, Principal};
use renraku_db::Tx;
use renraku_people::directory::{DirectoryFault, PhoneKind, service as directory};
use renraku_reach::{
    ReachFault,
    model::{Activity, NewCaller, NewPhoneMemo, NewSetting, PhoneMemoKind},
    service,
};

use super::{office::Office, people::USERS};

/// A call: who took it and for whom (places in the list of people), which contact called, what they want, about what, and how many
/// minutes ago.
type Call = (usize, usize, usize, PhoneMemoKind, &'static str, u64);

const CALLS: [Call; 4] = [
    (1, 0, 0, PhoneMemoKind::CallBack, "見積書の提出期限について", 25),
    (4, 0, 1, PhoneMemoKind::WillCallAgain, "", 70),
    (0, 1, 2, PhoneMemoKind::Message, "明日の打合せは10分ほど遅れるそうです。", 40),
    (3, 2, 3, PhoneMemoKind::CallBack, "委託契約の変更の件", 15),
];

/// Each user calls one of so many.
const CALLED_EVERY: usize = 7;
/// How many hours ago each user called somebody last, one after the other of those who are no users.
const RECENT_HOURS: [u64; 6] = [2, 7, 30, 75, 200, 900];

/// Writes down whom each user called lately, here and there in the office.
pub fn write_recent(tx: &mut Tx<'_>, office: &Office) -> Result<(), DirectoryFault> {
    let others = office.people.iter().skip(USERS.len());
    for (nth, user) in office.people.iter().take(USERS.len()).enumerate() {
        let who = Principal::person(user.id.clone());
        let called = others.clone().skip(nth).step_by(CALLED_EVERY);
        for (other, hours) in called.zip(RECENT_HOURS) {
            let at = tx.now() - Duration::from_hours(hours);
            directory::put_recent(tx, &who, &other.id, Some(at))?;
        }
    }
    Ok(())
}

/// Writes the calls down and says where two of the users are.
pub fn write(tx: &mut Tx<'_>, office: &Office) -> Result<(), ReachFault> {
    let who = |place: usize| office.people.get(place).map(|person| Principal::person(person.id.clone()));
    for (by, to, contact, kind, matter, minutes) in CALLS {
        let (Some(by), Some(to), Some(contact)) = (who(by), who(to), office.contacts.get(contact)) else {
            continue;
        };
        let caller = NewCaller {
            name: Some(format!("{} {}", contact.company, contact.name.full())),
            number: Some(contact.phone.clone()),
            person_id: None,
            contact_id: Some(contact.id.clone()),
        };
        let matter = (!matter.is_empty()).then(|| matter.to_owned());
        let called_at = Some(tx.now() - Duration::from_mins(minutes));
        let new = NewPhoneMemo { id: None, to: vec![to.person], caller, kind, matter, called_at };
        service::create_memo(tx, &by, new)?;
    }
    let out = NewSetting {
        activity: Some(Activity::Out),
        place: Some("帯広".to_owned()),
        call_first: Some(PhoneKind::Mobile),
        ..NewSetting::default()
    };
    let home = NewSetting { activity: Some(Activity::Telework), ..NewSetting::default() };
    for (place, setting) in [(3, out), (4, home)] {
        if let Some(who) = who(place) {
            service::set_reach(tx, &who, &setting, &Precondition::None)?;
        }
    }
    Ok(())
}
