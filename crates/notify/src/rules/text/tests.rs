use super::*;

fn told() -> Timestamp {
    "2026-11-20T00:00:00Z".parse().unwrap()
}

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
            NotificationType::Undelivered,
            None,
            &Details { recipient: Some("a@example.com".to_owned()), ..meeting() },
            1,
            "「企画会議」（11月25日(水) 9:30）の連絡をa@example.comに届けられませんでした。別の方法でお知らせください",
            "The message about “企画会議” (Wed 25 Nov, 09:30) could not be delivered to a@example.com: let them know in another way",
        ),
        (
            NotificationType::Undelivered,
            None,
            &Details { recipient: Some("a@example.com".to_owned()), ..answered.clone() },
            3,
            "「企画会議」（11月25日(水) 9:30）への回答をa@example.comほか2件の宛先に届けられませんでした。別の方法でお知らせください",
            "Your answer to “企画会議” (Wed 25 Nov, 09:30) could not be delivered to a@example.com and 2 more: let them know in another way",
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
        (
            NotificationType::ShareLeft,
            hanako,
            &meeting(),
            1,
            "佐藤 花子さんが「企画会議」の共有から外れました",
            "佐藤 花子 left “企画会議”, which you had shared",
        ),
    ];
    for (kind, actor, details, count, ja, en) in table {
        assert_eq!(sentence(kind, actor, (None, details), count, told(), Language::Ja), ja);
        assert_eq!(sentence(kind, actor, (None, details), count, told(), Language::En), en);
    }
}

#[test]
fn a_new_post_is_told_with_its_day_and_whoever_held_it() {
    let details = Details {
        title: Some("係長".to_owned()),
        place: Some("総務部 人事課 給与係".to_owned()),
        start: Some("2027-04-01T00:00:00".to_owned()),
        show_without_time: true,
        predecessor: Some("鈴木 一郎".to_owned()),
        ..Details::default()
    };
    let bare = Details { title: None, predecessor: None, ..details.clone() };
    for (details, ja, en) in [
        (
            details,
            "4月1日(木)付けで「総務部 人事課 給与係 係長」への異動が発令されました（前任：鈴木 一郎さん）",
            "Your post from Thu 1 Apr: 係長, 総務部 人事課 給与係 (before you: 鈴木 一郎)",
        ),
        (
            bare.clone(),
            "4月1日(木)付けで「総務部 人事課 給与係」への異動が発令されました",
            "Your post from Thu 1 Apr: 総務部 人事課 給与係",
        ),
        (
            Details { entrusted: Some(2), ..bare.clone() },
            "4月1日(木)付けで「総務部 人事課 給与係」への異動が発令されました。この職に共有されている予定表・アドレス帳が2件あります",
            "Your post from Thu 1 Apr: 総務部 人事課 給与係. 2 calendars and address books are shared with it",
        ),
        (
            Details { concurrent: true, ..bare.clone() },
            "4月1日(木)付けで「総務部 人事課 給与係」の兼務が発令されました",
            "Your further post from Thu 1 Apr: 総務部 人事課 給与係",
        ),
        (
            Details { concurrent: true, withdrawn: true, ..bare.clone() },
            "4月1日(木)付けの「総務部 人事課 給与係」の兼務の発令は取り消されました",
            "Taken back: your further post from Thu 1 Apr, 総務部 人事課 給与係",
        ),
        (
            Details {
                entrusted: Some(2),
                predecessor: Some("鈴木 一郎".to_owned()),
                withdrawn: true,
                ..bare
            },
            "4月1日(木)付けの「総務部 人事課 給与係」への異動の発令は取り消されました",
            "Taken back: your post from Thu 1 Apr, 総務部 人事課 給与係",
        ),
    ] {
        let told: Timestamp = "2027-04-01T00:00:00+09:00".parse().unwrap();
        let said =
            |language| sentence(NotificationType::Appointed, None, (None, &details), 1, told, language);
        assert_eq!((said(Language::Ja).as_str(), said(Language::En).as_str()), (ja, en));
    }
}

