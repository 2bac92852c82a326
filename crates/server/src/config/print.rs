use std::fmt::Write;

use super::settings;

/// Every setting with its meaning and its default, as a TOML file to begin from.
#[must_use]
pub fn printed() -> String {
    let mut out = String::from(
        "# The settings of Renraku. What is left out stands as it is here. The variable named above a setting\n\
         # wins over the file.\n",
    );
    let mut section = "";
    for setting in settings::all() {
        if setting.section != section {
            section = setting.section;
            // Writing into a String cannot fail.
            let _ = write!(out, "\n[{section}]\n");
        }
        for line in setting.meaning.lines() {
            let _ = writeln!(out, "# {line}");
        }
        let _ = writeln!(out, "# {}", setting.variable());
        let _ = writeln!(out, "{} = {}\n", setting.key, setting.default);
    }
    let end = out.trim_end().len();
    out.truncate(end);
    out.push('\n');
    out
}
