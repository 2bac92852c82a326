use std::collections::{HashMap, HashSet};

use renraku_base::{Limit, UnitId};
use renraku_db::ReadTx;
use renraku_people::directory::{Directory, DirectoryFault, Unit, service};

use crate::{
    dn::{self, Dn},
    entry::Entry,
    schema,
};

/// The units of the office as entries, each before those below it.
#[derive(Debug)]
pub(crate) struct Units(Vec<Node>);

#[derive(Debug)]
struct Node {
    unit: Unit,
    /// The parts of its name in the form in which they are compared, from the top down.
    parts: Vec<String>,
    dn: String,
    has_subordinates: bool,
}

impl Units {
    /// Reads all units.
    pub fn read(tx: &mut ReadTx<'_>, directory: &Directory, base: &Dn) -> Result<Self, DirectoryFault> {
        let mut nodes: Vec<Node> = Vec::new();
        let mut places: HashMap<UnitId, usize> = HashMap::new();
        let mut taken: HashSet<Vec<String>> = HashSet::new();
        let limit = Limit::new(Limit::MAX).unwrap_or_default();
        let mut cursor = None;
        loop {
            let page = service::list_units(tx, directory, limit, cursor.as_ref())?;
            for unit in page.items {
                let above = unit.parent_id.as_ref().and_then(|id| places.get(id)).copied();
                let node = Node::new(unit, above.and_then(|at| nodes.get(at)), &mut taken, base);
                if let Some(above) = above.and_then(|at| nodes.get_mut(at)) {
                    above.has_subordinates = true;
                }
                places.insert(node.unit.id.clone(), nodes.len());
                nodes.push(node);
            }
            match page.next_cursor {
                Some(next) => cursor = Some(next),
                None => return Ok(Self(nodes)),
            }
        }
    }

    /// The entries whose names begin (from the top) with `above` and have `least` to `most` parts more.
    pub fn below<'u>(
        &'u self,
        above: &'u [String],
        least: usize,
        most: usize,
    ) -> impl Iterator<Item = Entry> + 'u {
        let depths = above.len() + least..=above.len().saturating_add(most);
        let wanted = move |node: &&Node| node.parts.starts_with(above) && depths.contains(&node.parts.len());
        self.0.iter().filter(wanted).map(Node::entry)
    }
}

impl Node {
    fn new(unit: Unit, above: Option<&Self>, taken: &mut HashSet<Vec<String>>, base: &Dn) -> Self {
        let mut parts = above.map(|above| above.parts.clone()).unwrap_or_default();
        let mut rdn = format!("ou={}", dn::escape(&unit.name));
        parts.push(dn::part("ou", &dn::canonical(&unit.name)));
        if !taken.insert(parts.clone()) {
            // Two units side by side with one name: the id tells the later one from the first.
            rdn = format!("{rdn}+entryUUID={}", unit.id);
            if let Some(last) = parts.last_mut() {
                *last = format!("{}+{last}", dn::part("entryuuid", unit.id.as_str()));
            }
        }
        let above = above.map_or_else(|| format!("ou=units,{base}"), |above| above.dn.clone());
        Self { dn: format!("{rdn},{above}"), unit, parts, has_subordinates: false }
    }

    fn entry(&self) -> Entry {
        let mut entry = Entry::new(self.dn.clone(), &["top", "organizationalUnit"], self.has_subordinates);
        entry.add(&schema::ENTRY_UUID, self.unit.id.as_str());
        entry.add(&schema::OU, &self.unit.name);
        entry.add(&schema::DESCRIPTION, &self.unit.path);
        entry.lie_in([self.unit.path.split('/').collect()]);
        entry
    }
}
