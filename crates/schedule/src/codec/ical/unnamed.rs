//! Events and tasks without a `UID`, as pages on the web and old programs write them. The standard wants one (RFC 5545 §3.8.4.7);
//! whoever brings such a file along cannot write it.

use sha2::{Digest, Sha256};

use super::{component::Component, line::Line};

/// What differs each time a file is made.
const STAMPS: [&str; 4] = ["CREATED", "DTSTAMP", "LAST-MODIFIED", "SEQUENCE"];

/// Names them by what they say, so that the same file finds them when it is imported again. An exception does not say whose it is.
pub(super) fn name(components: &mut [Component]) {
    for component in components {
        match component.name.as_str() {
            "VCALENDAR" => name(&mut component.children),
            "VEVENT" | "VTODO" => {
                component.lines.retain(|line| line.name != "UID" || !line.value.trim().is_empty());
                if !is_unnamed(component) {
                    continue;
                }
                let uid = format!("UID:{}", digest(component));
                component.lines.splice(0..0, Line::read(component.number, &uid));
            }
            _ => {}
        }
    }
}

/// Whether a component got its name here.
pub(super) fn was_unnamed(component: &Component) -> bool {
    component.line("UID").is_some_and(|line| line.number == component.number)
}

fn is_unnamed(component: &Component) -> bool {
    ["UID", "RECURRENCE-ID"].iter().all(|name| component.line(name).is_none())
        && component.first_fault().is_none()
}

fn digest(component: &Component) -> String {
    let mut said = component.clone();
    said.lines.retain(|line| !STAMPS.contains(&line.name.as_str()));
    Sha256::digest(said.raw()).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{NotAnObject, Parsed, read, read_object};

    fn calendar(body: &str) -> String {
        format!("BEGIN:VCALENDAR\nVERSION:2.0\n{body}\nEND:VCALENDAR\n")
    }

    #[test]
    fn what_a_file_does_not_name_is_named_by_what_it_says() {
        let file = |stamp: &str, title: &str| {
            read(calendar(&format!(
                "BEGIN:VEVENT\nDTSTAMP:{stamp}\nUID:\nDTSTART:20260401T090000\nSUMMARY:{title}\nEND:VEVENT\n\
                 BEGIN:VTODO\nDTSTAMP:{stamp}\nSUMMARY:{title}\nEND:VTODO"
            )).as_bytes()).unwrap()
        };
        let (first, again, other) =
            (file("20260401T000000Z", "a"), file("20260402T000000Z", "a"), file("", "b"));
        let uids = |parsed: &Parsed| (parsed.events[0].event.uid.clone(), parsed.tasks[0].uid.clone());
        assert_eq!(
            (uids(&first), first.refused.len(), first.events[0].event.uid.len()),
            (uids(&again), 0, 32)
        );
        assert!(uids(&first).0 != uids(&other).0 && uids(&first).0 != uids(&first).1);
        assert!(first.events[0].source.as_ref().unwrap().contains(&format!("UID:{}\r\n", uids(&first).0)));
        let told: Vec<_> = first.kept.iter().map(|it| (it.place.line, it.reasons[0].code.as_ref())).collect();
        assert_eq!(told, [(3, "ical-unnamed"), (9, "ical-unnamed")]);
        let twice = "BEGIN:VEVENT\nUID:\nUID:a\nDTSTART:20260401T090000\nEND:VEVENT";
        assert_eq!(read(calendar(twice).as_bytes()).unwrap().events[0].event.uid, "a");
        // A client stores under a name.
        let text = calendar("BEGIN:VEVENT\nDTSTART:20260401T090000\nEND:VEVENT");
        assert!(matches!(read_object(text.as_bytes()), Err(NotAnObject::Data(_))));
    }
}
