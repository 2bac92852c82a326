//! What somebody should look at before a roster takes effect.

use renraku_people::directory::{Lookalike, Remark, RosterPlan, TakenAddress};

use crate::near;

/// More than anybody reads.
const MOST: usize = 20;

/// Who may be somebody else than it seems, the first of them.
pub(super) fn lines(plan: &RosterPlan) -> Vec<String> {
    let mut lines: Vec<String> =
        plan.remarks.iter().take(MOST).map(|remark| format!("look at    {}", text(remark))).collect();
    if plan.remarks.len() > MOST {
        lines.push(format!("look at    {} more of this kind", plan.remarks.len() - MOST));
    }
    lines.extend(kept(plan));
    lines
}

/// Whose addresses others have who keep them, the first of them.
pub(crate) fn kept(plan: &RosterPlan) -> impl Iterator<Item = String> {
    let kept = |taken: &TakenAddress| format!("look at    {}: {}", taken.staff_number, self::taken(taken));
    plan.taken.iter().take(MOST).map(kept)
}

/// That an address is another's, who keeps it.
pub(crate) fn taken(taken: &TakenAddress) -> String {
    let number = taken.holder_number.as_deref().map(|number| format!("{number} ")).unwrap_or_default();
    let TakenAddress { email, holder, .. } = taken;
    format!(
        "email: {email} is the address of {number}{holder} in the directory: write each person's own, or the staff number that the \
         directory has for the person"
    )
}

fn text(Remark { staff_number, name, who }: &Remark) -> String {
    match who {
        Lookalike::OtherNumber { staff_number: other, name: known } => {
            let zeros = if bare(other) == bare(staff_number) {
                "a spreadsheet drops leading zeros unless the column is text"
            } else {
                "correct the number in the sheet"
            };
            format!("{staff_number} {name} is new, and likely the same person as {other} {known}: {zeros}")
        }
        Lookalike::WithoutNumber { person, name: known } => format!(
            "{staff_number} {name} is new, and {known} is in the directory without a staff number: if that is the same \
             person, `renraku user number {person} {staff_number}` first"
        ),
        Lookalike::OtherName { name: known } => format!(
            "{staff_number} {name} takes the name of {known}, with the account, mail and schedule: if the number was given to \
             somebody else, let {known} leave first"
        ),
        Lookalike::FormerHolder { name: former, left_on } => format!(
            "{staff_number} {name} is new under the number of {former}, who left on {left_on}: if that is the same person, \
             import them under that name first"
        ),
    }
}

fn bare(number: &str) -> &str {
    number.trim_start_matches('0')
}

/// A unit that is there, under which a new one may be meant: it differs by one letter that is no number.
pub(super) fn meant<'p>(plan: &'p RosterPlan, path: &str) -> Option<&'p str> {
    let (above, name) = split(path);
    let is_new = |known: &str| plan.new_units.iter().any(|unit| plan.path(&unit.id) == known);
    plan.unit_paths().find(|known| {
        let (known_above, known_name) = split(known);
        known_above == above && near::is_slip(known_name, name) && !is_new(known)
    })
}

fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}
