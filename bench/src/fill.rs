//! Mail heads straight into the table: a million files would measure the file system.

use std::sync::Arc;

use anyhow::{Context, Result};
use diesel::RunQueryDsl;
use renraku_base::{PersonId, SystemClock, Timestamp};
use renraku_db::{Db, Error, Location, Settings};
use renraku_mail::{
    EmailAddress, Keywords, MailboxRole,
    service::{BulkHead, put_account, put_heads},
};

/// The mailbox in which the search is measured holds so many.
const OF_THE_FIRST: u32 = 10_000;
const AT_ONCE: u32 = 5_000;

const SUBJECTS: [&str; 8] = [
    "定例会議の開催について",
    "【照会】令和8年度予算要求に係る資料の提出について",
    "Re: 現地調査の日程調整",
    "出張命令の確認をお願いします",
    "（至急）道路占用許可の件",
    "防災訓練の実施結果",
    "職員研修のご案内",
    "庁舎設備点検のお知らせ",
];
const PREVIEWS: [&str; 4] = [
    "お疲れさまです。標記の件につきまして、下記のとおり実施しますので御出席くださるようお願いします。",
    "いつもお世話になっております。先日御相談しました資料を添付いたしますので御確認ください。",
    "関係各位 標題について別添のとおり通知がありましたので、期日までに回答をお願いいたします。",
    "承知しました。当日は公用車で伺いますので、駐車場の手配をお願いできますでしょうか。",
];
const AUTHORS: [(&str, &str); 5] = [
    ("佐藤 花子", "sato.hanako@example.jp"),
    ("髙橋 太郎", "takahashi.taro@example.jp"),
    ("渡邊 美咲", "watanabe.misaki@example.jp"),
    ("総務課", "soumu@example.jp"),
    ("株式会社北の建設", "info@kita-kensetsu.example.jp"),
];

/// Puts `count` mail heads into the mailboxes of `people`: ten thousand into the first's, the rest evenly.
pub fn mail_heads(url: &str, people: &[String], count: u32) -> Result<()> {
    let location = Location::parse(url)?;
    let db = Db::open(Settings::new(location.clone()), Arc::new(SystemClock))?;
    let others = u32::try_from(people.len())?.saturating_sub(1).max(1);
    for (at, person) in people.iter().enumerate() {
        let heads =
            if at == 0 { OF_THE_FIRST.min(count) } else { count.saturating_sub(OF_THE_FIRST) / others };
        one_account(&db, &person.parse().ok().context("a person's id")?, heads)?;
    }
    if matches!(location, Location::Postgres(_)) {
        // What a server that has run for a night knows of its tables.
        db.write(|tx| Ok::<_, Error>(diesel::sql_query("ANALYZE").execute(tx.conn())?))?;
    }
    Ok(())
}

/// Puts `count` mail heads into the mailbox of one person.
pub fn one_account_of(url: &str, person: &str, count: u32) -> Result<()> {
    let db = Db::open(Settings::new(Location::parse(url)?), Arc::new(SystemClock))?;
    one_account(&db, &person.parse().ok().context("a person's id")?, count)
}

fn one_account(db: &Db, person: &PersonId, count: u32) -> Result<()> {
    let address = format!("{person}@example.jp");
    let account = db.write(|tx| put_account(tx, person, "maildir:/nonexistent", &address, "bench"))?;
    let newest = db.now().seconds();
    let mut done = 0;
    while done < count {
        let some = AT_ONCE.min(count - done);
        let heads: Vec<BulkHead> = (done..done + some).map(|at| head(at, newest, &address)).collect();
        db.write(|tx| put_heads(tx, &account, MailboxRole::Inbox, &heads))?;
        done += some;
    }
    Ok(())
}

fn head(at: u32, newest: i64, to: &str) -> BulkHead {
    let pick = |list: usize| usize::try_from(at).unwrap_or(0) % list;
    let (name, email) = AUTHORS[pick(AUTHORS.len())];
    let address =
        |name: &str, email: &str| EmailAddress { name: Some(name.to_owned()), email: email.to_owned() };
    let keywords = if at < 40 { Keywords::NONE } else { Keywords::SEEN };
    BulkHead {
        subject: format!("{}（{at}）", SUBJECTS[pick(SUBJECTS.len())]),
        from: address(name, email),
        to: address("", to),
        preview: PREVIEWS[pick(PREVIEWS.len())].to_owned(),
        received_at: Timestamp::from_seconds(newest - i64::from(at) * 600),
        keywords,
        size: 4_000 + i64::from(at % 50_000),
        has_attachment: at.is_multiple_of(7),
    }
}
