//! Wakes clients: what speaks to push services, and who sees that somebody is to be told.

use std::{
    fs, io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use anyhow::Context as _;
use renraku_db::{Db, Error};
use renraku_notify::push::{self, Contact, VapidKey, WebPush};
use renraku_people::ServerSecret;

use crate::{config::Config, ticker::Ticker};

/// Changes that follow each other so soon are one message.
const PAUSE: Duration = Duration::from_secs(1);
/// After so many pauses what another process changed is looked for too.
const LOOK_UP: u32 = 5;

/// The server's key for push services: the same for as long as the installation has its secret.
#[must_use]
pub fn key(secret: &ServerSecret) -> VapidKey {
    VapidKey::of(secret.derive("web-push-vapid"))
}

/// What speaks to push services.
///
/// # Errors
/// When the settings of push cannot be used.
pub fn sender(config: &Config, key: VapidKey) -> anyhow::Result<WebPush> {
    let settings = &config.push;
    let allowed = settings.allow.parse().context("push.allow cannot be used")?;
    let file = &settings.ca_file;
    let authorities = match file.is_empty() {
        true => Vec::new(),
        false => fs::read(file).with_context(|| format!("push.ca_file: {file} cannot be read"))?,
    };
    let contact = Contact(Some(settings.contact.clone()).filter(|contact| !contact.is_empty()));
    Ok(WebPush::new(key, contact, allowed, &authorities)?)
}

/// Puts a message into the queue for each subscription that is behind its collection.
///
/// # Errors
/// When the database fails.
pub fn queue(db: &Db) -> Result<(), Error> {
    while db.read(push::is_any_behind)? {
        db.write(push::queue)?;
    }
    Ok(())
}

/// Looks for subscriptions that are behind a moment after each change, until it is dropped.
///
/// # Errors
/// When the system has no thread to give.
pub fn watch(db: &Db) -> io::Result<Ticker> {
    let changed = Arc::new(AtomicBool::new(true));
    let heard = Arc::downgrade(&changed);
    db.subscribe(move |committed| {
        if !committed.collections.is_empty()
            && let Some(changed) = heard.upgrade()
        {
            changed.store(true, Ordering::Release);
        }
    });
    let db = db.clone();
    let mut pauses = 0;
    Ticker::start("push", PAUSE, move || {
        pauses += 1;
        if changed.swap(false, Ordering::AcqRel) || pauses >= LOOK_UP {
            pauses = 0;
            if let Err(error) = queue(&db) {
                tracing::warn!(error = %error, "who is to be told by push cannot be found for now");
            }
        }
    })
}
