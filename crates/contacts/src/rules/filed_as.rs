//! What Evolution files a contact under (`X-EVOLUTION-FILE-AS`) and shows in place of its name: the name turned round, unless its person
//! chose something else. It is written by Evolution alone, so that somebody who renames the contact elsewhere leaves the old name there.

use serde_json::{Map, Value};

const FILED_AS: &str = "x-evolution-file-as";

/// Takes away what a changed card is filed under, where that is made of what the card does not say any more; Evolution makes it anew.
pub(crate) fn forget_old(before: &Map<String, Value>, after: &mut Map<String, Value>) {
    if NAMES.iter().all(|member| before.get(*member) == after.get(*member)) {
        return;
    }
    let Some(Value::Array(kept)) = after.get("vCardProps") else { return };
    let is_old = |property: &Value| {
        let filed_as =
            property.get(3).and_then(Value::as_str).filter(|_| property.get(0) == Some(&FILED_AS.into()));
        filed_as.is_some_and(|it| is_made_of(before, it) && !is_made_of(after, it))
    };
    let current: Vec<Value> = kept.iter().filter(|property| !is_old(property)).cloned().collect();
    if current.is_empty() {
        after.remove("vCardProps");
    } else if current.len() < kept.len() {
        after.insert("vCardProps".to_owned(), Value::Array(current));
    }
}

const NAMES: [&str; 2] = ["name", "organizations"];

/// Whether each word of a text is a word of the card's names.
fn is_made_of(card: &Map<String, Value>, text: &str) -> bool {
    let mut said = Vec::new();
    NAMES.iter().filter_map(|member| card.get(*member)).for_each(|it| add_words(it, &mut said));
    words(text).all(|word| said.contains(&word))
}

fn add_words<'c>(value: &'c Value, said: &mut Vec<&'c str>) {
    match value {
        Value::String(text) => said.extend(words(text)),
        Value::Array(items) => items.iter().for_each(|it| add_words(it, said)),
        Value::Object(members) => members.values().for_each(|it| add_words(it, said)),
        _ => {}
    }
}

/// Kept lines are as they were written, with their backslashes.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let parts = |c: char| c.is_whitespace() || [',', '\\', '(', ')', '、', '（', '）'].contains(&c);
    text.split(parts).filter(|it| !it.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn card(full: &str, components: &[&str], filed_as: &str) -> Map<String, Value> {
        let components: Vec<Value> = components.iter().map(|it| json!({"kind": "x", "value": it})).collect();
        let card = json!({
            "name": {"full": full, "components": components},
            "organizations": {"o": {"name": "十勝商事"}},
            "vCardProps": [["x-a", {}, "unknown", "1"], [FILED_AS, {}, "unknown", filed_as]],
        });
        card.as_object().unwrap().clone()
    }

    #[test]
    fn the_old_name_goes_and_what_somebody_chose_stays() {
        for (filed_as, stays) in [
            ("北川\\, 太郎", false),
            ("太郎 北川", false),
            ("北川　太郎", false),
            ("十勝商事 (北川, 太郎)", false),
            ("十勝商事", true),
            ("社長さん", true),
            ("北川社長", true),
            ("", true),
        ] {
            let before = card("北川 太郎", &["北川", "太郎"], filed_as);
            let mut after = card("南川 太郎", &["南川", "太郎"], filed_as);
            forget_old(&before, &mut after);
            assert_eq!(after["vCardProps"].as_array().unwrap().len(), 1 + usize::from(stays), "{filed_as}");
            let mut same = before.clone();
            forget_old(&before, &mut same);
            assert_eq!(same, before);
        }
    }

    #[test]
    fn nothing_empty_is_left() {
        let before = json!({"name": {"full": "甲"}, "vCardProps": [[FILED_AS, {}, "unknown", "甲"]]});
        let before = before.as_object().unwrap();
        let mut after = before.clone();
        after.insert("name".to_owned(), json!({"full": "乙"}));
        forget_old(before, &mut after);
        assert_eq!(Value::Object(after), json!({"name": {"full": "乙"}}));
    }
}
