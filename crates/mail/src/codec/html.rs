//! HTML mail made harmless.

use std::{borrow::Cow, collections::HashSet, sync::LazyLock};

use ammonia::{Builder, UrlRelative};

use super::attributes;

/// Longer HTML is not shown; its text is.
pub const MAX_HTML: usize = 1024 * 1024;

/// Tags inside each other: beyond this the parser's work grows with the square.
const MAX_NESTING: usize = 256;

/// Attributes of one tag: beyond this, too.
const MAX_ATTRIBUTES: usize = 1_000;

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::default();
    builder
        .add_tags(["font", "big", "u"])
        .add_tag_attributes("font", ["color", "size"])
        .url_schemes(HashSet::from(["http", "https", "tel", "mailto", "cid"]))
        .url_relative(UrlRelative::Deny)
        .link_rel(Some("noopener noreferrer nofollow"))
        .attribute_filter(keep_url);
    builder
});

/// Images come from the mail itself, links lead to where a phone can go, and nothing is ever loaded.
fn keep_url<'v>(tag: &str, attribute: &str, value: &'v str) -> Option<Cow<'v, str>> {
    let scheme = value.split_once(':').map(|(scheme, _)| scheme.trim().to_ascii_lowercase());
    let scheme = scheme.as_deref();
    let keep = match (tag, attribute) {
        ("img", "src") => scheme == Some("cid"),
        (_, "href") => matches!(scheme, Some("http" | "https" | "tel" | "mailto")),
        (_, "src" | "cite" | "background" | "poster" | "srcset") => false,
        _ => true,
    };
    keep.then_some(Cow::Borrowed(value))
}

/// The HTML without active content and without anything that would be loaded from elsewhere. `None` when it is too
/// long, too deep or too cluttered to be shown.
#[must_use]
pub fn sanitise(html: &str) -> Option<Sanitised> {
    let bearable = html.len() <= MAX_HTML
        && nesting(html) <= MAX_NESTING
        && attributes::most_in_a_tag(html) <= MAX_ATTRIBUTES;
    bearable.then(|| name_images(&CLEANER.clean(html).to_string()))
}

/// HTML made harmless.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sanitised {
    /// The HTML.
    pub html: String,
    /// How many images are not shown because they do not lie in the mail.
    pub blocked_images: u32,
}

/// Puts a text in the place of each image that lost its address, so that a reader sees that there was one. The HTML comes from the
/// cleaner: each tag ends, and so does each value in quotes.
fn name_images(html: &str) -> Sanitised {
    let mut out = Sanitised { html: String::with_capacity(html.len()), blocked_images: 0 };
    let mut rest = html;
    while let Some((before, tag, after)) = next_image(rest) {
        out.html.push_str(before);
        if value(tag, "src").is_some() {
            out.html.push_str(tag);
        } else {
            out.blocked_images = out.blocked_images.saturating_add(1);
            // What counts readers is a dot that nobody is meant to see.
            if !is_dot(tag) {
                let alt = value(tag, "alt").map(str::trim).filter(|alt| !alt.is_empty());
                let alt = alt.map(|alt| format!("：{}", alt.replace('<', "&lt;").replace('>', "&gt;")));
                out.html.push_str(&format!("<i>［画像{}］</i>", alt.unwrap_or_default()));
            }
        }
        rest = after;
    }
    out.html.push_str(rest);
    out
}

/// What comes before the next image, its tag, and what comes after it.
fn next_image(html: &str) -> Option<(&str, &str, &str)> {
    let (before, image) = html.split_at_checked(html.find("<img")?)?;
    let mut quoted = false;
    let end = image.find(|c: char| {
        quoted ^= c == '"';
        c == '>' && !quoted
    })?;
    let (tag, after) = image.split_at_checked(end + 1)?;
    Some((before, tag, after))
}

/// The value of an attribute, as it stands between its quotes.
fn value<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split('"').next()
}

/// Whether an image says that it is one or two pixels wide or high.
fn is_dot(tag: &str) -> bool {
    ["width", "height"].iter().any(|side| matches!(value(tag, side), Some("0" | "1" | "2")))
}

/// The text of HTML, for previews and for phones that show text alone.
#[must_use]
pub fn to_text(html: &str) -> String {
    mail_parser::decoders::html::html_to_text(html)
}

/// How deep tags are open at most, counted roughly: void elements close themselves, the rest by their end tags.
fn nesting(html: &str) -> usize {
    let mut depth = 0_usize;
    let mut deepest = 0;
    for tag in html.split('<').skip(1) {
        if tag.starts_with('/') {
            depth = depth.saturating_sub(1);
        } else if tag.starts_with(|c: char| c.is_ascii_alphabetic()) && !is_void(tag) {
            depth += 1;
            deepest = deepest.max(depth);
        }
    }
    deepest
}

/// Elements that have no end tag, and those whose end tag HTML writers leave out.
fn is_void(tag: &str) -> bool {
    let name =
        tag.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default().to_ascii_lowercase();
    matches!(
        name.as_str(),
        "br" | "hr"
            | "img"
            | "meta"
            | "link"
            | "input"
            | "area"
            | "base"
            | "col"
            | "wbr"
            | "p"
            | "li"
            | "td"
            | "th"
            | "tr"
            | "option"
            | "dt"
            | "dd"
    )
}
