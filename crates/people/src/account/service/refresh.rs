use std::time::Duration;

use renraku_base::PersonId;
use renraku_db::Tx;

use super::devices::end_sessions;
use crate::{
    account::{
        rules::rotation::{Decision, decide},
        store::devices::{self, Which},
    },
    fault::AccountFault,
    session::refresh_token::RefreshToken,
};

/// A device that is heard of every ten minutes is written down once a day.
const SEEN_AGAIN: Duration = Duration::from_secs(24 * 3_600);

/// What became of a refresh token.
pub(crate) enum Refreshed {
    /// The successor is good; whose it is.
    Good(PersonId),
    /// It had been used before; the device is signed out, which must be committed.
    Reused,
}

/// Puts `next` in the place of `token`.
///
/// # Errors
/// [`AccountFault::SessionEnded`].
pub(crate) fn refresh(
    tx: &mut Tx<'_>,
    token: &RefreshToken,
    next: &RefreshToken,
) -> Result<Refreshed, AccountFault> {
    let known = devices::get_locked(tx, &token.device)?.ok_or(AccountFault::SessionEnded)?;
    let now = tx.now();
    match decide(&known.session, token.generation, &token.hash(), now) {
        Decision::Rotate => {
            devices::rotate(tx, &token.device, &token.hash(), &next.hash())?;
            if known.device.seen_at + SEEN_AGAIN <= now {
                devices::put_seen(tx, &known)?;
            }
            Ok(Refreshed::Good(known.person))
        }
        Decision::Repeat => Ok(Refreshed::Good(known.person)),
        Decision::Reused => {
            let _recorded = end_sessions(tx, &Which::One(&token.device))?;
            Ok(Refreshed::Reused)
        }
        Decision::Ended => Err(AccountFault::SessionEnded),
    }
}
