use std::path::Path;

use renraku_base::Principal;
use renraku_contacts::{
    ContactsFault,
    service::{CardRefusal, ContactsFile, import_contacts},
};
use renraku_people::account::Username;

use crate::{
    assembly,
    cli::{say, user::find},
    config::Config,
};

/// Reads a vCard file, or a table (.csv), into the address book of a user.
pub(super) fn import(config: &Config, file: &Path, user: &Username) -> anyhow::Result<bool> {
    let bytes = super::read(file)?;
    let db = assembly::open_existing_database(config)?;
    db.migrate()?;
    let who = Principal::person(find(&db, user)?.person_id);
    let is_table = file.extension().is_some_and(|it| it.eq_ignore_ascii_case("csv"));
    let contacts = if is_table { ContactsFile::Table(&bytes) } else { ContactsFile::VCard(&bytes) };
    let report = match import_contacts(&db, &who, None, contacts) {
        Err(ContactsFault::Invalid(faults)) => {
            for fault in faults {
                say(format_args!("{}: {}", file.display(), fault.detail))?;
            }
            return Ok(false);
        }
        report => report?,
    };
    for refusal in &report.refused {
        say(format_args!("{}: {}: not taken: {}", file.display(), refusal.place, reasons(refusal)))?;
    }
    say(format_args!(
        "{} new, {} updated, {} not taken",
        report.created,
        report.updated,
        report.refused.len()
    ))?;
    Ok(report.refused.is_empty())
}

fn reasons(refusal: &CardRefusal) -> String {
    let each = refusal.reasons.iter().map(|fault| match fault.pointer.as_str() {
        "" => fault.detail.clone(),
        at => format!("{at}: {}", fault.detail),
    });
    each.collect::<Vec<_>>().join("; ")
}
