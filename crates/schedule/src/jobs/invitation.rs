//! What someone outside the office reads in a mail about an event. Mail to the outside is in Japanese, as all of the office's.

use serde::{Deserialize, Serialize};

use crate::model::{Event, Participant, ParticipationStatus};

/// What an iTIP message does (RFC 5546 §1.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Method {
    /// Invites, or tells of a change.
    Request,
    /// Calls off.
    Cancel,
    /// Tells somebody that they no longer take part.
    Remove,
}

/// A mail's subject and body.
pub(super) struct Text {
    pub subject: String,
    pub body: String,
}

/// The mail about an event, and about further occurrences of its series, that `organizer` sends to somebody who is `invited` by it, or was
/// before.
pub(super) fn text(
    (method, invited): (Method, bool),
    event: &Event,
    more: &[Event],
    organizer: &str,
) -> Text {
    let sequence = more.iter().map(|one| one.sequence).fold(event.sequence, u32::max);
    let (mark, sentence) = match (method, sequence) {
        (Method::Request, sequence) if invited || sequence == 0 => ("招待", "次の予定にご案内します。"),
        (Method::Request, _) => ("変更", "次の予定が変更されました。"),
        (Method::Cancel, _) => ("中止", "次の予定は中止になりました。"),
        (Method::Remove, _) => {
            ("参加取消", "次の予定の参加者から外れました。予定は行われますが、ご出席の必要はありません。")
        }
    };
    let title = title(event);
    let mut body = format!("{sentence}\n\n件名：{title}\n日時：{}\n", when(event));
    for one in more {
        let place = one.place().filter(|place| Some(*place) != event.place());
        let place = place.map(|place| format!("（場所：{place}）")).unwrap_or_default();
        body.push_str(&format!("　　　{}{place}\n", when(one)));
    }
    if let Some(place) = event.place() {
        body.push_str(&format!("場所：{place}\n"));
    }
    body.push_str(&format!("主催者：{organizer}\n"));
    if !event.description.is_empty() {
        body.push('\n');
        body.push_str(&event.description);
        body.push('\n');
    }
    Text { subject: format!("【{mark}】{title}"), body }
}

/// The mail by which `name` answers an organizer outside the office.
pub(super) fn answer(event: &Event, participant: &Participant, name: &str) -> Text {
    let (mark, sentence) = match participant.participation_status {
        ParticipationStatus::Accepted => ("出席", "出席します。"),
        ParticipationStatus::Tentative => ("仮", "出席できるかどうか、まだ決まっていません。"),
        ParticipationStatus::Declined => ("欠席", "欠席します。"),
        ParticipationStatus::Delegated => ("代理", "代理の者が出席します。"),
        ParticipationStatus::NeedsAction => ("未定", "まだお返事できません。"),
    };
    let title = title(event);
    let mut body = format!("{name}です。次の予定に{sentence}\n\n件名：{title}\n日時：{}\n", when(event));
    if let Some(comment) = &participant.participation_comment {
        body.push_str(&format!("\n{comment}\n"));
    }
    Text { subject: format!("【{mark}】{title}"), body }
}

fn title(event: &Event) -> &str {
    if event.title.is_empty() { "（件名なし）" } else { &event.title }
}

fn when(event: &Event) -> String {
    let start = event.start.naive();
    let day = start.format("%Y年%-m月%-d日");
    if event.show_without_time {
        return format!("{day}（終日）");
    }
    let zone = event.time_zone.map(|zone| format!("（{}）", zone.name())).unwrap_or_default();
    format!("{day} {}{zone}", start.format("%-H:%M"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_happened_to_what_and_when() {
        let mut event = Event::new("u", "打合せ", "2026-04-01T09:05:00".parse().unwrap());
        let text = text((Method::Request, false), &event, &[], "佐藤 花子");
        assert_eq!(text.subject, "【招待】打合せ");
        assert!(text.body.contains("日時：2026年4月1日 9:05（Asia/Tokyo）"), "{}", text.body);
        let mut second = event.clone();
        second.start = "2026-04-08T13:00:00".parse().unwrap();
        let both = super::text((Method::Request, false), &event, &[second.clone()], "");
        assert!(
            both.body.contains(" 9:05（Asia/Tokyo）\n　　　2026年4月8日 13:00（Asia/Tokyo）\n"),
            "{}",
            both.body
        );
        second.sequence = 1;
        assert_eq!(super::text((Method::Request, false), &event, &[second], "").subject, "【変更】打合せ");
        event.sequence = 1;
        assert_eq!(super::text((Method::Request, false), &event, &[], "").subject, "【変更】打合せ");
        assert_eq!(super::text((Method::Request, true), &event, &[], "").subject, "【招待】打合せ");
        assert_eq!(super::text((Method::Cancel, false), &event, &[], "").subject, "【中止】打合せ");
        assert_eq!(super::text((Method::Remove, false), &event, &[], "").subject, "【参加取消】打合せ");
    }
}
