use chrono::{DateTime, Datelike, Days, FixedOffset, NaiveDate, NaiveTime, TimeZone};

use super::{
    contacts::Contact,
    letter::{Attachment, Letter, Mailbox},
    people::{Person, USERS},
    seeded::Seeded,
    units::Unit,
};

const LETTERS: &str = include_str!("data/letters.txt");
const JAPAN: i32 = 9 * 3_600;

/// A letter in somebody's mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivered {
    pub letter: Letter,
    pub folder: Folder,
    pub seen: bool,
    pub flagged: bool,
    pub answered: bool,
}

/// Where a letter lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Folder {
    Inbox,
    Sent,
}

/// A letter to be filled in.
struct Template {
    kind: &'static str,
    attachment: Option<&'static str>,
    html: bool,
    subject: &'static str,
    text: &'static str,
}

fn templates() -> Vec<Template> {
    LETTERS
        .split("== ")
        .filter_map(|block| {
            let (head, rest) = block.split_once('\n')?;
            let (subject, text) = rest.split_once('\n')?;
            let mut words = head.split(' ');
            let kind = words.next()?;
            let (mut attachment, mut html) = (None, false);
            for word in words {
                match word.split_once('=') {
                    Some(("attachment", of)) => attachment = Some(of),
                    _ => html = word == "html",
                }
            }
            Some(Template { kind, attachment, html, subject, text })
        })
        .collect()
}

/// The office in which the letters are written.
#[derive(Debug, Clone, Copy)]
pub struct Office<'a> {
    pub units: &'a [Unit],
    pub people: &'a [Person],
    pub contacts: &'a [Contact],
    pub today: NaiveDate,
}

/// Draws the mailbox of the person at `place`: `count` letters of the last two months and some of their replies,
/// oldest first.
pub fn draw(rng: &mut Seeded, office: Office<'_>, place: usize, count: usize) -> Vec<Delivered> {
    let Some(person) = office.people.get(place) else { return Vec::new() };
    let templates = templates();
    let mut mails: Vec<Delivered> = Vec::new();
    for nth in 0..count {
        // The first round shows every kind of letter, the others come by chance.
        let chosen = templates.get(nth).or_else(|| rng.pick(&templates));
        let Some(template) = chosen else { continue };
        let days_ago = 1 + (count - nth) * 60 / count.max(1);
        let sent = moment(rng, office.today, days_ago);
        let letter = write(rng, office, person, template, sent);
        let old = days_ago > 3;
        let seen = old && rng.chance(85);
        let answered = seen && template.kind != "system" && rng.chance(25);
        if answered {
            mails.push(reply(person, &letter));
        }
        mails.push(Delivered { letter, folder: Folder::Inbox, seen, flagged: rng.chance(8), answered });
    }
    mails.sort_by_key(|mail| mail.letter.sent);
    mails
}

fn moment(rng: &mut Seeded, today: NaiveDate, days_ago: usize) -> DateTime<FixedOffset> {
    let day = working_day_before(today - Days::new(u64::try_from(days_ago).unwrap_or(0)));
    let minute = u32::try_from(rng.below(540)).unwrap_or(0);
    let time = NaiveTime::from_hms_opt(8 + minute / 60, minute % 60, 0).unwrap_or(NaiveTime::MIN);
    japan(day.and_time(time))
}

fn working_day_before(day: NaiveDate) -> NaiveDate {
    day - Days::new(u64::from(day.weekday().num_days_from_monday()).saturating_sub(4))
}

fn working_day_after(day: NaiveDate) -> NaiveDate {
    match day.weekday().num_days_from_monday() {
        5 => day + Days::new(2),
        6 => day + Days::new(1),
        _ => day,
    }
}

fn japan(local: chrono::NaiveDateTime) -> DateTime<FixedOffset> {
    FixedOffset::east_opt(JAPAN)
        .and_then(|zone| zone.from_local_datetime(&local).single())
        .unwrap_or_else(|| local.and_utc().fixed_offset())
}

