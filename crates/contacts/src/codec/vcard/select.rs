use renraku_base::content::component;

use super::{CARD_BYTES, property::Property};

/// A property that is wanted of a card, in whatever group it stands or in the one that is named with it (`ITEM1.URL`), and whether its value
/// is not (RFC 6352 §10.4.2).
pub type Wanted = (String, bool);

/// The wanted properties of a card, each as it stands; what a card cannot be without is there too.
#[must_use]
pub fn select(text: &str, wanted: &[Wanted]) -> String {
    let root = component::read_within(text.as_bytes(), CARD_BYTES);
    let mut out = String::from("BEGIN:VCARD\r\n");
    for line in root.children.iter().flat_map(|card| &card.lines) {
        let name = Property::from(line).name;
        let asked = wanted.iter().find(|(it, _)| *it == name || *it == line.name);
        match asked {
            Some((_, true)) => {
                let mut bare = line.clone();
                bare.raw.clear();
                bare.value.clear();
                bare.write(&mut out);
            }
            Some((_, false)) => line.write(&mut out),
            None if name == "VERSION" => line.write(&mut out),
            None => {}
        }
    }
    out.push_str("END:VCARD\r\n");
    out
}
