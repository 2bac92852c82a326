//! `CATEGORIES` (RFC 5545 §3.8.1.2) as keywords, of which an event has a limited number of limited length.

use std::collections::BTreeSet;

use super::{component::Component, line::Line, text};
use crate::model::{Event, limits};

pub(super) const NAME: &str = "CATEGORIES";
/// The longest keyword, in characters.
const WORD_CHARS: usize = 80;

/// The keywords that are shown of what a component says.
pub(super) fn keywords(component: &Component) -> BTreeSet<String> {
    shown(component.lines_of(NAME))
}

/// Whether the keywords do not say all that a component's lines do, so that these are kept.
pub(super) fn are_cut(component: &Component) -> bool {
    let mut words = 0;
    component.lines_of(NAME).any(|line| {
        let said = text::list(&line.value);
        words += said.len();
        !line.params.is_empty()
            || words > limits::SMALL_MEMBERS
            || said.iter().any(|word| *word != keyword(word))
    })
}

fn keyword(word: &str) -> String {
    text::line(word, WORD_CHARS)
}

fn shown<'l>(lines: impl Iterator<Item = &'l Line>) -> BTreeSet<String> {
    let words = lines.flat_map(|line| text::list(&line.value)).map(|word| keyword(&word));
    words.filter(|word| !word.is_empty()).take(limits::SMALL_MEMBERS).collect()
}

/// The line of an event's keywords; `None` where it has none.
pub(super) fn line(event: &Event) -> Option<Line> {
    line_of(event.keywords.keys().map(String::as_str))
}

fn line_of<'w>(words: impl Iterator<Item = &'w str>) -> Option<Line> {
    let words: Vec<_> = words.map(text::escape).collect();
    (!words.is_empty()).then(|| Line::new(NAME, words.join(",")))
}

/// The kept lines, where those of categories are without the words that were shown and are keywords of the event no more, and with a line of
/// the keywords that are new.
pub(super) fn merged(event: &Event, kept: Vec<Line>) -> Vec<Line> {
    let is_ours = |line: &&Line| line.name == NAME;
    if !kept.iter().any(|line| is_ours(&line)) {
        return kept;
    }
    let shown = shown(kept.iter().filter(is_ours));
    let stays = |word: &String| {
        let word = keyword(word);
        !shown.contains(&word) || event.keywords.contains_key(&word)
    };
    let now = kept.into_iter().filter_map(|line| {
        let said = if line.name == NAME { text::list(&line.value) } else { Vec::new() };
        if said.iter().all(stays) {
            return Some(line);
        }
        let left: Vec<_> = said.iter().filter(|word| stays(word)).map(|word| text::escape(word)).collect();
        (!left.is_empty()).then(|| Line { value: left.join(","), raw: String::new(), ..line })
    });
    let new = event.keywords.keys().map(String::as_str).filter(|word| !shown.contains(*word));
    now.chain(line_of(new)).collect()
}
