//! What a title says of where somebody is. There is no field for it: offices write 「出張（本庁）」 or 「【在宅勤務】」.

use crate::model::Activity;

/// The words with which a part of a title ends, and what they mean. Japanese compounds have their head at the end: 夏季休暇 is a
/// leave, 休暇制度説明会 a meeting.
const ENDINGS: [(Activity, &[&str]); 5] = [
    (
        Activity::Vacation,
        &[
            "休暇",
            "年休",
            "有休",
            "有給",
            "代休",
            "振休",
            "特休",
            "病休",
            "育休",
            "産休",
            "育児休業",
            "介護休業",
            "vacation",
            "leave",
        ],
    ),
    (Activity::Travel, &["出張", "business trip"]),
    (Activity::Out, &["外出", "往訪", "直行", "直帰"]),
    (
        Activity::Telework,
        &[
            "在宅勤務",
            "在宅",
            "テレワーク",
            "リモートワーク",
            "リモート勤務",
            "telework",
            "teleworking",
            "remote work",
        ],
    ),
    (
        Activity::Meeting,
        &[
            "会議",
            "委員会",
            "審議会",
            "審査会",
            "協議会",
            "検討会",
            "連絡会",
            "報告会",
            "説明会",
            "研修会",
            "勉強会",
            "懇談会",
            "意見交換会",
            "幹事会",
            "理事会",
            "定例会",
            "総会",
            "部会",
            "朝会",
            "打合せ",
            "打ち合わせ",
            "打合わせ",
            "打合",
            "ミーティング",
            "協議",
            "面談",
            "ヒアリング",
            "meeting",
        ],
    ),
];

/// What a title says, by the first of its parts that says anything.
pub(crate) fn activity(title: &str) -> Option<Activity> {
    let title = title.to_lowercase();
    title.split(is_between).map(str::trim).filter(|part| !part.is_empty()).find_map(|part| {
        let ends = |word: &&str| part.strip_suffix(*word).is_some_and(|before| is_whole(before, word));
        ENDINGS.iter().find(|(_, words)| words.iter().any(ends)).map(|(activity, _)| *activity)
    })
}

/// An English word begins where a word begins; Japanese is written without spaces.
fn is_whole(before: &str, word: &str) -> bool {
    !word.is_ascii() || before.chars().next_back().is_none_or(|c| !c.is_alphanumeric())
}

/// What parts a title. A space does not part English words, but those of Japanese stand apart by one.
fn is_between(c: char) -> bool {
    matches!(
        c,
        '　' | '【'
            | '】'
            | '［'
            | '］'
            | '['
            | ']'
            | '〔'
            | '〕'
            | '（'
            | '）'
            | '('
            | ')'
            | '「'
            | '」'
            | '『'
            | '』'
    ) || matches!(c, '：' | ':' | '・' | '／' | '/' | '、' | '，' | ',' | '。' | '｜' | '|' | '\n' | '\t')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_read_by_its_head() {
        for (title, expected) in [
            ("出張（本庁）", Some(Activity::Travel)),
            ("東京出張", Some(Activity::Travel)),
            ("【外出】帯広市役所", Some(Activity::Out)),
            ("帯広市役所　直帰", Some(Activity::Out)),
            ("年次有給休暇", Some(Activity::Vacation)),
            ("夏季休暇", Some(Activity::Vacation)),
            ("在宅勤務", Some(Activity::Telework)),
            ("[テレワーク] 資料作成", Some(Activity::Telework)),
            ("係内ミーティング", Some(Activity::Meeting)),
            ("打合せ（来年度事業）", Some(Activity::Meeting)),
            ("定例会議（休暇の取得について）", Some(Activity::Meeting)),
            ("休暇制度説明会", Some(Activity::Meeting)),
            ("出張報告会", Some(Activity::Meeting)),
            ("安全衛生委員会", Some(Activity::Meeting)),
            ("出張旅費の精算", None),
            ("国からの照会", None),
            ("起案作成", None),
            ("Budget Meeting", Some(Activity::Meeting)),
            ("Paid leave", Some(Activity::Vacation)),
            ("Business trip: Tokyo", Some(Activity::Travel)),
            ("Cleaveland", None),
            ("cleave", None),
            ("", None),
        ] {
            assert_eq!(activity(title), expected, "{title}");
        }
    }
}
