//! What may be sent, and to whom an answer goes.

use renraku_base::FieldFault;

use crate::{Attachment, Body, EmailAddress, ForwardForm, NewForward, NewMessage, codec::head::Head};

const MAX_RECIPIENTS: usize = 500;
const MAX_NAME: usize = 200;
const MAX_SUBJECT: usize = 500;
const MAX_TEXT: usize = 200_000;
/// Encoded and with all else, a mail of so many bytes is one that is read here and taken by other mail servers.
const MAX_FILES: i64 = 18 * 1024 * 1024;

/// Every fault of a mail to be sent, with the place of its recipients, subject and text.
#[must_use]
pub fn faults(mail: &NewMessage) -> Vec<FieldFault> {
    let mut faults = Vec::new();
    let recipients = mail.to.len() + mail.cc.len() + mail.bcc.len();
    if recipients == 0 {
        faults.push(FieldFault::new("/to", "required", "name at least one recipient"));
    }
    if recipients > MAX_RECIPIENTS {
        faults.push(
            FieldFault::new("/to", "too-many", format!("at most {MAX_RECIPIENTS} recipients"))
                .allowing(format!("≤ {MAX_RECIPIENTS}")),
        );
        return faults;
    }
    for (list, name) in [(&mail.to, "to"), (&mail.cc, "cc"), (&mail.bcc, "bcc")] {
        for (n, address) in list.iter().enumerate() {
            address_faults(address, &format!("/{name}/{n}"), &mut faults);
        }
    }
    if mail.subject.chars().count() > MAX_SUBJECT {
        faults.push(
            FieldFault::new("/subject", "too-long", format!("at most {MAX_SUBJECT} characters"))
                .allowing(format!("≤ {MAX_SUBJECT}")),
        );
    }
    if has_controls(&mail.subject) {
        faults.push(control("/subject"));
    }
    text_faults(&mail.text, &mut faults);
    faults
}

/// The faults of a text at `/text`.
pub fn text_faults(text: &str, faults: &mut Vec<FieldFault>) {
    if text.chars().count() > MAX_TEXT {
        faults.push(
            FieldFault::new("/text", "too-long", format!("at most {MAX_TEXT} characters"))
                .allowing(format!("≤ {MAX_TEXT}")),
        );
    }
    if text.contains('\0') {
        faults.push(control("/text"));
    }
}

/// What is wrong with sending a mail on in this way.
#[must_use]
pub fn forward_fault(forward: &NewForward, head: &Head, body: &Body) -> Option<FieldFault> {
    match forward.form {
        ForwardForm::Inline if forward.without_attachments => None,
        ForwardForm::Inline => files_fault(&body.attachments),
        ForwardForm::Attachment if forward.without_attachments => {
            let detail = "a mail that goes along as a file goes with all that is in it";
            Some(FieldFault::new("/withoutAttachments", "forwarded-whole", detail))
        }
        ForwardForm::Attachment => (head.size > MAX_FILES).then(|| {
            FieldFault::new("/as", "too-large", "at most 18 MiB: send it on inline").allowing("inline")
        }),
    }
}

/// The fault of files that together are too large to go along.
fn files_fault(files: &[Attachment]) -> Option<FieldFault> {
    let total = files.iter().fold(0_i64, |total, file| total.saturating_add(file.size));
    (total > MAX_FILES).then(|| {
        let detail = "at most 18 MiB of files: send it on withoutAttachments";
        FieldFault::new("/withoutAttachments", "too-large", detail)
    })
}

fn address_faults(address: &EmailAddress, place: &str, faults: &mut Vec<FieldFault>) {
    if !is_address(&address.email) {
        faults.push(FieldFault::new(
            format!("{place}/email"),
            "bad-address",
            "an address like hanako@pref.example.jp, in ASCII",
        ));
    }
    if let Some(name) = &address.name {
        if name.chars().count() > MAX_NAME {
            faults.push(FieldFault::new(
                format!("{place}/name"),
                "too-long",
                format!("at most {MAX_NAME} characters"),
            ));
        }
        if has_controls(name) {
            faults.push(control(&format!("{place}/name")));
        }
    }
}

fn control(pointer: &str) -> FieldFault {
    FieldFault::new(pointer, "control-character", "without line ends and other control characters")
}

