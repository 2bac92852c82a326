use anyhow::bail;
use clap::Args;
use renraku_base::PersonId;
use renraku_db::{Db, Tx};
use renraku_mail::{is_address, service as mail};
use renraku_people::{
    AccountFault,
    account::{self, Account, PasswordHash, Username},
    directory::{NamedPerson, PersonEntry, PersonName, Phone, PhoneKind, PostEntry, service as directory},
};
use renraku_schedule::service as schedule;
use unicode_normalization::UnicodeNormalization;

use super::{list, read_password, username};
use crate::{account_fault::NewAccountFault, config::Config, mailroom, staff::staff_number};

#[derive(Debug, Args)]
pub(super) struct Add {
    /// The name to sign in with
    #[arg(value_parser = username)]
    username: Username,
    /// The person's mail address, by which they are found in the directory
    #[arg(long, value_parser = address)]
    email: String,
    #[command(flatten)]
    person: NewPerson,
}

/// What is said of somebody who is not in the directory yet.
#[derive(Debug, Args)]
struct NewPerson {
    /// A new person's name, family name first; needs --kana
    #[arg(long)]
    name: Option<String>,
    /// How the name is read, in kana; needs --name
    #[arg(long, value_parser = reading)]
    kana: Option<String>,
    /// Where they work, from the top down, like 総務部/人事課/給与係; units that are not there are made
    #[arg(long, value_name = "PATH")]
    unit: Option<String>,
    /// As what, like 主任; needs --unit
    #[arg(long, value_name = "TITLE")]
    post: Option<String>,
    /// Their number inside the office (内線)
    #[arg(long, value_name = "NUMBER", value_parser = number)]
    extension: Option<String>,
    /// Their number from outside (外線)
    #[arg(long, value_name = "NUMBER", value_parser = number)]
    phone: Option<String>,
    /// The number of their mobile phone
    #[arg(long, value_name = "NUMBER", value_parser = number)]
    mobile: Option<String>,
    /// Their number in the personnel register, by which an import of the staff finds them; colleagues do not see it
    #[arg(long, value_name = "NUMBER", value_parser = staff_number)]
    staff_number: Option<String>,
}

fn address(text: &str) -> Result<String, String> {
    if is_address(text) {
        Ok(text.to_lowercase())
    } else {
        Err("bad-address: write an address like hanako@pref.example.jp, in ASCII".to_owned())
    }
}

fn number(text: &str) -> Result<String, String> {
    let even: String = text.nfkc().collect();
    let allowed = |c: char| c.is_ascii_digit() || "+-()#* ".contains(c);
    if even.chars().all(allowed) && even.chars().any(|c| c.is_ascii_digit()) {
        Ok(even.trim().to_owned())
    } else {
        Err("write digits, like 1001 or 0155-55-1001".to_owned())
    }
}

/// A reading in hiragana or katakana, half width too; kept as it is written.
fn reading(text: &str) -> Result<String, String> {
    // Half width becomes full width, and a voiced mark goes into its letter.
    let even: String = text.nfkc().collect();
    let kana = |c: char| matches!(c, 'ぁ'..='ゖ' | 'ゝ' | 'ゞ' | 'ァ'..='ヺ' | 'ー' | 'ヽ' | 'ヾ');
    if even.chars().all(|c| kana(c) || matches!(c, ' ' | '・')) && even.chars().any(kana) {
        Ok(text.trim().to_owned())
    } else {
        Err("write the reading in kana, like サトウ ハナコ".to_owned())
    }
}

/// Who gets the account.
enum Holder {
    Known(PersonId, NamedPerson),
    New(PersonName),
}

impl Add {
    pub(super) fn run(self, config: &Config, db: &Db) -> anyhow::Result<()> {
        let holder = self.holder(db)?;
        let hash = read_password(config, db)?;
        let account = db.write(|tx| self.write(tx, config, &holder, &hash))?;
        list::show(db, &[account])
    }

