use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use renraku_base::{ContactId, ETag, Principal};
use renraku_db::ReadTx;
use serde_json::{Map, Value};

use super::get_contact::readable;
use crate::{ContactsFault, model::Card};

/// Clients write base64 with its padding or without.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);
/// What is shown of a contact when no other is asked for, the best first.
const SHOWN: [&str; 2] = ["photo", "logo"];

/// How a photo begins that is carried as JPEG.
const JPEG: &str = "data:image/jpeg;base64,";
/// So long is the longest that is shown with many others: 64 KiB in base64.
const JPEG_CHARS: usize = 64 * 1024 / 3 * 4 + 4;

/// A picture that a contact carries, as it was sent, with the version of the contact: the one under this key of its `media`, such as a
/// side of a business card, or else its photo or logo.
///
/// # Errors
/// [`ContactsFault::NotFound`] when the contact may not be read or carries no such picture.
pub fn get_picture(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    id: &ContactId,
    key: Option<&str>,
) -> Result<(Vec<u8>, ETag), ContactsFault> {
    let contact = readable(tx, who, id)?.0;
    let media = contact.card.members().get("media").and_then(Value::as_object);
    let data = media.and_then(|media| carried(media, key)).ok_or(ContactsFault::NotFound)?;
    Ok((data, ETag::of(contact.version)))
}

/// The photo that a card carries as JPEG, as it is written in it (base64): of at most 64 KiB, for those who show many at once.
#[must_use]
pub fn find_jpeg(card: &Card) -> Option<&str> {
    let media = card.members().get("media").and_then(Value::as_object)?;
    let photos = media.values().filter(|it| it.get("kind").is_some_and(|kind| kind == "photo"));
    photos.filter_map(|it| it.get("uri")?.as_str()).find_map(|uri| {
        let data = uri.get(JPEG.len()..).filter(|data| data.len() <= JPEG_CHARS)?;
        uri.get(..JPEG.len()).filter(|begin| begin.eq_ignore_ascii_case(JPEG)).and(Some(data))
    })
}

/// The bytes of such a photo; `None` where it is none.
#[must_use]
pub fn decode_jpeg(written: &str) -> Option<Vec<u8>> {
    BASE64.decode(written).ok().filter(|data| data.starts_with(&[0xff, 0xd8, 0xff]))
}

fn carried(media: &Map<String, Value>, key: Option<&str>) -> Option<Vec<u8>> {
    let uri = |medium: &Value| decode(medium.get("uri")?.as_str()?);
    let of_kind =
        |kind: &'static str| media.values().filter(move |it| it.get("kind").is_some_and(|it| it == kind));
    match key {
        Some(key) => uri(media.get(key)?),
        None => SHOWN.into_iter().flat_map(of_kind).find_map(uri),
    }
}

/// The bytes of a `data:` URI of a picture (RFC 2397); nothing of what lies elsewhere.
fn decode(uri: &str) -> Option<Vec<u8>> {
    let (media_type, data) = uri
        .get(5..)
        .filter(|_| uri.get(..5).is_some_and(|it| it.eq_ignore_ascii_case("data:")))?
        .split_once(',')?;
    let media_type = media_type.to_ascii_lowercase();
    if !media_type.starts_with("image/") || !media_type.ends_with(";base64") {
        return None;
    }
    BASE64.decode(data).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_photo_is_shown_before_the_logo_and_a_side_when_it_is_asked_for() {
        let media = json!({
            "a": {"kind": "logo", "uri": "data:image/png;base64,AQ=="},
            "b": {"kind": "photo", "uri": "https://example.jp/x.jpg"},
            "c": {"kind": "photo", "uri": "DATA:image/jpeg;base64,Ag"},
            "back": {"label": "名刺（裏）", "uri": "data:image/png;base64,Aw=="},
            "sound": {"kind": "sound", "uri": "data:audio/ogg;base64,BA=="},
            "broken": {"uri": "data:image/png;base64,*"},
        });
        let Value::Object(mut media) = media else { return };
        assert_eq!(carried(&media, None), Some(vec![2]));
        assert_eq!(carried(&media, Some("back")), Some(vec![3]));
        for key in ["b", "sound", "broken", "none"] {
            assert_eq!(carried(&media, Some(key)), None, "{key}");
        }
        media.remove("c");
        assert_eq!(carried(&media, None), Some(vec![1]));
    }
}
