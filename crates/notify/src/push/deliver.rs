//! The job that sends one message.

use renraku_db::{Db, Error, ReadTx, jobs};

use super::{
    News, Outcome, PushMessage, PushSender, Subscription, store,
    subscriptions::{Waiting, news},
};
use crate::SendFault;

/// The kind of the job that sends a message to a push service.
pub const SEND_PUSH: &str = "push.send";

/// What a message says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushBody {
    /// The text.
    pub text: String,
    /// A later message of the same topic replaces one that still waits.
    pub topic: String,
}

/// Puts news into the words of the face in which the subscription was made.
pub trait PushText: Send + Sync {
    /// The words; `None` when the person may not follow the collection any more.
    ///
    /// # Errors
    /// [`Error`] when the database fails.
    fn text(
        &self,
        tx: &mut ReadTx<'_>,
        subscription: &Subscription,
        news: News,
    ) -> Result<Option<PushBody>, Error>;
}

/// Tells one subscription what is new. Runs outside any transaction: a push service may be slow.
///
/// A subscription that is over, or that the push service ended, is removed; so is one that could not be reached for as long as jobs
/// are tried.
///
/// # Errors
/// [`SendFault`] when it was not told for now.
pub fn deliver(
    db: &Db,
    sender: &dyn PushSender,
    words: &dyn PushText,
    job: &jobs::Job,
) -> Result<(), SendFault> {
    let waiting: Waiting =
        serde_json::from_str(&job.payload).map_err(|error| SendFault::Permanent(error.to_string()))?;
    let id = &waiting.subscription;
    let again = |error: Error| SendFault::Temporary(error.to_string());
    let found = db.read(|tx| {
        let Some(subscription) = store::find(tx, id)? else { return Ok(None) };
        let news = news(tx, &subscription)?;
        let body = match subscription.expires_at > tx.now() {
            true => words.text(tx, &subscription, news)?,
            false => None,
        };
        Ok(Some((subscription, news, body)))
    });
    let Some((subscription, news, body)) = found.map_err(again)? else { return Ok(()) };
    let Some(body) = body else { return db.write(|tx| store::remove(tx, id, None)).map(drop).map_err(again) };
    let follows = subscription.follows;
    let outcome = if follows.contents && news.contents || follows.properties && news.properties {
        let message = PushMessage {
            endpoint: &subscription.endpoint,
            receiver: &subscription.receiver,
            body: body.text.as_bytes(),
            topic: &body.topic,
        };
        sender.send(&message, db.now())
    } else {
        Outcome::Taken
    };
    match outcome {
        Outcome::Taken => db.write(|tx| store::settle(tx, id, news.modseq)).map_err(again),
        Outcome::Later(why) if job.attempts + 1 < jobs::MAX_ATTEMPTS => Err(SendFault::Temporary(why)),
        Outcome::Ended(why) | Outcome::Later(why) => {
            tracing::info!(push.subscription = id, why, "a push subscription has ended");
            db.write(|tx| store::remove(tx, id, None)).map(drop).map_err(again)
        }
    }
}
