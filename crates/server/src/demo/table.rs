//! The tables under `data/`: lines of fields between tabs; a line that begins with `#` says what they are.

/// The lines of a table that have `N` fields.
pub fn rows<const N: usize>(text: &'static str) -> impl Iterator<Item = [&'static str; N]> {
    text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let fields: Vec<&str> = line.split('\t').collect();
        fields.try_into().ok()
    })
}

#[cfg(test)]
pub fn complete<const N: usize>(text: &'static str) -> bool {
    text.lines().filter(|line| !line.starts_with('#')).count() == rows::<N>(text).count()
}
