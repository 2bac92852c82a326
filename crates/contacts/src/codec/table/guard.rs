//! What keeps a spreadsheet from taking a cell for a formula.

/// With what a formula begins, full-width forms included.
const STARTS: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];
const MARK: char = '\'';

/// A cell that no spreadsheet reckons with.
pub(super) fn put_on(cell: &str) -> String {
    // One that looks guarded already is guarded again, so that it comes back as it was.
    let looks_guarded =
        cell.strip_prefix(MARK).is_some_and(|rest| rest.trim_start_matches(MARK).starts_with(STARTS));
    if cell.starts_with(STARTS) || looks_guarded { format!("{MARK}{cell}") } else { cell.to_owned() }
}

/// The same as it was.
pub(super) fn taken_off(cell: &str) -> &str {
    cell.strip_prefix(MARK).filter(|rest| rest.trim_start_matches(MARK).starts_with(STARTS)).unwrap_or(cell)
}
