//! Address books as vCard files: in and out.

use actix_web::{HttpRequest, HttpResponse, get, post, web::Bytes};
use renraku_base::{AddressBookId, ETag, kind};
use renraku_contacts::service::{self, CardRefusal, IMPORT_BYTES, ImportReport};
use renraku_db::{ObjectType, ledger::Outcome};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    calendar_import::{TOLD, reason},
    core::{
        App, Body, Command, IdempotencyKey, PathId, Problem, Reader, Refusals, Resource, RestFault, Texts,
        Who, Work, WriteRefusals, download, media_type,
    },
};

/// The media types of vCard files, the standard's first.
const MEDIA_TYPES: [&str; 3] = ["text/vcard", "text/x-vcard", "text/directory"];

/// The bytes of a vCard file.
#[derive(Debug)]
pub(crate) struct CardsFile(Bytes);

impl Body for CardsFile {
    const LIMIT: usize = IMPORT_BYTES;
    const LONGER: bool = true;

    fn read(request: &HttpRequest, bytes: Bytes) -> Result<Self, RestFault> {
        let media = media_type(request);
        match MEDIA_TYPES.iter().any(|it| it.eq_ignore_ascii_case(media)) {
            true => Ok(Self(bytes)),
            false => Err(RestFault::UnsupportedType { expected: "text/vcard" }),
        }
    }
}

/// What an import of contacts did.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ContactsImportAnswer {
    /// How many contacts are new.
    created: usize,
    /// How many were there by their UID, and are as the file says now.
    updated: usize,
    /// What was not taken, the first thousand.
    refused: Vec<RefusedCard>,
    /// How much was not taken.
    refused_count: usize,
    #[serde(skip)]
    book: AddressBookId,
    /// The counts, by which a repeat tells them again.
    #[serde(skip)]
    etag: ETag,
}

/// A card of the file that was not taken.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct RefusedCard {
    /// Which, on which line, with its UID or name.
    card: String,
    /// Why, in the reader's language.
    reason: String,
}

impl Resource for ContactsImportAnswer {
    const TYPE: ObjectType = ObjectType::AddressBook;

    fn id(&self) -> &str {
        self.book.as_str()
    }

    fn etag(&self) -> &ETag {
        &self.etag
    }
}

impl ContactsImportAnswer {
    fn new(report: &ImportReport, book: AddressBookId, texts: &Texts) -> Self {
        let told = |refusal: &CardRefusal| RefusedCard {
            card: texts.card(&refusal.place),
            reason: reason(&refusal.reasons, texts),
        };
        Self {
            created: report.created,
            updated: report.updated,
            refused: report.refused.iter().take(TOLD).map(told).collect(),
            refused_count: report.refused.len(),
            book,
            etag: ETag::from(format!("\"{}-{}\"", report.created, report.updated)),
        }
    }

    /// The answer of an import that was done before: its counts are in its tag, the rest is in the file.
    fn recall(file: &CardsFile, outcome: &Outcome, book: AddressBookId, texts: &Texts) -> Self {
        let tag = outcome.etag.as_ref().map(ETag::as_str).unwrap_or_default();
        let (created, updated) = tag.trim_matches('"').split_once('-').unwrap_or_default();
        let count = |text: &str| text.parse().unwrap_or_default();
        let report = ImportReport {
            created: count(created),
            updated: count(updated),
            refused: service::refused_cards(&file.0),
        };
        Self::new(&report, book, texts)
    }
}

/// Imports a vCard file (2.1, 3.0 or 4.0; up to 10 MiB) into an address book. Contacts are matched by their UID. What cannot be taken
/// is named with its place and reason, and the rest is taken.
#[utoipa::path(
    tag = "contacts",
    request_body(content = String, content_type = "text/vcard"),
    params(("id" = AddressBookId, Path), IdempotencyKey),
    responses(
        (status = 200, body = ContactsImportAnswer),
        Refusals,
        WriteRefusals,
        (status = 413, description = "Larger than 10 MiB.", body = crate::ProblemBody, content_type = "application/problem+json")
    )
)]
#[post("/address-books/{id}/import")]
pub(crate) async fn import_contacts(
    app: App,
    id: PathId<kind::AddressBook>,
    reader: Reader,
    command: Command<CardsFile>,
) -> Result<HttpResponse, Problem> {
    let book: AddressBookId = id.clone();
    let (locales, again) = (app.locales().clone(), book.clone());
    let texts = locales.clone();
    app.of_work(Work::Import)
        .write_in_parts(
            command,
            move |db, c| {
                let report = service::import_contacts(db, &c.who, Some(&book), &c.body.0)?;
                Ok(ContactsImportAnswer::new(&report, book, locales.of(reader.0)))
            },
            move |c, outcome| Ok(ContactsImportAnswer::recall(&c.body, outcome, again, texts.of(reader.0))),
        )
        .await
}

/// An address book as one vCard file: every contact in it.
#[utoipa::path(
    tag = "contacts",
    params(("id" = AddressBookId, Path)),
    responses((status = 200, body = String, content_type = "text/vcard"), Refusals)
)]
#[get("/address-books/{id}/export")]
pub(crate) async fn export_contacts(
    app: App,
    who: Who,
    id: PathId<kind::AddressBook>,
) -> Result<HttpResponse, Problem> {
    let file = app
        .of_work(Work::Export)
        .blocking(move |app| app.db().read(|tx| service::export_address_book(tx, &who, &id)))
        .await?;
    Ok(download("text/vcard", "contacts.vcf", file))
}
