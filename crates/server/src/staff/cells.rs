//! What may stand in a cell, and how it is kept.

use renraku_mail::is_address;
use renraku_people::search::fold_number;
use unicode_normalization::UnicodeNormalization;

/// Longer than any name, title or reading that is real.
const MOST_CHARACTERS: usize = 100;
const MOST_LEVELS: usize = 10;
const MOST_NUMBER_CHARACTERS: usize = 32;
/// Numbers that begin so have eleven digits, all others of the country ten.
const ELEVEN_DIGITS: [&str; 6] = ["020", "050", "060", "070", "080", "090"];

type Cell<T = String> = Result<T, String>;

/// One line with single spaces in it, as it is written.
fn line(cell: &str) -> Cell {
    // What makes text run backwards or cannot be seen is in no name; the selectors of a kanji's glyph are.
    let hidden = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    let line = cell.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().any(|c| c.is_control() || hidden(c)) {
        Err("a control character".to_owned())
    } else if line.chars().count() > MOST_CHARACTERS {
        Err(format!("more than {MOST_CHARACTERS} characters"))
    } else {
        Ok(line)
    }
}

/// The same with every letter and digit in its usual width.
fn even(cell: &str) -> Cell {
    line(&cell.nfkc().collect::<String>())
}

/// A number of the personnel register, with its leading zeros.
pub(crate) fn staff_number(cell: &str) -> Cell {
    let number = even(cell)?;
    let allowed = number.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if allowed && number.len() <= MOST_NUMBER_CHARACTERS && number.chars().any(|c| c.is_ascii_digit()) {
        Ok(number)
    } else {
        Err(format!("{cell} is no staff number: write digits, like 000123"))
    }
}

/// A name as it is written, glyph for glyph.
pub(super) fn name(cell: &str) -> Cell {
    line(cell)
}

/// A reading in full-width kana.
pub(super) fn kana(cell: &str) -> Cell {
    let reading = even(cell)?;
    let kana = |c: char| matches!(c, 'ぁ'..='ゖ' | 'ゝ' | 'ゞ' | 'ァ'..='ヺ' | 'ー' | 'ヽ' | 'ヾ');
    if reading.chars().all(|c| kana(c) || matches!(c, ' ' | '・')) {
        Ok(reading)
    } else {
        Err(format!("{cell} is not kana: write the reading, like サトウ ハナコ"))
    }
}

/// The names of units from the top down.
pub(super) fn unit(cell: &str) -> Cell<Vec<String>> {
    let names = cell.split(['/', '／']).map(line).collect::<Cell<Vec<String>>>()?;
    if names.iter().any(String::is_empty) {
        Err(format!("{cell} has a unit without a name: write a path like 総務部/人事課/給与係"))
    } else if names.len() > MOST_LEVELS {
        Err(format!("{cell} has more than {MOST_LEVELS} units above one another"))
    } else {
        Ok(names)
    }
}

/// A number inside the office.
pub(super) fn extension(cell: &str) -> Cell {
    let number = dashes(&even(cell)?);
    let digits = number.chars().filter(char::is_ascii_digit).count();
    let allowed = number.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '*' | '#'));
    if allowed && (2..=10).contains(&digits) {
        Ok(number)
    } else {
        Err(format!("{cell} is no extension: write 2 to 10 digits, like 7901"))
    }
}

/// A number that can be dialled from anywhere.
pub(super) fn phone(cell: &str) -> Cell {
    let number = dashes(&even(cell)?);
    let domestic = |digits: &str| {
        let long = ELEVEN_DIGITS.iter().any(|prefix| digits.starts_with(prefix));
        digits.starts_with('0') && digits.len() == if long { 11 } else { 10 }
    };
    let dialled = fold_number(&number).is_some_and(|digits| {
        domestic(&digits) || number.starts_with('+') && !digits.starts_with('0') && digits.len() >= 7
    });
    if dialled {
        Ok(number)
    } else {
        Err(format!("{cell} is no phone number: write one with its area code, like 0155-99-7901"))
    }
}

