use std::{fmt, net::SocketAddr, ops::Range};

use serde::Deserialize;
use toml::{
    Spanned, Table, Value,
    de::{DeTable, DeValue},
};

use super::{
    Config,
    settings::{self, Kind, Setting},
};
use crate::{ldap_source, near::distance};

const PREFIX: &str = "RENRAKU_";
/// Read by the command line itself: which file to read.
const CONFIG_FILE: &str = "RENRAKU_CONFIG";

/// One thing that is wrong with the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// `FILE:LINE`, or the name of an environment variable.
    pub place: String,
    /// What is wrong and what to write instead.
    pub complaint: String,
}

/// Everything that is wrong with the settings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Faults(pub Vec<Fault>);

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the settings cannot be used:")?;
        for Fault { place, complaint } in &self.0 {
            write!(f, "\n  {place}: {complaint}")?;
        }
        Ok(())
    }
}

/// The file's text with what was read of it so far.
struct Reading<'a> {
    file: &'a str,
    text: &'a str,
    merged: Table,
    /// Whether the name of a section cannot be read: what stands below it seems to stand elsewhere, and is not judged by its place.
    headless: bool,
    /// Each with where in the text it begins; those of the environment come after all of them.
    faults: Vec<(usize, Fault)>,
}

pub(super) fn read(
    file: &str,
    text: &str,
    environment: impl IntoIterator<Item = (String, String)>,
) -> Result<Config, Faults> {
    let mut reading = Reading { file, text, merged: defaults(), headless: false, faults: Vec::new() };
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        reading.take_syntax(&error.span().unwrap_or(0..0), error.message());
    }
    reading.take_file(table.get_ref());
    for (name, value) in environment {
        if name.starts_with(PREFIX) && name != CONFIG_FILE {
            reading.take_variable(&name, &value);
        }
    }
    if !reading.faults.is_empty() {
        // The parser keeps its keys in no order; a reader goes through the file from the top.
        reading.faults.sort_by_key(|(at, _)| *at);
        return Err(Faults(reading.faults.into_iter().map(|(_, fault)| fault).collect()));
    }
    Config::deserialize(Value::Table(reading.merged))
        .map_err(|error| Faults(vec![Fault { place: file.to_owned(), complaint: error.to_string() }]))
}

/// What is true when nothing is written.
fn defaults() -> Table {
    let mut all = Table::new();
    for setting in settings::all() {
        if let Ok(value) = toml::from_str::<Table>(&format!("value = {}", setting.default))
            && let Some(value) = value.get("value")
        {
            put(&mut all, setting, value.clone());
        }
    }
    all
}

fn put(all: &mut Table, setting: &Setting, value: Value) {
    let section = all.entry(setting.section).or_insert_with(|| Value::Table(Table::new()));
    if let Value::Table(section) = section {
        section.insert(setting.key.to_owned(), value);
    }
}

