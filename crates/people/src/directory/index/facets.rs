use renraku_base::UnitId;

use super::Index;
use crate::{
    directory::{UnitCount, UnitRef},
    search::Query,
};

impl Index {
    /// Of those whom the query fits, how many are in each of the units directly below `unit` (at the top, without one) or below
    /// those, in official order; units without any are left out. Whoever has posts in two of them counts in both.
    pub fn count_by_unit(&self, query: Option<&Query>, unit: Option<u32>) -> Vec<UnitCount> {
        let branches = self.branches(unit);
        let mut counts = vec![0_usize; branches.len()];
        let mut own: Vec<usize> = Vec::new();
        for (row, _) in self.matches(query) {
            own.clear();
            own.extend(self.posts.get(row).iter().filter_map(|post| *branches.get(post.unit as usize)?));
            own.sort_unstable();
            own.dedup();
            for branch in &own {
                if let Some(count) = counts.get_mut(*branch) {
                    *count += 1;
                }
            }
        }
        let counted = self.tree.nodes().iter().zip(counts).filter(|(_, count)| *count > 0);
        let named = |id: &UnitId, name: &str| UnitRef { id: id.clone(), name: name.to_owned() };
        counted
            .map(|(node, count)| UnitCount { unit: named(&node.unit.id, &node.unit.name), count })
            .collect()
    }

    /// For each unit the place of the one directly below `unit` in which it lies.
    fn branches(&self, unit: Option<u32>) -> Vec<Option<usize>> {
        let mut branches: Vec<Option<usize>> = Vec::with_capacity(self.tree.nodes().len());
        // Units come after the one above them.
        for (at, node) in self.tree.nodes().iter().enumerate() {
            let above = node.parent.and_then(|above| branches.get(above as usize).copied().flatten());
            branches.push(if node.parent == unit { Some(at) } else { above });
        }
        branches
    }
}
