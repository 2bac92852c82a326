use super::{Word, fold};

/// A longer word is not taken apart.
const MOST_CHARACTERS: usize = 64;
/// The most ways in which one word is taken apart.
const MOST_WAYS: usize = 8;

/// The ways in which a word is names one after the other, each whole, and what follows the last of them; long names first. `names` tells
/// how long the names are, in bytes, that a folded text begins with.
pub(crate) fn in_a_row(word: &Word, names: impl Fn(&str) -> Vec<usize>) -> Vec<Vec<Word>> {
    if word.typed().chars().nth(MOST_CHARACTERS).is_some() || names(word.text()).is_empty() {
        return Vec::new();
    }
    let row = Row { cuts: cuts(word), word, names };
    let mut ways = Vec::new();
    row.go_on(&mut vec![Cut::default()], &mut ways);
    ways
}

/// Where a word may be cut: how much of what was typed is before it, and how much of the folded text.
#[derive(Debug, Clone, Copy, Default)]
struct Cut {
    typed: usize,
    folded: usize,
}

/// The places at which cutting a word changes nothing of what is compared: not before a mark that repeats a letter.
fn cuts(word: &Word) -> Vec<Cut> {
    let ends = word.typed().char_indices().map(|(at, c)| at + c.len_utf8());
    let cuts = ends.filter_map(|typed| {
        let (before, behind) = word.typed().split_at_checked(typed)?;
        let rest = word.text().strip_prefix(&fold(before))?;
        (fold(behind) == rest).then_some(Cut { typed, folded: word.text().len() - rest.len() })
    });
    cuts.collect()
}

struct Row<'w, N> {
    word: &'w Word,
    cuts: Vec<Cut>,
    names: N,
}

impl<N: Fn(&str) -> Vec<usize>> Row<'_, N> {
    /// Adds the ways that begin with these cuts.
    fn go_on(&self, so_far: &mut Vec<Cut>, ways: &mut Vec<Vec<Word>>) {
        let here = so_far.last().copied().unwrap_or_default();
        let rest = self.word.text().get(here.folded..).unwrap_or_default();
        let mut lengths = (self.names)(rest);
        lengths.sort_unstable_by(|a, b| b.cmp(a));
        lengths.dedup();
        for length in lengths.into_iter().filter(|length| *length > 0) {
            if ways.len() >= MOST_WAYS {
                return;
            }
            // Of several places with the same text before them, the last: what is passed over stays with the name.
            let Some(cut) = self.cuts.iter().rev().find(|cut| cut.folded == here.folded + length) else {
                continue;
            };
            so_far.push(*cut);
            self.go_on(so_far, ways);
            so_far.pop();
        }
        if so_far.len() > 1 && ways.len() < MOST_WAYS {
            ways.extend(self.words(so_far));
        }
    }

    /// The words between these cuts and behind the last; `None` when that is the whole word.
    fn words(&self, cuts: &[Cut]) -> Option<Vec<Word>> {
        let ends = cuts.iter().skip(1).map(|cut| cut.typed).chain([self.word.typed().len()]);
        let parts = cuts.iter().zip(ends).filter_map(|(from, end)| self.word.typed().get(from.typed..end));
        let words: Vec<Word> = parts.filter_map(Word::parse).collect();
        (words.len() > 1).then_some(words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ways(typed: &str, names: &[&str]) -> Vec<String> {
        let begins = |text: &str| {
            let known = names.iter().map(|name| fold(name));
            known.filter(|name| text.starts_with(name)).map(|name| name.len()).collect()
        };
        let word = Word::parse(typed).unwrap();
        let ways = in_a_row(&word, begins);
        ways.iter().map(|way| way.iter().map(Word::typed).collect::<Vec<_>>().join("|")).collect()
    }

    #[test]
    fn a_word_is_names_one_after_the_other_and_what_follows() {
        let names = ["総務部", "人事課", "人事", "佐々木課", "サーバー室"];
        let first = |typed: &str| ways(typed, &names).into_iter().next();
        for (typed, apart) in [
            ("総務部人事課", "総務部|人事課"),
            ("総務部人事課山田", "総務部|人事課|山田"),
            ("総務部・人事課やまだ", "総務部・|人事課|やまだ"),
            ("総務部人", "総務部|人"),
            ("総務部佐佐木課7012", "総務部|佐佐木課|7012"),
            ("サーバ室おーた", "サーバ室|おーた"),
        ] {
            assert_eq!(first(typed).as_deref(), Some(apart), "{typed}");
        }
        for whole in ["総務部", "山田総務部", "佐々木", "人々"] {
            assert_eq!(first(whole), None, "{whole}");
        }
        assert_eq!(ways("総務部人事課", &names), ["総務部|人事課", "総務部|人事|課", "総務部|人事課"]);
    }

    #[test]
    fn what_can_be_taken_apart_in_many_ways_is_so_in_a_few() {
        let names = ["部", "部部", "部部部"];
        assert_eq!(ways(&"部".repeat(MOST_CHARACTERS), &names).len(), MOST_WAYS);
        assert_eq!(ways(&"部".repeat(MOST_CHARACTERS + 1), &names).len(), 0);
    }
}