impl Reading<'_> {
    fn take_syntax(&mut self, at: &Range<usize>, message: &str) {
        let before = self.text.get(..at.start).unwrap_or(self.text);
        let line = before.rsplit('\n').next().unwrap_or_default();
        if line.trim_start().starts_with('[') {
            self.headless = true;
            self.complain(at, format!("{message}: the name of a section stands in brackets, like [server]"));
        } else {
            self.complain(at, message.to_owned());
        }
    }

    fn take_file(&mut self, table: &DeTable<'_>) {
        for (section, content) in table {
            let name = section.get_ref().as_ref();
            let known: Vec<&Setting> = settings::all().filter(|setting| setting.section == name).collect();
            if known.is_empty() && self.headless {
                continue;
            }
            if known.is_empty() && !matches!(content.get_ref(), DeValue::Table(_)) {
                self.complain(&section.span(), outside(name));
                continue;
            }
            if known.is_empty() {
                let sections: Vec<&str> = settings::all().map(|setting| setting.section).collect();
                let complaint = format!("there is no section [{name}]; {}", instead(name, &sections));
                self.complain(&section.span(), complaint);
                continue;
            }
            let DeValue::Table(content) = content.get_ref() else {
                self.complain(
                    &section.span(),
                    format!("{name} is a section: write [{name}] on a line of its own"),
                );
                continue;
            };
            for (key, value) in content {
                self.take_key(name, &known, key, value);
            }
        }
    }

    fn take_key(
        &mut self,
        section: &str,
        known: &[&Setting],
        key: &Spanned<std::borrow::Cow<'_, str>>,
        value: &Spanned<DeValue<'_>>,
    ) {
        let name = key.get_ref().as_ref();
        let Some(setting) = known.iter().find(|setting| setting.key == name) else {
            let keys: Vec<&str> = known.iter().map(|setting| setting.key).collect();
            let complaint = format!("there is no setting {name} in [{section}]; {}", instead(name, &keys));
            return self.complain(&key.span(), complaint);
        };
        let plain = match value.get_ref() {
            DeValue::String(text) => Some(Value::String(text.to_string())),
            DeValue::Integer(number) => {
                i64::from_str_radix(number.as_str(), number.radix()).ok().map(Value::Integer)
            }
            DeValue::Boolean(switch) => Some(Value::Boolean(*switch)),
            DeValue::Float(_) | DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => None,
        };
        match plain.filter(|value| setting.kind.takes(value)) {
            Some(value) => put(&mut self.merged, setting, value),
            None => self.complain(&value.span(), format!("{name} must be {}", setting.kind.wanted(setting))),
        }
    }

    fn take_variable(&mut self, name: &str, text: &str) {
        let Some(setting) = settings::all().find(|setting| setting.variable() == name) else {
            let variables: Vec<String> = settings::all().map(Setting::variable).collect();
            let variables: Vec<&str> = variables.iter().map(String::as_str).collect();
            let complaint = format!("there is no such setting; {}", instead(name, &variables));
            return self.faults.push((usize::MAX, Fault { place: name.to_owned(), complaint }));
        };
        let value = match setting.kind {
            Kind::Switch => text.parse().map(Value::Boolean).ok(),
            Kind::Number { .. } => text.parse().map(Value::Integer).ok(),
            Kind::Text
            | Kind::Folder
            | Kind::OneOf(_)
            | Kind::Listen
            | Kind::MaybeListen
            | Kind::Name
            | Kind::MaybeName
            | Kind::LdapUrl
            | Kind::Filter
            | Kind::MaybeFilter
            | Kind::Attributes
            | Kind::Database
            | Kind::Level => Some(Value::String(text.to_owned())),
        };
        match value.filter(|value| setting.kind.takes(value)) {
            Some(value) => put(&mut self.merged, setting, value),
            None => {
                let complaint = format!("must be {}", setting.kind.wanted(setting).replace('"', ""));
                self.faults.push((usize::MAX, Fault { place: name.to_owned(), complaint }));
            }
        }
    }

    fn complain(&mut self, at: &Range<usize>, complaint: String) {
        let before = self.text.get(..at.start).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        self.faults.push((at.start, Fault { place: format!("{}:{line}", self.file), complaint }));
    }
}

impl Kind {
    fn takes(self, value: &Value) -> bool {
        match (self, value) {
            (Self::Text, Value::String(_)) | (Self::Switch, Value::Boolean(_)) => true,
            (Self::Folder, Value::String(text)) => !text.trim().is_empty(),
            (Self::Number { least, most }, Value::Integer(number)) => (least..=most).contains(number),
            (Self::OneOf(choices), Value::String(text)) => choices.contains(&text.as_str()),
            (Self::Listen, Value::String(text)) => text.parse::<SocketAddr>().is_ok(),
            (Self::MaybeListen, Value::String(text)) => text.is_empty() || text.parse::<SocketAddr>().is_ok(),
            (Self::Name, Value::String(text)) => !text.is_empty() && text.parse::<renraku_ldap::Dn>().is_ok(),
            (Self::MaybeName, Value::String(text)) => {
                text.is_empty() || text.parse::<renraku_ldap::Dn>().is_ok()
            }
            (Self::LdapUrl, Value::String(text)) => {
                text.is_empty() || text.parse::<ldap_source::Url>().is_ok()
            }
            (Self::Filter, Value::String(text)) => ldap_source::is_filter(text),
            (Self::MaybeFilter, Value::String(text)) => text.is_empty() || ldap_source::is_filter(text),
            (Self::Attributes, Value::String(text)) => ldap_source::is_attributes(text),
            (Self::Database, Value::String(text)) => {
                text.is_empty() || renraku_db::Location::parse(text).is_ok()
            }
            (Self::Level, Value::String(text)) => is_filter(text),
            _ => false,
        }
    }

