/// The longest link, in bytes.
const LINK_BYTES: usize = 2_048;
/// What a link may lead to.
const LINKS: [&str; 4] = ["http", "https", "tel", "mailto"];
/// What is run or shown by itself where it is opened.
const ACTIVE: [&str; 3] = ["javascript", "vbscript", "data"];

/// Whether a link may be shown as one, to be tapped: a scheme that runs nothing, and nothing that breaks out of a header.
#[must_use]
pub fn is_link(uri: &str) -> bool {
    uri.len() <= LINK_BYTES
        && !uri.contains(|c: char| c.is_control() || c.is_whitespace())
        && uri.split_once(':').is_some_and(|(scheme, rest)| {
            !rest.is_empty() && LINKS.iter().any(|safe| scheme.eq_ignore_ascii_case(safe))
        })
}

/// Whether a URI would run or show something by itself if it were opened. Browsers pass over the spaces and controls before
/// and in a scheme, and so does this.
#[must_use]
pub fn is_active(uri: &str) -> bool {
    let scheme: String =
        uri.chars().take_while(|c| *c != ':').filter(|c| !c.is_control() && *c != ' ').collect();
    uri.contains(':') && ACTIVE.iter().any(|active| scheme.eq_ignore_ascii_case(active))
}

/// Whether a URI carries a picture or a sound (RFC 2397), which runs nothing.
#[must_use]
pub fn is_media_data(uri: &str) -> bool {
    let media = uri.get(..5).filter(|scheme| scheme.eq_ignore_ascii_case("data:")).and_then(|_| uri.get(5..));
    let media = media.map(|rest| rest.split([',', ';']).next().unwrap_or_default().to_ascii_lowercase());
    media.is_some_and(|media| {
        (media.starts_with("image/") && !media.contains("svg")) || media.starts_with("audio/")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_is_told_from_what_leads_somewhere() {
        for uri in ["https://example.jp/a", "HTTP://x", "tel:+81155", "mailto:a@example.jp"] {
            assert!(is_link(uri) && !is_active(uri), "{uri}");
        }
        for uri in
            ["javascript:alert(1)", "JavaScript:x", " javascript:x", "java\nscript:x", "data:text/html,x"]
        {
            assert!(!is_link(uri) && is_active(uri), "{uri}");
        }
        for uri in ["xmpp:a@b", "ldap://x", "example.jp", "webcal://x", "javascript"] {
            assert!(!is_link(uri) && !is_active(uri), "{uri}");
        }
        assert!(is_media_data("data:image/png;base64,AAAA") && is_media_data("DATA:audio/ogg,AAAA"));
        for uri in
            ["data:image/svg+xml,<svg/>", "data:text/html,x", "data:,x", "https://example.jp/a.png", "写真"]
        {
            assert!(!is_media_data(uri), "{uri}");
        }
    }
}
