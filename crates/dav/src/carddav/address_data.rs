//! `CARDDAV:address-data` in a report (RFC 6352 §10.4), and `Accept` (§5.1): in which version and which part of a card is wanted.

use renraku_contacts::{
    codec::vcard::{self, Version, Wanted},
    service::objects::CardText,
};

use crate::core::{
    Condition, DavFault,
    xml::{Element, Name},
};

/// The media type of cards.
pub(super) const MEDIA_TYPE: &str = "text/vcard";

static DATA: Name = Name::carddav("address-data");
static PROP: Name = Name::carddav("prop");

/// In which version and which part of a card is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DataRequest {
    version: Version,
    wanted: Option<Vec<Wanted>>,
}

impl DataRequest {
    /// Reads what a report wants of the cards. What is not said means vCard 3.0 (§10.4).
    pub fn read(report: &Element) -> Result<Self, DavFault> {
        let whole = Self { version: Version::V3, wanted: None };
        let data = report.child(&Name::dav("prop")).and_then(|prop| prop.child(&DATA));
        let Some(data) = data else { return Ok(whole) };
        let media = data.attribute("content-type").unwrap_or(MEDIA_TYPE).trim();
        let version = data.attribute("version").map_or(Some(Version::V3), Version::parse);
        let (true, Some(version)) = (media.eq_ignore_ascii_case(MEDIA_TYPE), version) else {
            return Err(Condition::SupportedAddressData.into());
        };
        let wanted = data.children_of(&PROP).filter_map(|prop| {
            let name = prop.attribute("name")?.trim().to_ascii_uppercase();
            let no_value = prop.attribute("novalue").is_some_and(|it| it.eq_ignore_ascii_case("yes"));
            Some((name, no_value))
        });
        let wanted: Vec<Wanted> = wanted.collect();
        let all = wanted.is_empty() || data.child(&Name::carddav("allprop")).is_some();
        Ok(Self { version, wanted: (!all).then_some(wanted) })
    }

    /// The wanted part of a card.
    pub fn cut(&self, card: &CardText) -> String {
        let text = match card.version == self.version {
            true => card.text.clone(),
            false => card.clone().in_version(self.version).text,
        };
        match &self.wanted {
            Some(wanted) => vcard::select(&text, wanted),
            None => text,
        }
    }
}

/// Which version a client accepts. What a card is stored in is preferred where it is accepted at all: nothing is closer to what its
/// client meant.
pub(super) fn accepted(accept: Option<&str>, stored: Version) -> Option<Version> {
    let Some(accept) = accept.filter(|accept| !accept.trim().is_empty()) else { return Some(stored) };
    let mut best: Option<(f32, Version)> = None;
    for range in accept.split(',') {
        let mut parts = range.split(';').map(str::trim);
        let media = parts.next().unwrap_or_default().to_ascii_lowercase();
        if !["*/*", "text/*", MEDIA_TYPE, "text/x-vcard", "text/directory"].contains(&media.as_str()) {
            continue;
        }
        let (mut weight, mut version) = (1.0_f32, None);
        for (name, value) in parts.filter_map(|part| part.split_once('=')) {
            match name.trim().to_ascii_lowercase().as_str() {
                "q" => weight = value.trim().parse().unwrap_or(0.0),
                "version" => version = Some(Version::parse(value.trim().trim_matches('"'))),
                _ => {}
            }
        }
        let version = match version {
            Some(Some(version)) => version,
            Some(None) => continue,
            None => stored,
        };
        if weight <= 0.0 {
            continue;
        }
        if version == stored {
            return Some(stored);
        }
        if best.is_none_or(|(heaviest, _)| weight > heaviest) {
            best = Some((weight, version));
        }
    }
    best.map(|(_, version)| version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_gets_what_it_takes() {
        use Version::{V3, V4};
        for (accept, stored, expected) in [
            (None, V3, Some(V3)),
            (Some("*/*"), V4, Some(V4)),
            (Some("text/vcard"), V4, Some(V4)),
            (Some("text/vcard;version=4.0"), V3, Some(V4)),
            (Some("text/vcard; version=\"3.0\""), V4, Some(V3)),
            (Some("text/vcard;version=4.0, text/vcard;q=0.8"), V3, Some(V3)),
            (Some("text/vcard;version=4.0;q=0.5, text/vcard;version=3.0"), V4, Some(V4)),
            (Some("text/vcard;version=2.1"), V3, None),
            (Some("application/json"), V3, None),
            (Some("text/vcard;q=0"), V3, None),
        ] {
            assert_eq!(accepted(accept, stored), expected, "{accept:?}");
        }
    }
}
