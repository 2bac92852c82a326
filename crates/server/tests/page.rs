/// The lines of the shell in a page, and what stands behind `# → ` in them.
pub struct Page {
    pub script: String,
    pub expected: Vec<String>,
}

impl Page {
    /// Reads the blocks of the shell of a page, or of a part of one.
    pub fn read(text: &str) -> Self {
        let mut page = Self { script: String::new(), expected: Vec::new() };
        let mut inside = false;
        for line in text.lines() {
            match line {
                "```sh" => inside = true,
                "```" => inside = false,
                line if inside => {
                    page.script.push_str(line);
                    page.script.push('\n');
                    if let Some((_, expected)) = line.rsplit_once("# → ") {
                        page.expected.push(expected.trim().to_owned());
                    }
                }
                _ => {}
            }
        }
        page
    }
}

/// Each of these must be in what was printed, one behind the other.
pub fn assert_told<'e>(printed: &str, expected: impl IntoIterator<Item = &'e str>) {
    let mut rest = printed;
    for text in expected {
        match rest.split_once(text) {
            Some((_, behind)) => rest = behind,
            None => panic!("{text} is not in {rest}"),
        }
    }
}
