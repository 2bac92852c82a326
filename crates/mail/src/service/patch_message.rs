use std::collections::BTreeMap;

use renraku_base::{FieldFault, MailboxId, MessageId, Principal};
use renraku_db::{Changed, Tx};

use super::{apply_change, get_message::expect_for_change};
use crate::{
    Keywords, MailFault, MessageDetail, MessagePatch,
    store::{mailboxes, messages},
};

/// Sets keywords of one of the caller's mails, or moves it. Each member is set by itself, so that two phones that change
/// different ones do not undo each other. What changes nothing makes no new version.
///
/// # Errors
/// [`MailFault::NotFound`] when it is not theirs, [`MailFault::Invalid`] for a keyword or mailbox that is not known.
pub fn patch_message(
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &MessageId,
    patch: &MessagePatch,
) -> Result<Changed<MessageDetail>, MailFault> {
    let (account, stored) = expect_for_change(tx, who, id)?;
    let mut faults = Vec::new();
    let mut after = stored.state.clone();
    after.keywords = patched_keywords(after.keywords, &patch.keywords, &mut faults);
    if !patch.mailbox_ids.is_empty() {
        let known: Vec<MailboxId> =
            mailboxes::list(tx, &account.id)?.into_iter().map(|stored| stored.mailbox.id).collect();
        after.mailbox = patched_mailbox(after.mailbox, &patch.mailbox_ids, &known, &mut faults);
    }
    if !faults.is_empty() {
        return Err(MailFault::Invalid(faults));
    }
    if after == stored.state {
        return Ok(Changed::nothing(stored.detail));
    }
    let recorded = apply_change(tx, &account, &stored, &after)?;
    let stored = messages::get(tx, id)?.ok_or(MailFault::NotFound)?;
    Ok(recorded.with(stored.detail))
}

fn patched_keywords(
    current: Keywords,
    patch: &BTreeMap<String, Option<bool>>,
    faults: &mut Vec<FieldFault>,
) -> Keywords {
    let mut keywords = current;
    for (name, set) in patch {
        match Keywords::named(name) {
            Some(keyword) => keywords = keywords.with(keyword, *set == Some(true)),
            None => faults.push(FieldFault::new(
                format!("/keywords/{}", name.replace('~', "~0").replace('/', "~1")),
                "unknown-keyword",
                "one of $seen, $flagged, $answered, $draft, $forwarded",
            )),
        }
    }
    keywords
}

fn patched_mailbox(
    current: Option<MailboxId>,
    patch: &BTreeMap<String, Option<bool>>,
    known: &[MailboxId],
    faults: &mut Vec<FieldFault>,
) -> Option<MailboxId> {
    let mut into = Vec::new();
    let mut leaves = false;
    for (id, set) in patch {
        match known.iter().find(|known| known.as_str() == id) {
            Some(mailbox) if *set == Some(true) => into.push(mailbox.clone()),
            Some(mailbox) => leaves |= current.as_ref() == Some(mailbox),
            None => faults.push(FieldFault::new(
                format!("/mailboxIds/{}", id.replace('~', "~0").replace('/', "~1")),
                "unknown-mailbox",
                "one of the mailboxes of mail/mailboxes",
            )),
        }
    }
    into.retain(|mailbox| current.as_ref() != Some(mailbox) || leaves);
    match (&into[..], leaves) {
        ([], false) => current,
        ([mailbox], _) => Some(mailbox.clone()),
        _ => {
            faults.push(FieldFault::new(
                "/mailboxIds",
                "one-mailbox",
                "a mail lies in exactly one mailbox: set one, and take it out of the one in which it is",
            ));
            current
        }
    }
}

#[cfg(test)]
mod tests {
    use renraku_base::Id;

    use super::*;

    fn patched(patch: &[(&str, Option<bool>)]) -> Result<String, Vec<String>> {
        let known = ["in", "trash", "old"].map(|id| Id::stored(id.to_owned()));
        let patch = patch.iter().map(|(id, set)| ((*id).to_owned(), *set)).collect();
        let mut faults = Vec::new();
        let mailbox = patched_mailbox(Some(Id::stored("in".to_owned())), &patch, &known, &mut faults);
        if faults.is_empty() {
            Ok(mailbox.unwrap().into_string())
        } else {
            Err(faults.into_iter().map(|fault| fault.code.into_owned()).collect())
        }
    }

    #[test]
    fn a_mail_lies_in_one_mailbox() {
        assert_eq!(patched(&[("trash", Some(true))]), Ok("trash".to_owned()));
        assert_eq!(patched(&[("trash", Some(true)), ("in", None)]), Ok("trash".to_owned()));
        assert_eq!(patched(&[("trash", Some(true)), ("in", Some(true))]), Ok("trash".to_owned()));
        assert_eq!(patched(&[("in", Some(true))]), Ok("in".to_owned()));
        assert_eq!(patched(&[("old", None)]), Ok("in".to_owned()));
        assert_eq!(patched(&[("in", Some(false))]), Err(vec!["one-mailbox".to_owned()]));
        assert_eq!(
            patched(&[("old", Some(true)), ("trash", Some(true))]),
            Err(vec!["one-mailbox".to_owned()])
        );
        assert_eq!(patched(&[("x/y", Some(true))]), Err(vec!["unknown-mailbox".to_owned()]));
    }
}