fn has_controls(text: &str) -> bool {
    text.contains(|c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'))
}

/// Whether a mail can be sent to this address without SMTPUTF8.
#[must_use]
pub fn is_address(email: &str) -> bool {
    email.is_ascii() && email.len() <= 254 && address(email).is_some()
}

/// The address as it is written in a mail. What stands before the `@` may be in need of quotes (RFC 5322 §3.4.1): Japanese mobile
/// telephones long had addresses like `a..b@` and `a.@`.
pub(crate) fn address(email: &str) -> Option<lettre::Address> {
    let quoted = || {
        let (local, domain) = email.rsplit_once('@')?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&byte);
        let fits = !local.is_empty() && local.len() <= 64 && local.bytes().all(plain);
        fits.then(|| format!("\"{local}\"@{domain}")).and_then(|email| email.parse().ok())
    };
    email.parse().ok().or_else(quoted)
}

/// Who gets an answer: `to`, and with `all` everybody else as `cc`, never oneself.
#[must_use]
pub fn answered(original: &Head, own: &str, all: bool) -> (Vec<EmailAddress>, Vec<EmailAddress>) {
    let is_own = |address: &EmailAddress| address.email.eq_ignore_ascii_case(own);
    let authors = if original.reply_to.is_empty() { &original.from } else { &original.reply_to };
    // An answer to a mail of one's own goes on to its recipients.
    let from_self = !authors.is_empty() && authors.iter().all(is_own);
    let mut to = if from_self { original.to.clone() } else { authors.clone() };
    keep_new(&mut to, &[], is_own);
    let mut cc = Vec::new();
    if all {
        let others = if from_self { &[][..] } else { &original.to };
        cc = others.iter().chain(&original.cc).cloned().collect();
        keep_new(&mut cc, &to, is_own);
    }
    (to, cc)
}

fn keep_new(list: &mut Vec<EmailAddress>, others: &[EmailAddress], is_own: impl Fn(&EmailAddress) -> bool) {
    let mut taken: Vec<String> = others.iter().map(|address| address.email.to_ascii_lowercase()).collect();
    list.retain_mut(|address| {
        let email = address.email.to_ascii_lowercase();
        let keep = is_address(&email) && !is_own(address) && !taken.contains(&email);
        if keep {
            taken.push(email);
            // A name with what no header may hold is left out; the address is enough.
            address.name =
                address.name.take().filter(|name| !has_controls(name) && name.chars().count() <= MAX_NAME);
        }
        keep
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(email: &str) -> EmailAddress {
        EmailAddress { name: None, email: email.to_owned() }
    }

    #[test]
    fn nothing_that_could_become_a_header_is_taken() {
        let mail = NewMessage {
            to: vec![
                EmailAddress { name: Some("x\r\nBcc: a@b".to_owned()), email: "a@b.example".to_owned() },
                EmailAddress { name: Some("n".repeat(5_000)), email: "a b@c".to_owned() },
                address("x@y.example\r\nBcc: z@y.example"),
                address("名前@pref.example.jp"),
            ],
            subject: "a\u{2028}b".to_owned(),
            text: "a\0".to_owned(),
            ..NewMessage::default()
        };
        let faults: Vec<(String, String)> =
            faults(&mail).into_iter().map(|fault| (fault.pointer, fault.code.into_owned())).collect();
        let expected = [
            ("/to/0/name", "control-character"),
            ("/to/1/email", "bad-address"),
            ("/to/1/name", "too-long"),
            ("/to/2/email", "bad-address"),
            ("/to/3/email", "bad-address"),
            ("/subject", "control-character"),
            ("/text", "control-character"),
        ];
        assert_eq!(faults, expected.map(|(pointer, code)| (pointer.to_owned(), code.to_owned())));
        assert_eq!(super::faults(&NewMessage::default())[0].code, "required");
    }

    #[test]
    fn an_answer_goes_to_the_author_and_with_all_to_everybody_but_oneself() {
        let original = Head {
            from: vec![address("author@x.example")],
            to: vec![address("Me@x.example"), address("b@x.example"), address("broken")],
            cc: vec![address("c@x.example"), address("B@x.example"), address("author@x.example")],
            ..Head::default()
        };
        let (to, cc) = answered(&original, "me@x.example", false);
        assert_eq!((to, cc), (vec![address("author@x.example")], vec![]));
        let (_, cc) = answered(&original, "me@x.example", true);
        assert_eq!(cc, [address("b@x.example"), address("c@x.example")]);
        let (to, _) = answered(&original, "author@x.example", false);
        assert_eq!(to, [address("Me@x.example"), address("b@x.example")]);
        let reply_to = Head { reply_to: vec![address("list@x.example")], ..original };
        assert_eq!(answered(&reply_to, "me@x.example", false).0, [address("list@x.example")]);
        assert!(answered(&Head::default(), "me@x.example", true).0.is_empty());
    }
}
