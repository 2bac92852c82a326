use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header::{self, ContentEncoding, HeaderValue},
};
use renraku_base::{MessageId, kind};
use renraku_mail::{Attachment, Body, service};

use crate::core::{App, FileBytes, PathId, Problem, Refusals, RestFault, Seen, Who, Work, bytes, tagged};

/// The text of one of my mails, its HTML made harmless, and what is attached; read from the mail source.
#[utoipa::path(
    tag = "mail",
    params(("id" = MessageId, Path)),
    responses((status = 200, body = Body), Refusals)
)]
#[get("/mail/messages/{id}/body")]
pub(crate) async fn get_body(
    app: App,
    who: Who,
    id: PathId<kind::Message>,
    seen: Seen,
) -> Result<HttpResponse, Problem> {
    let body = app.of_work(Work::Mail).blocking(move |app| service::get_body(app.db(), &who, &id)).await?;
    tagged(&seen, &body)
}

/// One file that one of my mails carries; read from the mail source.
#[utoipa::path(
    tag = "mail",
    params(
        ("id" = MessageId, Path),
        ("n" = u32, Path, description = "The number of the attachment, as `body` tells it."),
    ),
    responses(
        (status = 200, description = "The file, as bytes that nothing opens by itself; `body` tells its type.",
         body = FileBytes, content_type = "application/octet-stream"),
        Refusals,
    )
)]
#[get("/mail/messages/{id}/attachments/{n}")]
pub(crate) async fn get_attachment(
    app: App,
    who: Who,
    id: PathId<kind::Message>,
    request: HttpRequest,
    seen: Seen,
) -> Result<HttpResponse, Problem> {
    let n = request.match_info().get("n").and_then(|n| n.parse().ok()).ok_or(RestFault::NotFound)?;
    let (attachment, content) =
        app.of_work(Work::Mail).blocking(move |app| service::get_attachment(app.db(), &who, &id, n)).await?;
    Ok(bytes(&seen, content, |content| file(&attachment, content)))
}

/// A file that nothing opens by itself, whatever it is.
fn file(attachment: &Attachment, content: Vec<u8>) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream")))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")))
        .insert_header((
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("sandbox; default-src 'none'"),
        ))
        .insert_header(ContentEncoding::Identity);
    if let Ok(disposition) = HeaderValue::from_str(&disposition(&attachment.name)) {
        response.insert_header((header::CONTENT_DISPOSITION, disposition));
    }
    response.body(content)
}

/// `Content-Disposition` (RFC 6266): the name in ASCII for old clients, and in full.
fn disposition(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let ascii: String = name.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    let full: String =
        name.bytes()
            .map(|byte| {
                if is_plain(char::from(byte)) { char::from(byte).to_string() } else { format!("%{byte:02X}") }
            })
            .collect();
    format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{full}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_inside_its_header() {
        assert_eq!(
            disposition("会議 \"a\"\r\nX: y.pdf"),
            "attachment; filename=\"____a___X__y.pdf\"; \
             filename*=UTF-8''%E4%BC%9A%E8%AD%B0%20%22a%22%0D%0AX%3A%20y.pdf"
        );
    }
}
