//! What stands between `BEGIN` and `END`, read as far as it can be.

use std::borrow::Cow;

use super::{
    line::{BadLine, LINE_BYTES, Line, unfold},
    text,
};

/// How deep components may lie in each other.
const MAX_DEPTH: usize = 8;
/// The most lines of one component.
const MAX_LINES: usize = 5_000;

/// What is wrong with a component that what is around it, or the file, ends before.
const NO_END: &str = "the component has no END";

/// Whether what is wrong with a component is that it has no end, as in a file that was cut.
#[must_use]
pub fn is_cut(why: &str) -> bool {
    why == NO_END
}

/// The code of what is wrong with a component or a line of iCalendar.
#[must_use]
pub fn code_of(why: &str) -> &'static str {
    match why {
        NO_END => "ical-no-end",
        _ if why == BadLine::TooLong.as_str() => "ical-line-too-long",
        _ => "ical-line",
    }
}

/// The same in words, with the limit where there is one.
#[must_use]
pub fn detail_of(why: &str) -> String {
    match why == BadLine::TooLong.as_str() {
        true => format!("{why}: at most {LINE_BYTES} bytes when it is unfolded"),
        false => why.to_owned(),
    }
}

/// One component with what lies in it.
#[derive(Debug, Clone, Default)]
pub struct Component {
    /// Its name in capitals, such as `VEVENT`.
    pub name: String,
    /// The line on which it begins.
    pub number: usize,
    /// Its own lines.
    pub lines: Vec<Line>,
    /// The components in it.
    pub children: Vec<Component>,
    /// What is wrong with it or its lines, by line number.
    pub bad: Vec<(usize, &'static str)>,
    /// The first line out of which control characters were left.
    pub cleaned: Option<usize>,
}

impl Component {
    /// The first line of a property.
    #[must_use]
    pub fn line(&self, name: &str) -> Option<&Line> {
        self.lines.iter().find(|line| line.name == name)
    }

    /// All lines of a property.
    pub fn lines_of<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Line> {
        self.lines.iter().filter(move |line| line.name == name)
    }

    /// The component as it stood, unfolded, lines parted by `\n`.
    #[must_use]
    pub fn raw(&self) -> String {
        let mut out = format!("BEGIN:{}\n", self.name);
        for line in &self.lines {
            out.push_str(&line.raw);
            out.push('\n');
        }
        for child in &self.children {
            out.push_str(&child.raw());
            out.push('\n');
        }
        out.push_str("END:");
        out.push_str(&self.name);
        out
    }

    /// Writes the component as it stood, folded anew.
    pub fn write(&self, out: &mut String) {
        Line::new("BEGIN", self.name.clone()).write(out);
        self.lines.iter().for_each(|line| line.write(out));
        self.children.iter().for_each(|child| child.write(out));
        Line::new("END", self.name.clone()).write(out);
    }

    /// The first line, of it or of anything in it, out of which control characters were left.
    #[must_use]
    pub fn first_cleaned(&self) -> Option<usize> {
        self.cleaned.into_iter().chain(self.children.iter().filter_map(Self::first_cleaned)).min()
    }

    /// What is wrong with it or with anything in it.
    #[must_use]
    pub fn first_fault(&self) -> Option<(usize, &'static str)> {
        let own = self.bad.first().copied();
        own.into_iter()
            .chain(self.children.iter().filter_map(Self::first_fault))
            .min_by_key(|(number, _)| *number)
    }
}

/// The components of a file that are not within another one, and the lines that lie outside of all.
#[must_use]
pub fn read(file: &[u8]) -> Component {
    read_within(file, LINE_BYTES)
}

/// As [`read`], with lines of up to `line_bytes`: a picture is one line.
#[must_use]
pub fn read_within(file: &[u8], line_bytes: usize) -> Component {
    let file = text::narrow(file);
    let file = file.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&file);
    let lines = unfold(file);
    let texts = text::decode(&lines);
    let has_controls = text::has_controls(file);
    let mut open = vec![Component::default()];
    for ((number, _), text) in lines.iter().zip(&texts) {
        let clean = text.as_deref().map(|text| match has_controls {
            true => text::without_controls(text),
            false => Cow::Borrowed(text),
        });
        if let (Some(text), Some(clean), Some(component)) = (text, &clean, open.last_mut())
            && text.len() != clean.len()
        {
            component.cleaned.get_or_insert(*number);
        }
        let line =
            clean.ok_or(BadLine::Undecodable).and_then(|text| Line::read_within(*number, &text, line_bytes));
        match line {
            Ok(line) if line.name == "BEGIN" => begin(&mut open, &line),
            Ok(line) if line.name == "END" => end(&mut open, &line),
            Ok(line) => add(&mut open, *number, Ok(line)),
            Err(bad) => add(&mut open, *number, Err(bad)),
        }
    }
    let end = lines.last().map_or(0, |(number, _)| *number);
    while open.len() > 1 {
        if let Some(last) = open.last_mut() {
            last.bad.push((end, NO_END));
        }
        close(&mut open);
    }
    open.pop().unwrap_or_default()
}

fn begin(open: &mut Vec<Component>, line: &Line) {
    let name = line.value.trim().to_ascii_uppercase();
    if open.len() > MAX_DEPTH
        && let Some(last) = open.last_mut()
    {
        last.bad.push((line.number, "components lie too deep in each other"));
    }
    open.push(Component { name, number: line.number, ..Component::default() });
}

/// Ends the component of this name; those within it that were not ended are bad.
fn end(open: &mut Vec<Component>, line: &Line) {
    let name = line.value.trim();
    let Some(at) = open.iter().skip(1).rposition(|it| it.name.eq_ignore_ascii_case(name)) else {
        add(open, line.number, Ok(Line { name: "END".to_owned(), ..line.clone() }));
        return;
    };
    while open.len() > at + 2 {
        if let Some(last) = open.last_mut() {
            last.bad.push((line.number, NO_END));
        }
        close(open);
    }
    close(open);
}

/// Puts the innermost component into the one around it.
fn close(open: &mut Vec<Component>) {
    let Some(done) = open.pop() else { return };
    // What lies too deep is dropped: its parent already says so.
    if open.len() <= MAX_DEPTH
        && let Some(parent) = open.last_mut()
    {
        parent.children.push(done);
    }
}

fn add(open: &mut [Component], number: usize, line: Result<Line, BadLine>) {
    let Some(component) = open.last_mut() else { return };
    match line {
        Ok(line) if line.name == "END" => component.bad.push((number, "an END without its BEGIN")),
        Ok(_) if component.lines.len() >= MAX_LINES => {
            if component.lines.len() == MAX_LINES
                && component.bad.last().is_none_or(|(_, why)| *why != TOO_MANY)
            {
                component.bad.push((number, TOO_MANY));
            }
        }
        Ok(line) => component.lines.push(line),
        Err(bad) => component.bad.push((number, bad.as_str())),
    }
}

const TOO_MANY: &str = "a component has at most 5,000 lines";
