//! The sentence that a notification says, in either language.

use chrono::{Datelike, NaiveDate, NaiveDateTime, TimeDelta};
use renraku_base::{Language, Timestamp};

use crate::{Details, NotificationType};

/// How far the office's clocks are ahead of UTC.
const JAPAN: TimeDelta = TimeDelta::hours(9);

/// The sentence for `count` happenings of a kind; `actor` is the name of whoever caused the latest, `occurrence` the original
/// start of the one that it is about. A date of another year than that of `told` has its year.
pub(crate) fn sentence(
    kind: NotificationType,
    actor: Option<&str>,
    (occurrence, details): (Option<&str>, &Details),
    count: u32,
    told: Timestamp,
    language: Language,
) -> String {
    let occurrence = occurrence.and_then(|start| start.parse().ok());
    let year = (told.to_datetime() + JAPAN).year();
    let facts = Facts { actor: actor.filter(|name| !name.is_empty()), occurrence, details, count, year };
    match language {
        Language::Ja => facts.in_japanese(kind),
        Language::En => facts.in_english(kind),
    }
}

struct Facts<'a> {
    actor: Option<&'a str>,
    occurrence: Option<NaiveDateTime>,
    details: &'a Details,
    count: u32,
    /// The year in which it is told.
    year: i32,
}

