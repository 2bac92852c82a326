//! What may stand in a memo.

use renraku_base::{ContactId, FieldFault, PersonId, PhoneMemoId, Timestamp};

use super::{instant, line};
use crate::model::{NewPhoneMemo, PhoneMemoKind};

/// With the author no more than sixteen hear of a memo: a transaction holds the counter of each one's feed until it commits.
const ADDRESSEES: usize = 15;
const NAME_CHARS: usize = 100;
const NUMBER_CHARS: usize = 40;
const MATTER_CHARS: usize = 1_000;

/// A memo that can be stored as soon as it is known who the people are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Draft {
    /// The id that the phone made.
    pub id: Option<PhoneMemoId>,
    /// For whom it is, each once.
    pub to: Vec<PersonId>,
    /// Who called; `None` where the directory tells.
    pub caller_name: Option<String>,
    /// Their number.
    pub caller_number: Option<String>,
    /// The member of staff.
    pub caller_person: Option<PersonId>,
    /// The contact.
    pub caller_contact: Option<ContactId>,
    /// What they want.
    pub kind: PhoneMemoKind,
    /// What it is about.
    pub matter: Option<String>,
    /// When the call came.
    pub called_at: Timestamp,
}

/// Reads what `author` wrote at `now`.
pub(crate) fn read(new: NewPhoneMemo, author: &PersonId, now: Timestamp) -> Result<Draft, Vec<FieldFault>> {
    let mut faults = Vec::new();
    let mut to: Vec<PersonId> = Vec::with_capacity(new.to.len().min(ADDRESSEES));
    for (at, person) in new.to.iter().enumerate() {
        if person == author {
            let detail = "a memo is for somebody else";
            faults.push(FieldFault::new(format!("/to/{at}"), "to-oneself", detail));
        }
        if at < ADDRESSEES && !to.contains(person) {
            to.push(person.clone());
        }
    }
    if to.is_empty() {
        faults.push(FieldFault::new("/to", "required", "say for whom it is"));
    }
    if new.to.len() > ADDRESSEES {
        faults.push(
            FieldFault::new("/to", "too-many", "at most 15 people, however often one is named")
                .allowing("≤ 15"),
        );
    }
    let name = line::one_line("/caller/name", new.caller.name.as_deref(), NAME_CHARS, &mut faults);
    if name.is_none() && new.caller.person_id.is_none() {
        faults.push(FieldFault::new("/caller/name", "required", "say who called"));
    }
    let number = line::one_line("/caller/number", new.caller.number.as_deref(), NUMBER_CHARS, &mut faults);
    let matter = line::lines("/matter", new.matter.as_deref(), MATTER_CHARS, &mut faults);
    if matter.is_none() && new.kind == PhoneMemoKind::Message {
        faults.push(FieldFault::new("/matter", "required", "say what is to be passed on"));
    }
    faults.extend(instant::fault("/calledAt", new.called_at));
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(Draft {
        id: new.id,
        to,
        caller_name: name,
        caller_number: number,
        caller_person: new.caller.person_id,
        caller_contact: new.caller.contact_id,
        kind: new.kind,
        matter,
        called_at: new.called_at.unwrap_or(now).min(now),
    })
}

#[cfg(test)]
mod tests {
    use renraku_base::Id;

    use super::*;
    use crate::model::NewCaller;

    fn person(nth: usize) -> PersonId {
        Id::stored(format!("0198c0de-7f3a-7abc-8def-{nth:012}"))
    }

    fn memo(to: Vec<PersonId>) -> NewPhoneMemo {
        NewPhoneMemo {
            id: None,
            to,
            caller: NewCaller { name: Some("鈴木".to_owned()), ..NewCaller::default() },
            kind: PhoneMemoKind::Called,
            matter: None,
            called_at: None,
        }
    }

    fn codes(new: NewPhoneMemo) -> Vec<String> {
        let faults = read(new, &person(0), Timestamp::from_seconds(100)).unwrap_err().into_iter();
        faults.map(|fault| format!("{} {}", fault.pointer, fault.code)).collect()
    }

    #[test]
    fn what_is_wrong_is_named() {
        let to = || vec![person(1)];
        assert_eq!(codes(memo(Vec::new())), ["/to required"]);
        assert_eq!(codes(memo(vec![person(1), person(0)])), ["/to/1 to-oneself"]);
        assert_eq!(codes(memo((1..=16).map(person).collect())), ["/to too-many"]);
        assert_eq!(codes(memo(vec![person(1); 16])), ["/to too-many"], "counted as they are sent");
        for at in ["1899-12-31T23:59:59Z", "2101-01-01T00:00:00Z"] {
            let old = NewPhoneMemo { called_at: Some(at.parse().unwrap()), ..memo(to()) };
            assert_eq!(codes(old), ["/calledAt year"]);
        }
        // What shows nothing is nothing.
        let blank = |name: &str| NewCaller { name: Some(name.to_owned()), ..NewCaller::default() };
        for name in ["\u{200b}\u{feff}", "\u{3164} \u{2060}", "\u{3000}\u{ad}"] {
            assert_eq!(codes(NewPhoneMemo { caller: blank(name), ..memo(to()) }), ["/caller/name required"]);
        }
        let message = NewPhoneMemo { kind: PhoneMemoKind::Message, ..memo(to()) };
        assert_eq!(codes(message), ["/matter required"]);
        let caller = |name: &str, number: &str| NewCaller {
            name: Some(name.to_owned()),
            number: Some(number.to_owned()),
            ..NewCaller::default()
        };
        let from = |caller| NewPhoneMemo { caller, ..memo(to()) };
        assert_eq!(codes(from(caller(" ", "1"))), ["/caller/name required"]);
        assert_eq!(codes(from(caller(&"あ".repeat(101), "1"))), ["/caller/name too-long"]);
        assert_eq!(codes(from(caller("鈴木", "1\u{7}"))), ["/caller/number control-character"]);
        let long = NewPhoneMemo { matter: Some("あ".repeat(1_001)), ..memo(to()) };
        assert_eq!(codes(long), ["/matter too-long"]);
        for turning in ["見積り\u{202e}fdp.exe", "\u{2066}x", "x\u{200f}"] {
            let turned = NewPhoneMemo { matter: Some(turning.to_owned()), ..memo(to()) };
            assert_eq!(codes(turned), ["/matter control-character"]);
        }
    }

    #[test]
    fn a_draft_names_each_once_and_no_call_of_tomorrow() {
        let new = NewPhoneMemo {
            called_at: Some(Timestamp::from_seconds(900)),
            matter: Some(" 見積り\nの件 ".to_owned()),
            ..memo(vec![person(1), person(2), person(1)])
        };
        let draft = read(new, &person(0), Timestamp::from_seconds(100)).unwrap();
        assert_eq!(draft.to, [person(1), person(2)]);
        assert_eq!(
            (draft.called_at, draft.matter.as_deref()),
            (Timestamp::from_seconds(100), Some("見積り\nの件"))
        );
        assert_eq!(
            read(memo((1..=15).map(person).collect()), &person(0), draft.called_at).unwrap().to.len(),
            15
        );
    }
}
