use ldap3_proto::proto::LdapSearchResultEntry;

use super::expiry;
use crate::config;

/// So many values of an attribute are looked at.
const MOST_VALUES: usize = 16;

/// Which attributes say what of a person.
#[derive(Debug)]
pub(super) struct Wanted {
    /// The columns of a staff sheet, each with what says it.
    pub columns: [(&'static str, Attributes); 9],
    /// What says the name by which they sign in.
    pub username: Attributes,
    /// What says the name of a unit.
    pub unit_name: Attributes,
}

/// Attributes of which the first that is there says something, like `displayName, sn+givenName`; those that a plus joins say it
/// together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Attributes(Vec<Vec<String>>);

/// Whether a text names attributes.
pub(crate) fn is_attributes(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | ';' | '_');
    let named = |name: &str| !name.trim().is_empty() && name.trim().chars().all(allowed);
    text.is_empty() || text.split([',', '+']).all(named)
}

impl Wanted {
    /// Takes the settings.
    pub fn of(config: &config::LdapSource) -> Self {
        let columns = [
            ("staffNumber", &config.staff_number),
            ("name", &config.name),
            ("kana", &config.kana),
            ("unit", &config.unit),
            ("post", &config.post),
            ("extension", &config.extension),
            ("phone", &config.phone),
            ("mobile", &config.mobile),
            ("email", &config.email),
        ];
        Self {
            columns: columns.map(|(name, text)| (name, Attributes::of(text))),
            username: Attributes::of(&config.username),
            unit_name: Attributes::of(&config.unit_name),
        }
    }

    /// Everything that is to be asked of people.
    pub fn of_people(&self) -> Vec<String> {
        let columns = self.columns.iter().map(|(_, attributes)| attributes);
        let said = columns.chain([&self.username]).flat_map(Attributes::names);
        said.chain([expiry::ATTRIBUTE.to_owned()]).collect()
    }

    /// What says the staff number.
    pub fn staff_number(&self) -> &Attributes {
        let [(_, staff_number), ..] = &self.columns;
        staff_number
    }
}

impl Attributes {
    pub(super) fn of(text: &str) -> Self {
        let each =
            text.split(',').map(|joined| joined.split('+').map(|name| name.trim().to_owned()).collect());
        Self(each.filter(|joined: &Vec<String>| joined.iter().all(|name| !name.is_empty())).collect())
    }

    /// The names.
    pub fn names(&self) -> impl Iterator<Item = String> {
        self.0.iter().flatten().cloned()
    }

    /// The names that stand alone.
    pub fn single(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|joined| match joined.as_slice() {
            [one] => Some(one.as_str()),
            _ => None,
        })
    }

    /// What they say of an entry; nothing when none is there.
    pub fn values(&self, entry: &LdapSearchResultEntry) -> Vec<String> {
        let said = self.0.iter().find_map(|joined| {
            let mut each = joined.iter().map(|name| values(entry, name));
            let first = each.next()?;
            let rest = each.map(|values| values.into_iter().next()).collect::<Option<Vec<String>>>()?;
            let mut said = first;
            if !rest.is_empty() {
                said.truncate(1);
                said.iter_mut().for_each(|one| *one = format!("{one} {}", rest.join(" ")));
            }
            (!said.is_empty()).then_some(said)
        });
        said.unwrap_or_default()
    }
}

/// The values of an attribute that are text with something in it.
pub(super) fn values(entry: &LdapSearchResultEntry, name: &str) -> Vec<String> {
    let of = entry.attributes.iter().filter(|attribute| attribute.atype.eq_ignore_ascii_case(name));
    of.flat_map(|attribute| &attribute.vals)
        .filter_map(|value| std::str::from_utf8(value).ok())
        .map(|value| value.trim().to_owned())
        .filter(|value| !value.is_empty())
        .take(MOST_VALUES)
        .collect()
}

#[cfg(test)]
mod tests {
    use ldap3_proto::proto::LdapPartialAttribute;

    use super::*;

    #[test]
    fn the_first_that_is_there_says_it() {
        let attribute = |name: &str, values: &[&str]| LdapPartialAttribute {
            atype: name.to_owned(),
            vals: values.iter().map(|value| value.as_bytes().to_vec()).collect(),
        };
        let entry = LdapSearchResultEntry {
            dn: "cn=x".to_owned(),
            attributes: vec![
                attribute("CN", &["x", "y"]),
                attribute("sn", &["佐藤"]),
                attribute("givenName", &["花子"]),
                attribute("displayName", &[" "]),
            ],
        };
        let said = |text: &str| Attributes::of(text).values(&entry);
        assert_eq!(said("displayName, cn"), ["x", "y"]);
        assert_eq!(said("displayName, sn+givenName, cn"), ["佐藤 花子"]);
        assert_eq!(said("sn+initials, cn"), ["x", "y"]);
        assert_eq!(said("mail"), [""; 0]);
        assert_eq!(said(""), [""; 0]);
    }
}
