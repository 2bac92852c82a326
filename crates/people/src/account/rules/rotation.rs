use std::time::Duration;

use renraku_base::Timestamp;

/// How long after its use a refresh token still gets the answer that was lost on the way.
pub(crate) const GRACE: Duration = Duration::from_secs(30);
/// How long a session lasts without being used.
pub(crate) const IDLE: Duration = Duration::from_secs(14 * 24 * 3_600);
/// How long a session lasts at most.
pub(crate) const LIFE: Duration = Duration::from_secs(90 * 24 * 3_600);

/// What is known of a device's session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Session {
    /// Grows when the device signs in anew or is signed out: tokens of an earlier one are dead.
    pub generation: i64,
    /// When it signed in.
    pub began_at: Timestamp,
    /// When it last got tokens.
    pub refreshed_at: Timestamp,
    /// When it was signed out.
    pub revoked_at: Option<Timestamp>,
    /// SHA-256 of the refresh token that is to be used next.
    pub current: Option<Vec<u8>>,
    /// SHA-256 of the one that was used last.
    pub predecessor: Option<Vec<u8>>,
}

impl Session {
    /// Whether the device is signed in.
    pub fn is_alive(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && now < self.refreshed_at + IDLE && now < self.began_at + LIFE
    }
}

/// What becomes of a refresh token that is presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decision {
    /// It is the one to be used: its successor takes its place.
    Rotate,
    /// It was used a moment ago and the answer got lost: the same successor is given again.
    Repeat,
    /// It was used before by somebody: nobody can tell by whom, so the session ends.
    Reused,
    /// The session is over.
    Ended,
}

/// Decides about a refresh token that we made, by its generation and hash.
pub(crate) fn decide(session: &Session, generation: i64, hash: &[u8; 32], now: Timestamp) -> Decision {
    if generation != session.generation || !session.is_alive(now) {
        return Decision::Ended;
    }
    if session.current.as_deref() == Some(hash) {
        return Decision::Rotate;
    }
    if session.predecessor.as_deref() == Some(hash) && now < session.refreshed_at + GRACE {
        return Decision::Repeat;
    }
    Decision::Reused
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_good_once_and_for_a_moment_longer() {
        let began_at = Timestamp::from_seconds(1_000_000);
        let session = Session {
            generation: 2,
            began_at,
            refreshed_at: began_at + Duration::from_secs(600),
            revoked_at: None,
            current: Some(vec![3; 32]),
            predecessor: Some(vec![2; 32]),
        };
        let soon = session.refreshed_at + Duration::from_secs(29);
        let late = session.refreshed_at + GRACE;
        assert_eq!(decide(&session, 2, &[3; 32], late), Decision::Rotate);
        assert_eq!(decide(&session, 2, &[2; 32], soon), Decision::Repeat);
        assert_eq!(decide(&session, 2, &[2; 32], late), Decision::Reused);
        assert_eq!(decide(&session, 2, &[1; 32], soon), Decision::Reused);
        // A token from before the last login says nothing about a thief.
        assert_eq!(decide(&session, 1, &[1; 32], soon), Decision::Ended);
        assert_eq!(decide(&session, 2, &[3; 32], session.refreshed_at + IDLE), Decision::Ended);
        let worn = Session { refreshed_at: began_at + LIFE, ..session.clone() };
        assert_eq!(decide(&worn, 2, &[3; 32], began_at + LIFE), Decision::Ended);
        let revoked = Session { revoked_at: Some(soon), ..session };
        assert_eq!(decide(&revoked, 2, &[3; 32], soon), Decision::Ended);
    }
}