fn write(
    rng: &mut Seeded,
    office: Office<'_>,
    to: &Person,
    template: &Template,
    sent: DateTime<FixedOffset>,
) -> Letter {
    let writer = Writer::draw(rng, office, to, template.kind);
    let unit_to = unit_name(office.units, to);
    let fill = |text: &str| {
        text.replace("{to}", to.name.family)
            .replace("{unit_to}", &unit_to)
            .replace("{from}", &writer.family)
            .replace("{unit}", &writer.unit)
            .replace("{extension}", &writer.extension)
            .replace("{company}", &writer.company)
            .replace("{department}", &writer.department)
            .replace("{phone}", &writer.phone)
            .replace("{date}", &short_date(working_day_after(sent.date_naive() + Days::new(5))))
    };
    let text = fill(template.text);
    let html = template.html.then(|| html_of(&text));
    Letter {
        message_id: format!("<{:016x}.{:x}@{}>", rng.next(), sent.timestamp(), writer.domain()),
        subject: fill(template.subject),
        to: vec![mailbox(to)],
        cc: if rng.chance(20) {
            colleague(rng, office, to).map(mailbox).into_iter().collect()
        } else {
            Vec::new()
        },
        sent,
        references: Vec::new(),
        old_charset: rng.chance(if template.kind == "outside" { 60 } else { 30 }),
        html,
        attachment: template.attachment.map(file),
        from: writer.mailbox,
        text,
    }
}

/// Who writes, with what their letters say of them.
struct Writer {
    mailbox: Mailbox,
    family: String,
    unit: String,
    extension: String,
    company: String,
    department: String,
    phone: String,
}

impl Writer {
    fn draw(rng: &mut Seeded, office: Office<'_>, to: &Person, kind: &str) -> Self {
        let nobody = Self {
            mailbox: Mailbox {
                name: "庁内システム".to_owned(),
                address: "no-reply@pref.example.jp".to_owned(),
            },
            family: String::new(),
            unit: String::new(),
            extension: String::new(),
            company: String::new(),
            department: String::new(),
            phone: String::new(),
        };
        match kind {
            "colleague" => colleague(rng, office, to).map_or(nobody, |person| Self {
                mailbox: mailbox(person),
                family: person.name.family.to_owned(),
                unit: unit_name(office.units, person),
                extension: person.extension.clone(),
                company: String::new(),
                department: String::new(),
                phone: String::new(),
            }),
            "outside" => rng.pick(office.contacts).map_or(nobody, |contact| Self {
                mailbox: Mailbox { name: contact.name.full(), address: contact.mail.clone() },
                family: contact.name.family.to_owned(),
                unit: String::new(),
                extension: String::new(),
                company: contact.company.to_owned(),
                department: contact.department.to_owned(),
                phone: contact.phone.clone(),
            }),
            _ => nobody,
        }
    }

    fn domain(&self) -> &str {
        self.mailbox.address.rsplit('@').next().unwrap_or("pref.example.jp")
    }
}

fn reply(person: &Person, to: &Letter) -> Delivered {
    let quoted: String = to.text.lines().map(|line| format!("> {line}\n")).collect();
    let letter = Letter {
        from: mailbox(person),
        to: vec![to.from.clone()],
        cc: Vec::new(),
        subject: format!("Re: {}", to.subject),
        sent: to.sent + chrono::TimeDelta::minutes(40),
        message_id: to.message_id.replacen('<', "<re.", 1),
        references: vec![to.message_id.clone()],
        old_charset: false,
        text: format!("{}です。\n承知しました。よろしくお願いします。\n\n{quoted}", person.name.family),
        html: None,
        attachment: None,
    };
    Delivered { letter, folder: Folder::Sent, seen: true, flagged: false, answered: false }
}

/// Someone else who has a mailbox, most often of the same unit: whoever writes can be answered.
fn colleague<'a>(rng: &mut Seeded, office: Office<'a>, of: &Person) -> Option<&'a Person> {
    let unit = of.posts.first().map(|post| post.unit);
    let with_mailbox = office.people.iter().take(USERS.len());
    let others: Vec<&Person> = with_mailbox.filter(|person| person.id != of.id).collect();
    let mut near = others.clone();
    near.retain(|person| person.posts.first().map(|post| post.unit) == unit);
    if rng.chance(60) && !near.is_empty() {
        return rng.pick(&near).copied();
    }
    rng.pick(&others).copied()
}

