use std::{
    collections::{HashMap, hash_map::Entry},
    path::Path,
};

use renraku_base::sheet::{Column, Layout, LineFault, Row, Sheet};
use renraku_base::{FieldFault, PersonId};
use renraku_db::Tx;
use renraku_people::{
    AccountFault,
    account::{self, Username},
};
use renraku_schedule::{
    ScheduleFault,
    model::{BookingRules, Facility, FacilityDraft, FacilityKind},
    service::{Imported, find_facilities, import_facility},
};
use serde_json::{Map, Value};
use unicode_normalization::UnicodeNormalization;

use super::report::{Counts, Stop, tell};
use crate::{assembly, config::Config};

pub(super) const HELP: &str = "\
Columns, in any order, by either name; a column that is left out leaves what is there as it is, an empty cell clears it:
  name         名称      what it is called; by it a line finds what is there already
  kind         種別      room (会議室), car (公用車) or equipment (備品)
  place        場所      where it is
  capacity     定員      how many people it takes
  description  備考      what else is to be known
  opens        利用開始  from when on it may be booked, like 8:30
  closes       利用終了  until when it may be booked, like 21:00
  maxDuration  最長時間  the longest booking, like 4:00 or PT4H
  manager      管理者    who looks after it: user names with spaces between

Examples:
  renraku import facilities facilities.csv --dry-run
  renraku import facilities facilities.csv --config /etc/renraku.toml";

