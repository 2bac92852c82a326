use renraku_base::FieldFault;

/// What is wrong with a name that a person gave to something of theirs.
pub(super) fn fault(pointer: &str, text: &str, longest: usize) -> Option<FieldFault> {
    let (code, detail) = if text.trim().is_empty() {
        ("required", "say something here".to_owned())
    } else if text.chars().count() > longest {
        ("too-long", format!("at most {longest} characters"))
    } else if text.chars().any(char::is_control) {
        ("control-character", "leave out line breaks and control characters".to_owned())
    } else {
        return None;
    };
    Some(FieldFault::new(pointer, code, detail))
}
