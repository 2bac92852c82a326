use renraku_base::{ContactId, Timestamp};

use super::{
    names::{Name, Names},
    seeded::Seeded,
    table,
};

const COMPANIES: &str = include_str!("data/companies.tsv");

/// Someone outside whom the office deals with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    pub id: ContactId,
    pub name: Name,
    pub company: &'static str,
    pub department: &'static str,
    /// What they do for the office.
    pub note: &'static str,
    pub title: &'static str,
    pub phone: String,
    pub mobile: Option<String>,
    pub mail: String,
}

/// Draws `count` contacts, in turn from each company.
pub fn draw(rng: &mut Seeded, at: Timestamp, count: usize) -> Vec<Contact> {
    const TITLES: [&str; 6] = ["部長", "課長", "課長補佐", "主任", "担当", "営業主任"];
    let names = Names::read();
    let companies: Vec<[&'static str; 4]> = table::rows(COMPANIES).collect();
    companies
        .iter()
        .cycle()
        .take(count)
        .enumerate()
        .map(|(nth, [company, domain, department, note])| {
            let name = names.draw(rng);
            Contact {
                id: rng.new_id(at),
                mail: format!("{}@{domain}", name.mail_local_part()),
                name,
                company,
                department,
                note,
                title: rng.pick(&TITLES).copied().unwrap_or("担当"),
                phone: format!("0155-98-{:04}", 1_000 + nth),
                mobile: rng.chance(50).then(|| format!("070-0198-{:04}", 1_000 + nth)),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_company_has_a_contact() {
        assert!(table::complete::<4>(COMPANIES));
        let contacts = draw(&mut Seeded::new(1), Timestamp::from_seconds(0), 40);
        let companies: std::collections::HashSet<_> =
            contacts.iter().map(|contact| contact.company).collect();
        assert_eq!((contacts.len(), companies.len()), (40, 20));
    }
}
