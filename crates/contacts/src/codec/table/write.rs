use serde_json::{Map, Value};

use super::{CARD, COLUMNS, MEDIA, UID, columns::FIELDS, guard};

/// As much as a spreadsheet takes in one cell, in characters.
const CELL_CHARS: usize = 32_000;

/// Writes contacts as a table: in UTF-8 with a byte order mark, by which spreadsheets know it.
///
/// # Errors
/// When the memory for it cannot be written, which does not happen.
pub fn write<'c>(cards: impl Iterator<Item = &'c Map<String, Value>>) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer("\u{feff}".as_bytes().to_vec());
    writer
        .write_record(COLUMNS.iter().map(|column| column.titles.first().copied().unwrap_or(column.name)))?;
    for card in cards {
        let cells = COLUMNS.iter().map(|column| match column.name {
            CARD => whole(card),
            UID => guard::put_on(card.get(UID).and_then(Value::as_str).unwrap_or_default()),
            name => {
                let field = FIELDS.iter().find(|field| field.column == name);
                field.map(|field| guard::put_on(&field.say(card))).unwrap_or_default()
            }
        });
        writer.write_record(cells)?;
    }
    writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))
}

/// The whole card; without its pictures where no cell would hold it.
fn whole(card: &Map<String, Value>) -> String {
    let json = |card: &Map<String, Value>| serde_json::to_string(card).unwrap_or_default();
    let whole = json(card);
    if whole.chars().count() <= CELL_CHARS || !card.contains_key(MEDIA) {
        return whole;
    }
    let mut card = card.clone();
    card.remove(MEDIA);
    json(&card)
}
