//! Contacts as a table (CSV, RFC 4180): columns that people know, and in the last one the whole card, so that nothing is lost on the way
//! through a spreadsheet.

mod columns;
mod guard;
#[cfg(test)]
mod tests;
mod write;

use renraku_base::{
    FieldFault,
    sheet::{Column, Layout, LineFault, Row, Sheet},
};
use serde_json::{Map, Value};

use super::vcard::Place;
use columns::FIELDS;

pub use write::write;

/// The columns in the order in which they are written.
const COLUMNS: &[Column] = &[
    Column { name: UID, titles: &["UID"], required: false },
    Column { name: "name", titles: &["氏名", "名前", "姓名"], required: false },
    Column {
        name: "kana", titles: &["フリガナ", "カナ", "ふりがな", "よみがな"], required: false
    },
    Column { name: "company", titles: &["会社名", "会社", "団体名", "組織"], required: false },
    Column { name: "department", titles: &["部署", "部署名", "所属"], required: false },
    Column { name: "title", titles: &["役職", "職名"], required: false },
    Column { name: "phone", titles: &["電話", "電話番号", "TEL"], required: false },
    Column { name: "mobile", titles: &["携帯電話", "携帯"], required: false },
    Column { name: "fax", titles: &["FAX", "ファックス"], required: false },
    Column { name: "email", titles: &["メール", "メールアドレス", "E-mail"], required: false },
    Column { name: "postalCode", titles: &["郵便番号"], required: false },
    Column { name: "address", titles: &["住所"], required: false },
    Column { name: "note", titles: &["備考", "メモ"], required: false },
    Column { name: "keywords", titles: &["キーワード", "分類"], required: false },
    Column { name: CARD, titles: &["全項目"], required: false },
];
/// The column with the uid, and the member.
const UID: &str = "uid";
/// The column with the whole card (RFC 9553, JSON).
const CARD: &str = "card";

/// What a table holds.
#[derive(Debug, Default)]
pub struct Table {
    /// The lines, in the order of the file.
    pub lines: Vec<TableLine>,
    /// The lines that cannot be read.
    pub faults: Vec<(Place, Vec<FieldFault>)>,
}

/// A line of a table: a contact.
#[derive(Debug, Clone, PartialEq)]
pub struct TableLine {
    /// Where it stands.
    pub place: Place,
    /// Its uid, if the line says one.
    pub uid: Option<String>,
    /// The whole card, where the table has it.
    card: Option<Map<String, Value>>,
    row: Row,
}

/// Reads a table in UTF-8 or Shift_JIS.
///
/// # Errors
/// What is wrong with the file as a whole, or with the names of its columns.
pub fn read(file: &[u8]) -> Result<Table, Vec<FieldFault>> {
    let layout = Layout { long_cells: true, ..Layout::of(COLUMNS) };
    let sheet = Sheet::read(file, &layout);
    if !sheet.unknown.is_empty() {
        let unknown = |title: String| {
            let detail = format!("there is no column {title}: write {}", layout.names());
            FieldFault::new("", "csv-column", detail).naming(title)
        };
        return Err(sheet.unknown.into_iter().map(unknown).collect());
    }
    if !sheet.has_header {
        let whole =
            |it: LineFault| FieldFault::new("", "csv-file", format!("line {}: {}", it.line, it.complaint));
        return Err(sheet.faults.into_iter().map(whole).collect());
    }
    let mut table = Table::default();
    for LineFault { line, complaint } in sheet.faults {
        let fault = FieldFault::new("", "csv-line", complaint);
        table.faults.push((Place::of_line(line, None), vec![fault]));
    }
    for row in sheet.rows {
        let place = Place::of_line(row.line, cell(&row, "name").or_else(|| cell(&row, "company")));
        match card_of(&row) {
            Ok(card) => {
                let of_card = card.as_ref().and_then(|card| card.get(UID)?.as_str()).map(str::to_owned);
                let uid = cell(&row, UID).or(of_card);
                table.lines.push(TableLine { place, uid, card, row });
            }
            Err(fault) => table.faults.push((place, vec![fault])),
        }
    }
    Ok(table)
}

impl TableLine {
    /// The members of the contact: those of the whole card, or else those that it had before, and in them what the cells say otherwise.
    /// Pictures, which are left out of long cards, stay as they were.
    pub fn members(&self, before: Option<&Map<String, Value>>) -> Map<String, Value> {
        let mut members = match &self.card {
            Some(card) => {
                let mut card = card.clone();
                if let (false, Some(media)) = (card.contains_key(MEDIA), before.and_then(|it| it.get(MEDIA)))
                {
                    card.insert(MEDIA.to_owned(), media.clone());
                }
                card
            }
            None => before.cloned().unwrap_or_default(),
        };
        for field in FIELDS {
            if let Some(cell) = self.row.get(field.column).map(guard::taken_off)
                && !field.says(&members, cell)
            {
                (field.set)(&mut members, cell);
            }
        }
        members
    }
}

/// The member with the pictures of a card.
const MEDIA: &str = "media";

/// What stands in a cell that is not empty.
fn cell(row: &Row, column: &str) -> Option<String> {
    row.get(column).map(guard::taken_off).filter(|cell| !cell.is_empty()).map(str::to_owned)
}

fn card_of(row: &Row) -> Result<Option<Map<String, Value>>, FieldFault> {
    let Some(cell) = row.get(CARD).filter(|cell| !cell.is_empty()) else { return Ok(None) };
    serde_json::from_str(cell).map(Some).map_err(|error| {
        let detail = format!(
            "the column {CARD} holds no whole card: empty the cell or leave the column out ({error})"
        );
        FieldFault::new(CARD, "csv-card", detail)
    })
}
