//! Accounts follow the server: who may sign in there has an account here, and whose account is closed there is signed out.

use std::collections::{HashMap, HashSet};

use renraku_base::PersonId;
use renraku_db::Db;
use renraku_mail::service as mail;
use renraku_people::{
    account::{self, Account, LdapAccount, LdapPlan, LdapRemark, LdapState, Username},
    directory::{PersonEntry, service as directory},
};
use renraku_schedule::service as schedule;

use super::{Choices, Staff};
use crate::{
    account_fault::NewAccountFault,
    config::Config,
    mailroom,
    staff::{are_many, staff_number},
};

/// So few are written in one transaction, so that nobody waits for long.
const AT_ONCE: usize = 100;

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Followed {
    pub lines: Vec<String>,
    /// Those of them by which something is wrong.
    pub faults: Vec<String>,
}

/// Makes the accounts as the server says; `coming` are people whom a dry run did not store.
pub(super) fn follow(
    config: &Config,
    db: &Db,
    staff: &Staff,
    coming: &[PersonEntry],
    choices: Choices,
) -> anyhow::Result<Followed> {
    let mut followed = Followed::default();
    let users = Users::of(db, staff, coming, &mut followed)?;
    let mut plan = db.read(|tx| account::compare_with_ldap(tx, &users.known, &users.others))?;
    followed.remark(&plan.remarks);
    if are_many(plan.closed.len(), plan.followed) && !choices.many_leave {
        let (closed, all) = (plan.closed.len(), plan.followed);
        followed.fault(format!(
            "No account was closed: it would be {closed} of {all}, more than a fifth. If that is right, add --many-leave"
        ));
        plan.closed.clear();
    }
    if !choices.dry_run {
        write(config, db, &plan)?;
    }
    followed.lines.extend(plan.closed.iter().map(|account| format!("closed     {}", account.username)));
    let (added, opened) = (plan.added.len() + plan.joined.len(), plan.opened.len());
    followed
        .lines
        .push(format!("accounts: {added} new, {opened} opened again, {} closed", plan.closed.len()));
    Ok(followed)
}

/// Who signs in there.
#[derive(Default)]
struct Users {
    /// Those whose people are known here.
    known: Vec<LdapAccount>,
    /// The names of the others who may.
    others: HashSet<Username>,
}

impl Users {
    fn of(db: &Db, staff: &Staff, coming: &[PersonEntry], followed: &mut Followed) -> anyhow::Result<Self> {
        let mut people: HashMap<String, PersonId> = db.read(directory::staff_numbers)?;
        let numbered = |one: &PersonEntry| Some((one.staff_number.clone()?, one.id.clone()));
        people.extend(coming.iter().filter_map(numbered));
        let (mut users, mut names) = (Self::default(), HashSet::new());
        for user in &staff.users {
            let number = user.staff_number.as_deref().and_then(|number| staff_number(number).ok());
            // Of two entries with one number the first counts.
            let person = number.and_then(|number| people.remove(&number));
            let complaint = match (person, user.name.parse::<Username>()) {
                (_, Ok(username)) if !names.insert(username.clone()) => {
                    "another entry has the name, too: nobody signs in by it".to_owned()
                }
                (Some(person), Ok(username)) => {
                    users.known.push(LdapAccount { person, username, open: user.open });
                    continue;
                }
                (None, Ok(username)) => {
                    users.others.extend(Some(username).filter(|_| user.open));
                    continue;
                }
                (Some(_), Err(fault)) => fault.detail,
                (None, Err(_)) => continue,
            };
            followed.fault(format!("{}: {} cannot sign in: {complaint}", user.dn, user.name));
        }
        Ok(users)
    }
}

impl Followed {
    fn fault(&mut self, line: String) {
        self.faults.push(line.clone());
        self.lines.push(line);
    }

    fn remark(&mut self, remarks: &[LdapRemark]) {
        self.lines.extend(remarks.iter().map(|remark| match remark {
            LdapRemark::OtherName { known, said } => {
                format!("look at    {said} signs in as {known} here, which the LDAP server does not know")
            }
            LdapRemark::Taken { said } => {
                format!(
                    "look at    {said} is the account of somebody else here: `renraku user list` shows whose"
                )
            }
        }));
    }
}

fn write(config: &Config, db: &Db, plan: &LdapPlan) -> Result<(), NewAccountFault> {
    for some in plan.added.chunks(AT_ONCE) {
        db.write_many(|tx| {
            let people: Vec<PersonId> = some.iter().map(|one| one.person.clone()).collect();
            let names = directory::names(tx, &people)?;
            for LdapAccount { person, username, .. } in some {
                account::create_account(tx, person, username, None)?;
                account::follow_ldap(tx, person, LdapState::Open)?;
                if let (Some(source), Some(named)) =
                    (mailroom::source_of(config, username.as_str()), names.get(person))
                    && let Some(email) = &named.email
                {
                    mail::put_account(tx, person, &source, email, &named.name.full)?;
                }
            }
            schedule::create_default_calendars(tx, &people)?;
            Ok::<_, NewAccountFault>(())
        })?;
    }
    let opened: Vec<&Account> = plan.joined.iter().chain(&plan.opened).collect();
    let closed: Vec<&Account> = plan.closed.iter().collect();
    for (accounts, state) in [(closed, LdapState::Closed), (opened, LdapState::Open)] {
        for some in accounts.chunks(AT_ONCE) {
            db.write_many(|tx| {
                some.iter().try_for_each(|account| account::follow_ldap(tx, &account.person_id, state))
            })?;
        }
    }
    Ok(())
}
