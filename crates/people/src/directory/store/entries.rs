//! Everyone in office as they are written, for those who compare.

use std::collections::HashMap;

use diesel::prelude::*;
use renraku_base::Id;
use renraku_db::{
    Error, ReadTx,
    schema::{people, posts},
};

use crate::directory::{PersonEntry, PersonName, PostEntry};

type Row = (String, String, String, Option<String>, String, String, i64);
type PostRow = (String, String, Option<String>, Option<String>, Option<String>);

/// Everyone in office with their version, in no order; two statements.
pub fn list(tx: &mut ReadTx<'_>) -> Result<Vec<(PersonEntry, i64)>, Error> {
    let rows: Vec<Row> = tx.fetch(people::table.filter(people::left_on.is_null()).select((
        people::id,
        people::full_name,
        people::phonetic,
        people::staff_number,
        people::phones,
        people::emails,
        people::version,
    )))?;
    let held: Vec<PostRow> = tx.fetch(posts::table.order((posts::person_id, posts::position)).select((
        posts::person_id,
        posts::unit_id,
        posts::title,
        posts::starts_on,
        posts::ends_on,
    )))?;
    let mut posts: HashMap<String, Vec<PostEntry>> = HashMap::with_capacity(rows.len());
    for (person, unit, title, starts_on, ends_on) in held {
        let post = PostEntry { unit: Id::stored(unit), title, starts_on, ends_on };
        posts.entry(person).or_default().push(post);
    }
    rows.into_iter()
        .map(|(id, full, phonetic, staff_number, phones, emails, version)| {
            let damaged = |what: &str| Error::damaged(format!("{what} of person {id}"));
            let entry = PersonEntry {
                name: PersonName { full, phonetic },
                posts: posts.remove(&id).unwrap_or_default(),
                phones: serde_json::from_str(&phones).map_err(|_not_json| damaged("phones"))?,
                emails: serde_json::from_str(&emails).map_err(|_not_json| damaged("emails"))?,
                staff_number,
                id: Id::stored(id),
            };
            Ok((entry, version))
        })
        .collect()
}
