use renraku_base::{Cursor, Limit, Page, UnitId};
use renraku_db::ReadTx;

use super::search_people::bad_cursor;
use crate::directory::{Directory, DirectoryFault, Unit};

/// The units, each before those below it and siblings in official order.
///
/// # Errors
/// [`DirectoryFault`] when the cursor is not of this list or a statement fails.
pub fn list_units(
    tx: &mut ReadTx<'_>,
    directory: &Directory,
    limit: Limit,
    cursor: Option<&Cursor>,
) -> Result<Page<Unit>, DirectoryFault> {
    let last: Option<UnitId> = match cursor {
        Some(cursor) => {
            let [id] = cursor.parts().ok_or_else(bad_cursor)?;
            Some(UnitId::stored(id))
        }
        None => None,
    };
    directory.read(tx, |index| {
        let tree = index.tree();
        let from = match &last {
            Some(id) => tree.find(id).ok_or_else(bad_cursor)? as usize + 1,
            None => 0,
        };
        let to = (from + limit.get() + 1).min(tree.nodes().len());
        let units = index.tagged((from..to).filter_map(|at| u32::try_from(at).ok()));
        Ok(Page::cut(units, limit, |last| Cursor::of(&[last.id.as_str()])))
    })?
}
