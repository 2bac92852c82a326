//! What a mail is found by.

use renraku_people::search::{fold, fold_lines};

use crate::{EmailAddress, codec::head::Head};

/// Recipients beyond these are not searched.
const MAX_PEOPLE: usize = 20;

/// Names the rules of this file: another number where one of them changes, so that what is stored is made anew.
pub const RULES: &str = "1";

/// The subject, the people and the preview of a mail as they are compared, what has marks that are read by what stands before them also
/// as written. Between them stands a line end, which no folded word contains.
#[must_use]
pub fn folded(head: &Head) -> String {
    let people = head.from.iter().chain(&head.to).chain(&head.cc).take(MAX_PEOPLE);
    let mut text = fold_lines(&head.subject);
    for EmailAddress { name, email } in people {
        text.push('\n');
        text.push_str(&fold_lines(name.as_deref().unwrap_or_default()));
        text.push('\n');
        text.push_str(&fold_lines(email));
    }
    text.push('\n');
    text.push_str(&fold_lines(&head.preview));
    text
}

/// The words and quoted phrases of a query, each of which a mail must contain somewhere, longest first.
#[must_use]
pub fn words(query: &str) -> Vec<String> {
    let mut words: Vec<String> =
        pieces(query).into_iter().map(fold).filter(|word| !word.is_empty()).take(16).collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    words.dedup();
    words
}

/// What is typed between two quotation marks belongs together. One that is not closed yet begins words as if it were not there; alone it is
/// looked for like any other character.
fn pieces(query: &str) -> Vec<&str> {
    const QUOTES: [char; 5] = ['"', '“', '”', '„', '＂'];
    let mut pieces = Vec::new();
    let mut rest = query.trim_start();
    while !rest.is_empty() {
        let inside = rest.strip_prefix(QUOTES).unwrap_or_default();
        let quoted = inside.split_once(QUOTES);
        if quoted.is_none() && !inside.trim_start().is_empty() {
            rest = inside.trim_start();
            continue;
        }
        let word = || rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len()));
        let (piece, after) = quoted.unwrap_or_else(word);
        pieces.push(piece);
        rest = after.trim_start();
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_in_one_character_are_found_as_such_and_spelt_out() {
        let head = Head {
            subject: "①㈱北見　㍿札幌 ｱﾝｹｰﾄ Ⅲ期 ㌔".to_owned(), ..Head::default()
        };
        let text = folded(&head);
        for query in [
            "①",
            "1",
            "１",
            "㈱",
            "(株)",
            "（株）北見",
            "㍿",
            "株式会社札幌",
            "ｱ",
            "ア",
            "アンケート",
            "Ⅲ期",
            "iii",
            "㌔",
            "キロ",
        ] {
            assert!(words(query).iter().all(|word| text.contains(word)), "{query}");
        }
    }

    #[test]
    fn ke_between_kanji_is_found_however_it_is_written_and_while_it_is_typed() {
        let head = Head {
            subject: "霞ヶ関への出張 佐々木".to_owned(),
            from: vec![EmailAddress { name: Some("鶴ガ島 薫".to_owned()), email: String::new() }],
            preview: "三箇所、市ケ谷".to_owned(),
            ..Head::default()
        };
        let text = folded(&head);
        for query in [
            "霞が関",
            "霞ケ関",
            "霞ヶ",
            "ヶ関",
            "々木",
            "佐佐木",
            "鶴ヶ島",
            "三か所",
            "三ヵ所",
            "市が谷",
            "\"霞ガ関へ\"",
        ] {
            let words = words(query);
            assert!(words.iter().all(|word| text.contains(word)), "{query}");
        }
        let plain = Head { subject: "会議が開かれる".to_owned(), ..Head::default() };
        assert_eq!(folded(&plain).matches("会議").count(), 1, "what is read as it is written is held once");
    }

    #[test]
    fn what_stands_in_quotation_marks_is_found_together() {
        let text = folded(&Head {
            subject: "予算 会議の資料 27\"モニター".to_owned(), ..Head::default()
        });
        let found = |query: &str| {
            let words = words(query);
            !words.is_empty() && words.iter().all(|word| text.contains(word))
        };
        for query in [
            "\"予算 会議\"",
            "“会議の資料”",
            "＂予算　会議＂ モニター",
            "\"予算\"資料",
            "27\"",
            "27\"モニター",
            "\"予算",
            "\"会議 予算",
            "モニター “会議の",
        ] {
            assert!(found(query), "{query}");
        }
        for query in ["\"会議 予算\"", "\"予算 資料\"", "\"予算 会議\" 議事録", "\"予算 議事録", "\""]
        {
            assert!(found(query) == (query == "\""), "{query}");
        }
        assert_eq!(words("\"予算 会議\" \"\" 資料"), ["予算会議", "資料"].map(fold));
    }

    #[test]
    fn every_word_of_one_character_or_more_is_found() {
        let head = Head {
            subject: "令和８年度　予算会議".to_owned(),
            from: vec![EmailAddress {
                name: Some("髙橋 一郎".to_owned()),
                email: "Takahashi@pref.example".to_owned(),
            }],
            preview: "ﾊﾝｶｸの本文".to_owned(),
            ..Head::default()
        };
        let text = folded(&head);
        for query in [
            "会議",
            "議",
            "高橋",
            "髙橋一郎",
            "8年度",
            "takahashi@",
            "ハンカク",
            "はんかく　本文",
            "予算 高橋",
        ] {
            let words = words(query);
            assert!(!words.is_empty() && words.iter().all(|word| text.contains(word)), "{query}");
        }
        assert!(!text.contains(&fold("会議髙橋")), "words do not run over from one field into the next");
        assert!(words("  　").is_empty());
    }
}
