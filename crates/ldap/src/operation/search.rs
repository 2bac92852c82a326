use std::sync::Arc;

use bytes::BytesMut;
use ldap3_proto::{
    control::LdapControl,
    proto::{LdapOp, LdapResultCode, LdapSearchRequest},
};
use renraku_web::{RateKind, Work};

use super::answer::{put, result};
use crate::{
    entries::Place,
    fault::LdapFault,
    listener::Shared,
    search::{self, Asked, Gathered, PageWish, Resume, Search, SortKeys},
    session::Session,
};

/// A search as it was asked for.
pub(crate) struct Wish {
    pub id: i32,
    pub wish: LdapSearchRequest,
    pub controls: Vec<LdapControl>,
    pub sort_is_critical: bool,
}

/// Searches and writes the entries and the result behind `out`.
pub(crate) async fn search(
    shared: &Arc<Shared>,
    session: &mut Session,
    Wish { id, wish, controls, sort_is_critical }: Wish,
    out: &mut BytesMut,
) -> Result<(), LdapFault> {
    session.count(shared, RateKind::Search)?;
    let (sort, sort_result) = match SortKeys::read(&controls) {
        None => (None, None),
        Some(Ok(keys)) => (Some(keys), Some(LdapResultCode::Success)),
        Some(Err(_)) if sort_is_critical => {
            let text = "the answer cannot be sorted like that";
            return Err(LdapFault::Refused(LdapResultCode::UnavailableCriticalExtension, text));
        }
        Some(Err(why)) => (None, Some(why)),
    };
    let page = search::page_wish(&controls);
    let mut wanted = Search::read(shared, (id, &wish), sort, page.as_ref())?;
    may_read(shared, session, &wanted.place)?;
    wanted.who = session.principal().cloned();
    let size_limit = usize::try_from(wish.sizelimit).ok().filter(|limit| *limit > 0);
    let asked = Asked::of(wish);
    let sent = match &page {
        Some(page) => resume(session, &mut wanted, &asked, page, size_limit)?,
        None => 0,
    };
    let given_up = page.as_ref().is_some_and(|page| page.size == 0 && !page.cookie.is_empty());
    let gathered = if given_up {
        Gathered::nothing()
    } else {
        let all = Arc::clone(shared);
        shared
            .gate
            .of(Work::Search)
            .read::<_, _, LdapFault, _>(move |tx| search::gather(tx, &all, &wanted))
            .await?
    };
    let Gathered { written, count, mut code, resume } = gathered;
    let sent = sent + count;
    out.extend_from_slice(&written);
    let mut controls = Vec::new();
    if page.is_some() {
        let goes_on = resume.filter(|_| size_limit.is_none_or(|limit| sent < limit));
        let cookie = goes_on.map(|resume| session.pages.keep(asked, resume, sent)).unwrap_or_default();
        if !cookie.is_empty() {
            code = LdapResultCode::Success;
        }
        controls.push(LdapControl::SimplePagedResults { size: 0, cookie });
    }
    controls.extend(sort_result.map(search::sort_result));
    put(out, id, LdapOp::SearchResultDone(result(code, "")), controls);
    Ok(())
}

/// Finds where a page begins, and how many entries were sent before it.
fn resume(
    session: &mut Session,
    wanted: &mut Search,
    asked: &Asked,
    page: &PageWish,
    size_limit: Option<usize>,
) -> Result<usize, LdapFault> {
    if page.cookie.is_empty() {
        return Ok(0);
    }
    let text = "the cookie is none of this connection and search";
    let bad = || LdapFault::Refused(LdapResultCode::UnwillingToPerform, text);
    let (resume, sent) = session.pages.take(&page.cookie, asked).ok_or_else(bad)?;
    if wanted.sort.is_some() != matches!(resume, Resume::Sorted(_)) {
        return Err(bad());
    }
    if let Some(limit) = size_limit {
        wanted.limit = wanted.limit.min(limit.saturating_sub(sent));
    }
    wanted.resume = Some(resume);
    Ok(sent)
}

/// Whether the client may read there: what the server can do everyone, the rest those who bound.
pub(crate) fn may_read(shared: &Shared, session: &Session, place: &Place) -> Result<(), LdapFault> {
    let known = session.principal().is_some() || shared.settings.anonymous;
    if known || matches!(place, Place::Root | Place::Schema) {
        return Ok(());
    }
    Err(LdapFault::Refused(
        LdapResultCode::InsufficentAccessRights,
        "bind first, with a username and an app password",
    ))
}
