//! Accounts follow the server: who may sign in there has an account here, and whose account is closed there is signed out.

use std::collections::HashMap;

use renraku_base::PersonId;
use renraku_db::Db;
use renraku_mail::service as mail;
use renraku_people::{
    AccountFault,
    account::{self, Account, LdapAccount, LdapPlan, LdapRemark, LdapState},
    directory::{PersonEntry, service as directory},
};
use renraku_schedule::{ScheduleFault, service as schedule};

use super::{Choices, Staff};
use crate::{
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
    /// Whether something is wrong.
    pub failed: bool,
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
    let said = said(db, staff, coming, &mut followed)?;
    let mut plan = db.read(|tx| account::compare_with_ldap(tx, &said))?;
    followed.remark(&plan.remarks);
    if are_many(plan.closed.len(), plan.followed) && !choices.many_leave {
        let (closed, all) = (plan.closed.len(), plan.followed);
        followed.failed = true;
        followed.lines.push(format!(
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

/// The users whose people are known.
fn said(
    db: &Db,
    staff: &Staff,
    coming: &[PersonEntry],
    followed: &mut Followed,
) -> anyhow::Result<Vec<LdapAccount>> {
    let mut people: HashMap<String, PersonId> = db.read(directory::staff_numbers)?;
    people.extend(coming.iter().filter_map(|person| Some((person.staff_number.clone()?, person.id.clone()))));
    let mut said = Vec::with_capacity(staff.users.len());
    for user in &staff.users {
        let person = staff_number(&user.staff_number).ok().and_then(|number| people.remove(&number));
        match (person, user.name.parse()) {
            (Some(person), Ok(username)) => said.push(LdapAccount { person, username, open: user.open }),
            (Some(_), Err(fault)) => {
                followed.failed = true;
                let place = staff.sheet.place(user.line);
                followed.lines.push(format!("{place}: {} cannot sign in: {}", user.name, fault.detail));
            }
            // Who could not be taken is told already; of two entries with one number the first counts.
            (None, _) => {}
        }
    }
    Ok(said)
}

impl Followed {
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

/// Why accounts cannot be written.
#[derive(Debug, thiserror::Error)]
enum WriteFault {
    #[error(transparent)]
    Database(#[from] renraku_db::Error),
    #[error(transparent)]
    Account(#[from] AccountFault),
    #[error(transparent)]
    Schedule(#[from] ScheduleFault),
}

fn write(config: &Config, db: &Db, plan: &LdapPlan) -> Result<(), WriteFault> {
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
            Ok::<_, WriteFault>(())
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
