//! What a card has no word for: whole properties (`vCardProps`, RFC 9555 §2.15.3) and parameters (`vCardParams`, §2.15.2).

use renraku_base::content::line::{Line, Param};
use serde_json::{Map, Value, json};

use super::{property::Property, types};

/// The member of a card with the properties for which there is no word.
pub(super) const PROPS: &str = "vCardProps";
/// The member of an object with the parameters for which there is no word.
pub(super) const PARAMS: &str = "vCardParams";
/// As a parameter, the group of a property (RFC 7095 §7.1).
const GROUP: &str = "group";

/// A property as it is kept: name, parameters, type, value.
pub(super) fn property(property: &Property) -> Value {
    let mut params = params(property, &[]).unwrap_or_default();
    let value = types::keep(&property.name, &mut params, &property.value);
    json!([property.name.to_ascii_lowercase(), params, "unknown", value])
}

/// The parameters that are not in `used`, and the group.
pub(super) fn params(property: &Property, used: &[&str]) -> Option<Map<String, Value>> {
    let mut kept: Map<String, Value> = Map::new();
    if let Some(group) = &property.group {
        kept.insert(GROUP.to_owned(), json!(group));
    }
    for param in property.params.iter().filter(|param| !used.contains(&param.name.as_str())) {
        add(&mut kept, &param.name.to_ascii_lowercase(), param.values.iter().cloned());
    }
    (!kept.is_empty()).then_some(kept)
}

/// Adds values of a parameter: one is a text, more are a list.
pub(super) fn add(kept: &mut Map<String, Value>, name: &str, values: impl Iterator<Item = String>) {
    let mut all: Vec<Value> = match kept.remove(name) {
        Some(Value::Array(values)) => values,
        Some(value) => vec![value],
        None => Vec::new(),
    };
    all.extend(values.map(Value::String));
    let value = match (all.pop(), all.is_empty()) {
        (Some(one), true) => one,
        (Some(last), false) => {
            all.push(last);
            Value::Array(all)
        }
        (None, _) => return,
    };
    kept.insert(name.to_owned(), value);
}

/// The group and the parameters that an object keeps.
pub(super) fn of(object: &Map<String, Value>) -> (Option<String>, Vec<Param>) {
    object.get(PARAMS).and_then(Value::as_object).map(read).unwrap_or_default()
}

fn read(kept: &Map<String, Value>) -> (Option<String>, Vec<Param>) {
    let group = kept.get(GROUP).and_then(Value::as_str).filter(|group| is_word(group));
    let others = kept.iter().filter(|(name, _)| *name != GROUP && is_word(name));
    let params = others.filter_map(|(name, value)| {
        let values: Vec<String> = match value {
            Value::String(text) => vec![text.clone()],
            Value::Array(all) => all.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Vec::new(),
        };
        let param = Param { name: name.to_ascii_uppercase(), values, raw: String::new() };
        (!param.values.is_empty()).then_some(param)
    });
    (group.map(str::to_owned), params.collect())
}

/// Whether it can stand as the name of a property, a group or a parameter.
pub(super) fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// The lines of the properties that a card keeps.
pub(super) fn lines(members: &Map<String, Value>) -> impl Iterator<Item = Line> + '_ {
    members.get(PROPS).and_then(Value::as_array).into_iter().flatten().filter_map(line)
}

fn line(kept: &Value) -> Option<Line> {
    let [name, params, _, value] = kept.as_array()?.as_slice() else { return None };
    let name = name.as_str().filter(|name| is_word(name))?.to_ascii_uppercase();
    let value: String =
        value.as_str()?.replace('\n', "\\n").chars().filter(|c| !c.is_ascii_control()).collect();
    let (group, params) = params.as_object().map(read).unwrap_or_default();
    let mut line = Line::new(&grouped(group.as_deref(), &name), value);
    line.params = params;
    Some(line)
}

/// The name of a property with its group.
pub(super) fn grouped(group: Option<&str>, name: &str) -> String {
    group.map_or_else(|| name.to_owned(), |group| format!("{group}.{name}"))
}
