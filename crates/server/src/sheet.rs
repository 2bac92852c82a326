//! Tables in files, as spreadsheets write them: CSV with a header, in UTF-8 or Shift_JIS. Every fault is told with its line.

mod decode;
#[cfg(test)]
mod tests;

use unicode_normalization::UnicodeNormalization;

use decode::decode;

/// What may stand in a table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    /// How it is called in the header and in complaints.
    pub name: &'static str,
    /// How else it may be called in the header.
    pub titles: &'static [&'static str],
    /// Whether it must be there, with something in every line.
    pub required: bool,
}

/// A line that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct LineFault {
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
pub(crate) struct Row {
    /// Its number in the file.
    pub line: usize,
    cells: Vec<(&'static str, String)>,
}

impl Row {
    /// What stands in a column, without spaces around it: nothing for an empty cell, `None` when the file has no such column.
    pub fn get(&self, column: &str) -> Option<&str> {
        self.cells.iter().find(|(name, _)| *name == column).map(|(_, cell)| cell.as_str())
    }
}

/// What was read of a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Sheet {
    /// The lines that can be read, empty ones left out.
    pub rows: Vec<Row>,
    /// The lines that cannot.
    pub faults: Vec<LineFault>,
}

impl Sheet {
    /// Reads a file whose header names some of these columns, in any order.
    pub fn read(bytes: &[u8], columns: &'static [Column]) -> Self {
        let text = match decode(bytes) {
            Ok(text) => text,
            Err(fault) => return Self { rows: Vec::new(), faults: vec![fault] },
        };
        let mut records = Records::of(&text);
        let mut sheet = Self::default();
        let Some((line, titles)) = records.next() else {
            sheet.faults.push(LineFault::new(1, "the file is empty: its first line names the columns"));
            return sheet;
        };
        let header = match header(&titles, columns) {
            Ok(header) => header,
            Err(complaints) => {
                sheet.faults.extend(complaints.into_iter().map(|complaint| LineFault::new(line, complaint)));
                return sheet;
            }
        };
        for (line, cells) in records {
            match row(&header, cells) {
                Ok(cells) => sheet.rows.push(Row { line, cells }),
                Err(complaint) => sheet.faults.push(LineFault::new(line, complaint)),
            }
        }
        sheet
    }
}

/// The lines that are not empty, each with its number.
struct Records<'t> {
    text: &'t str,
    reader: csv::StringRecordsIntoIter<&'t [u8]>,
    /// How far line breaks were counted, and how many there were.
    counted: (usize, usize),
}

impl<'t> Records<'t> {
    fn of(text: &'t str) -> Self {
        let reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        Self { text, reader: reader.into_records(), counted: (0, 0) }
    }

    /// The number of the line in which what stands behind `from` begins. The reader itself counts from before the empty lines
    /// that it passes over.
    fn line_of(&mut self, from: usize) -> usize {
        let rest = self.text.get(from..).unwrap_or_default();
        let begins = from + rest.len() - rest.trim_start_matches('\n').len();
        let (counted, breaks) = self.counted;
        let more = self.text.get(counted..begins).unwrap_or_default().matches('\n').count();
        self.counted = (begins, breaks + more);
        self.counted.1 + 1
    }
}

impl Iterator for Records<'_> {
    type Item = (usize, Vec<String>);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            // What is text already cannot fail to be read: records may have any number of cells.
            let record = self.reader.next()?.ok()?;
            let from = record.position().and_then(|position| usize::try_from(position.byte()).ok());
            let line = self.line_of(from.unwrap_or_default());
            let cells: Vec<String> = record.iter().map(|cell| cell.trim().to_owned()).collect();
            if cells.iter().any(|cell| !cell.is_empty()) {
                return Some((line, cells));
            }
        }
    }
}

/// Which column stands at which place.
fn header(
    titles: &[String],
    columns: &'static [Column],
) -> Result<Vec<Option<&'static Column>>, Vec<String>> {
    let mut complaints = Vec::new();
    let mut header: Vec<Option<&Column>> = Vec::with_capacity(titles.len());
    for title in titles {
        let wanted = folded(title);
        let found = columns
            .iter()
            .find(|column| column.titles.iter().chain([&column.name]).any(|title| folded(title) == wanted));
        match found {
            // A spreadsheet leaves empty columns at the end.
            None if title.is_empty() => {}
            None => complaints.push(format!("there is no column {title}: write {}", known(columns))),
            Some(column) if header.iter().flatten().any(|other| other.name == column.name) => {
                complaints.push(format!("the column {} is there twice", column.name));
            }
            Some(_) => {}
        }
        header.push(found);
    }
    let there = |column: &&Column| header.iter().flatten().any(|other| other.name == column.name);
    for column in columns.iter().filter(|column| column.required && !there(column)) {
        complaints.push(format!("the column {} is missing", named(column)));
    }
    if complaints.is_empty() { Ok(header) } else { Err(complaints) }
}

fn known(columns: &[Column]) -> String {
    columns.iter().map(named).collect::<Vec<_>>().join(", ")
}

fn named(column: &Column) -> String {
    let title = column.titles.first().map(|title| format!(" ({title})"));
    format!("{}{}", column.name, title.unwrap_or_default())
}

/// A title as it is compared: full-width letters, capitals, spaces and dashes are evened out.
fn folded(title: &str) -> String {
    let even = title.nfkc().filter(|c| !c.is_whitespace() && !matches!(c, '_' | '-'));
    even.collect::<String>().to_lowercase()
}

/// The cells of a line by their columns, or what is wrong with it.
fn row(
    header: &[Option<&'static Column>],
    cells: Vec<String>,
) -> Result<Vec<(&'static str, String)>, String> {
    let surplus = cells.iter().skip(header.len()).any(|cell| !cell.is_empty());
    if surplus {
        return Err(format!(
            "there are {} cells below {} columns: a cell with a comma in it stands in \"quotes\"",
            cells.len(),
            header.len()
        ));
    }
    let mut row = Vec::with_capacity(header.len());
    // Cells that are left out at the end of a line are empty.
    for (column, cell) in header.iter().zip(cells.into_iter().chain(std::iter::repeat_with(String::new))) {
        match column {
            None if cell.is_empty() => {}
            None => return Err(format!("{cell} stands in a column without a name")),
            Some(column) if cell.chars().any(char::is_control) => {
                return Err(format!(
                    "{}: a line break in a cell, or a quote that is not closed",
                    column.name
                ));
            }
            Some(column) if cell.is_empty() && column.required => {
                return Err(format!("{} is empty", named(column)));
            }
            Some(column) => row.push((column.name, cell)),
        }
    }
    Ok(row)
}
