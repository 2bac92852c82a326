use std::time::Instant;

use diesel::prelude::*;
use renraku_base::Timestamp;
use renraku_db::{meta, schema::message_texts};
use renraku_mail::{
    EmailAddress, Keywords, MailboxRole, SearchTexts, service, service::BulkHead, source::MailSource,
};
use renraku_test_db::on_each_database;

use super::{Office, key, mail};

#[test]
fn a_word_is_found_as_soon_as_its_mail_is_there_and_no_longer() {
    on_each_database(|db, _clock| {
        let office = Office::new(db);
        let hanako = office.mailer("hanako");
        hanako.maildir.append("", &key(1, "a"), &mail("予算会議", ""), Keywords::NONE).unwrap();
        office.index(&hanako);
        for q in ["会議", "予", "佐藤", "さとう 予算", "ＳＡＴＯ", "件"] {
            let expected: &[&str] = if q == "さとう 予算" { &[] } else { &["予算会議"] };
            assert_eq!(office.found(&hanako, q), expected, "{q}");
        }
        assert!(office.found(&hanako, "会計").is_empty());
        // An older mail that arrives later stands behind it.
        hanako.maildir.append("", &key(0, "b"), &mail("会議室", ""), Keywords::NONE).unwrap();
        office.index(&hanako);
        assert_eq!(office.found(&hanako, "会議"), ["予算会議", "会議室"]);
        hanako.maildir.remove("", &key(1, "a")).unwrap();
        office.index(&hanako);
        assert_eq!(office.found(&hanako, "会議"), ["会議室"]);
        let taro = office.mailer("taro");
        assert!(office.found(&taro, "会議").is_empty());
    });
}

#[test]
fn what_was_stored_by_former_rules_is_folded_anew_and_found_once() {
    on_each_database(|db, _clock| {
        let office = Office::new(db);
        let (hanako, taro) = (office.mailer("hanako"), office.mailer("taro"));
        for (n, subject) in [(1, "霞ヶ関への出張"), (2, "予算会議"), (3, "霞ケ関から")] {
            hanako.maildir.append("", &key(n, "a"), &mail(subject, ""), Keywords::NONE).unwrap();
        }
        taro.maildir.append("", &key(1, "b"), &mail("霞が関", ""), Keywords::NONE).unwrap();
        assert_eq!((office.index(&hanako), office.index(&taro)), (3, 1));
        let both = ["霞ケ関から", "霞ヶ関への出張"];
        assert_eq!(office.found(&hanako, "霞が関"), both);

        let leave_as_of = |rules: &str| {
            let of_kasumigaseki = message_texts::table.filter(message_texts::folded.like("%霞が関%"));
            db.write(|tx| {
                tx.run(diesel::update(of_kasumigaseki).set(message_texts::folded.eq("former")))?;
                meta::put(tx, "mail-texts", rules)
            })
            .unwrap();
        };
        let modseq = office.modseq(&hanako);
        leave_as_of("0");
        let elsewhere = SearchTexts::new();
        assert!(Office { texts: elsewhere.clone(), ..Office::new(db) }.found(&hanako, "霞が関").is_empty());
        assert_eq!(service::index_anew(db).unwrap(), 3);
        for texts in [office.texts.clone(), elsewhere, SearchTexts::new()] {
            let office = Office { texts, ..Office::new(db) };
            assert_eq!(office.found(&hanako, "霞が関"), both);
            assert_eq!(office.found(&hanako, "会議"), ["予算会議"]);
            assert!(office.found(&hanako, "former").is_empty());
            assert_eq!(office.found(&taro, "霞が関"), ["霞が関"]);
        }
        assert_eq!(office.modseq(&hanako), modseq, "no phone hears of it");

        // Whoever was interrupted goes on behind the last account that was done.
        let last = [&hanako, &taro].map(|mailer| mailer.account.id.clone()).into_iter().max().unwrap();
        leave_as_of(&format!("1 {last}"));
        assert_eq!(service::index_anew(db).unwrap(), 0);
        leave_as_of(&format!("0 {last}"));
        assert_eq!(service::index_anew(db).unwrap(), 3);
        leave_as_of("1");
        assert_eq!(service::index_anew(db).unwrap(), 0);
    });
}

#[test]
fn ten_thousand_mails_are_searched_completely() {
    on_each_database(|db, _clock| {
        let office = Office::new(db);
        let hanako = office.mailer("hanako");
        for batch in 0..10 {
            let heads: Vec<BulkHead> = (0..1_000).map(|n| head(batch * 1_000 + n)).collect();
            db.write(|tx| service::put_heads(tx, &hanako.account, MailboxRole::Inbox, &heads)).unwrap();
        }
        let begin = Instant::now();
        assert_eq!(office.found(&hanako, "鷹匠"), ["鷹匠の件 9973", "鷹匠の件 0"].map(str::to_owned)[..]);
        let cold = begin.elapsed();
        let begin = Instant::now();
        assert_eq!(office.found(&hanako, "鷹匠").len(), 2);
        let warm = begin.elapsed();
        let begin = Instant::now();
        assert_eq!(office.all(&hanako).len(), 50);
        // No bound is asserted: the machine may be busy, and this is a debug build. The bench measures.
        println!("cold {cold:?}, warm {warm:?}, 50 heads {:?}", begin.elapsed());
        assert_eq!(office.mailbox(&hanako, MailboxRole::Inbox).total_emails, 10_000);
    });
}

fn head(n: i64) -> BulkHead {
    let subject = if n % 9_973 == 0 { format!("鷹匠の件 {n}") } else { format!("定例の連絡 {n}") };
    let address =
        |name: &str| EmailAddress { name: Some(name.to_owned()), email: "a@pref.example.jp".to_owned() };
    BulkHead {
        subject,
        from: address("佐藤 花子"),
        to: address("高橋 一郎"),
        preview: format!(
            "お疲れさまです。{n}番の資料をお送りしますのでご確認ください。よろしくお願いいたします。"
        ),
        received_at: Timestamp::from_seconds(1_700_000_000 + n),
        keywords: Keywords::NONE,
        size: 2_000,
        has_attachment: false,
    }
}
