use renraku_base::{ETag, PersonId};
use renraku_db::Error;

use crate::{
    model::{Addressee, Author, PhoneMemo},
    rules::part::Progress,
    store::memos::{Part, Stored},
};

/// A memo as one of those sees it who have to do with it.
pub(super) fn view(stored: Stored, reader: &PersonId) -> Result<PhoneMemo, Error> {
    let own = stored.parts.iter().find(|part| part.person == *reader);
    let own = own.ok_or_else(|| Error::damaged("a phone memo of somebody else"))?;
    let (progress, etag) = (own.progress, ETag::of(own.version));
    let mut parts = stored.parts.into_iter();
    let author = parts.next().ok_or_else(|| Error::damaged("a phone memo of nobody"))?;
    let told = author.person == *reader;
    Ok(PhoneMemo {
        id: stored.id,
        to: parts.map(|part| addressee(part, told)).collect(),
        from: Author { person_id: author.person, name: author.name },
        caller: stored.caller,
        kind: stored.kind,
        matter: stored.matter,
        called_at: stored.called_at,
        created_at: stored.created_at,
        seen_at: progress.seen_at,
        done_at: progress.done_at,
        etag,
    })
}

fn addressee(part: Part, told: bool) -> Addressee {
    let Progress { seen_at, done_at } = if told { part.progress } else { Progress::default() };
    let removed_undone = told && part.removed && done_at.is_none();
    Addressee { person_id: part.person, name: part.name, seen_at, done_at, removed_undone }
}
