//! What a telephone shows of those behind a number.

use crate::search::fold;

/// What stands between the best of several and how many others there are.
const OTHERS: &str = " ほか";
const COUNTED: &str = "名";
/// What stands between who it is and where.
const AT: &str = " / ";

/// Somebody behind a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// What they are called.
    pub name: String,
    /// Where they are, and what they are there: `係・職`.
    pub place: Option<String>,
    /// Where they are; of several it is shown when it is the same for all.
    pub group: Option<String>,
}

/// `氏名 / 係・職`; of several the best, who comes first, with how many others there are, and where, if all are in the same place.
/// `None` for nobody.
#[must_use]
pub fn caller_label(callers: &[Caller]) -> Option<String> {
    let (best, others) = callers.split_first()?;
    let (name, place) = if others.is_empty() {
        (best.name.clone(), &best.place)
    } else {
        let same = others.iter().all(|other| other.group == best.group);
        (counted(&best.name, others.len()), if same { &best.group } else { &None })
    };
    Some(match place {
        Some(place) if !place.is_empty() => format!("{name}{AT}{place}"),
        _ => name,
    })
}

/// What a number of the staff's is shown as that some contacts have, too: the staff's label, and these among the others. A contact of
/// the same name is the same person.
#[must_use]
pub fn caller_label_beside(staff: &str, contacts: &[Caller]) -> String {
    let who = staff.split_once(AT).map_or(staff, |(who, _)| who);
    let several = who.rsplit_once(OTHERS).and_then(|(name, others)| {
        let others = others.strip_suffix(COUNTED)?.parse::<usize>().ok()?;
        Some((name, others))
    });
    let (name, others) = several.unwrap_or((who, 0));
    let known = fold(name);
    match contacts.iter().filter(|contact| fold(&contact.name) != known).count() {
        0 => staff.to_owned(),
        more => counted(name, others + more),
    }
}

fn counted(name: &str, others: usize) -> String {
    format!("{name}{OTHERS}{others}{COUNTED}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(name: &str, unit: Option<&str>, post: Option<&str>) -> Caller {
        let place: Vec<&str> = unit.into_iter().chain(post).collect();
        Caller { name: name.to_owned(), place: Some(place.join("・")), group: unit.map(str::to_owned) }
    }

    #[test]
    fn a_label_says_who_and_where() {
        let people = [
            caller("山田 太郎", Some("給与係"), Some("主事")),
            caller("佐藤 花子", Some("給与係"), None),
            caller("鈴木 一", None, None),
            caller("田中 実", None, Some("参与")),
        ];
        let of = |those: &[usize]| {
            caller_label(&those.iter().map(|at| people[*at].clone()).collect::<Vec<_>>()).unwrap()
        };
        assert_eq!(of(&[0]), "山田 太郎 / 給与係・主事");
        assert_eq!(of(&[1]), "佐藤 花子 / 給与係");
        assert_eq!(of(&[2]), "鈴木 一");
        assert_eq!(of(&[3]), "田中 実 / 参与");
        assert_eq!(of(&[0, 1]), "山田 太郎 ほか1名 / 給与係");
        assert_eq!(of(&[1, 0, 2]), "佐藤 花子 ほか2名");
        assert_eq!(of(&[2, 3]), "鈴木 一 ほか1名");
        assert_eq!(caller_label(&[]), None);
    }

    #[test]
    fn staff_come_before_contacts() {
        let (doctor, same) = (caller("田中医院", None, None), caller("高橋　花子", Some("私"), None));
        for (staff, contacts, expected) in [
            ("髙橋 花子 / 給与係・主事", vec![doctor.clone()], "髙橋 花子 ほか1名"),
            ("髙橋 花子 / 給与係・主事", vec![same.clone()], "髙橋 花子 / 給与係・主事"),
            ("髙橋 花子", vec![doctor.clone(), same], "髙橋 花子 ほか1名"),
            ("髙橋 花子 ほか2名 / 給与係", vec![doctor.clone()], "髙橋 花子 ほか3名"),
            ("店 ほか / 係", vec![doctor], "店 ほか ほか1名"),
        ] {
            assert_eq!(caller_label_beside(staff, &contacts), expected);
        }
    }
}
