/// So many bytes are looked at together.
const TOGETHER: usize = 16;

/// Where the first byte from a place on is of a sort. Of long texts in which there are few: whether any of some is one is asked without
/// a branch for each, if `is` has none.
#[must_use]
pub fn find_byte(bytes: &[u8], from: usize, is: impl Fn(u8) -> bool) -> Option<usize> {
    let mut at = from;
    while let Some(some) = bytes.get(at..at + TOGETHER)
        && !some.iter().fold(false, |any, byte| any | is(*byte))
    {
        at += TOGETHER;
    }
    let rest = bytes.get(at..)?;
    rest.iter().position(|byte| is(*byte)).map(|found| at + found)
}

#[cfg(test)]
mod tests {
    use super::find_byte;

    #[test]
    fn the_first_is_found_wherever_it_stands() {
        for len in [0, 1, 15, 16, 17, 40] {
            let bytes = vec![b'.'; len];
            assert_eq!(find_byte(&bytes, 0, |byte| byte == b'x'), None);
            for at in 0..len {
                let mut bytes = bytes.clone();
                bytes[at..].fill(b'x');
                for from in 0..=len + 1 {
                    let expected = (from < len).then_some(from.max(at));
                    assert_eq!(find_byte(&bytes, from, |byte| byte == b'x'), expected, "{len} {at} {from}");
                }
            }
        }
    }
}