/// One kind of dash between the digits.
fn dashes(number: &str) -> String {
    let dash = |c: char| matches!(c, '\u{2010}'..='\u{2015}' | '\u{2212}' | 'ー');
    number.chars().map(|c| if dash(c) { '-' } else { c }).collect()
}

/// A mail address.
pub(super) fn email(cell: &str) -> Cell {
    let address = even(cell)?.to_lowercase();
    if is_address(&address) {
        Ok(address)
    } else {
        Err(format!("{cell} is no mail address: write one like hanako@pref.example.jp"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What each cell is kept as; `None` for one that is refused.
    fn all_are(read: fn(&str) -> Cell, table: &[(&str, Option<&str>)]) {
        for (cell, kept) in table {
            assert_eq!(read(cell).ok().as_deref(), *kept, "{cell}");
        }
    }

    #[test]
    fn numbers_of_staff_keep_their_zeros() {
        all_are(
            staff_number,
            &[
                ("000123", Some("000123")),
                ("００１２３", Some("00123")),
                ("Ｒ-012", Some("R-012")),
                ("1.2E+05", None),
                ("12 34", None),
                ("部長", None),
                ("ABC", None),
            ],
        );
        assert!(staff_number(&"1".repeat(33)).is_err());
    }

    #[test]
    fn a_name_keeps_its_glyphs_and_a_reading_becomes_full_width() {
        all_are(
            name,
            &[
                ("髙橋　花子", Some("髙橋 花子")),
                ("﨑山 𠮷男", Some("﨑山 𠮷男")),
                ("渡邉\u{e0100} 実", Some("渡邉\u{e0100} 実")),
                ("a\u{202e}b", None),
                ("a\u{0}b", None),
            ],
        );
        assert!(name(&"あ".repeat(101)).is_err());
        all_are(
            kana,
            &[
                ("ｻﾄｳ ﾊﾅｺ", Some("サトウ ハナコ")),
                ("ﾀﾞﾃﾞ　ﾊﾟｳﾛ", Some("ダデ パウロ")),
                ("さとう はなこ", Some("さとう はなこ")),
                ("アンナ・シュミット", Some("アンナ・シュミット")),
                ("佐藤", None),
                ("sato", None),
            ],
        );
    }

    #[test]
    fn a_path_has_no_hole() {
        assert_eq!(unit("総務部／人事課/ 給与係 ").unwrap(), ["総務部", "人事課", "給与係"]);
        for wrong in ["/総務部", "総務部/", "総務部//給与係", "/", "1/2/3/4/5/6/7/8/9/10/11"] {
            assert!(unit(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn numbers_can_be_dialled() {
        all_are(
            phone,
            &[
                ("0155-99-7901", Some("0155-99-7901")),
                ("０１５５－９９－７９０１", Some("0155-99-7901")),
                ("0155ー99−7901", Some("0155-99-7901")),
                ("0155(99)7901", Some("0155(99)7901")),
                ("+81 155-99-7901", Some("+81 155-99-7901")),
                ("090-5555-7901", Some("090-5555-7901")),
                ("+1 650 253 0000", Some("+1 650 253 0000")),
                ("155-99-7901", None),
                ("0155-99-790", None),
                ("0155-99-79011", None),
                ("090-5555-790", None),
                ("99-7901", None),
                ("0155-99-79xx", None),
                ("1.56E+09", None),
            ],
        );
        all_are(
            extension,
            &[
                ("７９０１", Some("7901")),
                ("8-310-4123", Some("8-310-4123")),
                ("7", None),
                ("79 01", None),
                ("12345678901", None),
                ("なし", None),
            ],
        );
        all_are(
            email,
            &[
                ("Ｈanako@Pref.example.jp", Some("hanako@pref.example.jp")),
                ("hanako@", None),
                ("花子@pref.example.jp", None),
                ("a b@pref.example.jp", None),
            ],
        );
    }
}
