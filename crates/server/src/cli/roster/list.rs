//! Says which rosters there are.

use renraku_db::Db;
use renraku_people::directory::{
    PreparedRoster, RosterCounts, RosterState,
    service::{list_rosters, undone_until},
};

use crate::cli::{local, say};

/// One a line: the day, how far it is, when that was, how many people, the file, and of the one that `undo` takes back until when.
pub(super) fn list(db: &Db) -> anyhow::Result<()> {
    let all = db.read(list_rosters)?;
    let undone = undone_until(&all, db.now());
    for roster in &all {
        let until = undone.as_ref().filter(|(id, _)| *id == roster.id);
        let undo =
            until.map(|(_, until)| format!("\t`renraku roster undo` takes it back until {}", local(*until)));
        say(format_args!("{}{}", line(roster), undo.unwrap_or_default()))?;
    }
    Ok(())
}

fn line(roster: &PreparedRoster) -> String {
    let when = local(roster.applied_at.unwrap_or(roster.made_at));
    let counts = roster.counts.map_or_else(|| "-".to_owned(), |counts| told(counts, roster.state));
    let source = roster.source.as_deref().unwrap_or("-");
    let state = match roster.state {
        RosterState::Prepared if roster.announced => "announced",
        state => state.as_str(),
    };
    format!("{}\t{state}\t{when}\t{counts}\t{source}", roster.effective_on)
}

fn told(counts: RosterCounts, state: RosterState) -> String {
    let RosterCounts { people, added, changed, returned, ended } = counts;
    match state {
        RosterState::Prepared if people == 1 => "1 person".to_owned(),
        RosterState::Prepared => format!("{people} people"),
        RosterState::Applied | RosterState::Undone => {
            format!("{added} new, {returned} returned, {changed} changed, {ended} left")
        }
    }
}
