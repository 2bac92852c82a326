//! One search: where, who, in what order, how many.

mod gather;
mod page;
mod sort;
mod source;

use std::{sync::Arc, time::Instant};

use ldap3_proto::{
    control::LdapControl,
    proto::{LdapResultCode, LdapSearchRequest, LdapSearchScope},
};
use renraku_base::Principal;

pub(crate) use gather::{Gathered, entry_at, gather};
pub(crate) use page::{Asked, Pages, Resume};
pub(crate) use sort::{SortKeys, sort_result};

use crate::{
    entries::{Missing, Place},
    entry::{Needs, Selection},
    fault::LdapFault,
    filter::{self, Condition},
    listener::Shared,
};

/// A search that was understood.
#[derive(Debug)]
pub(crate) struct Search {
    /// The number of the request, which each entry bears.
    pub id: i32,
    /// Who asks; `None` for nobody who is known.
    pub who: Option<Principal>,
    pub place: Place,
    pub scope: LdapSearchScope,
    pub condition: Condition,
    pub selection: Selection,
    /// What must be known of an entry to see whether it fits, and to send it.
    pub needs: Needs,
    /// How many entries are sent at most.
    pub limit: usize,
    /// When it has taken too long.
    pub deadline: Instant,
    pub sort: Option<SortKeys>,
    /// Where it goes on.
    pub resume: Option<Resume>,
}

/// The part of an answer that is asked for (RFC 2696).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PageWish {
    pub size: usize,
    pub cookie: Vec<u8>,
}

/// The page that the controls ask for.
pub(crate) fn page_wish(controls: &[LdapControl]) -> Option<PageWish> {
    controls.iter().find_map(|control| match control {
        LdapControl::SimplePagedResults { size, cookie } => {
            Some(PageWish { size: usize::try_from(*size).unwrap_or(0), cookie: cookie.clone() })
        }
        _ => None,
    })
}

impl Search {
    /// Understands a request.
    pub fn read(
        shared: &Arc<Shared>,
        (id, request): (i32, &LdapSearchRequest),
        sort: Option<SortKeys>,
        page: Option<&PageWish>,
    ) -> Result<Self, LdapFault> {
        let limits = &shared.settings.limits;
        let name = request.base.parse().map_err(|_bad| {
            LdapFault::Refused(LdapResultCode::InvalidDNSyntax, "the base is no distinguished name")
        })?;
        let place = Place::find(&name, &shared.settings.base)
            .map_err(|Missing(above)| LdapFault::NoSuchObject(above))?;
        let asked = usize::try_from(request.sizelimit).ok().filter(|limit| *limit > 0);
        let page = page.map(|page| page.size.max(1));
        let seconds = u64::try_from(request.timelimit).ok().filter(|seconds| *seconds > 0);
        let time = seconds.map_or(limits.search, |s| limits.search.min(std::time::Duration::from_secs(s)));
        let condition = filter::read(&request.filter, limits)?;
        let selection = Selection::read(&request.attrs, request.typesonly);
        let mut looked_at = Vec::new();
        condition.add_descriptions(&mut looked_at);
        looked_at.extend(sort.iter().flat_map(SortKeys::descriptions));
        Ok(Self {
            id,
            who: None,
            place,
            scope: request.scope.clone(),
            condition,
            needs: selection.needs(looked_at),
            selection,
            limit: [asked, page].into_iter().flatten().fold(limits.entries, usize::min),
            deadline: Instant::now() + time,
            sort,
            resume: None,
        })
    }
}
