use renraku_base::Id;
use renraku_people::directory::PhoneKind;

use super::*;

fn at(hour: i64) -> Timestamp {
    // 2026-11-25 in Tokyo.
    Timestamp::from_seconds(1_795_532_400 + hour * 3_600)
}

fn busy(from: i64, to: i64, title: &str) -> Engagement {
    Engagement {
        utc_start: at(from),
        utc_end: at(to),
        taken: Some(Taken::Busy),
        all_day: false,
        title: Some(title.to_owned()),
        place: None,
    }
}

fn day(title: &str, taken: Option<Taken>) -> Engagement {
    Engagement { all_day: true, taken, ..busy(0, 24, title) }
}

fn said(activity: Activity, until: i64) -> Said {
    Said { activity, until: at(until), place: None, call_first: None }
}

fn told(said: Option<&Said>, engagements: &[Engagement], now: i64) -> Reach {
    let person = Id::stored("0198c0de-7f3a-7abc-8def-0123456789ab".to_owned());
    let phones = [
        Phone { number: "1001".to_owned(), kind: PhoneKind::Extension },
        Phone { number: "080-0000-0001".to_owned(), kind: PhoneKind::Mobile },
    ];
    reach(Known { person: &person, phones: &phones, said, engagements }, at(now), Language::Ja)
}

fn first(reach: &Reach) -> Option<PhoneKind> {
    reach.call_first.as_ref().map(|phone| phone.kind)
}

#[test]
fn a_meeting_now_is_told_with_its_end_and_the_gap_after_it() {
    let day = [busy(13, 14, "課内会議"), busy(14, 15, "起案作成"), busy(16, 17, "ヒアリング")];
    let reach = told(None, &day, 13);
    assert_eq!((reach.activity, reach.text.as_str()), (Activity::Meeting, "会議中（14:00まで）"));
    assert_eq!((reach.free_at, reach.until), (Some(at(15)), Some(at(14))));
    assert_eq!(reach.next.map(|it| (it.activity, it.utc_start)), Some((Activity::Busy, at(14))));
    let after = told(None, &day, 15);
    assert_eq!((after.activity, after.until, after.free_at), (Activity::Free, None, None));
    assert_eq!(after.next.map(|it| it.activity), Some(Activity::Meeting));
}

#[test]
fn what_one_says_counts_before_the_schedule() {
    let day = [busy(13, 15, "課内会議")];
    let here = told(Some(&said(Activity::Available, 15)), &day, 13);
    assert_eq!((here.activity, here.is_set, here.free_at), (Activity::Available, true, None));
    let mut out = said(Activity::Out, 13);
    out.place = Some("帯広".to_owned());
    let reach = told(Some(&out), &day, 12);
    assert_eq!(reach.text, "外出中（帯広、13:00まで）");
    // Back at one, and straight into the meeting.
    assert_eq!((reach.free_at, first(&reach)), (Some(at(15)), Some(PhoneKind::Mobile)));
}

#[test]
fn who_is_not_there_is_told_before_what_they_do_elsewhere() {
    let trip =
        Engagement { place: Some("本庁".to_owned()), ..day("出張（本庁）", Some(Taken::Busy)) };
    let both = told(None, &[trip, busy(13, 15, "連絡会議")], 13);
    assert_eq!(both.text, "出張中（本庁、本日まで）");
    let leave = told(None, &[day("夏季休暇", Some(Taken::Away)), busy(13, 15, "会議")], 13);
    assert_eq!((leave.activity, leave.free_at, leave.call_first), (Activity::Vacation, None, None));
    let left = told(Some(&said(Activity::Left, 24)), &[], 18);
    assert_eq!((left.text.as_str(), left.free_at), ("退庁", None));
}

#[test]
fn a_day_at_home_takes_no_time() {
    for taken in [None, Some(Taken::Busy)] {
        let home = told(None, &[day("在宅勤務", taken)], 10);
        assert_eq!((home.activity, home.free_at), (Activity::Telework, None));
        assert_eq!(first(&home), Some(PhoneKind::Mobile));
        let meets = told(None, &[day("在宅勤務", taken), busy(13, 15, "Web会議")], 13);
        assert_eq!((meets.activity, meets.free_at), (Activity::Meeting, Some(at(15))));
        assert_eq!(first(&meets), Some(PhoneKind::Mobile));
    }
}

#[test]
fn who_sees_busy_time_alone_is_told_that_and_no_more() {
    let hidden = Engagement { title: None, ..busy(13, 15, "") };
    let reach = told(None, std::slice::from_ref(&hidden), 13);
    assert_eq!((reach.activity, reach.text.as_str()), (Activity::Busy, "予定あり（15:00まで）"));
    let off = Engagement { taken: Some(Taken::Away), ..hidden.clone() };
    assert_eq!(told(None, &[off], 13).activity, Activity::Away);
    let untaken = Engagement { taken: None, title: Some("会議".to_owned()), ..hidden };
    assert_eq!(told(None, &[untaken], 13).activity, Activity::Free);
}

#[test]
fn what_lies_beyond_the_window_is_not_guessed_at() {
    let long = Engagement { utc_end: at(24 * 5), ..day("防災対策本部", Some(Taken::Busy)) };
    let reach = told(None, &[long], 10);
    assert_eq!((reach.until, reach.free_at), (Some(at(24 * 5)), None));
}
