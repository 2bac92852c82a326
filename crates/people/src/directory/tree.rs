use std::collections::HashMap;

use renraku_base::{ETag, UnitId};

use super::{Unit, UnitEntry, UnitRef};

/// A unit as it is stored.
#[derive(Debug, Clone)]
pub(super) struct StoredUnit {
    pub entry: UnitEntry,
    pub version: i64,
}

/// The units, each before those below it and siblings in official order, so that a subtree is a run of places.
#[derive(Debug, Default, Clone)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    by_id: HashMap<UnitId, u32>,
}

#[derive(Debug, Clone)]
pub(super) struct Node {
    pub unit: Unit,
    pub parent: Option<u32>,
    /// The place after the last unit below this one.
    pub end: u32,
}

impl Tree {
    /// Orders `units`. One whose units above are not all there is left out.
    pub fn new(units: Vec<StoredUnit>) -> Self {
        let mut below: HashMap<Option<UnitId>, Vec<StoredUnit>> = HashMap::new();
        for unit in units {
            below.entry(unit.entry.parent_id.clone()).or_default().push(unit);
        }
        let mut tree = Self::default();
        tree.add_below(&mut below, None);
        tree
    }

    fn add_below(&mut self, below: &mut HashMap<Option<UnitId>, Vec<StoredUnit>>, parent: Option<u32>) {
        let parent_unit = parent.and_then(|at| self.get(at)).map(|node| &node.unit);
        let prefix = parent_unit.map(|unit| format!("{}/", unit.path)).unwrap_or_default();
        let Some(mut units) = below.remove(&parent_unit.map(|unit| unit.id.clone())) else { return };
        units.sort_by(|a, b| {
            (a.entry.position, &a.entry.name, &a.entry.id).cmp(&(
                b.entry.position,
                &b.entry.name,
                &b.entry.id,
            ))
        });
        for StoredUnit { entry, version } in units {
            let at = self.len();
            self.by_id.insert(entry.id.clone(), at);
            let path = format!("{prefix}{}", entry.name);
            let unit = Unit {
                id: entry.id,
                name: entry.name,
                parent_id: entry.parent_id,
                path,
                etag: ETag::of(version),
            };
            self.nodes.push(Node { unit, parent, end: at + 1 });
            self.add_below(below, Some(at));
            let end = self.len();
            if let Some(node) = self.nodes.get_mut(at as usize) {
                node.end = end;
            }
        }
    }

    /// How many units there are.
    pub fn len(&self) -> u32 {
        u32::try_from(self.nodes.len()).unwrap_or(u32::MAX)
    }

    /// The units in order.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The unit at a place.
    pub fn get(&self, at: u32) -> Option<&Node> {
        self.nodes.get(at as usize)
    }

    /// The place of a unit.
    pub fn find(&self, id: &UnitId) -> Option<u32> {
        self.by_id.get(id).copied()
    }

    /// A place and those above it, upwards.
    pub fn upwards(&self, from: u32) -> impl Iterator<Item = u32> + '_ {
        std::iter::successors(Some(from), |at| self.get(*at)?.parent)
    }

    /// The names of a place and of those above it, from the top down.
    pub fn names_down_to(&self, at: u32) -> Vec<&str> {
        let mut names: Vec<&str> =
            self.upwards(at).filter_map(|at| Some(self.get(at)?.unit.name.as_str())).collect();
        names.reverse();
        names
    }

    /// A unit and all above it; none when it is not there.
    pub fn with_ancestors(&self, id: &UnitId) -> Vec<UnitId> {
        let Some(at) = self.find(id) else { return Vec::new() };
        self.upwards(at).filter_map(|at| Some(self.get(at)?.unit.id.clone())).collect()
    }

    /// The units directly below a place.
    pub fn children(&self, at: u32) -> Vec<UnitRef> {
        let Some(node) = self.get(at) else { return Vec::new() };
        (at + 1..node.end)
            .filter_map(|below| self.get(below))
            .filter(|below| below.parent == Some(at))
            .map(|below| UnitRef { id: below.unit.id.clone(), name: below.unit.name.clone() })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use renraku_base::Id;

    use super::*;

    fn unit(id: &str, parent: Option<&str>, position: i32) -> StoredUnit {
        let entry = UnitEntry {
            id: Id::stored(id.to_owned()),
            name: id.to_owned(),
            parent_id: parent.map(|id| Id::stored(id.to_owned())),
            position,
        };
        StoredUnit { entry, version: 1 }
    }

    #[test]
    fn a_subtree_is_a_run_and_siblings_keep_their_order() {
        let tree = Tree::new(vec![
            unit("給与係", Some("人事課"), 0),
            unit("人事課", Some("総務部"), 1),
            unit("財政課", Some("総務部"), 0),
            unit("総務部", None, 0),
            unit("農政部", None, 1),
            unit("迷子", Some("どこ"), 0),
        ]);
        let paths: Vec<&str> = tree.nodes().iter().map(|node| node.unit.path.as_str()).collect();
        assert_eq!(paths, ["総務部", "総務部/財政課", "総務部/人事課", "総務部/人事課/給与係", "農政部"]);
        assert_eq!(tree.get(0).unwrap().end, 4);
        assert_eq!(tree.children(0).len(), 2);
        let above = tree.with_ancestors(&Id::stored("給与係".into()));
        assert_eq!(above.iter().map(Id::as_str).collect::<Vec<_>>(), ["給与係", "人事課", "総務部"]);
    }
}
