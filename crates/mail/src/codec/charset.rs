//! Bytes into text, as Japanese mail really comes: labelled wrongly, not at all, or with characters that the label
//! does not have.

use std::borrow::Cow;

use encoding_rs::{EUC_JP, Encoding, ISO_2022_JP, SHIFT_JIS, UTF_8, WINDOWS_1252};

const ESCAPE: u8 = 0x1b;

/// Text of `bytes` by their label, unless the bytes themselves tell better.
#[must_use]
pub fn decode(bytes: &[u8], label: Option<&str>) -> String {
    let labelled = label.and_then(by_label);
    if bytes.is_ascii() && !is_wide(labelled) && !bytes.contains(&ESCAPE) && !bytes.contains(&0x0e) {
        return bytes.iter().copied().map(char::from).collect();
    }
    // Bytes above ASCII that are valid UTF-8 were not written as Shift_JIS, EUC-JP or Latin-1 by any likely chance.
    if !bytes.is_ascii()
        && !is_wide(labelled)
        && let Ok(text) = str::from_utf8(bytes)
    {
        return without_mark(text.to_owned());
    }
    if has_escapes(bytes) && !is_wide(labelled) {
        return iso_2022_jp(bytes);
    }
    match labelled {
        Some(encoding) if encoding == ISO_2022_JP => guess(bytes).unwrap_or_else(|| iso_2022_jp(bytes)),
        // What really is Latin-1 has no control codes; Shift_JIS under that label does.
        Some(encoding)
            if encoding == WINDOWS_1252 && !bytes.iter().any(|byte| (0x80..0xa0).contains(byte)) =>
        {
            encoding.decode(bytes).0.into_owned()
        }
        Some(encoding) if encoding == WINDOWS_1252 => {
            guess(bytes).unwrap_or_else(|| encoding.decode(bytes).0.into_owned())
        }
        Some(encoding) => match encoding.decode_without_bom_handling_and_without_replacement(bytes) {
            Some(text) => without_mark(text.into_owned()),
            None => guess(bytes).unwrap_or_else(|| encoding.decode(bytes).0.into_owned()),
        },
        None => guess(bytes).unwrap_or_else(|| lossy(bytes)),
    }
}

/// A byte order mark says how to read, and is not read itself.
fn without_mark(text: String) -> String {
    text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)
}

/// The encoding of a label, with the names that Japanese mailers use beside those of the WHATWG.
fn by_label(label: &str) -> Option<&'static Encoding> {
    let label = label.trim().trim_matches('"');
    // RFC 2231 §5 allows a language after the charset.
    let label = label.split('*').next().unwrap_or(label).to_ascii_lowercase();
    match label.as_str() {
        "iso-2022-jp-ms" | "iso-2022-jp-1" | "iso-2022-jp-2" | "iso-2022-jp-3" | "cp50220" | "cp50221"
        | "cp50222" => Some(ISO_2022_JP),
        "cp932" | "windows-932" | "x-ms-cp932" | "shift_jis-ms" | "shift_jisx0213" | "shift_jis-2004" => {
            Some(SHIFT_JIS)
        }
        "eucjp" | "eucjp-ms" | "euc-jp-ms" | "cp51932" => Some(EUC_JP),
        "utf8mb4" => Some(UTF_8),
        "us-ascii" | "ascii" | "7bit" | "8bit" | "default" | "unknown-8bit" | "x-unknown" => None,
        other => Encoding::for_label(other.as_bytes()),
    }
}

/// Whether ASCII text looks different in this encoding.
fn is_wide(encoding: Option<&'static Encoding>) -> bool {
    encoding.is_some_and(|encoding| !encoding.is_ascii_compatible() && encoding != ISO_2022_JP)
}

fn has_escapes(bytes: &[u8]) -> bool {
    bytes.windows(2).any(|pair| matches!(pair, [ESCAPE, b'$' | b'('])) || bytes.contains(&0x0e)
}

/// The encoding that reads the bytes without a fault and gives the most Japanese text.
fn guess(bytes: &[u8]) -> Option<String> {
    let read = |encoding: &'static Encoding| {
        encoding.decode_without_bom_handling_and_without_replacement(bytes).map(Cow::into_owned)
    };
    let best = [read(SHIFT_JIS), read(EUC_JP)].into_iter().flatten().max_by_key(|text| japaneseness(text))?;
    (japaneseness(&best) > 0).then_some(best)
}

