//! What a contact is shown as when one of its numbers calls.

use std::collections::BTreeMap;

use renraku_people::search::{fold_number, fold_public_number, written_numbers};

use crate::model::{KnownMembers, Name, Phone};

/// As much of a name, a firm or a title as is shown, in characters.
const SHOWN_CHARS: usize = 100;

/// Who calls, and where they are: the firm and the title, a line each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shown {
    pub name: String,
    pub place: String,
}

/// The numbers that a card names, whatever is written beside them.
pub(super) fn written(card: &KnownMembers) -> impl Iterator<Item = String> {
    card.phones.values().map(Phone::plain_number).flat_map(written_numbers)
}

/// The numbers of a card in the form in which they are looked for, each with the number that calls from everywhere, if it is one.
pub(super) fn numbers(card: &KnownMembers) -> BTreeMap<String, Option<i64>> {
    let mut numbers = BTreeMap::new();
    for written in written(card) {
        let Some(number) = fold_number(&written) else { continue };
        let known = numbers.entry(number).or_default();
        // `+1 212…` and `1212…` are looked for alike; only one of them can be called.
        *known = fold_public_number(&written).or(*known);
    }
    numbers
}

/// What the contact is shown as: the name, or the firm; `None` without either.
pub(super) fn shown(card: &KnownMembers) -> Option<Shown> {
    let name = card.name.as_ref().map(|name| line(&Name::whole(name))).unwrap_or_default();
    let firm = card.organizations.values().filter_map(|it| it.name.as_deref()).map(line).next();
    let title = card.titles.values().map(|title| line(&title.name)).next();
    let nickname = card.nicknames.values().map(|it| line(&it.name)).next();
    let (name, firm) = match (name.is_empty(), firm) {
        (false, firm) => (name, firm),
        (true, Some(firm)) => (firm, None),
        (true, None) => (nickname?, None),
    };
    let place = [firm.unwrap_or_default(), title.unwrap_or_default()].join("\n");
    (!name.is_empty()).then_some(Shown { name, place })
}

/// On one line, and not endless.
fn line(text: &str) -> String {
    let line = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    line.collect::<Vec<_>>().join(" ").chars().take(SHOWN_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::{model::Card, rules::index::Index};

    fn index(card: Value) -> Index {
        Index::of(&serde_json::from_value::<Card>(card).unwrap())
    }

    #[test]
    fn a_contact_is_shown_by_its_name_firm_and_title() {
        let of = |card: Value| {
            let shown = index(card).shown;
            shown.map(|shown| format!("{} @ {}", shown.name, shown.place.replace('\n', "+")))
        };
        let firm = json!({"o": {"name": "トカチ\u{7}測量"}});
        for (card, expected) in [
            (
                json!({"name": {"full": "田中  一郎\n"}, "organizations": firm}),
                Some("田中 一郎 @ トカチ 測量+"),
            ),
            (json!({"organizations": firm, "titles": {"t": {"name": "所長"}}}), Some("トカチ 測量 @ +所長")),
            (json!({"name": {"components": [{"kind": "surname", "value": "森"}]}}), Some("森 @ +")),
            (json!({"nicknames": {"n": {"name": "もりさん"}}}), Some("もりさん @ +")),
            (json!({"emails": {"e": {"address": "x@example.jp"}}}), None),
        ] {
            assert_eq!(of(card.clone()).as_deref(), expected, "{card}");
        }
    }

    #[test]
    fn a_number_calls_from_everywhere_or_not() {
        let phones = json!({
            "1": {"number": "tel:+81-155-26-1111;ext=7"}, "2": {"number": "0155(26)1111"}, "3": {"number": "内線 7911"},
            "4": {"number": "12125550100"}, "5": {"number": "+1 212 555 0100"}, "6": {"number": "26-1111"},
        });
        let numbers: Vec<(String, Option<i64>)> =
            index(json!({"name": {"full": "x"}, "phones": phones})).numbers.into_iter().collect();
        let expected = [
            ("0155261111", Some(81_155_261_111)),
            ("12125550100", Some(12_125_550_100)),
            ("261111", None),
            ("7911", None),
        ];
        assert_eq!(numbers, expected.map(|(number, caller)| (number.to_owned(), caller)));
    }
}
