use renraku_base::Principal;
use renraku_db::{Error, ReadTx, meta};
use renraku_notify::push::{News, PushBody, PushText, Subscription};
use renraku_people::ServerSecret;

use super::followed::Followed;
use crate::core::{
    SyncToken, TokenKey,
    xml::{Name, OF_CALENDARS, Writer},
};

/// What a message says: which calendar or address book, and how far it is. A push service sees none of it.
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
        let Some(followed) = Followed::by(tx, &who, &self.0, subscription)? else { return Ok(None) };
        let token = SyncToken {
            epoch: meta::epoch(tx)?,
            collection: followed.collection,
            modseq: news.modseq,
            cursor: None,
        };
        let (message, content) = (Name::push("push-message"), Name::push("content-update"));
        let mut xml = Writer::piece_of(OF_CALENDARS);
        // Stands alone, so that it declares the one prefix that it uses.
        xml.open_with(&message, &[("xmlns:d", "DAV:")]);
        xml.leaf(&Name::push("topic"), &followed.topic);
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
        Ok(Some(PushBody { text, topic: followed.topic }))
    }
}