impl Facts<'_> {
    fn in_japanese(&self, kind: NotificationType) -> String {
        let title = quoted(
            self.details,
            '「',
            '」',
            if kind == NotificationType::NewMail { "件名なし" } else { "無題" },
        );
        let when = self.when_japanese();
        let from = if self.details.series { "から繰り返し" } else { "" };
        let during = when.as_deref().map(|when| format!("（{when}{from}）")).unwrap_or_default();
        match kind {
            NotificationType::Invited => match self.actor {
                Some(actor) => format!("{actor}さんから{title}への招待が届きました{during}"),
                None => format!("{title}への招待が届きました{during}"),
            },
            NotificationType::Moved => match when {
                _ if self.details.series => {
                    format!("繰り返し予定{title}の日時または場所が変更されました{during}")
                }
                Some(when) => format!("{}{title}が{when}に変更されました", self.which_japanese()),
                None => format!("{}{title}の日時または場所が変更されました", self.which_japanese()),
            },
            NotificationType::Cancelled if self.details.removed => {
                format!("{title}{during}の参加者から外れました")
            }
            NotificationType::Cancelled if self.details.series => {
                format!("繰り返し予定{title}{during}はすべて中止になりました")
            }
            NotificationType::Cancelled => format!("{title}{during}は中止になりました"),
            NotificationType::Answered => self.answered_japanese(&title),
            NotificationType::Reminder => {
                let place =
                    self.details.place.as_deref().map(|place| format!("場所：{place}")).unwrap_or_default();
                let facts: Vec<String> =
                    when.into_iter().chain(Some(place)).filter(|fact| !fact.is_empty()).collect();
                if facts.is_empty() {
                    format!("{title}の予定があります")
                } else {
                    format!("{title}の予定があります（{}）", facts.join("、"))
                }
            }
            NotificationType::RoomLost => {
                let place = self.details.place.as_deref().unwrap_or("予約した施設");
                format!("{title}{during}で予約していた{place}が使えなくなりました")
            }
            NotificationType::NewMail => match (self.count, self.actor) {
                (2.., _) => format!("新着メールが{}件あります", self.count),
                (_, Some(actor)) => format!("{actor}さんからメールが届きました：{title}"),
                (_, None) => format!("メールが届きました：{title}"),
            },
            NotificationType::Appointed => self.appointed_japanese(when.as_deref()),
            NotificationType::PhoneMemo => memo::in_japanese(self.details),
            NotificationType::ShareLeft => {
                let actor = self.actor.map_or_else(|| "共有相手".to_owned(), |name| format!("{name}さん"));
                format!("{actor}が{title}の共有から外れました")
            }
            NotificationType::ShareDeleted => {
                let actor = self.actor.map_or_else(|| "管理者".to_owned(), |name| format!("{name}さん"));
                format!("{actor}が、あなたの{title}を削除しました")
            }
            NotificationType::Undelivered => {
                let what =
                    if self.details.participation_status.is_some() { "への回答" } else { "の連絡" };
                let to = self.details.recipient.as_deref().unwrap_or("参加者");
                let more = self.count.checked_sub(1).filter(|more| *more > 0);
                let to = more.map_or_else(|| to.to_owned(), |more| format!("{to}ほか{more}件の宛先"));
                format!("{title}{during}{what}を{to}に届けられませんでした。別の方法でお知らせください")
            }
        }
    }

    /// Which occurrence is meant, where it is now on another day than it was.
    fn which_japanese(&self) -> String {
        let was = self.other_day().map(|was| Language::Ja.day(was, self.year));
        was.map(|date| format!("{date}の")).unwrap_or_default()
    }

    fn other_day(&self) -> Option<NaiveDate> {
        let was = self.occurrence?.date();
        local_start(self.details).is_none_or(|now| now.date() != was).then_some(was)
    }

    /// The facility that declined: it answers at its place, and nobody says so.
    fn declined_place(&self) -> Option<&str> {
        let declined = self.details.participation_status.as_deref() == Some("declined");
        self.details.place.as_deref().filter(|_| declined && self.actor.is_none())
    }

    fn answered_japanese(&self, title: &str) -> String {
        if let Some(place) = self.declined_place() {
            return format!("{title}に{place}を予約できませんでした");
        }
        let actor = self.actor.map_or_else(|| "参加者".to_owned(), |name| format!("{name}さん"));
        if self.count > 1 {
            return format!("{actor}ほか{}名が{title}への出欠を回答しました", self.count - 1);
        }
        match self.details.participation_status.as_deref() {
            Some("accepted") => format!("{actor}が{title}に「出席」と回答しました"),
            Some("declined") => format!("{actor}が{title}に「欠席」と回答しました"),
            Some("tentative") => format!("{actor}が{title}に「未定」と回答しました"),
            _ => format!("{actor}が{title}への出欠を回答しました"),
        }
    }

    fn appointed_japanese(&self, when: Option<&str>) -> String {
        let day = when.map(|when| format!("{when}付けで")).unwrap_or_default();
        let place = self.details.place.as_deref().unwrap_or("新しい所属");
        let post = match self.details.title.as_deref() {
            Some(title) => format!("{place} {title}"),
            None => place.to_owned(),
        };
        let what = if self.details.concurrent { "の兼務" } else { "への異動" };
        if self.details.withdrawn {
            let day = when.map(|when| format!("{when}付けの")).unwrap_or_default();
            return format!("{day}「{post}」{what}の発令は取り消されました");
        }
        let before = self.details.predecessor.as_deref();
        let before = before.map(|name| format!("（前任：{name}さん）")).unwrap_or_default();
        let entrusted = match self.details.entrusted.unwrap_or_default() {
            0 => String::new(),
            many => format!("。この職に共有されている予定表・アドレス帳が{many}件あります"),
        };
        format!("{day}「{post}」{what}が発令されました{before}{entrusted}")
    }

    fn in_english(&self, kind: NotificationType) -> String {
        let title = quoted(
            self.details,
            '“',
            '”',
            if kind == NotificationType::NewMail { "no subject" } else { "untitled" },
        );
        let when = self.when_english();
        let from = if self.details.series { "repeating from " } else { "" };
        let during = when.as_deref().map(|when| format!(" ({from}{when})")).unwrap_or_default();
        match kind {
            NotificationType::Invited => match self.actor {
                Some(actor) => format!("{actor} invited you to {title}{during}"),
                None => format!("You are invited to {title}{during}"),
            },
            NotificationType::Moved => match when {
                _ if self.details.series => {
                    format!("The time or place of the series {title} was changed{during}")
                }
                Some(when) => format!("{title}{} was changed to {when}", self.which_english()),
                None => format!("The time or place of {title}{} was changed", self.which_english()),
            },
            NotificationType::Cancelled if self.details.removed => {
                format!("You no longer take part in {title}{during}")
            }
            NotificationType::Cancelled if self.details.series => {
                format!("The series {title}{during} was cancelled")
            }
            NotificationType::Cancelled => format!("{title}{during} was cancelled"),
            NotificationType::Answered => self.answered_english(&title),
            NotificationType::Reminder => {
                let place =
                    self.details.place.as_deref().map(|place| format!(", {place}")).unwrap_or_default();
                format!("Coming up: {title}{during}{place}")
            }
            NotificationType::RoomLost => {
                let place = self.details.place.as_deref().unwrap_or("The facility");
                format!("{place} can no longer be used for {title}{during}")
            }
            NotificationType::NewMail => match (self.count, self.actor) {
                (2.., _) => format!("{} new mails", self.count),
                (_, Some(actor)) => format!("New mail from {actor}: {title}"),
                (_, None) => format!("New mail: {title}"),
            },
            NotificationType::Appointed => self.appointed_english(when.as_deref()),
            NotificationType::PhoneMemo => memo::in_english(self.details),
            NotificationType::ShareLeft => {
                format!("{} left {title}, which you had shared", self.actor.unwrap_or("Somebody"))
            }
            NotificationType::ShareDeleted => {
                format!("{} deleted {title}, which was yours", self.actor.unwrap_or("Somebody"))
            }
            NotificationType::Undelivered => {
                let answer = self.details.participation_status.is_some();
                let what = if answer { "Your answer to" } else { "The message about" };
                let to = self.details.recipient.as_deref().unwrap_or("a participant");
                let more = self.count.checked_sub(1).filter(|more| *more > 0);
                let to = more.map_or_else(|| to.to_owned(), |more| format!("{to} and {more} more"));
                format!("{what} {title}{during} could not be delivered to {to}: let them know in another way")
            }
        }
    }

    /// Which occurrence is meant, where it is now on another day than it was.
    fn which_english(&self) -> String {
        self.other_day().map(|was| format!(" of {}", Language::En.day(was, self.year))).unwrap_or_default()
    }

    fn answered_english(&self, title: &str) -> String {
        if let Some(place) = self.declined_place() {
            return format!("{place} could not be booked for {title}");
        }
        let actor = self.actor.unwrap_or("A participant");
        match (self.count, self.details.participation_status.as_deref()) {
            (2.., _) => format!("{actor} and {} more answered your invitation to {title}", self.count - 1),
            (_, Some("accepted")) => format!("{actor} accepted {title}"),
            (_, Some("declined")) => format!("{actor} declined {title}"),
            (_, Some("tentative")) => format!("{actor} may come to {title}"),
            _ => format!("{actor} answered your invitation to {title}"),
        }
    }

    fn appointed_english(&self, when: Option<&str>) -> String {
        let day = when.map(|when| format!(" from {when}")).unwrap_or_default();
        let place = self.details.place.as_deref().unwrap_or("a new unit");
        let title = self.details.title.as_deref().map(|title| format!("{title}, ")).unwrap_or_default();
        let post = if self.details.concurrent { "further post" } else { "post" };
        if self.details.withdrawn {
            return format!("Taken back: your {post}{day}, {title}{place}");
        }
        let before = self.details.predecessor.as_deref();
        let before = before.map(|name| format!(" (before you: {name})")).unwrap_or_default();
        let entrusted = match self.details.entrusted.unwrap_or_default() {
            0 => String::new(),
            1 => ". One calendar or address book is shared with it".to_owned(),
            many => format!(". {many} calendars and address books are shared with it"),
        };
        format!("Your {post}{day}: {title}{place}{before}{entrusted}")
    }

    fn when_japanese(&self) -> Option<String> {
        let start = local_start(self.details)?;
        let date = Language::Ja.day(start.date(), self.year);
        Some(if self.details.show_without_time { date } else { format!("{date} {}", start.format("%-H:%M")) })
    }

    fn when_english(&self) -> Option<String> {
        let start = local_start(self.details)?;
        let date = Language::En.day(start.date(), self.year);
        Some(if self.details.show_without_time { date } else { format!("{date}, {}", start.format("%H:%M")) })
    }
}

fn quoted(details: &Details, open: char, close: char, without: &str) -> String {
    let title = details.title.as_deref().filter(|title| !title.is_empty()).unwrap_or(without);
    format!("{open}{title}{close}")
}

fn local_start(details: &Details) -> Option<NaiveDateTime> {
    details.start.as_deref().and_then(|start| start.parse().ok())
}

mod memo;

#[cfg(test)]
mod tests;
