//! Tables in files, as spreadsheets write them: CSV with a header, in UTF-8 or Shift_JIS. Every fault is told with its line.

mod decode;
mod header;
mod records;
#[cfg(test)]
mod tests;

use decode::decode;
use header::Title;

pub use header::Titles;
use records::Records;

/// What may stand in a table.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// How it is called in the header and in complaints.
    pub name: &'static str,
    /// How else it may be called in the header.
    pub titles: &'static [&'static str],
    /// Whether it must be there, with something in every line.
    pub required: bool,
}

/// A line that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineFault {
    /// Its number in the file; the header is in line 1.
    pub line: usize,
    /// What is wrong with it and what to write.
    pub complaint: String,
}

impl LineFault {
    /// A fault in a line.
    pub fn new(line: usize, complaint: impl Into<String>) -> Self {
        Self { line, complaint: complaint.into() }
    }
}

/// A line below the header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its number in the file.
    pub line: usize,
    cells: Vec<(&'static str, String)>,
}

impl Row {
    /// A row that is no line of a file.
    pub fn new(line: usize, cells: Vec<(&'static str, String)>) -> Self {
        Self { line, cells }
    }

    /// What stands in a column, without spaces around it: nothing for an empty cell, `None` when the file has no such column.
    pub fn get(&self, column: &str) -> Option<&str> {
        self.cells.iter().find(|(name, _)| *name == column).map(|(_, cell)| cell.as_str())
    }
}

/// What was read of a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// The lines that can be read, empty ones left out.
    pub rows: Vec<Row>,
    /// The lines that cannot.
    pub faults: Vec<LineFault>,
    /// Whether its columns are known.
    pub has_header: bool,
    /// The titles in its first line that no column has.
    pub unknown: Vec<String>,
    /// What the rows are called, from the first on, where they are no lines of a file.
    pub names: Vec<String>,
}

/// What a file is expected to look like.
#[derive(Debug, Clone, Copy)]
pub struct Layout<'l> {
    /// What may stand in it.
    pub columns: &'static [Column],
    /// What else its columns may be called.
    pub titles: Option<&'l Titles>,
    /// Whether a line must have all its cells; otherwise those that are left out at its end are empty.
    pub whole_lines: bool,
    /// Whether a cell may have several lines.
    pub long_cells: bool,
}

impl Layout<'_> {
    /// These columns under their own names, in lines that may end early.
    pub fn of(columns: &'static [Column]) -> Self {
        Self { columns, titles: None, whole_lines: false, long_cells: false }
    }

    /// Its columns by both their names, as complaints list them.
    #[must_use]
    pub fn names(&self) -> String {
        header::known(self.columns)
    }
}

impl Sheet {
    /// Where a row stands, for complaints about another.
    pub fn place(&self, line: usize) -> String {
        match line.checked_sub(1).and_then(|at| self.names.get(at)) {
            Some(name) => name.clone(),
            None => format!("line {line}"),
        }
    }

    /// Reads a file whose header names some of the columns, in any order.
    pub fn read(bytes: &[u8], layout: &Layout<'_>) -> Self {
        let text = match decode(bytes) {
            Ok(text) => text,
            Err(fault) => return Self { faults: vec![fault], ..Self::default() },
        };
        let mut records = Records::of(&text);
        let mut sheet = Self::default();
        let Some(first) = records.next() else {
            sheet.faults.push(LineFault::new(1, "the file is empty: its first line names the columns"));
            return sheet;
        };
        let header = match header::read(&first.cells, layout) {
            Ok(header) => header,
            Err(bad) => {
                sheet.unknown = bad.unknown;
                let faults =
                    bad.complaints.into_iter().map(|complaint| LineFault::new(first.line, complaint));
                sheet.faults.extend(faults);
                return sheet;
            }
        };
        sheet.has_header = true;
        for record in records {
            let line = record.line;
            let cells = if record.open { Err(OPEN.to_owned()) } else { row(&header, record.cells, layout) };
            match cells {
                Ok(cells) => sheet.rows.push(Row { line, cells }),
                Err(complaint) => sheet.faults.push(LineFault::new(line, complaint)),
            }
        }
        sheet
    }
}

const OPEN: &str = "a quote is opened and not closed";

/// The cells of a line by their columns, or what is wrong with it.
/// Whether a cell may not hold a character. A long one holds any text, in which U+0080 to U+009F are no controls.
fn is_control(c: char, layout: &Layout<'_>) -> bool {
    if layout.long_cells { c.is_ascii_control() && c != '\n' } else { c.is_control() }
}

fn row(
    header: &[Title],
    cells: Vec<String>,
    layout: &Layout<'_>,
) -> Result<Vec<(&'static str, String)>, String> {
    let surplus = cells.iter().skip(header.len()).any(|cell| !cell.is_empty());
    let short = layout.whole_lines && cells.len() < header.len();
    if surplus || short {
        let advice =
            if short { "is the line cut?" } else { "a cell with a comma in it stands in \"quotes\"" };
        let (cells, columns) = (cells.len(), header.len());
        return Err(format!("there are {cells} cells below {columns} columns: {advice}"));
    }
    let mut row = Vec::with_capacity(header.len());
    for (title, cell) in header.iter().zip(cells.into_iter().chain(std::iter::repeat_with(String::new))) {
        match title {
            Title::PassedOver => {}
            Title::None if cell.is_empty() => {}
            Title::None => return Err(format!("{cell} stands in a column without a name")),
            Title::Of(column) if cell.contains('\n') && !layout.long_cells => {
                return Err(format!(
                    "{}: a line break in a cell, or a quote that is not closed",
                    column.name
                ));
            }
            Title::Of(column) if cell.chars().any(|c| is_control(c, layout)) => {
                return Err(format!("{}: a control character", column.name));
            }
            Title::Of(column) if cell.is_empty() && column.required => {
                return Err(format!("{} is empty", header::named(column)));
            }
            Title::Of(column) => row.push((column.name, cell)),
        }
    }
    Ok(row)
}
