//! The words for an activity, in either language.

use renraku_base::{Language, Timestamp};

use super::office_time;
use crate::model::Activity;

/// One line that says what somebody does, where and until when, read at `now`.
pub(crate) fn line(
    activity: Activity,
    place: Option<&str>,
    until: Option<Timestamp>,
    now: Timestamp,
    language: Language,
) -> String {
    // Whoever went home comes back tomorrow; nobody needs to be told until when.
    let until = until.filter(|_| activity != Activity::Left);
    let until = until.map(|end| office_time::until(end, now, language));
    let facts: Vec<&str> = place.into_iter().chain(until.as_deref()).collect();
    match (language, facts.is_empty()) {
        (Language::Ja, true) => in_japanese(activity).to_owned(),
        (Language::Ja, false) => format!("{}（{}）", in_japanese(activity), facts.join("、")),
        (Language::En, true) => in_english(activity).to_owned(),
        (Language::En, false) => format!("{} ({})", in_english(activity), facts.join(", ")),
    }
}

const fn in_japanese(activity: Activity) -> &'static str {
    match activity {
        Activity::Available => "在席",
        Activity::Free => "予定なし",
        Activity::Meeting => "会議中",
        Activity::Busy => "予定あり",
        Activity::OnThePhone => "電話中",
        Activity::Away => "離席中",
        Activity::Out => "外出中",
        Activity::Travel => "出張中",
        Activity::Telework => "テレワーク中",
        Activity::Vacation => "休暇中",
        Activity::Left => "退庁",
        Activity::Unknown => "不明",
    }
}

const fn in_english(activity: Activity) -> &'static str {
    match activity {
        Activity::Available => "At the desk",
        Activity::Free => "Nothing scheduled",
        Activity::Meeting => "In a meeting",
        Activity::Busy => "Busy",
        Activity::OnThePhone => "On the phone",
        Activity::Away => "Away from the desk",
        Activity::Out => "Out of the office",
        Activity::Travel => "On a business trip",
        Activity::Telework => "Teleworking",
        Activity::Vacation => "On leave",
        Activity::Left => "Left for the day",
        Activity::Unknown => "Not known",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_stands_behind_the_word() {
        let now = "2026-11-25T01:00:00Z".parse().unwrap();
        let three = "2026-11-25T06:00:00Z".parse().ok();
        for (activity, place, until, ja, en) in [
            (Activity::Meeting, None, three, "会議中（15:00まで）", "In a meeting (until 15:00)"),
            (
                Activity::Out,
                Some("帯広"),
                three,
                "外出中（帯広、15:00まで）",
                "Out of the office (帯広, until 15:00)",
            ),
            (Activity::Left, None, three, "退庁", "Left for the day"),
            (Activity::Free, None, None, "予定なし", "Nothing scheduled"),
        ] {
            assert_eq!(line(activity, place, until, now, Language::Ja), ja);
            assert_eq!(line(activity, place, until, now, Language::En), en);
        }
    }
}
