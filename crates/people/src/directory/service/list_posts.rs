use chrono::NaiveDate;
use renraku_base::{PersonId, Principal, UnitId};
use renraku_db::ReadTx;

use super::{get_own, get_person};
use crate::directory::{
    Directory, DirectoryFault, HeldPost, PostEntry, PostState,
    as_of::{post, posts_over_time},
    store,
};

/// No roster waits for a later day.
const LAST_DAY: Option<NaiveDate> = NaiveDate::from_ymd_opt(9999, 12, 31);

/// The posts of a person: those that they will have by rosters that wait, those that they have, and those that they had; the last
/// first. Before posts were written down there are none.
///
/// # Errors
/// [`DirectoryFault`] when there is no such person for `who` or a statement fails.
pub fn list_posts(
    tx: &mut ReadTx<'_>,
    directory: &Directory,
    who: &Principal,
    person: &PersonId,
) -> Result<Vec<HeldPost>, DirectoryFault> {
    if *person == who.person {
        get_own(tx, directory, person)?;
    } else {
        get_person(tx, directory, person)?;
    }
    let terms = store::terms::list_of(tx, person)?;
    let then = directory.then(tx, LAST_DAY)?;
    let news = then.as_ref().and_then(|then| then.news.get(person)).map_or(&[][..], Vec::as_slice);
    let posts = posts_over_time(terms, news);
    let shown = directory.read_on(tx, LAST_DAY, |index| {
        let name = |unit: &UnitId| Some(index.tree().get(index.tree().find(unit)?)?.unit.name.clone());
        let show = |posts: Vec<PostEntry>, state: PostState| {
            let shown =
                posts.into_iter().filter_map(move |held| Some(HeldPost { post: post(&held, name)?, state }));
            shown.collect::<Vec<_>>()
        };
        let mut all = show(posts.coming, PostState::Prepared);
        all.extend(show(posts.present, PostState::Present));
        all.extend(show(posts.past, PostState::Past));
        all
    })?;
    Ok(shown)
}