#[test]
fn what_becomes_of_one_occurrence_or_of_a_series_is_told_from_what_becomes_of_an_event() {
    let removed = Details { removed: true, ..meeting() };
    let series = Details { series: true, ..meeting() };
    let table = [
        (
            NotificationType::Cancelled,
            None,
            &removed,
            "「企画会議」（11月25日(水) 9:30）の参加者から外れました",
            "You no longer take part in “企画会議” (Wed 25 Nov, 09:30)",
        ),
        (
            NotificationType::Cancelled,
            Some("2026-11-25T09:30:00"),
            &meeting(),
            "「企画会議」（11月25日(水) 9:30）は中止になりました",
            "“企画会議” (Wed 25 Nov, 09:30) was cancelled",
        ),
        (
            NotificationType::Cancelled,
            None,
            &series,
            "繰り返し予定「企画会議」（11月25日(水) 9:30から繰り返し）はすべて中止になりました",
            "The series “企画会議” (repeating from Wed 25 Nov, 09:30) was cancelled",
        ),
        (
            NotificationType::Moved,
            Some("2026-11-18T09:30:00"),
            &meeting(),
            "11月18日(水)の「企画会議」が11月25日(水) 9:30に変更されました",
            "“企画会議” of Wed 18 Nov was changed to Wed 25 Nov, 09:30",
        ),
        (
            NotificationType::Moved,
            Some("2026-11-25T13:00:00"),
            &meeting(),
            "「企画会議」が11月25日(水) 9:30に変更されました",
            "“企画会議” was changed to Wed 25 Nov, 09:30",
        ),
        (
            NotificationType::Moved,
            None,
            &series,
            "繰り返し予定「企画会議」の日時または場所が変更されました（11月25日(水) 9:30から繰り返し）",
            "The time or place of the series “企画会議” was changed (repeating from Wed 25 Nov, 09:30)",
        ),
    ];
    for (kind, occurrence, details, ja, en) in table {
        assert_eq!(sentence(kind, None, (occurrence, details), 1, told(), Language::Ja), ja);
        assert_eq!(sentence(kind, None, (occurrence, details), 1, told(), Language::En), en);
    }
}

#[test]
fn a_phone_memo_says_who_called_and_what_they_want() {
    let memo = |caller: &str, kind: &str, number: Option<&str>, matter: Option<&str>| Details {
        caller: Some(caller.to_owned()),
        memo_kind: Some(kind.to_owned()),
        number: number.map(str::to_owned),
        comment: matter.map(str::to_owned),
        ..Details::default()
    };
    let number = Some("0155-98-1234");
    for (details, ja, en) in [
        (
            memo("帯広商店 鈴木", "callBack", number, Some("見積りの件")),
            "帯広商店 鈴木さんから電話がありました。折り返しをお願いします（0155-98-1234）：見積りの件",
            "帯広商店 鈴木 called. Please call back (0155-98-1234): 見積りの件",
        ),
        (
            memo("鈴木様", "willCallAgain", None, None),
            "鈴木様から電話がありました。また電話するとのことです",
            "鈴木様 called and will call again",
        ),
        (
            memo("田中先生", "message", None, Some("明日欠席")),
            "田中先生から電話がありました。伝言があります：明日欠席",
            "田中先生 called and left a message: 明日欠席",
        ),
        (memo("鈴木", "called", None, None), "鈴木さんから電話がありました", "鈴木 called"),
    ] {
        let kind = NotificationType::PhoneMemo;
        assert_eq!(sentence(kind, None, (None, &details), 1, told(), Language::Ja), ja);
        assert_eq!(sentence(kind, None, (None, &details), 1, told(), Language::En), en);
    }
}

#[test]
fn a_date_of_another_year_has_its_year() {
    let at_new_year = "2026-12-31T15:00:00Z".parse().unwrap();
    let said = |told, language| {
        let moved = NotificationType::Moved;
        sentence(moved, None, (Some("2027-01-04T09:30:00"), &meeting()), 1, told, language)
    };
    assert_eq!(
        said(told(), Language::Ja),
        "2027年1月4日(月)の「企画会議」が11月25日(水) 9:30に変更されました"
    );
    assert_eq!(said(told(), Language::En), "“企画会議” of Mon 4 Jan 2027 was changed to Wed 25 Nov, 09:30");
    // In Japan it is New Year already.
    assert_eq!(
        said(at_new_year, Language::Ja),
        "1月4日(月)の「企画会議」が2026年11月25日(水) 9:30に変更されました"
    );
    assert_eq!(
        said(at_new_year, Language::En),
        "“企画会議” of Mon 4 Jan was changed to Wed 25 Nov 2026, 09:30"
    );
}
