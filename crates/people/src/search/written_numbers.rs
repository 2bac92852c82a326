//! The numbers in a text that says more than a number: `0155-92-0004（代）`, `内線 2301`, `0155-92-0004／090-1234-5678`.

use unicode_normalization::UnicodeNormalization;

use super::{
    fold_number, fold_public_number,
    number::{is_between, is_label},
};

/// What stands between several numbers. A number itself is written with slashes, too (`0155/92/0004`).
const DIVIDERS: [char; 7] = ['/', '、', ',', ';', '・', '\n', '|'];
/// The fewest digits of what is taken for a number among other words.
const AMONG_WORDS: usize = 3;
/// The fewest digits of what is taken for a further number beside a whole one: `0155-92-0004/5` and `/0005` say how it ends.
const BESIDE_A_WHOLE_ONE: usize = 5;

/// The numbers that a text names, each in a spelling that [`fold_number`] takes, in the order in which they stand. Words before and behind
/// a number are passed over, and its extension, which cannot be called from elsewhere. A text that is a number names itself.
#[must_use]
pub fn written_numbers(text: &str) -> Vec<String> {
    let text: String = text.nfkc().collect();
    let text = text.trim();
    let found: Vec<Run> = text.split(DIVIDERS).flat_map(runs).collect();
    let whole = found.iter().any(Run::is_whole);
    let one = fold_public_number(text).is_some() || (!text.contains('/') && fold_number(text).is_some());
    if !whole && one {
        return vec![text.to_owned()];
    }
    let kept = found.into_iter().filter(|run| !whole || run.is_whole() || run.is_beside_a_whole_one());
    kept.map(|run| run.text).collect()
}

/// Digits with what is written between them.
struct Run {
    text: String,
    /// Whether the word before it says what it is.
    labelled: bool,
}

impl Run {
    /// Whether it can be called from everywhere.
    fn is_whole(&self) -> bool {
        fold_public_number(&self.text).is_some()
    }

    fn is_beside_a_whole_one(&self) -> bool {
        !self.labelled && digits(&self.text) >= BESIDE_A_WHOLE_ONE
    }

    fn is_number(&self) -> bool {
        fold_number(&self.text).is_some() && (self.labelled || digits(&self.text) >= AMONG_WORDS)
    }
}

fn digits(text: &str) -> usize {
    text.bytes().filter(u8::is_ascii_digit).count()
}

/// The whole numbers of a part between two dividers, or else the first that is one.
fn runs(part: &str) -> Vec<Run> {
    let (mut runs, mut before, mut run) = (Vec::new(), String::new(), String::new());
    for c in part.chars().chain(['\0']) {
        let goes_on = c.is_ascii_digit() || is_between(c) || (c == '+' && run.trim().is_empty());
        if goes_on {
            run.push(c);
            continue;
        }
        let labelled = before.split_whitespace().next_back().is_some_and(is_label);
        if digits(&run) > 0 {
            runs.extend(split(run.trim()).map(|text| Run { text: text.to_owned(), labelled }));
            before.clear();
        }
        run.clear();
        match c {
            '+' => run.push(c),
            c => before.push(c),
        }
    }
    let whole = runs.iter().any(Run::is_whole);
    let fitting = runs.into_iter().filter(|run| if whole { run.is_whole() } else { run.is_number() });
    if whole { fitting.collect() } else { fitting.take(1).collect() }
}

/// Several numbers with spaces or brackets between them, of which one is whole; one stays one.
fn split(run: &str) -> impl Iterator<Item = &str> {
    let parts = run.split(|c: char| c.is_whitespace() || c == '(').map(trimmed);
    let parts = parts.filter(|part| digits(part) > 0);
    let is_whole = |part: &str| fold_public_number(part).is_some();
    // What follows a whole number is none of it; the parts of `+81 (0)155…` are none by themselves.
    let begins = parts.clone().next().is_some_and(is_whole);
    let several = parts.clone().count() > 1 && (begins || !is_whole(run) && parts.clone().any(is_whole));
    let one = (!several).then_some(trimmed(run));
    one.into_iter().chain(parts.filter(move |_| several))
}

/// Without what begins or ends no number.
fn trimmed(run: &str) -> &str {
    run.trim_start_matches(|c| is_between(c) && c != '(').trim_end_matches(is_between)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_beside_a_number_is_left_out() {
        for (text, shown) in [
            ("０１５５－９２－０００４（代）", "0155-92-0004"),
            ("(0155) 92-0004 (直通)", "(0155) 92-0004"),
            ("TEL: +81 (0)155-92-0004.", "+81 (0)155-92-0004"),
            ("内線 2301（総務）", "2301"),
        ] {
            assert_eq!(written_numbers(text), [shown], "{text}");
        }
    }

    #[test]
    fn a_number_is_found_among_what_is_written_with_it() {
        let folded = |text: &str| -> Vec<String> {
            written_numbers(text).iter().filter_map(|number| fold_number(number)).collect()
        };
        for (text, numbers) in [
            ("0155-92-0004", &["0155920004"][..]),
            ("0155-92-0004（代）", &["0155920004"]),
            ("0155-92-0004（代表）", &["0155920004"]),
            ("０１５５－９２－０００４（直通）", &["0155920004"]),
            ("(0155)92-0004(直通)", &["0155920004"]),
            ("TEL:0155-92-0004 内線 2301", &["0155920004"]),
            ("+81 155-92-0004 ext. 12", &["0155920004"]),
            ("0155-92-0004 (2301)", &["0155920004"]),
            ("代表 0155-92-0004", &["0155920004"]),
            ("代表：0155(92)0004、夜間 090-1234-5678", &["0155920004", "09012345678"]),
            ("0155-92-0004/0155-92-0005", &["0155920004", "0155920005"]),
            ("0155-92-0004／92-0005", &["0155920004", "920005"]),
            ("0155-92-0004/5", &["0155920004"]),
            ("0155-92-0004~6", &["0155920004"]),
            ("0155/92/0004", &["0155920004"]),
            ("0155-92-0004 090-1234-5678", &["0155920004", "09012345678"]),
            ("03 1234 5678", &["0312345678"]),
            ("0155-92-0004 (2024-04-01から)", &["0155920004"]),
            ("3階 0155-92-0004 9:00-17:00", &["0155920004"]),
            ("26-1111/26-2222", &["261111", "262222"]),
            ("内線 2301", &["2301"]),
            ("内線:2301（総務）", &["2301"]),
            ("ext. 12", &["12"]),
            ("2301(直通)", &["2301"]),
            ("内線2301・2302", &["2301", "2302"]),
            ("2301/2302", &["2301", "2302"]),
            ("+1 212 555 0100 (New York)", &["12125550100"]),
            ("新館1階", &[]),
            ("なし", &[]),
            ("", &[]),
            ("1234567890123456789", &[]),
        ] {
            assert_eq!(folded(text), numbers, "{text}");
        }
    }
}
