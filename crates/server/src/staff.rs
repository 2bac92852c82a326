//! The staff as it is kept elsewhere, in a table or in another directory: read, compared with ours, written and told of.

mod cells;
mod gather;
mod likeness;
pub(crate) mod report;

use std::collections::HashSet;

use anyhow::anyhow;
use renraku_db::Db;
use renraku_people::directory::{
    Directory, DirectoryFault, Roster, RosterPerson, RosterPlan, service as directory,
};

pub(crate) use cells::staff_number;

use renraku_base::sheet::{Column, LineFault, Sheet};
use report::Detail;

/// So many leave in any office.
const FEW: usize = 5;

const fn column(name: &'static str, titles: &'static [&'static str]) -> Column {
    Column { name, titles, required: false }
}

/// What may be said of a person.
pub(crate) const COLUMNS: &[Column] = &[
    Column { name: "staffNumber", titles: &["職員番号", "職員コード", "職員ID"], required: true },
    Column { name: "name", titles: &["氏名", "名前", "職員氏名"], required: true },
    column("kana", &["カナ", "氏名カナ", "カナ氏名", "フリガナ", "かな", "ふりがな", "読み"]),
    column("unit", &["所属", "所属名", "部署"]),
    column("post", &["職名", "役職", "職"]),
    column("extension", &["内線", "内線番号"]),
    column("phone", &["外線", "外線番号", "電話", "電話番号", "直通"]),
    column("mobile", &["携帯", "携帯電話", "携帯番号"]),
    column("email", &["メール", "メールアドレス", "mail"]),
];

/// What a sheet says.
#[derive(Debug)]
pub(crate) struct Reading {
    /// Its people, each once and with the line in which they are first. What is wrong of somebody is not said.
    pub people: Vec<(RosterPerson, usize)>,
    /// Everything that is wrong with it.
    pub faults: Vec<LineFault>,
    /// What somebody should look at.
    pub remarks: Vec<LineFault>,
    /// How many of its rows do not say who is meant.
    pub unread: usize,
    /// Whether it says the titles of posts.
    pub says_titles: bool,
}

impl Reading {
    /// Reads a sheet.
    pub fn of(sheet: &Sheet) -> Self {
        let gather::Gathered { mut people, mut faults, unread } = gather::people(sheet);
        let likeness = likeness::of(&people, sheet);
        let shared: HashSet<usize> = likeness.faults.iter().map(|fault| fault.line).collect();
        for (person, _) in people.iter_mut().filter(|(_, line)| shared.contains(line)) {
            person.emails = None;
        }
        faults.extend(likeness.faults);
        let says_titles = sheet.rows.first().is_some_and(|row| row.get("post").is_some());
        Self { people, faults, remarks: likeness.remarks, unread, says_titles }
    }
}

/// Compares the directory with a roster.
///
/// # Errors
/// When something is wrong with it, with what and of whom, or the database fails.
pub(crate) fn plan(db: &Db, roster: &Roster) -> anyhow::Result<RosterPlan> {
    db.read(|tx| directory::plan_roster(tx, roster)).map_err(named)
}

/// Makes the directory as a roster says; in a server, where it is shown is told.
///
/// # Errors
/// As [`plan`].
pub(crate) fn import(
    db: &Db,
    shown: Option<&Directory>,
    (roster, plan): (&Roster, &RosterPlan),
) -> anyhow::Result<Imported> {
    let left = report::commitments(db, &plan.ended)?;
    let plan = directory::import_roster(db, shown, roster).map_err(named)?;
    Ok(Imported { plan, left })
}

/// A roster that was imported.
pub(crate) struct Imported {
    plan: RosterPlan,
    left: Vec<report::Commitments>,
}

impl Imported {
    /// What changed, to be read.
    pub fn lines(&self, db: &Db) -> anyhow::Result<Vec<String>> {
        report::lines_with(db, &self.plan, &self.left, Detail::Counts)
    }
}

/// Why a plan by which many leave is refused.
pub(crate) fn many_leave(plan: &RosterPlan) -> Option<String> {
    let (leave, staff) = (plan.ended.len(), plan.staff);
    are_many(leave, staff).then(|| {
        format!(
            "{leave} of {staff} would leave, more than a fifth. Is it whole, and are the numbers in it as they were (000123, not \
             123)? --dry-run names everyone; if it is right, add --many-leave"
        )
    })
}

/// Whether it is more than an office loses in an ordinary month.
pub(crate) fn are_many(some: usize, of_all: usize) -> bool {
    some > FEW && some * 5 > of_all
}

/// A refusal that says what is wrong with whom.
fn named(fault: DirectoryFault) -> anyhow::Error {
    match fault {
        DirectoryFault::Invalid(fields) => {
            let each = fields.iter().map(|field| format!("{}: {}", field.pointer, field.detail));
            anyhow!("nothing was imported: {}", each.collect::<Vec<_>>().join("; "))
        }
        other => other.into(),
    }
}
