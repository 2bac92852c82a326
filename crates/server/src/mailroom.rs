//! Where mail lies, who hears of it and who carries it.

use std::{
    collections::{BTreeSet, HashMap},
    fs, io,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::Context as _;
use renraku_base::{Limit, PersonId};
use renraku_db::Db;
use renraku_mail::{
    MailAccount, MailFault,
    delivery::{Encryption, MaildirSender, SmtpSender, SmtpSettings},
    service::{Indexed, index_news, list_accounts, put_account, was_indexed},
    watch::{News, Watch},
};
use renraku_notify::MailSender;
use renraku_people::{
    account,
    directory::{NamedPerson, service as directory},
};

use crate::{
    config::{Config, SmtpEncryption},
    ticker::Ticker,
};

/// So often accounts are looked for that another process made, and what failed is tried again.
const ROUND: Duration = Duration::from_secs(10);
const MAILDIR: &str = "maildir:";

/// The source of a user's mail: a Maildir in the folder of all; `None` where the office has no mail.
pub fn source_of(config: &Config, username: &str) -> Option<String> {
    let root = Some(&config.mail.maildirs).filter(|root| !root.is_empty())?;
    let root = std::path::absolute(root).unwrap_or_else(|_no_working_folder| root.into());
    Some(format!("{MAILDIR}{}", root.join(username).display()))
}

/// Gives everybody who may sign in the mail account that the settings say: to those who came before the office had mail, and with
/// the folder of today to those who had another.
///
/// # Errors
/// When the database fails.
pub fn settle_accounts(config: &Config, db: &Db) -> anyhow::Result<()> {
    let known: HashMap<PersonId, MailAccount> =
        db.read(list_accounts)?.into_iter().map(|account| (account.person.clone(), account)).collect();
    let mut after = None;
    loop {
        let page = db.read(|tx| {
            account::list_accounts(tx, after.as_ref(), Limit::new(Limit::MAX).unwrap_or_default())
        })?;
        let Some(last) = page.items.last() else { return Ok(()) };
        after = Some(last.username.clone());
        let wanted: Vec<(PersonId, String)> = page
            .items
            .into_iter()
            .filter_map(|it| Some((it.person_id, source_of(config, it.username.as_str())?)))
            .filter(|(person, source)| known.get(person).is_none_or(|account| account.source != *source))
            .collect();
        if wanted.is_empty() {
            continue;
        }
        let settled = db.write_many(|tx| -> Result<usize, renraku_db::Error> {
            let people: Vec<PersonId> = wanted.iter().map(|(person, _)| person.clone()).collect();
            let named = directory::names(tx, &people)?;
            let mut settled = 0;
            for (person, source) in &wanted {
                let (address, name) = match (known.get(person), named.get(person)) {
                    (Some(account), _) => (account.address.clone(), account.name.clone()),
                    (None, Some(NamedPerson { name, email: Some(email), .. })) => {
                        (email.clone(), name.full.clone())
                    }
                    // Without an address there is no mail.
                    _ => continue,
                };
                put_account(tx, person, source, &address, &name)?;
                settled += 1;
            }
            Ok(settled)
        })?;
        tracing::info!(mail.accounts = settled, "mail accounts were settled");
    }
}

/// What carries outgoing mail.
///
/// # Errors
/// When the settings of SMTP cannot be used.
pub fn sender(config: &Config, db: &Db) -> anyhow::Result<Arc<dyn MailSender>> {
    let smtp = &config.smtp;
    if smtp.host.is_empty() {
        return Ok(Arc::new(MaildirSender::new(db.clone())));
    }
    let settings = SmtpSettings {
        host: smtp.host.clone(),
        port: smtp.port,
        encryption: match smtp.encryption {
            SmtpEncryption::Tls => Encryption::Tls,
            SmtpEncryption::Starttls => Encryption::StartTls,
            SmtpEncryption::None => Encryption::None,
        },
        login: (!smtp.username.is_empty()).then(|| (smtp.username.clone(), smtp.password.clone())),
        authorities: authorities(&smtp.ca_file)?,
    };
    let sender = SmtpSender::new(db.clone(), &settings)
        .with_context(|| format!("the mail server {} cannot be spoken to by [smtp]", smtp.host))?;
    Ok(Arc::new(sender))
}

fn authorities(file: &str) -> anyhow::Result<Vec<Vec<u8>>> {
    if file.is_empty() {
        return Ok(Vec::new());
    }
    let pem = fs::read(file).with_context(|| format!("smtp.ca_file: {file} cannot be read"))?;
    Ok(vec![pem])
}

/// Keeps the index of every account true to its source, until it is dropped.
pub struct Mailroom {
    _round: Ticker,
}

impl Mailroom {
    /// Looks at every account now and from then on whenever its source changes.
    ///
    /// # Errors
    /// When sources cannot be watched.
    pub fn open(db: &Db) -> anyhow::Result<Self> {
        let failed = Arc::new(Mutex::new(BTreeSet::new()));
        let (index, behind) = (db.clone(), Arc::clone(&failed));
        let watch = Watch::start(move |account, news| bring_up_to_date(&index, account, news, &behind))?;
        let mut round = Round { db: db.clone(), watch, followed: BTreeSet::new(), failed };
        round.go();
        Ok(Self { _round: Ticker::start("mail-round", ROUND, move || round.go())? })
    }
}

type Behind = Mutex<BTreeSet<String>>;

fn bring_up_to_date(db: &Db, account: &str, news: &News, behind: &Behind) {
    match index_news(db, account, news) {
        Ok(Indexed { changed, unsettled }) => {
            tracing::debug!(mail.account = account, mail.changed = changed, "mail indexed");
            if unsettled {
                later(behind, account);
            }
        }
        Err(error) => {
            tracing::warn!(mail.account = account, error = %cause(&error), "mail is indexed again later");
            later(behind, account);
        }
    }
}

fn later(behind: &Behind, account: &str) {
    behind.lock().unwrap_or_else(PoisonError::into_inner).insert(account.to_owned());
}

fn cause(error: &MailFault) -> String {
    let source = std::error::Error::source(error).map(|source| format!(": {source}"));
    format!("{error}{}", source.unwrap_or_default())
}

struct Round {
    db: Db,
    watch: Watch,
    followed: BTreeSet<String>,
    failed: Arc<Behind>,
}

impl Round {
    fn go(&mut self) {
        let failed = std::mem::take(&mut *self.failed.lock().unwrap_or_else(PoisonError::into_inner));
        let accounts = match self.db.read(list_accounts) {
            Ok(accounts) => accounts,
            Err(error) => {
                tracing::warn!(error = %error, "mail accounts cannot be listed for now");
                self.failed.lock().unwrap_or_else(PoisonError::into_inner).extend(failed);
                return;
            }
        };
        for account in accounts {
            if self.followed.contains(&account.id) && !failed.contains(&account.id) {
                continue;
            }
            match self.follow(&account) {
                Ok(()) => drop(self.followed.insert(account.id)),
                Err(error) => {
                    tracing::warn!(mail.account = account.id, error = %error, "a mail source cannot be watched");
                }
            }
        }
    }

    /// Watches an account's source, and has all of it looked at.
    fn follow(&self, account: &MailAccount) -> anyhow::Result<()> {
        // Later a Maildir that is not there is one that is out of reach.
        if let Some(root) = account.source.strip_prefix(MAILDIR)
            && !self.db.read(|tx| was_indexed(tx, &account.id))?
        {
            make_maildir(root)?;
        }
        Ok(self.watch.follow(account)?)
    }
}

/// A Maildir is made before the first mail, so that it can be watched.
fn make_maildir(root: &str) -> io::Result<()> {
    ["cur", "new", "tmp"].iter().try_for_each(|part| fs::create_dir_all(format!("{root}/{part}")))
}
