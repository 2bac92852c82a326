use std::{collections::HashMap, sync::LazyLock};

/// Each glyph that is not the first of its group, with the first.
static REPRESENTATIVES: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
    include_str!("variants.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(str::split_whitespace)
        .flat_map(|group| {
            let mut glyphs = group.chars();
            let first = glyphs.next();
            glyphs.filter_map(move |glyph| Some((glyph, first?)))
        })
        .collect()
});

/// The glyph that stands for all variants of `c`; `c` itself when it has none.
pub(super) fn representative(c: char) -> char {
    REPRESENTATIVES.get(&c).copied().unwrap_or(c)
}

#[cfg(test)]
mod tests {
    #[test]
    fn no_glyph_is_in_two_groups() {
        let text = include_str!("variants.txt");
        let mut glyphs: Vec<char> = text
            .lines()
            .filter(|line| !line.starts_with('#'))
            .flat_map(|line| line.chars().filter(|c| !c.is_whitespace()))
            .collect();
        let count = glyphs.len();
        glyphs.sort_unstable();
        glyphs.dedup();
        assert_eq!(glyphs.len(), count);
        assert!(count > 3_000, "{count}");
    }
}
