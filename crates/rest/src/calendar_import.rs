//! Calendars as iCalendar files: in and out.

use actix_web::{HttpRequest, HttpResponse, get, post, web::Bytes};
use renraku_base::{CalendarId, ETag, FieldFault, kind};
use renraku_db::{ObjectType, ledger::Outcome};
use renraku_schedule::{
    ScheduleFault,
    codec::ical::{self, Refusal},
    service::{self, IMPORT_BYTES, ImportReport},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::core::{
    App, Body, Command, IdempotencyKey, PathId, Problem, Reader, Refusals, Resource, RestFault, Texts, Who,
    Work, WriteRefusals, download, media_type,
};

const MEDIA_TYPE: &str = "text/calendar";

/// The bytes of an iCalendar file.
#[derive(Debug)]
pub(crate) struct CalendarFile(Bytes);

impl Body for CalendarFile {
    const LIMIT: usize = IMPORT_BYTES;
    const LONGER: bool = true;

    fn read(request: &HttpRequest, bytes: Bytes) -> Result<Self, RestFault> {
        let media = media_type(request);
        if media.eq_ignore_ascii_case(MEDIA_TYPE) {
            Ok(Self(bytes))
        } else {
            Err(RestFault::UnsupportedType { expected: MEDIA_TYPE })
        }
    }
}

/// The most refusals that an answer names.
pub(crate) const TOLD: usize = 1_000;

/// What an import did.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ImportAnswer {
    /// How many events and tasks are new.
    created: usize,
    /// How many were there by their UID, and are as the file says now.
    updated: usize,
    /// What was not taken, the first thousand.
    refused: Vec<Told>,
    /// How much was not taken.
    refused_count: usize,
    /// What was taken and has no effect, such as a second recurrence rule, or was not taken as it stands.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    kept: Vec<Told>,
    #[serde(skip)]
    calendar: CalendarId,
    /// The counts, by which a repeat tells them again.
    #[serde(skip)]
    etag: ETag,
}

/// A component of the file and what there is to say about it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Told {
    /// Which, on which line, with its UID.
    component: String,
    /// Why, in the reader's language.
    reason: String,
}

impl Resource for ImportAnswer {
    const TYPE: ObjectType = ObjectType::Calendar;

    fn id(&self) -> &str {
        self.calendar.as_str()
    }

    fn etag(&self) -> &ETag {
        &self.etag
    }
}

impl ImportAnswer {
    fn new(report: &ImportReport, calendar: CalendarId, texts: &Texts) -> Self {
        let told = |refusals: &[Refusal]| {
            refusals.iter().take(TOLD).map(|refusal| Told::new(refusal, texts)).collect()
        };
        Self {
            created: report.created,
            updated: report.updated,
            refused: told(&report.refused),
            refused_count: report.refused.len(),
            kept: told(&report.kept),
            calendar,
            etag: ETag::from(format!("\"{}-{}\"", report.created, report.updated)),
        }
    }

    /// The answer of an import that was done before: its counts are in its tag, the rest is in the file.
    fn recall(
        file: &CalendarFile,
        outcome: &Outcome,
        calendar: CalendarId,
        texts: &Texts,
    ) -> Result<Self, Problem> {
        let parsed = ical::read(&file.0).map_err(|_no_calendar| ScheduleFault::NotACalendar)?;
        let tag = outcome.etag.as_ref().map(ETag::as_str).unwrap_or_default();
        let (created, updated) = tag.trim_matches('"').split_once('-').unwrap_or_default();
        let count = |text: &str| text.parse().unwrap_or_default();
        let report = ImportReport {
            created: count(created),
            updated: count(updated),
            refused: parsed.refused,
            kept: parsed.kept,
        };
        Ok(Self::new(&report, calendar, texts))
    }
}

impl Told {
    fn new(refusal: &Refusal, texts: &Texts) -> Self {
        Self { component: texts.component(&refusal.place), reason: reason(&refusal.reasons, texts) }
    }
}

/// Reasons in the reader's language.
pub(crate) fn reason(reasons: &[FieldFault], texts: &Texts) -> String {
    let reasons = reasons
        .iter()
        .map(|reason| texts.at(&reason.pointer, texts.field(&reason.code).unwrap_or(&reason.detail)));
    reasons.collect::<Vec<_>>().join(" ")
}

/// Imports an iCalendar file (up to 10 MiB) into a calendar. Events and tasks are matched by their UID; nobody is invited and
/// nobody is told. What cannot be taken is named with its place and reason, and the rest is taken.
#[utoipa::path(
    tag = "calendars",
    request_body(content = String, content_type = "text/calendar"),
    params(("id" = CalendarId, Path), IdempotencyKey),
    responses(
        (status = 200, body = ImportAnswer),
        Refusals,
        WriteRefusals,
        (status = 413, description = "Larger than 10 MiB.", body = crate::ProblemBody, content_type = "application/problem+json")
    )
)]
#[post("/calendars/{id}/import")]
pub(crate) async fn import_calendar(
    app: App,
    id: PathId<kind::Calendar>,
    reader: Reader,
    command: Command<CalendarFile>,
) -> Result<HttpResponse, Problem> {
    let calendar: CalendarId = id.clone();
    let (locales, again) = (app.locales().clone(), calendar.clone());
    let texts = locales.clone();
    app.of_work(Work::Import)
        .write_in_parts(
            command,
            move |db, c| {
                let report = service::import_calendar(db, &c.who, Some(&calendar), &c.body.0)?;
                Ok(ImportAnswer::new(&report, calendar, locales.of(reader.0)))
            },
            move |c, outcome| ImportAnswer::recall(&c.body, outcome, again, texts.of(reader.0)),
        )
        .await
}

/// A calendar as one iCalendar file: every event and task in it, as far as I may see it. What nothing changed since it was imported
/// is written as it came.
#[utoipa::path(
    tag = "calendars",
    params(("id" = CalendarId, Path)),
    responses((status = 200, body = String, content_type = "text/calendar"), Refusals)
)]
#[get("/calendars/{id}/export")]
pub(crate) async fn export_calendar(
    app: App,
    who: Who,
    id: PathId<kind::Calendar>,
) -> Result<HttpResponse, Problem> {
    let file = app
        .of_work(Work::Export)
        .blocking(move |app| app.db().read(|tx| service::export_calendar(tx, &who, &id)))
        .await?;
    Ok(download(MEDIA_TYPE, "calendar.ics", file))
}
