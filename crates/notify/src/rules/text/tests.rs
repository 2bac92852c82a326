use super::*;

fn meeting() -> Details {
    Details {
        title: Some("企画会議".to_owned()),
        start: Some("2026-11-25T09:30:00".to_owned()),
        place: Some("第1会議室".to_owned()),
        ..Details::default()
    }
}

#[test]
fn every_type_says_its_sentence_in_both_languages() {
    let answered = Details { participation_status: Some("declined".to_owned()), ..meeting() };
    let whole_day = Details { show_without_time: true, ..meeting() };
    let bare = Details::default();
    let hanako = Some("佐藤 花子");
    let table = [
        (
            NotificationType::Invited,
            hanako,
            &meeting(),
            1,
            "佐藤 花子さんから「企画会議」への招待が届きました（11月25日(水) 9:30）",
            "佐藤 花子 invited you to “企画会議” (Wed 25 Nov, 09:30)",
        ),
        (
            NotificationType::Moved,
            hanako,
            &whole_day,
            1,
            "「企画会議」が11月25日(水)に変更されました",
            "“企画会議” was changed to Wed 25 Nov",
        ),
        (
            NotificationType::Cancelled,
            None,
            &bare,
            1,
            "「無題」は中止になりました",
            "“untitled” was cancelled",
        ),
        (
            NotificationType::Answered,
            hanako,
            &answered,
            1,
            "佐藤 花子さんが「企画会議」に「欠席」と回答しました",
            "佐藤 花子 declined “企画会議”",
        ),
        (
            NotificationType::Answered,
            hanako,
            &answered,
            3,
            "佐藤 花子さんほか2名が「企画会議」への出欠を回答しました",
            "佐藤 花子 and 2 more answered your invitation to “企画会議”",
        ),
        (
            NotificationType::Reminder,
            None,
            &meeting(),
            1,
            "「企画会議」の予定があります（11月25日(水) 9:30、場所：第1会議室）",
            "Coming up: “企画会議” (Wed 25 Nov, 09:30), 第1会議室",
        ),
        (
            NotificationType::RoomLost,
            None,
            &meeting(),
            1,
            "「企画会議」（11月25日(水) 9:30）で予約していた第1会議室が使えなくなりました",
            "第1会議室 can no longer be used for “企画会議” (Wed 25 Nov, 09:30)",
        ),
        (
            NotificationType::NewMail,
            None,
            &bare,
            1,
            "メールが届きました：「件名なし」",
            "New mail: “no subject”",
        ),
        (NotificationType::NewMail, hanako, &meeting(), 12, "新着メールが12件あります", "12 new mails"),
    ];
    for (kind, actor, details, count, ja, en) in table {
        assert_eq!(sentence(kind, actor, details, count, Language::Ja), ja);
        assert_eq!(sentence(kind, actor, details, count, Language::En), en);
    }
}
