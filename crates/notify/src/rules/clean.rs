use crate::{Actor, Details};

/// Longer titles and comments are cut: a notification is one sentence.
const MAX_CHARS: usize = 255;

/// The facts without what could make a notification look like something else: control characters, and marks that turn
/// the direction of writing.
pub(crate) fn details(details: &Details) -> Details {
    Details {
        title: details.title.as_deref().map(line),
        place: details.place.as_deref().map(line),
        comment: details.comment.as_deref().map(line),
        recipient: details.recipient.as_deref().map(line),
        predecessor: details.predecessor.as_deref().map(line),
        caller: details.caller.as_deref().map(line),
        number: details.number.as_deref().map(line),
        ..details.clone()
    }
}

/// The name of whoever caused it, made safe in the same way.
pub(crate) fn actor(actor: &Actor) -> Actor {
    Actor { person_id: actor.person_id.clone(), name: line(&actor.name) }
}

fn line(text: &str) -> String {
    let turns = |c| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let spaced = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c });
    let kept: String = spaced.filter(|c| !c.is_control() && !turns(*c)).take(MAX_CHARS).collect();
    kept.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn nothing_is_left_that_could_deceive() {
        assert_eq!(line("会議\u{202e}fdp\r\n第2\u{7}回 "), "会議fdp  第2回");
        assert_eq!(line("第１会議室　東"), "第１会議室 東");
        assert_eq!(line(&"あ".repeat(300)).chars().count(), 255);
    }
}
