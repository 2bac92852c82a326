use renraku_db::Db;
use renraku_notify::{Delivery, MailAddress, OutgoingMail, SendFault, Undelivered};

use crate::{codec::compose, source, store::accounts};

/// A mail did not get to these addresses, of which its author is told in their own inbox.
pub fn undelivered(
    db: &Db,
    mail: &OutgoingMail,
    (addresses, no_way): (Vec<String>, bool),
    reason: &str,
) -> Result<Delivery, SendFault> {
    let author_knows = bounce(db, mail, &addresses, reason)?;
    Ok(Delivery::Undelivered(Undelivered { addresses, no_way, author_knows, reason: reason.to_owned() }))
}

/// Tells the author. `false` when they have no mail account here.
fn bounce(db: &Db, mail: &OutgoingMail, failed: &[String], reason: &str) -> Result<bool, SendFault> {
    let author = mail.from.email.to_ascii_lowercase();
    let account = db
        .read(|tx| accounts::find_by_addresses(tx, std::slice::from_ref(&author)))
        .map_err(|error| SendFault::Temporary(error.to_string()))?;
    let Some(account) = account.into_iter().next() else { return Ok(false) };
    let notice = notice(mail, failed, reason);
    let composed = compose::compose(&notice, &[]).map_err(|fault| SendFault::Permanent(fault.to_string()))?;
    source::open(&account.source)
        .and_then(|source| source.deliver(&delivery_key(&notice), &composed.bytes))
        .map_err(|fault| SendFault::Temporary(fault.to_string()))?;
    Ok(true)
}

fn notice(mail: &OutgoingMail, failed: &[String], reason: &str) -> OutgoingMail {
    let domain = mail.from.email.rsplit_once('@').map_or("localhost", |(_, domain)| domain);
    let list = failed.join("\n  ");
    let beginning: String = mail.text.chars().take(2_000).collect();
    OutgoingMail {
        message_id: format!("bounce.{}", mail.message_id),
        date: mail.date,
        from: MailAddress {
            name: Some("メール配送システム".to_owned()),
            email: format!("mailer-daemon@{domain}"),
        },
        to: vec![mail.from.clone()],
        cc: Vec::new(),
        bcc: Vec::new(),
        subject: format!("配送できませんでした：{}", mail.subject),
        text: format!(
            "次の宛先にメールを届けられませんでした。\n\n  {list}\n\n理由：{reason}\n\n\
             宛先を確かめて、もう一度送ってください。\n\n\
             This mail could not be delivered to the addresses above.\n\n\
             ---------- 送信したメール ----------\n件名：{}\n\n{beginning}",
            mail.subject
        ),
        calendar: None,
        in_reply_to: Some(mail.message_id.clone()),
        references: vec![mail.message_id.clone()],
        files_of: None,
        whole: false,
    }
}

/// The key under which a mail is delivered: the same at each attempt.
pub fn delivery_key(mail: &OutgoingMail) -> String {
    let id: String = mail
        .message_id
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '.' })
        .take(150)
        .collect();
    format!("{}.{}.renraku", mail.date.seconds(), id.trim_matches('.'))
}
