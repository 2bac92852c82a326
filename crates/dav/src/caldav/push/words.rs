use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use renraku_base::Principal;
use renraku_db::{Error, ReadTx, meta};
use renraku_notify::push::{News, PushBody, PushText, Subscription};
use renraku_people::ServerSecret;
use renraku_schedule::{
    ScheduleFault,
    service::objects::{self, ObjectCalendar},
};

use crate::core::{
    SyncToken, TokenKey,
    xml::{Name, OF_CALENDARS, Writer},
};

/// So many bytes tell the calendars of an office apart.
const TOPIC_BYTES: usize = 16;

/// What a message says: which calendar, and how far it is. A push service sees none of it.
pub struct PushWords(TokenKey);

impl PushWords {
    /// Takes the secret of the installation, from which the key of sync tokens is derived.
    #[must_use]
    pub fn new(secret: &ServerSecret) -> Self {
        Self(TokenKey::of(secret))
    }
}

impl std::fmt::Debug for PushWords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PushWords").finish_non_exhaustive()
    }
}

impl PushText for PushWords {
    fn text(
        &self,
        tx: &mut ReadTx<'_>,
        subscription: &Subscription,
        news: News,
    ) -> Result<Option<PushBody>, Error> {
        let who = Principal::person(subscription.person.clone());
        let calendar = match objects::find_calendar(tx, &who, who.person.as_str(), &subscription.resource) {
            Ok(calendar) if calendar.collection == subscription.collection => calendar,
            // Deleted, or no longer shared.
            Ok(_) | Err(ScheduleFault::NotFound) => return Ok(None),
            Err(ScheduleFault::Internal(error)) => return Err(error),
            Err(fault) => return Err(Error::damaged(fault)),
        };
        let token = SyncToken {
            epoch: meta::epoch(tx)?,
            collection: calendar.collection,
            modseq: news.modseq,
            cursor: None,
        };
        let (message, content) = (Name::push("push-message"), Name::push("content-update"));
        let topic = topic(&self.0, &calendar);
        let mut xml = Writer::piece_of(OF_CALENDARS);
        // Stands alone, so that it declares the one prefix that it uses.
        xml.open_with(&message, &[("xmlns:d", "DAV:")]);
        xml.leaf(&Name::push("topic"), &topic);
        if news.contents {
            xml.open(&content);
            if let Some(token) = token.seal(&self.0, &who.person) {
                xml.leaf(&Name::dav("sync-token"), &token);
            }
            xml.close(&content);
        }
        if news.properties {
            xml.empty(&Name::push("property-update"));
        }
        xml.close(&message);
        let text = format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n{}", xml.into_piece());
        Ok(Some(PushBody { text, topic }))
    }
}

/// The name of a calendar for push, the same for everybody who sees it and of no use for anything else.
pub(super) fn topic(key: &TokenKey, calendar: &ObjectCalendar) -> String {
    let mac = key.sign("push-topic", calendar.calendar.id.as_str());
    URL_SAFE_NO_PAD.encode(mac.get(..TOPIC_BYTES).unwrap_or_default())
}
