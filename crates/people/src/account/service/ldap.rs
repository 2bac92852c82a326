//! Accounts follow the office's LDAP server: who may sign in there may here.

use std::collections::{HashMap, HashSet};

use renraku_base::PersonId;
use renraku_db::{ReadTx, Tx};

use super::accounts::{disable_account, enable_account};
use crate::{
    account::{
        model::{Account, LdapAccount, LdapPlan, LdapRemark, LdapState, Username},
        store::accounts,
    },
    fault::AccountFault,
};

/// What would be different if the accounts were as the server says: `said` are those whom it knows, `others` the names of those who may
/// sign in there and of whom nobody knows who they are here. An account with a password of its own is left alone, and so is one that an
/// administrator closed.
///
/// # Errors
/// [`AccountFault::Internal`] when the statement fails or what is stored is damaged.
pub fn compare_with_ldap(
    tx: &mut ReadTx<'_>,
    said: &[LdapAccount],
    others: &HashSet<Username>,
) -> Result<LdapPlan, AccountFault> {
    let accounts = accounts::list_with_ldap(tx)?;
    let names: HashMap<&str, &PersonId> =
        accounts.iter().map(|(account, _)| (account.username.as_str(), &account.person_id)).collect();
    let mut known: HashMap<&PersonId, (&Account, Option<LdapState>)> =
        accounts.iter().map(|(account, state)| (&account.person_id, (account, *state))).collect();
    let mut plan = LdapPlan::default();
    for one in said {
        match (known.remove(&one.person), names.get(one.username.as_str())) {
            (None, Some(_)) => plan.remarks.push(LdapRemark::Taken { said: one.username.clone() }),
            (None, None) if one.open => plan.added.push(one.clone()),
            (None, None) => {}
            (Some((account, state)), _) => plan.take(account, state, one),
        }
    }
    for (account, state) in known.into_values() {
        if state.is_some() && !account.has_password && !others.contains(&account.username) {
            plan.close(account);
        }
    }
    plan.closed.sort_unstable_by(|a, b| a.username.cmp(&b.username));
    Ok(plan)
}

impl LdapPlan {
    /// What becomes of an account of which the server says something.
    fn take(&mut self, account: &Account, state: Option<LdapState>, said: &LdapAccount) {
        if account.has_password {
            return;
        }
        if account.username != said.username {
            let (known, said) = (account.username.clone(), said.username.clone());
            self.remarks.push(LdapRemark::OtherName { known, said });
        }
        match (state, said.open) {
            (_, false) => self.close(account),
            (None, true) if account.disabled_at.is_none() => self.joined.push(account.clone()),
            (None, true) => {}
            (Some(LdapState::Closed), true) => self.opened.push(account.clone()),
            (Some(LdapState::Open), true) => self.followed += usize::from(account.disabled_at.is_none()),
        }
    }

    /// Closes an account that is open.
    fn close(&mut self, account: &Account) {
        if account.disabled_at.is_none() {
            self.followed += 1;
            self.closed.push(account.clone());
        }
    }
}

/// Lets an account follow the server, opens it or closes it. A closed one is signed out at once.
///
/// # Errors
/// [`AccountFault::NotFound`].
pub fn follow_ldap(tx: &mut Tx<'_>, person: &PersonId, state: LdapState) -> Result<(), AccountFault> {
    let account = accounts::get(tx, person)?.ok_or(AccountFault::NotFound)?;
    match state {
        LdapState::Open => enable_account(tx, &account.username)?,
        LdapState::Closed => disable_account(tx, &account.username)?,
    };
    Ok(accounts::put_ldap_state(tx, person, state)?)
}
