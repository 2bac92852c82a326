//! What is told of a phone memo: who called, what they want, the number, the matter.

use crate::Details;

/// What a name may already end with that shows respect.
const TITLES: [&str; 5] = ["様", "さん", "さま", "殿", "先生"];

/// The sentence in Japanese.
pub(super) fn in_japanese(details: &Details) -> String {
    let caller = details.caller.as_deref().unwrap_or("どなたか");
    let wish = match details.memo_kind.as_deref() {
        Some("callBack") => "。折り返しをお願いします",
        Some("willCallAgain") => "。また電話するとのことです",
        Some("message") => "。伝言があります",
        _ => "",
    };
    let number = details.number.as_deref().map(|number| format!("（{number}）")).unwrap_or_default();
    let matter = details.comment.as_deref().map(|matter| format!("：{matter}")).unwrap_or_default();
    let title = if TITLES.iter().any(|title| caller.ends_with(title)) { "" } else { "さん" };
    format!("{caller}{title}から電話がありました{wish}{number}{matter}")
}

/// The sentence in English.
pub(super) fn in_english(details: &Details) -> String {
    let caller = details.caller.as_deref().unwrap_or("Somebody");
    let wish = match details.memo_kind.as_deref() {
        Some("callBack") => ". Please call back",
        Some("willCallAgain") => " and will call again",
        Some("message") => " and left a message",
        _ => "",
    };
    let number = details.number.as_deref().map(|number| format!(" ({number})")).unwrap_or_default();
    let matter = details.comment.as_deref().map(|matter| format!(": {matter}")).unwrap_or_default();
    format!("{caller} called{wish}{number}{matter}")
}
