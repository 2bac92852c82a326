/// The glyph that stands for all variants of `c`.
pub(super) fn representative(c: char) -> char {
    c
}
