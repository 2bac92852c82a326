use std::collections::HashMap;

use renraku_base::UnitId;
use unicode_normalization::UnicodeNormalization;

use super::NewIds;
use crate::directory::{UnitEntry, tree::StoredUnit, tree::Tree};

/// Finds units by the names on the way to them, and makes those that are not there.
pub(in crate::directory) struct Paths {
    ids: NewIds,
    /// By the unit above and the name, in whatever width it is written.
    known: HashMap<(Option<UnitId>, String), UnitId>,
    /// The last place below each unit.
    last: HashMap<Option<UnitId>, i32>,
    paths: HashMap<UnitId, String>,
    made: Vec<UnitEntry>,
}

impl Paths {
    /// The units that are there.
    pub fn new(stored: &[StoredUnit], ids: NewIds) -> Self {
        let tree = Tree::new(stored.to_vec());
        let mut known = HashMap::new();
        for node in tree.nodes() {
            // Of two of one name the first in official order is meant.
            let key = (node.unit.parent_id.clone(), folded(&node.unit.name));
            known.entry(key).or_insert_with(|| node.unit.id.clone());
        }
        let mut last = HashMap::new();
        for unit in stored {
            let place = last.entry(unit.entry.parent_id.clone()).or_insert(unit.entry.position);
            *place = unit.entry.position.max(*place);
        }
        let paths = tree.nodes().iter().map(|node| (node.unit.id.clone(), node.unit.path.clone())).collect();
        Self { ids, known, last, paths, made: Vec::new() }
    }

    /// The unit at the end of a path; each that is not there is made as the last below the one above.
    pub fn place(&mut self, path: &[String]) -> Option<UnitId> {
        let mut above: Option<UnitId> = None;
        for name in path {
            let key = (above.clone(), folded(name));
            let id = match self.known.get(&key) {
                Some(id) => id.clone(),
                None => {
                    let id = self.make(name, above);
                    self.known.insert(key, id.clone());
                    id
                }
            };
            above = Some(id);
        }
        above
    }

    fn make(&mut self, name: &str, above: Option<UnitId>) -> UnitId {
        let id: UnitId = self.ids.id(&["unit", above.as_ref().map_or("", UnitId::as_str), name]);
        let path = match above.as_ref().and_then(|above| self.paths.get(above)) {
            Some(prefix) => format!("{prefix}/{name}"),
            None => name.to_owned(),
        };
        self.paths.insert(id.clone(), path);
        let position = self.last.get(&above).map_or(0, |last| last.saturating_add(1));
        self.last.insert(above.clone(), position);
        self.made.push(UnitEntry { id: id.clone(), name: name.to_owned(), parent_id: above, position });
        id
    }

    /// The units that were made, and how each unit is reached.
    pub fn finish(self) -> (Vec<UnitEntry>, HashMap<UnitId, String>) {
        (self.made, self.paths)
    }
}

/// One width of each letter, without spaces around.
fn folded(name: &str) -> String {
    name.trim().nfkc().collect()
}