    fn wanted(self, setting: &Setting) -> String {
        let example = setting.default;
        match self {
            Self::Text => format!("a text in quotes, like {example}"),
            Self::Folder => format!("the path of a folder, like {example}"),
            Self::Switch => "true or false".to_owned(),
            Self::Number { least, most } => format!("a whole number from {least} to {most}, like {example}"),
            Self::OneOf(choices) => {
                let quoted: Vec<String> = choices.iter().map(|choice| format!("\"{choice}\"")).collect();
                format!("one of {}", quoted.join(", "))
            }
            Self::Listen => format!("an IP address and a port, like {example} or \"0.0.0.0:8080\""),
            Self::MaybeListen => "an IP address and a port, like \"0.0.0.0:389\", or nothing".to_owned(),
            Self::Name => "a distinguished name, like \"dc=pref,dc=example,dc=jp\"".to_owned(),
            Self::MaybeName => {
                "a distinguished name, like \"dc=pref,dc=example,dc=jp\", or nothing".to_owned()
            }
            Self::LdapUrl => {
                "the address of an LDAP server, like \"ldaps://dc1.pref.example.jp\", or nothing".to_owned()
            }
            Self::Filter => "an LDAP filter, like \"(objectClass=inetOrgPerson)\"".to_owned(),
            Self::MaybeFilter => {
                "an LDAP filter, like \"(objectClass=organizationalUnit)\", or nothing".to_owned()
            }
            Self::Attributes => format!("names of LDAP attributes, like {example}"),
            Self::Database => "a database URL, like \"sqlite:/var/lib/renraku/renraku.db\" or \
                 \"postgres://renraku@db.internal/renraku\""
                .to_owned(),
            Self::Level => format!(
                "error, warn, info, debug or trace, like {example}, and for single modules besides, like \
                 \"info,renraku_mail=debug\""
            ),
        }
    }
}

/// Whether a text is a level and, after it, any number of levels of single modules. What the filter itself takes goes
/// further: any word is the name of a module to it, of which everything is logged, and of the rest nothing.
fn is_filter(text: &str) -> bool {
    const LEVELS: [&str; 5] = ["error", "warn", "info", "debug", "trace"];
    let is_level = |word: &str| LEVELS.iter().any(|level| level.eq_ignore_ascii_case(word));
    let mut words = text.split(',').map(str::trim);
    words.next().is_some_and(is_level)
        && words.all(|word| {
            word.split_once('=')
                .is_some_and(|(module, level)| !module.is_empty() && (is_level(level) || level == "off"))
        })
        && text.parse::<tracing_subscriber::filter::Targets>().is_ok()
}

/// What to say of a key before the first section.
fn outside(name: &str) -> String {
    let keys: Vec<&str> = settings::all().map(|setting| setting.key).collect();
    match settings::all().find(|setting| setting.key == name) {
        Some(setting) => format!("{name} stands in no section: write it below [{}]", setting.section),
        None => format!("there is no setting {name}, and it stands in no section; {}", instead(name, &keys)),
    }
}

/// What to write instead of a name that is not there.
fn instead(wrong: &str, known: &[&str]) -> String {
    let nearest = known.iter().map(|name| (distance(wrong, name), *name)).min();
    match nearest {
        Some((distance, name)) if distance <= 3 => format!("did you mean {name}?"),
        _ => {
            let mut names = known.to_vec();
            names.dedup();
            format!("write one of: {}", names.join(", "))
        }
    }
}
