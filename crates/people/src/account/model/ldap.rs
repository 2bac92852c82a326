use renraku_base::PersonId;

use super::{Account, Username};

/// What the office's LDAP server says of an account that follows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LdapState {
    /// Its person may sign in.
    Open,
    /// Its person may not, or is not there any more; the account was closed for that.
    Closed,
}

impl LdapState {
    /// The name by which it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        [Self::Open, Self::Closed].into_iter().find(|state| state.as_str() == name)
    }
}

/// Somebody's right to sign in, as the office's LDAP server says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LdapAccount {
    /// Who it is.
    pub person: PersonId,
    /// The name by which they sign in.
    pub username: Username,
    /// Whether they may.
    pub open: bool,
}

/// What would be different if the accounts were as the office's LDAP server says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LdapPlan {
    /// People who get an account.
    pub added: Vec<LdapAccount>,
    /// Accounts without a password that follow the server from now on.
    pub joined: Vec<Account>,
    /// Accounts that the server had closed and that are open again.
    pub opened: Vec<Account>,
    /// Accounts that are closed, because the server says so or knows them no more.
    pub closed: Vec<Account>,
    /// How many open accounts follow the server already.
    pub followed: usize,
    /// What somebody should look at.
    pub remarks: Vec<LdapRemark>,
}

/// Why an account is not as the office's LDAP server says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LdapRemark {
    /// The person signs in by another name here.
    OtherName {
        /// By which.
        known: Username,
        /// The name there.
        said: Username,
    },
    /// Another person's account has the name.
    Taken {
        /// The name.
        said: Username,
    },
}
