//! Which mails belong to one conversation (RFC 8621 §3).

use std::collections::HashMap;

use crate::codec::head::Head;

/// The ids by which a mail is tied to others: its own, and those that it answers.
#[must_use]
pub fn ids(head: &Head) -> Vec<&str> {
    let mut ids: Vec<&str> =
        head.message_id.iter().chain(&head.in_reply_to).chain(&head.references).map(String::as_str).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Puts mails into threads, in their order. `known` says to which thread an id belongs; a mail that ties to none begins
/// its own, named by its id. Threads that turn out to be one stay two: an id that was handed out does not change.
#[must_use]
pub fn assign(
    mails: &[(&str, &Head)],
    mut known: HashMap<String, String>,
) -> (Vec<String>, Vec<(String, String)>) {
    let mut threads = Vec::with_capacity(mails.len());
    let mut added = Vec::new();
    for (mail, head) in mails {
        let ids = ids(head);
        let thread = ids.iter().filter_map(|id| known.get(*id)).min().cloned();
        let thread = thread.unwrap_or_else(|| (*mail).to_owned());
        for id in ids {
            if !known.contains_key(id) {
                known.insert(id.to_owned(), thread.clone());
                added.push((id.to_owned(), thread.clone()));
            }
        }
        threads.push(thread);
    }
    (threads, added)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(id: &str, references: &[&str]) -> Head {
        Head {
            message_id: Some(id.to_owned()),
            references: references.iter().map(|id| (*id).to_owned()).collect(),
            ..Head::default()
        }
    }

    #[test]
    fn an_answer_joins_whatever_the_order_of_arrival() {
        let (root, answer, other) = (head("r", &[]), head("a", &["r"]), head("o", &[]));
        let (threads, added) = assign(&[("m2", &answer), ("m1", &root), ("m3", &other)], HashMap::new());
        assert_eq!(threads, ["m2", "m2", "m3"]);
        assert_eq!(added.len(), 3);
        let known = HashMap::from([("r".to_owned(), "m0".to_owned())]);
        assert_eq!(assign(&[("m9", &answer)], known).0, ["m0"]);
        assert_eq!(assign(&[("m5", &Head::default())], HashMap::new()).0, ["m5"]);
    }
}
