use std::{collections::HashMap, fmt, sync::Arc};

use renraku_base::{Fitting, Language, Role};
use renraku_contacts::codec::vcard;
use renraku_schedule::codec::ical;
use serde::Deserialize;

const JA: &str = include_str!("../../locales/ja.toml");
const EN: &str = include_str!("../../locales/en.toml");

/// The texts of every refusal, in every language that we speak.
#[derive(Debug, Clone)]
pub struct Locales(Arc<[Texts; 2]>);

/// The texts of one language.
#[derive(Debug, Deserialize)]
pub struct Texts {
    /// What is said after the fault of a field of which it is known what would be taken.
    allowed: String,
    /// The same where an example is known.
    example: String,
    /// The same where it is said how much is taken at most, or at least.
    most: String,
    least: String,
    /// Where something stands in a file.
    place: PlaceTexts,
    /// How long something takes, in each unit.
    wait: WaitTexts,
    /// The kinds of JSON by name.
    kind: HashMap<String, String>,
    #[serde(default)]
    field: HashMap<String, FieldText>,
    #[serde(flatten)]
    codes: HashMap<String, CodeText>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WaitTexts {
    seconds: String,
    minutes: String,
    hours: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlaceTexts {
    line: String,
    /// A card by its number.
    card: String,
    /// What a card is called.
    name: String,
    /// Between two of these.
    separator: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CodeText {
    title: String,
    detail: String,
    /// What to do instead where the right to manage is missing.
    manage: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldText {
    detail: String,
}

impl Locales {
    /// Reads the texts that are compiled in.
    ///
    /// # Errors
    /// When a file of texts is not what it should be; a test keeps that from happening.
    pub fn load() -> Result<Self, impl fmt::Display> {
        Ok::<_, toml::de::Error>(Self(Arc::new([toml::from_str(JA)?, toml::from_str(EN)?])))
    }

    /// The texts of one language.
    #[must_use]
    pub fn of(&self, language: Language) -> &Texts {
        let [ja, en] = &*self.0;
        match language {
            Language::Ja => ja,
            Language::En => en,
        }
    }
}

impl Texts {
    /// What is wrong.
    #[must_use]
    pub fn title(&self, code: &str) -> &str {
        self.codes.get(code).map_or("", |text| &text.title)
    }

    /// What to do about it.
    #[must_use]
    pub fn detail(&self, code: &str) -> &str {
        self.codes.get(code).map_or("", |text| &text.detail)
    }

    /// What to do where the right to manage is missing, for a code that tells it apart.
    #[must_use]
    pub fn manage(&self, code: &str) -> Option<&str> {
        self.codes.get(code)?.manage.as_deref()
    }

    /// What to do about it when this role is missing.
    #[must_use]
    pub fn detail_missing(&self, code: &str, role: Option<Role>) -> &str {
        let manage = role.filter(|role| *role == Role::Manage).and_then(|_| self.manage(code));
        manage.unwrap_or_else(|| self.detail(code))
    }

    /// What to do about a field with this fault, where the fault has a text: one of its own, or that of what is refused as a whole.
    #[must_use]
    pub fn field(&self, code: &str) -> Option<&str> {
        let text = self.field.get(code).map(|text| text.detail.as_str());
        text.or(Some(self.detail(code))).filter(|text| !text.is_empty())
    }

    /// What is wrong at a place that a fault of a field points to.
    #[must_use]
    pub fn at(&self, pointer: &str, text: &str) -> String {
        match pointer.strip_prefix("line ") {
            Some(line) => format!("{}: {text}", self.line(line)),
            None if pointer.is_empty() => text.to_owned(),
            None => format!("{pointer}: {text}"),
        }
    }

    /// What would be taken, in a sentence.
    #[must_use]
    pub fn allowed(&self, allowed: &Fitting) -> String {
        match allowed {
            Fitting::Values(values) => match values.split_once(' ') {
                Some(("≤", most)) => self.most.replace("{most}", most),
                Some(("≥", least)) => self.least.replace("{least}", least),
                _ => self.allowed.replace("{allowed}", values),
            },
            Fitting::Kind(kind) => {
                let kind = self.kind.get(kind.name()).map_or(kind.name(), String::as_str);
                self.allowed.replace("{allowed}", kind)
            }
            Fitting::Example(example) => self.example.replace("{example}", example),
        }
    }

    /// The line of a file.
    #[must_use]
    pub fn line(&self, line: &str) -> String {
        self.place.line.replace("{line}", line)
    }

    /// A card of a file: which, on which line, with its UID or name.
    #[must_use]
    pub fn card(&self, place: &vcard::Place) -> String {
        let name = place.name.as_deref().map(|name| match name.strip_prefix("FN ") {
            Some(name) => format!("{} {name}", self.place.name),
            None => name.to_owned(),
        });
        let card = place.number.map(|number| self.place.card.replace("{n}", &number.to_string()));
        self.joined([card, Some(self.line(&place.line.to_string())), name])
    }

    /// A component of a file: which, on which line, with its UID.
    #[must_use]
    pub fn component(&self, place: &ical::Place) -> String {
        let uid = place.uid.as_ref().map(|uid| format!("UID {uid}"));
        self.joined([Some(place.component.clone()), Some(self.line(&place.line.to_string())), uid])
    }

    fn joined(&self, parts: [Option<String>; 3]) -> String {
        parts.into_iter().flatten().collect::<Vec<_>>().join(&self.place.separator)
    }

    /// How long somebody waits, in the unit in which people say it; never less than it is.
    #[must_use]
    pub fn wait(&self, seconds: u64) -> String {
        let (text, unit) = match seconds {
            0..100 => (&self.wait.seconds, 1),
            100..6_000 => (&self.wait.minutes, 60),
            6_000.. => (&self.wait.hours, 3_600),
        };
        text.replace("{n}", &seconds.div_ceil(unit).to_string())
    }

    /// Every code that has a text.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        self.codes.keys().map(String::as_str)
    }

    /// Every field fault that has a text.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.field.keys().map(String::as_str)
    }
}

/// The language that a request wants (RFC 9110 §12.5.4): the first of ours by weight, Japanese when it names none.
#[must_use]
pub fn accepted_language(header: Option<&str>) -> Language {
    header.and_then(preferred_language).unwrap_or(Language::Ja)
}

/// The first of our languages by weight that is named.
#[must_use]
pub fn preferred_language(header: &str) -> Option<Language> {
    let mut best: Option<(f32, Language)> = None;
    for choice in header.split(',') {
        let mut parts = choice.split(';');
        let tag = parts.next().unwrap_or_default().trim();
        let primary = tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
        let Ok(language) = primary.parse::<Language>() else { continue };
        let weight = parts
            .find_map(|part| part.trim().strip_prefix("q="))
            .map_or(1.0, |weight| weight.trim().parse().unwrap_or(0.0));
        if weight > 0.0 && best.is_none_or(|(best, _)| weight > best) {
            best = Some((weight, language));
        }
    }
    best.map(|(_, language)| language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heaviest_language_that_we_speak_wins() {
        for (header, expected) in [
            (None, Language::Ja),
            (Some("en"), Language::En),
            (Some("fr, en-US;q=0.8, ja;q=0.9"), Language::Ja),
            (Some("ja;q=0, en;q=0.1"), Language::En),
            (Some("de"), Language::Ja),
            (Some(";;;q=x"), Language::Ja),
        ] {
            assert_eq!(accepted_language(header), expected, "{header:?}");
        }
    }

    #[test]
    fn a_wait_is_told_in_the_unit_in_which_people_say_it() {
        let locales = Locales::load().map_err(|error| error.to_string()).unwrap();
        for (seconds, ja, en) in [
            (5, "5秒", "5 s"),
            (99, "99秒", "99 s"),
            (100, "2分", "2 min"),
            (900, "15分", "15 min"),
            (30_000, "9時間", "9 h"),
        ] {
            let said = [Language::Ja, Language::En].map(|language| locales.of(language).wait(seconds));
            assert_eq!(said, [ja, en], "{seconds}");
        }
    }

    #[test]
    fn every_text_is_there_in_both_languages() {
        let locales = Locales::load().map_err(|error| error.to_string()).unwrap();
        let sorted = |texts: &Texts| {
            let mut codes: Vec<String> = texts.codes().map(str::to_owned).collect();
            codes.extend(
                texts
                    .codes()
                    .filter(|code| texts.manage(code).is_some())
                    .map(|code| format!("{code}.manage")),
            );
            codes.extend(texts.kind.keys().map(|kind| format!("kind.{kind}")));
            codes.extend(texts.fields().map(|field| format!("field.{field}")));
            codes.sort();
            codes
        };
        assert_eq!(sorted(locales.of(Language::Ja)), sorted(locales.of(Language::En)));
    }
}