const fn column(name: &'static str, titles: &'static [&'static str]) -> Column {
    Column { name, titles, required: false }
}

const COLUMNS: &[Column] = &[
    Column { name: "name", titles: &["名称", "施設名", "名前"], required: true },
    Column { name: "kind", titles: &["種別", "種類", "区分"], required: true },
    column("place", &["場所", "所在地"]),
    column("capacity", &["定員", "収容人数"]),
    column("description", &["備考", "説明"]),
    column("opens", &["利用開始", "開始時刻", "開始"]),
    column("closes", &["利用終了", "終了時刻", "終了"]),
    column("maxDuration", &["最長時間", "最長利用時間", "最長"]),
    column("manager", &["管理者", "担当者"]),
];

const KINDS: &[(FacilityKind, &[&str])] = &[
    (FacilityKind::Room, &["room", "会議室", "部屋", "室"]),
    (FacilityKind::Car, &["car", "公用車", "車両", "車"]),
    (FacilityKind::Equipment, &["equipment", "備品", "機器", "機材"]),
];

/// Reads facilities from a table.
pub(super) fn import(config: &Config, file: &Path, dry_run: bool) -> anyhow::Result<bool> {
    let mut sheet = Sheet::read(&super::read(file)?, &Layout::of(COLUMNS));
    refuse_repeats(&mut sheet);
    let db = assembly::open_database(config, assembly::system_clock())?;
    db.migrate()?;
    tell(file, db.write_many(|tx| write(tx, &sheet, dry_run)))
}

/// Two lines with one name would undo each other.
fn refuse_repeats(sheet: &mut Sheet) {
    let mut first: HashMap<String, usize> = HashMap::new();
    for row in &sheet.rows {
        match first.entry(row.get("name").unwrap_or_default().to_owned()) {
            Entry::Vacant(entry) => drop(entry.insert(row.line)),
            Entry::Occupied(entry) => {
                let complaint = format!("name: line {} has the same", entry.get());
                sheet.faults.push(LineFault::new(row.line, complaint));
            }
        }
    }
}

/// Writes every line, or nothing when one of them is wrong.
fn write(tx: &mut Tx<'_>, sheet: &Sheet, dry_run: bool) -> Result<Counts, Stop> {
    let mut faults = sheet.faults.clone();
    let mut counts = Counts::default();
    for row in &sheet.rows {
        match write_row(tx, row) {
            Ok(Imported::Created) => counts.created += 1,
            Ok(Imported::Changed) => counts.changed += 1,
            Ok(Imported::Unchanged) => counts.unchanged += 1,
            Err(Refused::Database(error)) => return Err(error.into()),
            Err(Refused::Line(complaints)) => {
                faults.extend(complaints.into_iter().map(|complaint| LineFault::new(row.line, complaint)));
            }
        }
    }
    match (faults.is_empty(), dry_run) {
        (false, _) => Err(Stop::Lines(faults)),
        (true, true) => Err(Stop::DryRun(counts)),
        (true, false) => Ok(counts),
    }
}

/// Why a line is not written.
enum Refused {
    Database(renraku_db::Error),
    Line(Vec<String>),
}

impl From<ScheduleFault> for Refused {
    fn from(fault: ScheduleFault) -> Self {
        match fault {
            ScheduleFault::Internal(error) => Self::Database(error),
            ScheduleFault::Invalid(fields) => Self::Line(fields.iter().map(complaint).collect()),
            other => Self::Line(vec![other.to_string()]),
        }
    }
}

fn complaint(field: &FieldFault) -> String {
    let column = field.pointer.rsplit('/').next().unwrap_or_default();
    format!("{column}: {}", field.detail)
}

fn write_row(tx: &mut Tx<'_>, row: &Row) -> Result<Imported, Refused> {
    let name = row.get("name").unwrap_or_default();
    let mut there = find_facilities(tx, name)?;
    let current = there.pop();
    if !there.is_empty() {
        return Err(Refused::Line(vec![format!(
            "name: several facilities are called {name}: rename all but one"
        )]));
    }
    let mut complaints = Vec::new();
    let draft = draft(row, current, &mut complaints);
    let managers = match row.get("manager") {
        None => None,
        Some(names) => Some(managers(tx, names, &mut complaints)?),
    };
    match draft {
        Some(draft) if complaints.is_empty() => Ok(import_facility(tx, draft, managers.as_deref())?),
        _ => Err(Refused::Line(complaints)),
    }
}

/// What is there, if anything is, with what the line says instead.
fn draft(row: &Row, current: Option<Facility>, complaints: &mut Vec<String>) -> Option<FacilityDraft> {
    let kind = even(row.get("kind").unwrap_or_default());
    let Some((kind, _)) = KINDS.iter().find(|(_, names)| names.contains(&kind.as_str())) else {
        complaints
            .push(format!("kind: {kind} is none: write room (会議室), car (公用車) or equipment (備品)"));
        return None;
    };
    let mut draft = FacilityDraft {
        id: current.as_ref().map(|current| current.id.clone()),
        name: row.get("name").unwrap_or_default().to_owned(),
        kind: *kind,
        capacity: current.as_ref().and_then(|current| current.capacity),
        place: current.as_ref().and_then(|current| current.place.clone()),
        description: current.as_ref().and_then(|current| current.description.clone()),
        booking_rules: current.map(|current| current.booking_rules).unwrap_or_default(),
    };
    let text = |cell: &str| (!cell.is_empty()).then(|| cell.to_owned());
    if let Some(cell) = row.get("place") {
        draft.place = text(cell);
    }
    if let Some(cell) = row.get("description") {
        draft.description = text(cell);
    }
    if let Some(cell) = row.get("capacity") {
        match capacity(cell) {
            Ok(capacity) => draft.capacity = capacity,
            Err(complaint) => complaints.push(complaint),
        }
    }
    match rules(row, &draft.booking_rules) {
        Ok(rules) => draft.booking_rules = rules,
        Err(wrong) => complaints.extend(wrong),
    }
    Some(draft)
}

/// Full-width letters and digits, and capitals, as plain ones.
fn even(cell: &str) -> String {
    cell.nfkc().collect::<String>().to_lowercase()
}

fn capacity(cell: &str) -> Result<Option<i32>, String> {
    let number = even(cell);
    let number = number.trim_end_matches(['名', '人']).trim_end();
    if number.is_empty() {
        return Ok(None);
    }
    match number.parse() {
        Ok(capacity) => Ok(Some(capacity)),
        Err(_not_a_number) => Err(format!("capacity: {cell} is no whole number: write one like 12")),
    }
}

/// The rules of booking with what the line says instead. Each is read as the API reads it.
fn rules(row: &Row, current: &BookingRules) -> Result<BookingRules, Vec<String>> {
    let mut rules = match serde_json::to_value(current) {
        Ok(Value::Object(rules)) => rules,
        _ => Map::new(),
    };
    let mut complaints = Vec::new();
    let time: (fn(&str) -> String, &str) = (time_of_day, "a time of day like 8:30");
    let duration: (fn(&str) -> String, &str) = (duration, "hours and minutes like 4:00, or PT4H");
    for (name, (spelled, wanted)) in [("opens", time), ("closes", time), ("maxDuration", duration)] {
        let Some(cell) = row.get(name) else { continue };
        rules.remove(name);
        if cell.is_empty() {
            continue;
        }
        let value = Value::String(spelled(&even(cell)));
        let alone = Map::from_iter([(name.to_owned(), value.clone())]);
        match serde_json::from_value::<BookingRules>(Value::Object(alone)) {
            Ok(_) => drop(rules.insert(name.to_owned(), value)),
            Err(_not_so) => complaints.push(format!("{name}: {cell} cannot be read: write {wanted}")),
        }
    }
    if !complaints.is_empty() {
        return Err(complaints);
    }
    serde_json::from_value(Value::Object(rules)).map_err(|error| vec![error.to_string()])
}

/// `8:30` and `8:30:00`, as spreadsheets write it, in the words of the API.
fn time_of_day(cell: &str) -> String {
    let whole = cell.strip_suffix(":00").filter(|rest| rest.contains(':')).unwrap_or(cell);
    if whole.len() == 4 { format!("0{whole}") } else { whole.to_owned() }
}

/// `4:00` in the words of the API.
fn duration(cell: &str) -> String {
    match time_of_day(cell).split_once(':') {
        Some((hours, minutes)) => format!("PT{hours}H{minutes}M"),
        None => cell.to_uppercase(),
    }
}

/// Who is named; user names stand apart by spaces.
fn managers(tx: &mut Tx<'_>, names: &str, complaints: &mut Vec<String>) -> Result<Vec<PersonId>, Refused> {
    let mut people = Vec::new();
    for name in names.split_whitespace() {
        let account = match name.parse::<Username>() {
            Ok(username) => account::find_account(tx, &username),
            Err(_bad) => Err(AccountFault::NotFound),
        };
        match account {
            Ok(account) => people.push(account.person_id),
            Err(AccountFault::Internal(error)) => return Err(Refused::Database(error)),
            Err(_none) => complaints.push(format!("manager: there is no user {name}")),
        }
    }
    Ok(people)
}
