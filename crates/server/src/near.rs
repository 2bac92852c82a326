//! Words that are nearly the same.

/// How many letters must be changed, added or left out to make one word of the other.
pub(crate) fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (to, above) in b.iter().zip(row.iter_mut().skip(1)) {
            let change = diagonal + usize::from(from != *to);
            diagonal = *above;
            left = change.min(left + 1).min(*above + 1);
            *above = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

/// Whether one of two names may be a slip of the pen for the other: of three letters or more one differs, and it is none by which
/// things are counted or told apart, as 第1課 from 第2課 and 北部 from 南部.
pub(crate) fn is_slip(a: &str, b: &str) -> bool {
    const TELLING: &str = "0123456789０１２３４５６７８９一二三四五六七八九十東西南北上下左右前後新旧正副";
    let telling = |name: &str| name.chars().filter(|c| TELLING.contains(*c)).collect::<String>();
    let length = a.chars().count().min(b.chars().count());
    length >= 3 && distance(a, b) == 1 && telling(a) == telling(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_one_letter_that_tells_nothing_apart() {
        for (a, b) in [("人事課", "人亊課"), ("財政課", "財政政課"), ("給与係", "給与係長")]
        {
            assert!(is_slip(a, b), "{a} {b}");
        }
        for (a, b) in [
            ("人事課", "人事課"),
            ("第1課", "第2課"),
            ("北部局", "南部局"),
            ("総務", "税務"),
            ("人事課", "財政課"),
        ] {
            assert!(!is_slip(a, b), "{a} {b}");
        }
    }
}
