/// The pattern that finds `text` anywhere in a column, for `column.like(contains(text)).escape('\\')`.
#[must_use]
pub fn contains(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    #[test]
    fn nothing_in_the_text_is_a_wild_card() {
        assert_eq!(super::contains(r"50%_\"), r"%50\%\_\\%");
    }
}
