//! Names, how they are read and how they are sorted (RFC 6350 §6.2, RFC 9555 §2.5).

use renraku_base::content::{line::Line, text};
use serde_json::{Map, Value, json};

use super::{
    Version, kept,
    property::{self, Property},
    values,
};

/// The parts of `N` in their order; the last two are of RFC 9554.
const PARTS: [&str; 7] = ["surname", "given", "given2", "title", "credential", "surname2", "generation"];
/// How many of them every program knows.
const KNOWN: usize = 5;
/// Where the reading of a part is said.
const READINGS: [(&str, &str); 3] = [
    ("X-PHONETIC-LAST-NAME", "surname"),
    ("X-PHONETIC-FIRST-NAME", "given"),
    ("X-PHONETIC-MIDDLE-NAME", "given2"),
];
/// The member of a name with the parameters of `FN`.
const FULL_PARAMS: &str = "renraku:fullParams";

/// A name on its way out of the properties of a card.
#[derive(Debug, Default)]
pub(super) struct NameReader {
    full: Option<(String, Option<Map<String, Value>>)>,
    components: Vec<(&'static str, String)>,
    params: Option<Map<String, Value>>,
    has_parts: bool,
    readings: Vec<(&'static str, String)>,
    sound: Option<Property>,
    sort_as: Vec<String>,
}

impl NameReader {
    /// Takes what a property says of the name; `false` when it has to be kept elsewhere.
    pub fn take(&mut self, property: &Property) -> bool {
        match property.name.as_str() {
            "FN" if self.full.is_none() => {
                self.full = Some((values::line(&property.text()), kept::params(property, &[])));
            }
            "N" if property.param("PHONETIC").is_some() => {
                let parts = property.parts().into_iter().zip(PARTS);
                self.readings
                    .extend(parts.filter_map(|(values, kind)| Some((kind, values.into_iter().next()?))));
            }
            "N" if !self.has_parts && property.parts().len() <= PARTS.len() => {
                self.has_parts = true;
                for (values, kind) in property.parts().into_iter().zip(PARTS) {
                    self.components.extend(values.into_iter().map(|value| (kind, values::line(&value))));
                }
                self.params = kept::params(property, &["SORT-AS"]);
                let sort_as = property.params.iter().filter(|param| param.name == "SORT-AS");
                self.sort_as
                    .extend(sort_as.flat_map(|param| &param.values).flat_map(|it| property::list(it)));
            }
            "SORT-STRING" if self.sort_as.is_empty() && property.params.is_empty() => {
                self.sort_as.push(property.text());
            }
            "SOUND" if self.sound.is_none() && is_reading(property) => self.sound = Some(property.clone()),
            name => {
                let Some((_, kind)) = READINGS.iter().find(|it| it.0 == name) else { return false };
                let plain = property.params.is_empty() && property.group.is_none();
                if !plain || property.text().is_empty() || self.readings.iter().any(|it| it.0 == *kind) {
                    return false;
                }
                self.readings.push((kind, property.text()));
            }
        }
        true
    }

    /// The name, and the readings of parts that it has not, which are kept as they came.
    pub fn finish(mut self) -> (Option<Value>, Vec<Value>) {
        let mut name = Map::new();
        let (mut components, mut left) = (Vec::new(), Vec::new());
        left.extend(self.take_sound());
        let mut readings = self.readings;
        for (kind, value) in self.components {
            let mut component =
                Map::from_iter([("kind".to_owned(), json!(kind)), ("value".to_owned(), json!(value))]);
            if let Some(at) = readings.iter().position(|it| it.0 == kind) {
                component.insert("phonetic".to_owned(), json!(values::line(&readings.remove(at).1)));
            }
            components.push(Value::Object(component));
        }
        for (kind, value) in readings {
            let said = READINGS.iter().find(|it| it.1 == kind).map(|it| it.0.to_ascii_lowercase());
            left.extend(said.map(|said| json!([said, {}, "unknown", text::escape(&value)])));
        }
        if let Some((full, params)) = self.full {
            name.insert("full".to_owned(), json!(full));
            name.extend(params.map(|params| (FULL_PARAMS.to_owned(), Value::Object(params))));
        }
        if components.iter().any(|it| it.get("phonetic").is_some()) {
            name.insert("phoneticSystem".to_owned(), json!("script"));
        }
        if !components.is_empty() {
            name.insert("components".to_owned(), Value::Array(components));
        }
        let sort_as: Map<String, Value> = ["surname", "given"]
            .into_iter()
            .zip(self.sort_as)
            .map(|(kind, text)| (kind.to_owned(), json!(values::line(&text))))
            .collect();
        if !sort_as.is_empty() {
            name.insert("sortAs".to_owned(), Value::Object(sort_as));
        }
        name.extend(self.params.map(|params| (kept::PARAMS.to_owned(), Value::Object(params))));
        ((!name.is_empty()).then_some(Value::Object(name)), left)
    }
}

impl NameReader {
    /// Takes how the name sounds for how its parts are read; what is said of a part that the name has not is said of its first one. Where
    /// another property says how a part is read, that one counts, and the sound is kept as it came.
    fn take_sound(&mut self) -> Option<Value> {
        let sound = self.sound.take()?;
        let (mut heard, mut kept): (Vec<(&'static str, Vec<String>)>, _) = (Vec::new(), None);
        for (values, kind) in sound.parts().into_iter().zip(PARTS).filter(|(values, _)| !values.is_empty()) {
            let has = |kind| self.components.iter().any(|it| it.0 == kind);
            let part = if has(kind) { Some(kind) } else { self.components.first().map(|it| it.0) };
            match part.filter(|part| !self.readings.iter().any(|it| it.0 == *part)) {
                Some(part) => match heard.iter_mut().find(|it| it.0 == part) {
                    Some((_, said)) => said.extend(values),
                    None => heard.push((part, values)),
                },
                None => kept = Some(kept::property(&sound)),
            }
        }
        self.readings.extend(heard.into_iter().map(|(kind, said)| (kind, said.join(" "))));
        kept
    }
}

/// Whether a sound is how a name is read, part by part, as Japanese phones write it (IrMC).
pub(super) fn is_reading(property: &Property) -> bool {
    property.name == "SOUND" && values::types(property).iter().any(|it| it == "x-irmc-n")
}

/// The lines of a name; a card is never without `FN`, and in 3.0 never without `N`. `other` is what it is called without a name.
pub(super) fn write(name: &Map<String, Value>, other: &str, version: Version) -> Vec<Line> {
    let components: Vec<&Map<String, Value>> = name
        .get("components")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_object)
        .collect();
    let value = |it: &&Map<String, Value>| values::member(it, "value").unwrap_or_default().to_owned();
    let joined = || components.iter().map(value).filter(|it| !it.is_empty()).collect::<Vec<_>>().join(" ");
    let full = values::member(name, "full").filter(|it| !it.is_empty()).map_or_else(joined, str::to_owned);
    let full = if full.is_empty() { other.to_owned() } else { full };
    let mut first = Line::new("FN", text::escape(&full));
    if let Some(params) = name.get(FULL_PARAMS).and_then(Value::as_object) {
        let holder = Map::from_iter([(kept::PARAMS.to_owned(), Value::Object(params.clone()))]);
        let (group, params) = kept::of(&holder);
        first.name = kept::grouped(group.as_deref(), "FN");
        first.params = params;
    }
    let mut lines = vec![first];
    let parts = parts(&components, &full);
    if !components.is_empty() || version == Version::V3 {
        let (group, mut params) = kept::of(name);
        let sorted: Vec<String> = sort_as(name).collect();
        if version == Version::V4 && !sorted.is_empty() {
            params.push(values::param("SORT-AS", vec![sorted.join(",")]));
        }
        let mut line = Line::new(&kept::grouped(group.as_deref(), "N"), parts);
        line.params = params;
        lines.push(line);
        if version == Version::V3 && !sorted.is_empty() {
            lines.push(Line::new("SORT-STRING", text::escape(&sorted.join(" "))));
        }
    }
    for (said, kind) in READINGS {
        let of_kind = components.iter().filter(|it| values::member(it, "kind") == Some(kind));
        let reading = of_kind.filter_map(|it| values::member(it, "phonetic")).next();
        lines.extend(reading.map(|reading| Line::new(said, text::escape(reading))));
    }
    lines
}

fn sort_as(name: &Map<String, Value>) -> impl Iterator<Item = String> + '_ {
    let sort_as = name.get("sortAs").and_then(Value::as_object);
    ["surname", "given"]
        .into_iter()
        .filter_map(move |kind| sort_as?.get(kind)?.as_str().map(str::to_owned))
        .filter(|text| !text.is_empty())
}

/// The value of `N`. Of a name without parts, what stands before the space is the surname where names are written so.
fn parts(components: &[&Map<String, Value>], full: &str) -> String {
    let mut parts: Vec<Vec<String>> = vec![Vec::new(); KNOWN];
    for component in components {
        let kind = values::member(component, "kind").unwrap_or_default();
        let value = values::member(component, "value").unwrap_or_default();
        let Some(at) = PARTS.iter().position(|part| *part == kind) else { continue };
        if parts.len() <= at {
            parts.resize(at + 1, Vec::new());
        }
        if let Some(part) = parts.get_mut(at) {
            part.push(text::escape(value));
        }
    }
    if parts.iter().all(Vec::is_empty) {
        let words: Vec<&str> = full.split_whitespace().collect();
        let (surname, given) = match words.as_slice() {
            [surname, given] if !full.is_ascii() => (*surname, *given),
            [given, surname] => (*surname, *given),
            _ => (full, ""),
        };
        return format!("{};{};;;", text::escape(surname), text::escape(given));
    }
    parts.iter().map(|part| part.join(",")).collect::<Vec<_>>().join(";")
}
