use std::collections::{BTreeMap, HashSet};

use renraku_db::Error;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

/// One answer holds at most this many objects, unless the phone asks for fewer.
const MAX_OBJECTS: usize = 500;
/// People are small and many.
const MAX_PEOPLE: usize = 2_000;
/// Nothing more is put into an answer that has grown beyond this.
const MAX_BYTES: usize = 1024 * 1024;

/// An object ready to be sent: under each type's name, its JSON. An event comes with its occurrences.
pub(super) type Pieces = Vec<(&'static str, Box<RawValue>)>;

/// One piece of an object.
pub(super) fn piece(
    name: &'static str,
    value: &impl Serialize,
) -> Result<(&'static str, Box<RawValue>), Error> {
    Ok((name, to_raw_value(value).map_err(Error::damaged)?))
}

/// The answer as it fills up.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// What changed, by the names of the types.
    pub changed: BTreeMap<&'static str, Vec<Box<RawValue>>>,
    /// What is gone, by the names of the types.
    pub destroyed: BTreeMap<&'static str, Vec<String>>,
    objects: usize,
    bytes: usize,
    asked: Option<usize>,
}

impl Page {
    /// An empty answer for a phone that asked for at most `limit` objects.
    pub fn new(limit: Option<u16>) -> Self {
        Self { asked: limit.map(usize::from), ..Self::default() }
    }

    /// How many more objects fit; people are counted more generously.
    pub fn room(&self, people: bool) -> usize {
        if self.bytes >= MAX_BYTES {
            return 0;
        }
        let most = if people { MAX_PEOPLE } else { MAX_OBJECTS };
        self.asked.map_or(most, |asked| asked.min(most)).saturating_sub(self.objects)
    }

    /// Puts a changed object in.
    pub fn put(&mut self, pieces: Pieces) {
        self.objects += 1;
        for (name, json) in pieces {
            self.bytes += json.get().len();
            self.changed.entry(name).or_default().push(json);
        }
    }

    /// Puts the id of an object in that is gone.
    pub fn put_gone(&mut self, name: &'static str, id: String) {
        self.objects += 1;
        self.bytes += id.len();
        self.destroyed.entry(name).or_default().push(id);
    }

    /// An object that two collections tell of is sent once, and never as changed and gone at once.
    pub fn settle(&mut self) {
        for ids in self.destroyed.values_mut() {
            ids.sort_unstable();
            ids.dedup();
        }
        for objects in self.changed.values_mut() {
            let mut sent = HashSet::new();
            let first: Vec<bool> = objects.iter().map(|json| sent.insert(json.get())).collect();
            let mut first = first.into_iter();
            objects.retain(|_| first.next().unwrap_or(true));
        }
    }
}
