use renraku_base::PersonId;
use renraku_db::{Error, Tx};

use crate::directory::{PostEntry, store};

/// Writes down posts that a person held before, each with its last day. For filling an office: nobody is told, because no phone has
/// looked yet.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn put_past_posts(tx: &mut Tx<'_>, person: &PersonId, posts: &[PostEntry]) -> Result<(), Error> {
    store::terms::insert_past(tx, person, posts)
}
