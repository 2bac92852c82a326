//! What a client asks of `DAV:sync-collection` (RFC 6578 §3).

use std::ops::RangeInclusive;

use actix_web::http::StatusCode;
use renraku_base::PersonId;
use renraku_db::CollectionId;

use super::{
    Condition, Dav, DavFault, Multistatus, SyncToken, Wanted,
    xml::{Element, Name},
};

/// The most objects of one answer; the rest comes with the token that it bears.
const OBJECTS: usize = 10_000;

/// So many changes are told at a glance.
const FEW: i64 = 8;

/// One answer's worth of news about a collection of such members.
#[derive(Debug)]
pub(crate) struct News<M> {
    /// What is there, in the order in which it is told.
    pub there: Vec<M>,
    /// Of each member, the token of a client that was told up to it.
    pub tokens: Vec<SyncToken>,
    /// The names of what is gone, each with the number of its change.
    pub gone: Vec<(String, i64)>,
    /// Whether there is more.
    pub truncated: bool,
    /// The token of a client that was told all of it.
    pub token: SyncToken,
}

impl<M> News<M> {
    /// No news to a client with a token.
    pub fn none(token: SyncToken) -> Self {
        Self { there: Vec::new(), tokens: Vec::new(), gone: Vec::new(), truncated: false, token }
    }

    /// A piece of all that is there, in ascending order of ids: `found` has one more than `limit` where there is more, and `None` in the
    /// place of what the client may not know of. What changes meanwhile is told after it, for the token keeps the number of the
    /// beginning.
    pub fn listed(from: &SyncToken, mut found: Vec<(String, Option<M>)>, limit: usize) -> Self {
        let truncated = found.len() > limit;
        found.truncate(limit);
        let last = found.last().filter(|_| truncated).map(|(id, _)| id.clone());
        let mut news = Self::none(SyncToken { cursor: last, ..from.clone() });
        news.truncated = truncated;
        for (id, member) in found {
            if let Some(member) = member {
                news.push(member, SyncToken { cursor: Some(id), ..from.clone() });
            }
        }
        news
    }

    /// Adds a member that is there.
    pub fn push(&mut self, member: M, token: SyncToken) {
        self.there.push(member);
        self.tokens.push(token);
    }

    /// Keeps what a client is told that was sent only this many of what is there.
    pub fn cut(&mut self, sent: usize) {
        if sent >= self.there.len() {
            return;
        }
        self.there.truncate(sent);
        self.tokens.truncate(sent);
        self.truncated = true;
        if let Some(token) = self.tokens.last() {
            self.token = token.clone();
            self.gone.retain(|(_, modseq)| *modseq <= token.modseq);
        }
    }

    /// Ends an answer in which what is there was told: tells what is gone, by its address below the collection, and that there is
    /// more. Answers with the token of a client that was told all of this.
    pub fn conclude(
        &self,
        multistatus: &mut Multistatus,
        collection: &str,
        address: impl Fn(&str) -> Option<String>,
    ) -> &SyncToken {
        for href in self.gone.iter().filter_map(|(name, _)| address(name)) {
            multistatus.status(&href, StatusCode::NOT_FOUND, None);
        }
        if self.truncated {
            // RFC 6578 §3.6: the collection itself says that there is more.
            let condition = Some(Condition::NumberOfMatchesWithinLimits);
            multistatus.status(collection, StatusCode::INSUFFICIENT_STORAGE, condition);
        }
        &self.token
    }
}

/// What a client asks for.
#[derive(Debug)]
pub(crate) struct Ask {
    token: Option<String>,
    /// At most so many objects.
    pub limit: usize,
}

impl Ask {
    /// Reads a report.
    pub fn read(report: &Element) -> Result<Self, DavFault> {
        let text = |name: &'static str| report.child(&Name::dav(name)).map(|it| it.text.trim().to_owned());
        match text("sync-level").as_deref() {
            // There are no collections within: what is in it is all that is below it. Old clients say Depth instead.
            None | Some("1" | "infinite" | "infinity") => {}
            Some(_) => return Err(DavFault::BadRequest("DAV:sync-level is 1 or infinite")),
        }
        let limit = report.child(&Name::dav("limit")).and_then(|limit| limit.child(&Name::dav("nresults")));
        let limit = match limit.map(|it| it.text.trim().parse::<usize>()) {
            None => OBJECTS,
            Some(Ok(limit)) if limit > 0 => limit.min(OBJECTS),
            Some(_) => return Err(DavFault::BadRequest("DAV:nresults is a number above 0")),
        };
        Ok(Self { token: text("sync-token").filter(|token| !token.is_empty()), limit })
    }

    /// Whether it is little work to tell what is new to a client that stands there: a few changes, and no texts.
    pub fn is_little(from: &SyncToken, modseq: i64, wanted: &Wanted) -> bool {
        from.cursor.is_none() && !wanted.texts() && modseq - from.modseq <= FEW
    }

    /// The token that an answer bears, which takes the client from one place to another: whoever stays where they are keeps theirs.
    pub fn token(
        &self,
        dav: &Dav,
        person: &PersonId,
        (from, to): (&SyncToken, &SyncToken),
    ) -> Result<String, DavFault> {
        match &self.token {
            Some(token) if from == to => Ok(token.clone()),
            _ => to.sealed(dav, person),
        }
    }

    /// Where the client stands with a collection whose changes of these numbers can be told: at the beginning without a token. A
    /// token that cannot be honoured is refused, never read as one.
    pub fn position(
        &self,
        dav: &Dav,
        person: &PersonId,
        epoch: u64,
        (collection, numbers): (CollectionId, RangeInclusive<i64>),
    ) -> Result<SyncToken, DavFault> {
        let Some(text) = &self.token else {
            let (modseq, cursor) = (*numbers.end(), Some(String::new()));
            return Ok(SyncToken { epoch, collection, modseq, cursor });
        };
        let token = SyncToken::open(text, dav.token_key(), person);
        let good = |token: &SyncToken| {
            token.epoch == epoch && token.collection == collection && numbers.contains(&token.modseq)
        };
        token.filter(good).ok_or_else(|| Condition::ValidSyncToken.into())
    }
}
