//! Searches that are read to their end, page by page (RFC 2696).

use std::time::Duration;

use ldap3_proto::{
    control::LdapControl,
    proto::{
        LdapDerefAliases, LdapFilter, LdapResultCode, LdapSearchRequest, LdapSearchResultEntry,
        LdapSearchScope,
    },
};

use super::{LdapFault, connection::Connection};

/// More people than any office has.
pub(super) const MOST: usize = 100_000;
/// Active Directory gives 1,000 at most.
const PAGE: i64 = 500;
const PAGE_TIME: Duration = Duration::from_secs(30);
/// Asks for no attribute (RFC 4511 §4.5.1.8).
pub(super) const NO_ATTRIBUTE: &str = "1.1";

/// A search of everything below a name.
pub(super) fn search(base: &str, filter: LdapFilter, attrs: Vec<String>) -> LdapSearchRequest {
    LdapSearchRequest {
        base: base.to_owned(),
        scope: LdapSearchScope::Subtree,
        aliases: LdapDerefAliases::Never,
        sizelimit: 0,
        timelimit: 0,
        typesonly: false,
        filter,
        attrs,
    }
}

/// Everything that a search finds, or a fault: half an answer would make leavers of the other half.
pub(super) async fn all(
    connection: &mut Connection,
    search: &LdapSearchRequest,
) -> Result<Vec<LdapSearchResultEntry>, LdapFault> {
    let mut entries = Vec::new();
    let mut cookie = Vec::new();
    loop {
        let page = LdapControl::SimplePagedResults { size: PAGE, cookie };
        let found = connection.search(search.clone(), vec![page], PAGE_TIME).await?;
        if found.result.code != LdapResultCode::Success {
            return Err(LdapFault::refused("let people be read", found.result));
        }
        entries.extend(found.entries);
        if entries.len() > MOST {
            return Err(LdapFault::TooMany(MOST));
        }
        let next = found.controls.into_iter().find_map(|control| match control {
            LdapControl::SimplePagedResults { cookie, .. } => Some(cookie),
            _ => None,
        });
        match next {
            Some(next) if !next.is_empty() => cookie = next,
            _ => return Ok(entries),
        }
    }
}
