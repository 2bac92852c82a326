/// So many bytes are looked at together.
const TOGETHER: usize = 16;

/// Whether any byte is of a sort. Of long texts in which there are none: whether any of some is one is asked without a branch for each,
/// if `is` has none.
#[must_use]
pub fn any_byte(bytes: &[u8], is: impl Fn(u8) -> bool) -> bool {
    let (whole, rest) = bytes.as_chunks::<TOGETHER>();
    whole.iter().any(|some| some.iter().fold(false, |any, byte| any | is(*byte)))
        || rest.iter().any(|byte| is(*byte))
}

#[cfg(test)]
mod tests {
    use super::any_byte;

    #[test]
    fn one_is_found_wherever_it_stands() {
        for len in [0, 1, 15, 16, 17, 40] {
            let bytes = vec![b'.'; len];
            assert!(!any_byte(&bytes, |byte| byte == b'x'));
            for at in 0..len {
                let mut bytes = bytes.clone();
                bytes[at] = b'x';
                assert!(any_byte(&bytes, |byte| byte == b'x'), "{len} {at}");
            }
        }
    }
}
