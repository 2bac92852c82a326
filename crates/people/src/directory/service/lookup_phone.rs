use std::sync::Arc;

use renraku_base::{FieldFault, Limit, Principal};
use renraku_db::ReadTx;

use crate::{
    directory::{Directory, DirectoryFault, PersonJson, index::Holder, recency::OTHERS, store},
    search::fold_number,
};

/// Who is calling: the people with this number in any spelling, or with this extension, best first. Whose own it is comes
/// before those who share it; among equals they stand as in a search: the favourites of `who`, then those with whom they were in touch
/// lately, then those near to them. Where there are several, one statement more reads whom `who` prefers.
///
/// # Errors
/// [`DirectoryFault`] when it is no number or a statement fails.
pub fn lookup_phone(
    tx: &mut ReadTx<'_>,
    directory: &Directory,
    who: &Principal,
    phone: &str,
) -> Result<Vec<Arc<PersonJson>>, DirectoryFault> {
    let Some(number) = fold_number(phone) else {
        let detail = "a phone number has 2 to 15 digits, like 0155-26-1111, +81 155 26 1111 or an extension";
        return Err(DirectoryFault::BadQuery(FieldFault::new("phone", "phone-number", detail)));
    };
    let mut found = directory.read(tx, |index| index.find_by_number(&number, &who.person))?;
    if found.len() > 1 {
        let now = tx.now();
        let preferred = store::recent::list_preferred(tx, &who.person)?.distances(now);
        let nearness = |holder: &Holder| {
            let of_them = preferred.iter().filter(|(id, _)| *id == holder.person.id);
            let preferred = of_them.map(|(_, distance)| *distance).min();
            preferred.unwrap_or_else(|| holder.distance.saturating_add(OTHERS))
        };
        found.sort_by_key(|holder| (holder.place, nearness(holder)));
    }
    Ok(found.into_iter().take(Limit::default().get()).map(|holder| holder.person).collect())
}