/// EUC-JP read as Shift_JIS turns into half-width kana, Latin-1 into rare characters.
fn japaneseness(text: &str) -> i64 {
    text.chars()
        .map(|c| match c {
            '\u{3041}'..='\u{30fe}' => 3,
            '\u{3001}'..='\u{3015}' | '\u{ff01}'..='\u{ff5e}' => 2,
            '\u{4e00}'..='\u{9fff}' => 1,
            '\u{ff61}'..='\u{ff9f}' => -1,
            '\u{80}'..='\u{9f}' | '\u{e000}'..='\u{f8ff}' => -8,
            _ => 0,
        })
        .sum()
}

/// Nothing reads it cleanly: the Japanese reading with few holes, otherwise Latin-1, which has none.
fn lossy(bytes: &[u8]) -> String {
    [UTF_8, SHIFT_JIS, EUC_JP]
        .into_iter()
        .map(|encoding| encoding.decode_without_bom_handling(bytes).0)
        .find(|text| {
            let holes = text.chars().filter(|c| *c == char::REPLACEMENT_CHARACTER).count();
            holes * 20 <= text.chars().count()
        })
        .unwrap_or_else(|| WINDOWS_1252.decode_without_bom_handling(bytes).0)
        .into_owned()
}

/// The character set that an escape sequence of ISO 2022 turned on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Set {
    Ascii,
    Kana,
    Kanji,
    Supplement,
}

/// ISO-2022-JP with everything that is seen under its name: JIS X 0212, half-width kana by escape, by shift-out and as
/// bare 8-bit bytes, NEC's and IBM's rows, and lines that end without going back to ASCII.
fn iso_2022_jp(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    let mut set = Set::Ascii;
    let mut rest = bytes;
    while !rest.is_empty() {
        if let Some((next, after)) = escape(rest) {
            set = next;
            rest = after;
            continue;
        }
        let end = rest
            .iter()
            .skip(1)
            .position(|byte| matches!(byte, 0x1b | 0x0e | 0x0f | b'\r' | b'\n'))
            .map_or(rest.len(), |at| at + 1);
        let (run, after) = rest.split_at(end);
        if matches!(run.first(), Some(b'\r' | b'\n')) {
            set = Set::Ascii;
        }
        decode_run(set, run, &mut text);
        rest = after;
    }
    text
}

/// The set that `bytes` begin by turning on, and what follows.
fn escape(bytes: &[u8]) -> Option<(Set, &[u8])> {
    match bytes {
        [ESCAPE, b'(', b'B' | b'J' | b'H', rest @ ..] | [0x0f, rest @ ..] => Some((Set::Ascii, rest)),
        [ESCAPE, b'(', b'I', rest @ ..] | [0x0e, rest @ ..] => Some((Set::Kana, rest)),
        [ESCAPE, b'$', b'(', b'D', rest @ ..] => Some((Set::Supplement, rest)),
        [ESCAPE, b'$', b'@' | b'B', rest @ ..]
        | [ESCAPE, b'$', b'(', b'@' | b'B' | b'O' | b'Q', rest @ ..] => Some((Set::Kanji, rest)),
        _ => None,
    }
}

fn decode_run(set: Set, run: &[u8], text: &mut String) {
    match set {
        Set::Ascii if run.is_ascii() => text.extend(run.iter().copied().map(char::from)),
        Set::Ascii => text.push_str(&SHIFT_JIS.decode_without_bom_handling(run).0),
        Set::Kana => text.extend(run.iter().map(|byte| match byte & 0x7f {
            low @ 0x21..=0x5f => {
                char::from_u32(0xff40 + u32::from(low)).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            low => char::from(low),
        })),
        // The same rows and cells as in EUC-JP, without the high bits.
        Set::Kanji | Set::Supplement => {
            let mut euc = Vec::with_capacity(run.len() * 2);
            for pair in run.chunks(2) {
                match pair {
                    [row @ (0x21..=0x7e | 0xa1..=0xfe), cell] => {
                        if set == Set::Supplement {
                            euc.push(0x8f);
                        }
                        euc.extend([row | 0x80, cell | 0x80]);
                    }
                    other => euc.extend(other.iter().filter(|byte| byte.is_ascii())),
                }
            }
            text.push_str(&EUC_JP.decode_without_bom_handling(&euc).0);
        }
    }
}
