use renraku_base::{SigningKeyId, Timestamp};

/// A key that signs access tokens, without its halves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningKey {
    /// Names it in the header of a token (`kid`).
    pub id: SigningKeyId,
    /// From when on it signs.
    pub signs_from: Timestamp,
    /// Until when its signatures count; `None` while no other has taken its place.
    pub verifies_until: Option<Timestamp>,
}

impl SigningKey {
    /// Whether its signatures count at `now`.
    #[must_use]
    pub fn verifies_at(&self, now: Timestamp) -> bool {
        self.verifies_until.is_none_or(|until| now < until)
    }
}
