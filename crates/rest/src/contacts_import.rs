//! Address books as files, vCard or CSV: in and out.

use actix_web::{HttpRequest, HttpResponse, get, post, web::Bytes};
use renraku_base::{AddressBookId, ETag, kind};
use renraku_contacts::service::{self, CardRefusal, ContactsFile, IMPORT_BYTES, ImportReport};
use renraku_db::{ObjectType, ledger::Outcome};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    calendar_import::{TOLD, reason},
    core::{
        App, Body, Command, IdempotencyKey, PathId, Problem, Query, Reader, Refusals, Resource, RestFault,
        Texts, Who, Work, WriteRefusals, download, media_type,
    },
};

/// The media types of vCard files, the standard's first.
const MEDIA_TYPES: [&str; 3] = ["text/vcard", "text/x-vcard", "text/directory"];

/// The media types of tables: the standard's (RFC 4180) and what browsers of offices send.
const TABLE_TYPES: [&str; 3] = ["text/csv", "application/csv", "application/vnd.ms-excel"];

/// The bytes of a file of contacts.
#[derive(Debug)]
pub(crate) struct CardsFile {
    bytes: Bytes,
    is_table: bool,
}

impl CardsFile {
    fn file(&self) -> ContactsFile<'_> {
        if self.is_table { ContactsFile::Table(&self.bytes) } else { ContactsFile::VCard(&self.bytes) }
    }
}

impl Body for CardsFile {
    const LIMIT: usize = IMPORT_BYTES;
    const LONGER: bool = true;

    fn read(request: &HttpRequest, bytes: Bytes) -> Result<Self, RestFault> {
        let media = media_type(request);
        let is_among = |types: [&str; 3]| types.iter().any(|it| it.eq_ignore_ascii_case(media));
        let is_table = is_among(TABLE_TYPES);
        if !is_table && !is_among(MEDIA_TYPES) {
            return Err(RestFault::UnsupportedType { expected: "text/vcard or text/csv" });
        }
        Ok(Self { bytes, is_table })
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

/// A card or line of the file that was not taken.
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
            refused: service::refused_cards(file.file()),
        };
        Self::new(&report, book, texts)
    }
}

/// Imports a vCard file (2.1, 3.0 or 4.0) or a table (CSV in UTF-8 or Shift_JIS), up to 10 MiB, into an address book. Contacts are
/// matched by their UID. What cannot be taken is named with its place and reason, and the rest is taken.
///
/// The first line of a table names its columns, in any order, in English or Japanese: `uid` (UID), `name` (氏名), `kana` (フリガナ), `company`
/// (会社名), `department` (部署, units parted by `/`), `title` (役職), `phone` (電話), `mobile` (携帯電話), `fax` (FAX), `email` (メール),
/// `postalCode` (郵便番号), `address` (住所), `note` (備考), `keywords` (キーワード), `card` (全項目: the whole card as JSON). Several in a cell are parted
/// by `;`. A column that is left out leaves what is there as it is, an empty cell clears it; where `card` is there, the other columns say
/// what is otherwise.
#[utoipa::path(
    tag = "contacts",
    request_body(content((String = "text/vcard"), (String = "text/csv"))),
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
                let report = service::import_contacts(db, &c.who, Some(&book), c.body.file())?;
                Ok(ContactsImportAnswer::new(&report, book, locales.of(reader.0)))
            },
            move |c, outcome| Ok(ContactsImportAnswer::recall(&c.body, outcome, again, texts.of(reader.0))),
        )
        .await
}

/// As what an address book is exported.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ContactsFormat {
    #[default]
    VCard,
    Csv,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExportQuery {
    /// `vcard`, also when left out, or `csv`: a table that spreadsheets open (UTF-8 with a byte order mark), which comes back without loss.
    /// Pictures that no cell would hold are left out of it, and stay when it is imported again.
    #[serde(default)]
    #[param(inline)]
    format: ContactsFormat,
}

/// An address book as one file: every contact in it.
#[utoipa::path(
    tag = "contacts",
    params(("id" = AddressBookId, Path), ExportQuery),
    responses((status = 200, content((String = "text/vcard"), (String = "text/csv"))), Refusals)
)]
#[get("/address-books/{id}/export")]
pub(crate) async fn export_contacts(
    app: App,
    who: Who,
    id: PathId<kind::AddressBook>,
    query: Query<ExportQuery>,
) -> Result<HttpResponse, Problem> {
    let export = app.of_work(Work::Export);
    Ok(match query.0.format {
        ContactsFormat::VCard => {
            let file = export
                .blocking(move |app| app.db().read(|tx| service::export_address_book(tx, &who, &id)))
                .await?;
            download("text/vcard", "contacts.vcf", file)
        }
        ContactsFormat::Csv => {
            let file =
                export.blocking(move |app| app.db().read(|tx| service::export_table(tx, &who, &id))).await?;
            download("text/csv", "contacts.csv", file)
        }
    })
}
