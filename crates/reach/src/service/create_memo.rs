use std::collections::HashMap;

use renraku_base::{FieldFault, PersonId, Principal};
use renraku_db::{Changed, ObjectType, Tx};
use renraku_notify::{Actor, Details, Notice, NotificationType, Repeat, Subject, service as notify};
use renraku_people::directory::{NamedPerson, Standing, service as directory};

use super::view::view;
use crate::{
    ReachFault,
    model::{Caller, NewPhoneMemo, PhoneMemo},
    rules::{
        memo::{self, Draft},
        part::Progress,
    },
    store::memos::{self, Part, Stored},
};

/// Writes a memo of a call, and tells those for whom it is. Whether the caller may read the contact that it names is to be known
/// before.
///
/// # Errors
/// [`ReachFault::Invalid`], also for people who are not in office or must not be found; [`ReachFault::IdTaken`].
pub fn create_memo(
    tx: &mut Tx<'_>,
    who: &Principal,
    new: NewPhoneMemo,
) -> Result<Changed<PhoneMemo>, ReachFault> {
    let author = &who.person;
    let draft = memo::read(new, author, tx.now()).map_err(ReachFault::Invalid)?;
    let named = name_all(tx, author, &draft)?;
    let name = |person: &PersonId| named.get(person).map(|it| it.name.full.clone()).unwrap_or_default();
    let version = tx.next_version(None);
    let part = |person: &PersonId| Part {
        person: person.clone(),
        name: name(person),
        progress: Progress::default(),
        removed: false,
        version,
    };
    let caller_name = draft.caller_name.or_else(|| draft.caller_person.as_ref().map(&name));
    let stored = Stored {
        id: draft.id.unwrap_or_else(|| tx.new_id()),
        kind: draft.kind,
        caller: Caller {
            name: caller_name.unwrap_or_default(),
            number: draft.caller_number,
            person_id: draft.caller_person,
            contact_id: draft.caller_contact,
        },
        matter: draft.matter,
        called_at: draft.called_at,
        created_at: tx.now(),
        parts: std::iter::once(author).chain(&draft.to).map(part).collect(),
    };
    if !memos::insert(tx, &stored)? {
        return Err(ReachFault::IdTaken);
    }
    notify::tell_all(tx, &draft.to, &notice(&stored))?;
    let people: Vec<&PersonId> = stored.parts.iter().map(|part| &part.person).collect();
    let changed = notify::record_for(tx, &people, ObjectType::PhoneMemo, &stored.id)?;
    let memo = view(stored, author)?;
    Ok(changed.map(|()| memo))
}

/// What everybody in the memo is called. Whoever is not there, has left or must not be found is nobody.
fn name_all(
    tx: &mut Tx<'_>,
    author: &PersonId,
    draft: &Draft,
) -> Result<HashMap<PersonId, NamedPerson>, ReachFault> {
    let mut asked = draft.to.clone();
    asked.extend(draft.caller_person.clone());
    let standings = directory::standings(tx, &asked)?;
    let to = draft.to.iter().enumerate().map(|(at, person)| (format!("/to/{at}"), person));
    let caller = draft.caller_person.iter().map(|person| ("/caller/personId".to_owned(), person));
    let faults: Vec<FieldFault> = to
        .chain(caller)
        .filter(|(_, person)| *person != author && standings.get(*person) != Some(&Standing::Listed))
        .map(|(pointer, person)| {
            let detail = format!("{person} is nobody in office");
            FieldFault::new(pointer, "unknown-person", detail)
        })
        .collect();
    if !faults.is_empty() {
        return Err(ReachFault::Invalid(faults));
    }
    asked.push(author.clone());
    Ok(directory::names(tx, &asked)?)
}

fn notice(memo: &Stored) -> Notice {
    let author = memo.parts.first();
    Notice {
        kind: NotificationType::PhoneMemo,
        subject: Subject { phone_memo_id: Some(memo.id.clone()), ..Subject::default() },
        actor: author
            .map(|author| Actor { person_id: Some(author.person.clone()), name: author.name.clone() }),
        details: Details {
            caller: Some(memo.caller.name.clone()),
            number: memo.caller.number.clone(),
            memo_kind: Some(memo.kind.as_str().to_owned()),
            comment: memo.matter.clone(),
            ..Details::default()
        },
        repeat: Repeat::Add,
    }
}
