//! Last segments of the paths of collections: chosen by clients, or made of ids.

use uuid::Uuid;

use crate::Id;

/// Before an id, where the path that is made of it alone is that of something else.
const BESIDE: &str = "shared-";

/// Whether a segment is not for clients to choose: one in the form of the ids that are made here (UUIDv7 in lower case), which
/// may be that of something they do not see, or one of [`beside`].
#[must_use]
pub fn is_reserved(segment: &str) -> bool {
    id_beside(segment).is_some() || uuid(segment).is_some_and(|uuid| uuid.get_version_num() == 7)
}

/// The segment of what bears this id in a home where a client chose that id for something else.
#[must_use]
pub fn beside(id: &str) -> String {
    format!("{BESIDE}{id}")
}

/// The id of which [`beside`] made a segment.
#[must_use]
pub fn id_beside(segment: &str) -> Option<&str> {
    segment.strip_prefix(BESIDE).filter(|id| uuid(id).is_some())
}

/// Where what bears an id lies in a home in which these segments were chosen: at its own, else at its id, else beside what stands there.
#[must_use]
pub fn of<K>(id: &Id<K>, chosen: &[(Id<K>, String)]) -> String {
    if let Some((_, own)) = chosen.iter().find(|(chooser, _)| chooser == id) {
        return own.clone();
    }
    match chosen.iter().any(|(_, segment)| segment == id.as_str()) {
        true => beside(id.as_str()),
        false => id.as_str().to_owned(),
    }
}

/// The UUID in a text that is how one is written here.
fn uuid(text: &str) -> Option<Uuid> {
    Uuid::try_parse(text).ok().filter(|uuid| uuid.to_string() == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_here_is_not_chosen() {
        for name in [
            "0198c0de-7f3a-7abc-8def-0123456789ab",
            "shared-0198c0de-7f3a-7abc-8def-0123456789ab",
            "shared-9b2fd5a1-3c44-4b0e-9d1c-6a2b1f0e7c55",
        ] {
            assert!(is_reserved(name), "{name}");
        }
        for name in [
            "9b2fd5a1-3c44-4b0e-9d1c-6a2b1f0e7c55",
            "9B2FD5A1-3C44-4B0E-9D1C-6A2B1F0E7C55",
            "0198C0DE-7F3A-7ABC-8DEF-0123456789AB",
            "0198c0de7f3a7abc8def0123456789ab",
            "shared-trips",
            "trips",
            "",
        ] {
            assert!(!is_reserved(name), "{name}");
        }
    }
}
