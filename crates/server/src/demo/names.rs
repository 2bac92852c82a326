use super::{seeded::Seeded, table};

const FAMILY: &str = include_str!("data/surnames.tsv");
const MALE: &str = include_str!("data/given_names_male.tsv");
const FEMALE: &str = include_str!("data/given_names_female.tsv");

/// A person's name with its reading in hiragana.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    pub family: &'static str,
    pub given: &'static str,
    pub family_kana: &'static str,
    pub given_kana: &'static str,
}

impl Name {
    /// The whole name, family name first.
    pub fn full(&self) -> String {
        format!("{} {}", self.family, self.given)
    }

    /// The whole reading in katakana, as a personnel system keeps it.
    pub fn kana(&self) -> String {
        katakana(&format!("{} {}", self.family_kana, self.given_kana))
    }

    /// What stands before the @: careless Hepburn without long vowels, as on a name card.
    pub fn mail_local_part(&self) -> String {
        format!("{}.{}", romaji(self.family_kana), romaji(self.given_kana))
    }
}

/// Hiragana as katakana.
pub fn katakana(hiragana: &str) -> String {
    hiragana
        .chars()
        .map(|c| match c {
            'ぁ'..='ゖ' => char::from_u32(u32::from(c) + 0x60).unwrap_or(c),
            other => other,
        })
        .collect()
}

/// The reading in Latin letters as passports write it: Hepburn, long o and u short.
pub fn romaji(kana: &str) -> String {
    let spelled = wana_kana::ConvertJapanese::to_romaji(kana);
    let short = spelled.replace("ou", "o").replace("oo", "o").replace("uu", "u");
    short.chars().filter(char::is_ascii_alphabetic).collect()
}

/// The names of the country, by how many people bear them.
#[derive(Debug)]
pub struct Names {
    families: Vec<(&'static str, &'static str)>,
    /// At the same place, how many bear this name or one before it.
    upto: Vec<usize>,
    given: [Vec<(&'static str, &'static str)>; 2],
}

impl Names {
    /// Reads the tables.
    pub fn read() -> Self {
        let mut families = Vec::new();
        let mut upto = Vec::new();
        let mut sum = 0;
        for [name, kana, thousands] in table::rows(FAMILY) {
            sum += thousands.parse::<usize>().unwrap_or(1);
            families.push((name, kana));
            upto.push(sum);
        }
        let given = [MALE, FEMALE].map(|text| table::rows(text).map(|[name, kana]| (name, kana)).collect());
        Self { families, upto, given }
    }

    /// Draws a name.
    pub fn draw(&self, rng: &mut Seeded) -> Name {
        let at = rng.below(self.upto.last().copied().unwrap_or(0));
        let family = self.families.get(self.upto.partition_point(|upto| *upto <= at));
        let (family, family_kana) = family.copied().unwrap_or(("佐藤", "さとう"));
        let given = rng.pick(&self.given).and_then(|names| rng.pick(names));
        let (given, given_kana) = given.copied().unwrap_or(("光", "ひかる"));
        Name { family, given, family_kana, given_kana }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_whole_and_large_enough() {
        assert!(table::complete::<3>(FAMILY) && table::complete::<2>(MALE) && table::complete::<2>(FEMALE));
        let names = Names::read();
        assert!(names.families.len() >= 300);
        assert!(names.given.iter().map(Vec::len).sum::<usize>() >= 300);
        let kana = |text: &str| text.chars().all(|c| ('ぁ'..='ゖ').contains(&c));
        assert!(names.families.iter().chain(names.given.iter().flatten()).all(|(_, reading)| kana(reading)));
        for must in ["佐藤", "高橋", "髙橋", "齋藤", "斉藤", "渡邊", "渡辺", "森"] {
            assert!(names.families.iter().any(|(name, _)| *name == must), "{must}");
        }
    }

    #[test]
    fn frequent_names_come_often() {
        let (names, mut rng) = (Names::read(), Seeded::new(1));
        let drawn: Vec<Name> = (0..10_000).map(|_| names.draw(&mut rng)).collect();
        let count = |family: &str| drawn.iter().filter(|name| name.family == family).count();
        assert!(count("佐藤") > count("森") && count("森") > count("氏家"));
        assert!(count("佐藤") > 150 && count("佐藤") < 800, "{}", count("佐藤"));
    }

    #[test]
    fn a_mail_address_reads_like_the_name() {
        assert_eq!(romaji("さとう"), "sato");
        assert_eq!(romaji("おおの"), "ono");
        assert_eq!(romaji("しんいち"), "shinichi");
        assert_eq!(katakana("わたなべ ふとし"), "ワタナベ フトシ");
    }
}
