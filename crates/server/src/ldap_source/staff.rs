//! Entries as the lines of a staff sheet.

use std::collections::{HashMap, HashSet};

use ldap3_proto::proto::{LdapFilter, LdapSearchResultEntry};
use renraku_base::Timestamp;

use super::{
    LdapFault,
    connection::Connection,
    expiry,
    reading::{NO_ATTRIBUTE, all, search},
    server::Server,
    wanted::{Attributes, Wanted},
};
use renraku_base::sheet::{Row, Sheet};

/// The staff as the server knows it.
#[derive(Debug, Default)]
pub(crate) struct Staff {
    /// Its entries as the lines of a sheet, several of one who has several posts.
    pub sheet: Sheet,
    /// How they sign in.
    pub users: Vec<User>,
    /// How many entries have no staff number: accounts of services and the like.
    pub passed_over: usize,
}

/// How somebody signs in at the server.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct User {
    /// The name of their entry.
    pub dn: String,
    /// Their staff number as it is there; `None` where the entry has none.
    pub staff_number: Option<String>,
    /// By which name.
    pub name: String,
    /// Whether they may.
    pub open: bool,
}

/// Reads everybody.
pub(super) async fn read(
    connection: &mut Connection,
    server: &Server,
    now: Timestamp,
) -> Result<Staff, LdapFault> {
    let people = search(&server.base, server.people.clone(), server.wanted.of_people());
    let mut entries = all(connection, &people).await?;
    // Active Directory gives them in no order: who reads what changes looks for numbers and names.
    entries.sort_by_cached_key(|entry| (server.wanted.staff_number().values(entry), entry.dn.clone()));
    let mut closed = closed(connection, server).await?;
    closed.extend(entries.iter().filter(|entry| expiry::is_over(entry, now)).map(|entry| entry.dn.clone()));
    let units = match &server.units {
        Some(filter) => {
            let names = server.wanted.unit_name.names().collect();
            let units = all(connection, &search(&server.base, filter.clone(), names)).await?;
            Some(Units::of(&units, &server.wanted.unit_name, &server.base))
        }
        None => None,
    };
    Ok(staff(&entries, &server.wanted, units.as_ref(), &closed))
}

/// The names of the entries whose accounts are closed.
async fn closed(connection: &mut Connection, server: &Server) -> Result<HashSet<String>, LdapFault> {
    let Some(closed) = &server.disabled else { return Ok(HashSet::new()) };
    let filter = LdapFilter::And(vec![server.people.clone(), closed.clone()]);
    let found = all(connection, &search(&server.base, filter, vec![NO_ATTRIBUTE.to_owned()])).await?;
    Ok(found.into_iter().map(|entry| entry.dn).collect())
}

/// The units of the tree, by their names in the form in which they are compared.
struct Units(HashMap<String, String>);

impl Units {
    /// Takes those below a base, which holds the office and is no unit of it.
    fn of(entries: &[LdapSearchResultEntry], name: &Attributes, base: &str) -> Self {
        let depth = parents(base).count();
        let named = |entry: &LdapSearchResultEntry| {
            // A path is told by slashes.
            let name = name.values(entry).into_iter().next()?.replace(['/', '／'], "・");
            Some((entry.dn.to_lowercase(), name))
        };
        let below = entries.iter().filter(|entry| parents(&entry.dn).count() > depth);
        Self(below.filter_map(named).collect())
    }

    /// The units above an entry, from the top down.
    fn path(&self, dn: &str) -> String {
        let dn = dn.to_lowercase();
        let mut above: Vec<&str> = parents(&dn).filter_map(|dn| self.0.get(dn)).map(String::as_str).collect();
        above.reverse();
        above.join("/")
    }
}

/// The names above a name, the nearest first.
fn parents(dn: &str) -> impl Iterator<Item = &str> {
    let mut escaped = false;
    dn.char_indices().filter_map(move |(at, c)| {
        let cuts = c == ',' && !escaped;
        escaped = c == '\\' && !escaped;
        cuts.then(|| dn.get(at + 1..).map(str::trim_start)).flatten()
    })
}

fn staff(
    entries: &[LdapSearchResultEntry],
    wanted: &Wanted,
    units: Option<&Units>,
    closed: &HashSet<String>,
) -> Staff {
    let mut staff = Staff::default();
    let mut said: Vec<Vec<(&'static str, Vec<String>)>> = Vec::with_capacity(entries.len());
    for entry in entries {
        let mut columns: Vec<_> =
            wanted.columns.iter().map(|(column, attributes)| (*column, attributes.values(entry))).collect();
        if let (Some(units), Some((_, unit))) = (units, columns.iter_mut().find(|(name, _)| *name == "unit"))
        {
            *unit = Some(units.path(&entry.dn)).filter(|path| !path.is_empty()).into_iter().collect();
        }
        let staff_number = columns.first().and_then(|(_, numbers)| numbers.first()).cloned();
        let is_staff = staff_number.is_some();
        if let Some(name) = wanted.username.values(entry).into_iter().next() {
            let open = !closed.contains(&entry.dn);
            staff.users.push(User { dn: entry.dn.clone(), staff_number, name, open });
        }
        if is_staff {
            staff.sheet.names.push(entry.dn.clone());
            said.push(columns);
        } else {
            staff.passed_over += 1;
        }
    }
    // What nobody has is not said, as a column that is left out: the office keeps it elsewhere.
    let is_said =
        |column: &str| said.iter().flatten().any(|(name, values)| *name == column && !values.is_empty());
    let columns: HashSet<&str> =
        wanted.columns.iter().map(|(name, _)| *name).filter(|name| is_said(name)).collect();
    let rows = said.into_iter().enumerate();
    staff.sheet.rows = rows.flat_map(|(at, said)| rows_of(at + 1, &said, &columns)).collect();
    staff
}

/// The lines of one entry: as many as it has values of anything.
fn rows_of(line: usize, said: &[(&'static str, Vec<String>)], columns: &HashSet<&str>) -> Vec<Row> {
    let count = said.iter().map(|(_, values)| values.len()).max().unwrap_or_default();
    let cell = |values: &[String], at: usize| values.get(at).or(values.first()).cloned().unwrap_or_default();
    let row = |at: usize| {
        let cells = said.iter().filter(|(column, _)| columns.contains(column)).map(|(column, values)| {
            // One person has one number, name and reading.
            let at = if matches!(*column, "staffNumber" | "name" | "kana") { 0 } else { at };
            (*column, cell(values, at))
        });
        Row::new(line, cells.collect())
    };
    (0..count).map(row).collect()
}

#[cfg(test)]
mod tests;
