use renraku_base::{Id, RosterId, Timestamp};
use sha2::{Digest, Sha256};

/// Makes the ids of what a roster adds: the same each time the roster is looked at, so that those hold on its day that were shown
/// before it.
#[derive(Debug, Clone)]
pub(in crate::directory) struct NewIds {
    roster: RosterId,
    made_at: Timestamp,
}

impl NewIds {
    /// The ids of a roster that was read at an instant.
    pub fn new(roster: RosterId, made_at: Timestamp) -> Self {
        Self { roster, made_at }
    }

    /// The roster.
    pub fn roster(&self) -> &RosterId {
        &self.roster
    }

    /// The id of what has this name in the roster.
    pub fn id<K>(&self, name: &[&str]) -> Id<K> {
        let mut digest = Sha256::new();
        for part in [self.roster.as_str()].iter().chain(name) {
            digest.update(part);
            digest.update([0]);
        }
        let digest: [u8; 32] = digest.finalize().into();
        let [a, b, c, d, e, f, g, h, i, j, ..] = digest;
        Id::of_parts(self.made_at, &[a, b, c, d, e, f, g, h, i, j])
    }
}
