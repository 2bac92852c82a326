//! Labels, as the contacts programs of one vendor write them: a line of their own in the group of what they name.

use std::collections::{HashMap, HashSet};

use super::{property::Property, values};

pub(super) const LABEL: &str = "X-ABLABEL";
/// What a label can be said of.
const LABELLED: [&str; 5] = ["TEL", "EMAIL", "ADR", "URL", "IMPP"];
/// The labels that those programs show in the language of the person.
const KNOWN: [&str; 12] = [
    "Anniversary",
    "Assistant",
    "Brother",
    "Father",
    "Friend",
    "Home",
    "HomePage",
    "Mobile",
    "Mother",
    "Other",
    "Spouse",
    "Work",
];

/// The labels of a card by their groups, in small letters. Of a group with several labels none is what it is called:
/// they stay the lines that they are.
pub(super) fn of(properties: &[Property]) -> HashMap<String, String> {
    let group = |it: &Property| it.group.as_ref().map(|group| group.to_ascii_lowercase());
    let named: HashSet<String> =
        properties.iter().filter(|it| LABELLED.contains(&it.name.as_str())).filter_map(group).collect();
    let mut labels: HashMap<String, Option<String>> = HashMap::new();
    for label in properties.iter().filter(|it| it.name == LABEL) {
        let Some(group) = group(label).filter(|group| named.contains(group)) else { continue };
        let text = label.params.is_empty().then(|| read(&label.text())).filter(|text| !text.is_empty());
        labels.entry(group).and_modify(|several| *several = None).or_insert(text);
    }
    labels.into_iter().filter_map(|(group, text)| Some((group, text?))).collect()
}

fn read(text: &str) -> String {
    let bare = text.strip_prefix("_$!<").and_then(|text| text.strip_suffix(">!$_"));
    values::line(bare.filter(|word| KNOWN.contains(word)).unwrap_or(text))
}

/// A label as those programs write it.
pub(super) fn write(label: &str) -> String {
    if KNOWN.contains(&label) { format!("_$!<{label}>!$_") } else { label.to_owned() }
}
