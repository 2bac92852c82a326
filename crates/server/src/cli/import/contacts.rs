use std::path::Path;

use renraku_base::Principal;
use renraku_contacts::service::{CardRefusal, import_contacts};
use renraku_people::account::Username;

use crate::{
    assembly,
    cli::{say, user::find},
    config::Config,
};

/// Reads a vCard file into the address book of a user.
pub(super) fn import(config: &Config, file: &Path, user: &Username) -> anyhow::Result<bool> {
    let bytes = super::read(file)?;
    let db = assembly::open_existing_database(config)?;
    db.migrate()?;
    let who = Principal::person(find(&db, user)?.person_id);
    let report = import_contacts(&db, &who, None, &bytes)?;
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
