//! Answers that are told in parts, and how many of them somebody may leave unread: the server keeps a part or two of each.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use renraku_base::PersonId;

use super::DavFault;

/// So many of one person may be on their way.
pub(crate) const MOST_OPEN: usize = 8;

/// How many answers of each person are on their way; cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct OpenAnswers(Arc<Mutex<HashMap<PersonId, usize>>>);

/// One of them; over when it is dropped.
#[derive(Debug)]
pub(crate) struct OpenAnswer {
    all: OpenAnswers,
    person: PersonId,
}

impl OpenAnswers {
    /// Counts one more of a person.
    pub fn begin(&self, person: &PersonId) -> Result<OpenAnswer, DavFault> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(person.clone()).or_default();
        if *count >= MOST_OPEN {
            return Err(DavFault::TooManyOpen);
        }
        *count += 1;
        Ok(OpenAnswer { all: self.clone(), person: person.clone() })
    }
}

impl Drop for OpenAnswer {
    fn drop(&mut self) {
        let mut open = self.all.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.person) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.person);
            }
        }
    }
}