fn mailbox(person: &Person) -> Mailbox {
    Mailbox { name: person.name.full(), address: person.mail.clone() }
}

fn unit_name(units: &[Unit], person: &Person) -> String {
    let unit = person.posts.first().and_then(|post| units.get(post.unit));
    let section = unit.and_then(|unit| unit.parent).and_then(|parent| units.get(parent));
    format!("{}{}", section.map_or("", |section| section.name), unit.map_or("", |unit| unit.name))
}

fn short_date(day: NaiveDate) -> String {
    const WEEKDAYS: [&str; 7] = ["月", "火", "水", "木", "金", "土", "日"];
    let weekday = usize::try_from(day.weekday().num_days_from_monday()).unwrap_or(0);
    format!("{}月{}日（{}）", day.month(), day.day(), WEEKDAYS.get(weekday).unwrap_or(&""))
}

/// A newsletter as such programs make it: with a picture from elsewhere, which a reader must not load.
fn html_of(text: &str) -> String {
    let lines: String = text.lines().map(|line| format!("<p>{line}</p>\n")).collect();
    format!(
        "<html><body><img src=\"https://tracker.example.com/open.gif\" width=\"1\" height=\"1\">\n{lines}\
         <p><a href=\"https://www.example.com/\">続きを読む</a></p></body></html>\n"
    )
}

fn file(of: &str) -> Attachment {
    match of {
        "csv" => Attachment {
            file_name: "執行状況一覧.csv",
            media_type: "text/csv; charset=Shift_JIS",
            content: encoding_rs::SHIFT_JIS
                .encode("節,予算額,執行額,残額,備考\r\n需用費,1200000,840300,359700,\r\n役務費,450000,210500,239500,\r\n")
                .0
                .into_owned(),
        },
        _ => Attachment {
            file_name: "会議資料.pdf",
            media_type: "application/pdf",
            content: include_bytes!("data/agenda.pdf").to_vec(),
        },
    }
}

#[cfg(test)]
mod tests {
    use renraku_base::Timestamp;

    use super::*;
    use crate::demo::{contacts, people, units};

    #[test]
    fn hanako_has_sixty_mails_some_about_meetings_some_in_the_old_charset() {
        let at = Timestamp::from_seconds(0);
        let units = units::draw(&mut Seeded::new(1), at, 300, &people::needed_teams());
        let people = people::draw(&mut Seeded::new(2), at, 300, &units);
        let contacts = contacts::draw(&mut Seeded::new(5), at, 40);
        let today = NaiveDate::from_ymd_opt(2026, 4, 1).unwrap();
        let office = Office { units: &units, people: &people, contacts: &contacts, today };
        let mails = draw(&mut Seeded::new(6), office, 0, 72);
        let inbox: Vec<&Delivered> = mails.iter().filter(|mail| mail.folder == Folder::Inbox).collect();
        assert!(inbox.len() >= 60);
        assert!(inbox.iter().filter(|mail| mail.letter.subject.contains("会議")).count() >= 5);
        assert!(inbox.iter().filter(|mail| !mail.seen).count() >= 5);
        assert!(mails.iter().any(|mail| !mail.letter.references.is_empty()));
        let answered_by = |address: &str| {
            people[..USERS.len()].iter().any(|user| user.mail == address)
                || contacts.iter().any(|contact| contact.mail == address)
                || address == "no-reply@pref.example.jp"
        };
        for letter in mails.iter().map(|mail| &mail.letter) {
            let everybody = letter.to.iter().chain(&letter.cc).chain([&letter.from]);
            assert!(everybody.into_iter().all(|it| answered_by(&it.address)), "{letter:?}");
        }
        let bytes: Vec<Vec<u8>> = mails.iter().map(|mail| mail.letter.to_bytes()).collect();
        assert!(bytes.iter().filter(|mail| mail.windows(11).any(|word| word == b"ISO-2022-JP")).count() >= 5);
        assert!(
            mails.iter().all(|mail| !mail.letter.text.contains('{') && !mail.letter.subject.contains('{'))
        );
        assert!(mails.iter().all(|mail| mail.letter.sent.date_naive() < today));
        assert!(mails.iter().any(|mail| mail.letter.html.is_some()));
        assert!(mails.iter().any(|mail| mail.letter.attachment.is_some()));
    }
}
