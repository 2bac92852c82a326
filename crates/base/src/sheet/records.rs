/// The lines that are not empty, each with its number.
pub(super) struct Records<'t> {
    text: &'t str,
    reader: csv::StringRecordsIntoIter<&'t [u8]>,
    /// How far line breaks were counted, and how many there were.
    counted: (usize, usize),
}

/// A line, or several when a quoted cell goes over them.
pub(super) struct Record {
    /// The number of the line in which it begins.
    pub line: usize,
    /// What stands in it, without spaces around.
    pub cells: Vec<String>,
    /// Whether a quote is open when the file ends.
    pub open: bool,
}

impl<'t> Records<'t> {
    pub fn of(text: &'t str) -> Self {
        let reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        Self { text, reader: reader.into_records(), counted: (0, 0) }
    }

    /// Where what stands behind `from` begins, and the number of that line. The reader itself counts from before the empty
    /// lines that it passes over.
    fn begin_of(&mut self, from: usize) -> (usize, usize) {
        let rest = self.text.get(from..).unwrap_or_default();
        let begins = from + rest.len() - rest.trim_start_matches('\n').len();
        let (counted, breaks) = self.counted;
        let more = self.text.get(counted..begins).unwrap_or_default().matches('\n').count();
        self.counted = (begins, breaks + more);
        (begins, self.counted.1 + 1)
    }

    /// Whether the record from `begins` to where the reader is ends with the file, inside quotes.
    fn is_open(&self, begins: usize) -> bool {
        let read = usize::try_from(self.reader.reader().position().byte()).unwrap_or(usize::MAX);
        read >= self.text.len() && ends_in_quotes(self.text.get(begins..).unwrap_or_default())
    }
}

/// Whether the last cell begins with a quote that nothing closes. A quote inside a cell without quotes is a character like any.
fn ends_in_quotes(record: &str) -> bool {
    let (mut quoted, mut inside, mut at_start) = (false, false, true);
    for c in record.chars() {
        match c {
            '"' if at_start => (quoted, inside) = (true, true),
            '"' if quoted => inside = !inside,
            ',' | '\n' if !inside => quoted = false,
            _ => {}
        }
        at_start = matches!(c, ',' | '\n') && !inside;
    }
    inside
}

impl Iterator for Records<'_> {
    type Item = Record;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            // What is text already cannot fail to be read: records may have any number of cells.
            let record = self.reader.next()?.ok()?;
            let from = record.position().and_then(|position| usize::try_from(position.byte()).ok());
            let (begins, line) = self.begin_of(from.unwrap_or_default());
            let cells: Vec<String> = record.iter().map(|cell| cell.trim().to_owned()).collect();
            if cells.iter().any(|cell| !cell.is_empty()) {
                return Some(Record { line, cells, open: self.is_open(begins) });
            }
        }
    }
}