    /// Decided before the password is asked for.
    fn holder(&self, db: &Db) -> anyhow::Result<Holder> {
        let email = &self.email;
        let mut holders = db.read(|tx| directory::list_by_email(tx, email))?;
        if holders.len() > 1 {
            let named = db.read(|tx| directory::names(tx, &holders))?;
            let names: Vec<&str> = named.values().map(|it| it.name.full.as_str()).collect();
            bail!(
                "{email} is the address of {} in the directory: give each their own first",
                names.join(", ")
            );
        }
        if let Some(person) = holders.pop() {
            let mut named = db.read(|tx| directory::names(tx, std::slice::from_ref(&person)))?;
            let name = named.remove(&person).unwrap_or_else(|| NamedPerson {
                name: self.person.nobody(),
                email: None,
                phones: Vec::new(),
                suppressed: false,
            });
            if self.person.says_something() {
                bail!(
                    "{email} is the address of {} in the directory: leave out all but --email",
                    name.name.full
                );
            }
            if let Some(account) = account_of(db, &person)? {
                bail!(
                    "{} ({email}) has the account {account} already: `renraku user list` shows all",
                    name.name.full
                );
            }
            return Ok(Holder::Known(person, name));
        }
        if self.person.post.is_some() && self.person.unit.is_none() {
            bail!("--post is a post in a unit: add --unit");
        }
        match (&self.person.name, &self.person.kana) {
            (Some(full), Some(phonetic)) => {
                Ok(Holder::New(PersonName { full: full.clone(), phonetic: phonetic.clone() }))
            }
            (Some(_), None) => {
                bail!("add --kana, how the name is read: people are looked for and sorted by it")
            }
            (None, _) => bail!(
                "nobody in the directory has the address {email}: add --name and --kana to put a new person there"
            ),
        }
    }

    /// Writes the person, the account and what belongs to it: all of it or nothing.
    fn write(
        &self,
        tx: &mut Tx<'_>,
        config: &Config,
        holder: &Holder,
        hash: &PasswordHash,
    ) -> Result<Account, NewAccountFault> {
        let (person, name) = match holder {
            Holder::Known(person, named) => (person.clone(), &named.name),
            Holder::New(name) => (self.person.write(tx, name, &self.email)?, name),
        };
        let account = account::create_account(tx, &person, &self.username, Some(hash))?;
        schedule::create_default_calendars(tx, std::slice::from_ref(&person))?;
        if let Some(source) = mailroom::source_of(config, account.username.as_str()) {
            mail::put_account(tx, &person, &source, &self.email, &name.full)?;
        }
        Ok(account)
    }
}

/// The name by which somebody signs in already.
fn account_of(db: &Db, person: &PersonId) -> anyhow::Result<Option<Username>> {
    match db.read(|tx| account::read_account(tx, person)) {
        Ok(account) => Ok(Some(account.username)),
        Err(AccountFault::NotFound) => Ok(None),
        Err(fault) => Err(fault.into()),
    }
}

impl NewPerson {
    fn says_something(&self) -> bool {
        let Self { name, kana, unit, post, extension, phone, mobile, staff_number } = self;
        [name, kana, unit, post, extension, phone, mobile, staff_number].iter().any(|said| said.is_some())
    }

    fn nobody(&self) -> PersonName {
        PersonName { full: String::new(), phonetic: String::new() }
    }

    fn write(&self, tx: &mut Tx<'_>, name: &PersonName, email: &str) -> Result<PersonId, NewAccountFault> {
        let posts = match &self.unit {
            Some(path) => {
                let unit = directory::put_unit_path(tx, path)?;
                vec![PostEntry { unit, title: self.post.clone(), starts_on: None, ends_on: None }]
            }
            None => Vec::new(),
        };
        let phones = [
            (&self.extension, PhoneKind::Extension),
            (&self.phone, PhoneKind::Outside),
            (&self.mobile, PhoneKind::Mobile),
        ];
        let phones =
            phones.into_iter().filter_map(|(number, kind)| Some(Phone { number: number.clone()?, kind }));
        let entry = PersonEntry {
            id: tx.new_id(),
            name: name.clone(),
            posts,
            phones: phones.collect(),
            emails: vec![email.to_owned()],
            staff_number: self.staff_number.clone(),
        };
        directory::put_person(tx, &entry)?;
        Ok(entry.id)
    }
}
