use super::{Word, fold};

/// A longer word is not taken apart.
const MOST_CHARACTERS: usize = 64;
/// The most ways in which one word is taken apart.
const MOST_WAYS: usize = 8;

/// How long, in bytes, what is known is: the names that a folded text begins with, and those that may end it behind something else.
pub(crate) struct Known<B, E> {
    pub begins: B,
    pub ends: E,
}

/// The ways in which a word is names one after the other, each whole, and what follows the last of them, with a name at its end or without;
/// long names first.
pub(crate) fn in_a_row<B, E>(word: &Word, known: Known<B, E>) -> Vec<Vec<Word>>
where
    B: Fn(&str) -> Vec<usize>,
    E: Fn(&str) -> Vec<usize>,
{
    if word.typed().chars().nth(MOST_CHARACTERS).is_some() {
        return Vec::new();
    }
    let ends = long_first((known.ends)(word.text()));
    if ends.is_empty() && (known.begins)(word.text()).is_empty() {
        return Vec::new();
    }
    let row = Row { cuts: cuts(word), word, begins: known.begins, ends };
    let mut ways = Vec::new();
    row.go_on(&mut vec![Cut::default()], &mut ways);
    ways
}

fn long_first(mut lengths: Vec<usize>) -> Vec<usize> {
    lengths.sort_unstable_by(|a, b| b.cmp(a));
    lengths.dedup();
    lengths.retain(|length| *length > 0);
    lengths
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

struct Row<'w, B> {
    word: &'w Word,
    cuts: Vec<Cut>,
    begins: B,
    ends: Vec<usize>,
}

impl<B: Fn(&str) -> Vec<usize>> Row<'_, B> {
    /// Adds the ways that begin with these cuts.
    fn go_on(&self, so_far: &mut Vec<Cut>, ways: &mut Vec<Vec<Word>>) {
        let here = so_far.last().copied().unwrap_or_default();
        let rest = self.word.text().get(here.folded..).unwrap_or_default();
        let next = long_first((self.begins)(rest)).into_iter().map(|length| here.folded + length);
        for cut in next.filter_map(|folded| self.cut_at(folded)) {
            if ways.len() >= MOST_WAYS {
                return;
            }
            so_far.push(cut);
            self.go_on(so_far, ways);
            so_far.pop();
        }
        let ends = self.ends.iter().filter_map(|length| self.word.text().len().checked_sub(*length));
        let last = ends.filter(|folded| *folded > here.folded).filter_map(|folded| self.cut_at(folded));
        for last in std::iter::once(None).chain(last.map(Some)) {
            if ways.len() < MOST_WAYS {
                ways.extend(self.words(so_far.iter().copied().chain(last)));
            }
        }
    }

    /// Of several places with the same text before them, the last: what is passed over stays with the name.
    fn cut_at(&self, folded: usize) -> Option<Cut> {
        self.cuts.iter().rev().find(|cut| cut.folded == folded).copied()
    }

    /// The words between these cuts and behind the last; `None` when that is the whole word.
    fn words(&self, cuts: impl Iterator<Item = Cut> + Clone) -> Option<Vec<Word>> {
        let ends = cuts.clone().skip(1).map(|cut| cut.typed).chain([self.word.typed().len()]);
        let parts = cuts.zip(ends).filter_map(|(from, end)| self.word.typed().get(from.typed..end));
        let words: Vec<Word> = parts.filter_map(Word::parse).collect();
        (words.len() > 1).then_some(words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ways(typed: &str, names: &[&str]) -> Vec<String> {
        let known: Vec<String> = names.iter().map(|name| fold(name)).collect();
        let lengths = |is_there: &dyn Fn(&str) -> bool| -> Vec<usize> {
            known.iter().filter(|name| is_there(name)).map(String::len).collect()
        };
        let begins = |text: &str| lengths(&|name| text.starts_with(name));
        let ends = |text: &str| lengths(&|name| name.ends_with("長") && text.ends_with(name));
        let word = Word::parse(typed).unwrap();
        let ways = in_a_row(&word, Known { begins, ends });
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
    fn a_title_stands_before_a_name_or_behind_it() {
        let names = ["人事課", "課長", "副課長", "人事課長"];
        let first = |typed: &str| ways(typed, &names).into_iter().next();
        for (typed, apart) in [
            ("課長山田", "課長|山田"),
            ("人事課課長山田", "人事課|課長|山田"),
            ("人事課長山田", "人事課長|山田"),
            ("山田課長", "山田|課長"),
            ("やまだ副課長", "やまだ|副課長"),
            ("人事課課長", "人事課|課長"),
        ] {
            assert_eq!(first(typed).as_deref(), Some(apart), "{typed}");
        }
        assert_eq!(
            ways("人事課山田課長", &names),
            ["人事課|山田課長", "人事課|山田|課長", "人事課山田|課長"]
        );
        assert_eq!(ways("人事課長", &names), ["人事課|長", "人事|課長"]);
        for whole in ["課長", "山田課長補佐"] {
            assert_eq!(first(whole), None, "{whole}");
        }
    }

    #[test]
    fn what_can_be_taken_apart_in_many_ways_is_so_in_a_few() {
        let names = ["部", "部部", "部部部"];
        assert_eq!(ways(&"部".repeat(MOST_CHARACTERS), &names).len(), MOST_WAYS);
        assert_eq!(ways(&"部".repeat(MOST_CHARACTERS + 1), &names).len(), 0);
    }
}
