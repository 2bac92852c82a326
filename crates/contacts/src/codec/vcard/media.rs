//! Pictures and sounds: in the card, or somewhere else (RFC 6350 §6.2.4, RFC 2426 §3.1.4).

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use serde_json::{Map, Value, json};

use super::{
    Version,
    property::Property,
    values::{self, Entry},
};

/// Which property is which kind of medium.
pub(super) const KINDS: [(&str, &str); 3] = [("PHOTO", "photo"), ("LOGO", "logo"), ("SOUND", "sound")];

/// The parameters that the medium says.
pub(super) const USED: [&str; 3] = ["ENCODING", "VALUE", "MEDIATYPE"];

fn is_inline(property: &Property) -> bool {
    let said = property.param("ENCODING");
    // Some write the URI of 4.0 there all the same.
    said.is_some_and(|it| matches!(it.to_ascii_lowercase().as_str(), "b" | "base64"))
        && !property.value.trim_start().starts_with("data:")
}

/// Whether the value of a property is a medium or says where one lies, and is no text.
pub(super) fn is_medium(property: &Property) -> bool {
    let said = property.param("VALUE").is_some_and(|it| it.eq_ignore_ascii_case("uri"));
    is_inline(property) || said || is_uri(property.text().trim())
}

/// Whether a text begins with a scheme (RFC 3986 §3.1).
pub(super) fn is_uri(text: &str) -> bool {
    text.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    })
}

/// The type that says what the data in a property are, and nothing else.
pub(super) fn format(property: &Property) -> Option<String> {
    let of_anything = ["home", "pref", "work"];
    let mut types = values::types(property).into_iter().filter(|it| !of_anything.contains(&it.as_str()));
    if is_inline(property) {
        return types.next();
    }
    let uri = property.text();
    let media_type = of_data(uri.trim())?;
    types.find(|it| media_type.rsplit('/').next().is_some_and(|short| short.eq_ignore_ascii_case(it)))
}

/// What a URI that is the data itself says that these are.
fn of_data(uri: &str) -> Option<&str> {
    uri.strip_prefix("data:")?.split([';', ',']).next().filter(|it| !it.is_empty())
}

/// What a picture is whose card does not say it, by how its data begin; a JPEG where that tells nothing, as most are.
fn picture(data: &str) -> &'static str {
    let begin = data.get(..16).and_then(|begin| BASE64.decode(begin).ok()).unwrap_or_default();
    match begin.as_slice() {
        [0x89, b'P', b'N', b'G', ..] => "png",
        [b'G', b'I', b'F', b'8', ..] => "gif",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P'] => "webp",
        _ => "jpeg",
    }
}

/// The medium of a property.
pub(super) fn read(property: &Property, kind: &str) -> Map<String, Value> {
    let said = format(property);
    let (uri, media_type) = if is_inline(property) {
        let data: String = property.value.chars().filter(|c| !c.is_whitespace()).collect();
        let media_type = match (said.as_deref(), kind) {
            (Some(full), _) if full.contains('/') => full.to_owned(),
            (Some(short), "sound") => format!("audio/{short}"),
            (Some(short), _) => format!("image/{short}"),
            (None, "sound") => "audio/basic".to_owned(),
            (None, _) => format!("image/{}", picture(&data)),
        };
        (format!("data:{media_type};base64,{data}"), Some(media_type))
    } else {
        let uri = property.text().trim().to_owned();
        let of_data = of_data(&uri).map(str::to_owned);
        (uri, property.param("MEDIATYPE").map(str::to_owned).or(of_data))
    };
    let mut object =
        Map::from_iter([("kind".to_owned(), json!(kind)), ("uri".to_owned(), json!(values::uri(&uri)))]);
    if let Some(media_type) = media_type {
        object.insert("mediaType".to_owned(), json!(values::line(&media_type)));
    }
    object
}

/// A medium as a property.
pub(super) fn write<'o>(
    object: &'o Map<String, Value>,
    name: &'o str,
    version: Version,
) -> Option<Entry<'o>> {
    let uri = values::member(object, "uri")?;
    let entry = |value: &str| Entry::new(object, name, values::uri(value));
    let inline = uri.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,"));
    Some(match (version, inline) {
        (Version::V3, Some((media_type, data))) => {
            let mut entry = entry(data).param("ENCODING", "b");
            entry.types.extend(media_type.split('/').nth(1).map(str::to_owned));
            entry
        }
        // What old phones say of how a name is read was kept as a sound.
        (Version::V3, None) if name == "SOUND" && !is_uri(uri) => entry(uri),
        (Version::V3, None) => entry(uri).param("VALUE", "uri"),
        (Version::V4, Some(_)) => entry(uri),
        (Version::V4, None) => match values::member(object, "mediaType") {
            Some(media_type) => entry(uri).param("MEDIATYPE", media_type),
            None => entry(uri),
        },
    })
}
