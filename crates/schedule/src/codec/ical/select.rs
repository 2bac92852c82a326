//! Some lines and components of a text, by name (RFC 4791 §9.6.1).

use super::{
    component::{self, Component},
    line::Line,
};

/// Which lines and components within a component are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// The name of the component.
    pub name: String,
    /// Whether all its lines are.
    pub all_lines: bool,
    /// Which lines are, and whether without their values.
    pub lines: Vec<(String, bool)>,
    /// Whether all components in it are, as they stand.
    pub all_parts: bool,
    /// Which components in it are.
    pub parts: Vec<Selection>,
}

/// The wanted part of a text.
#[must_use]
pub fn select(text: &str, selection: &Selection) -> String {
    let root = component::read(text.as_bytes());
    let mut out = String::with_capacity(text.len());
    for calendar in root.children.iter().filter(|it| it.name == selection.name) {
        write(calendar, Some(selection), &mut out);
    }
    out
}

/// Writes a component: what is selected of it, or all.
fn write(component: &Component, selection: Option<&Selection>, out: &mut String) {
    Line::new("BEGIN", component.name.as_str()).write(out);
    for line in &component.lines {
        match selection {
            Some(selection) if !selection.all_lines => {
                match selection.lines.iter().find(|(name, _)| *name == line.name) {
                    Some((_, true)) => {
                        Line { value: String::new(), raw: String::new(), ..line.clone() }.write(out);
                    }
                    Some((_, false)) => line.write(out),
                    None => {}
                }
            }
            _ => line.write(out),
        }
    }
    for part in &component.children {
        match selection {
            Some(selection) if !selection.all_parts => {
                if let Some(inner) = selection.parts.iter().find(|it| it.name == part.name) {
                    write(part, Some(inner), out);
                }
            }
            _ => write(part, None, out),
        }
    }
    Line::new("END", component.name.as_str()).write(out);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_is_named_and_no_more() {
        let text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:u\r\nSUMMARY:s\r\nX-A;B=c:d\r\n\
            BEGIN:VALARM\r\nACTION:DISPLAY\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
        let event = Selection {
            name: "VEVENT".to_owned(),
            all_lines: false,
            lines: vec![("UID".to_owned(), false), ("SUMMARY".to_owned(), true)],
            all_parts: false,
            parts: Vec::new(),
        };
        let whole = Selection {
            name: "VCALENDAR".to_owned(),
            all_lines: true,
            lines: Vec::new(),
            all_parts: false,
            parts: vec![event],
        };
        let expected = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:u\r\nSUMMARY:\r\nEND:VEVENT\r\n\
            END:VCALENDAR\r\n";
        assert_eq!(select(text, &whole), expected);
        let all = Selection { all_parts: true, ..whole };
        assert_eq!(select(text, &all), text);
    }
}
