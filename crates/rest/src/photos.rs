//! Photos: of people, which are everyone's in the office, and of contacts.

use actix_web::{
    HttpRequest, HttpResponse, delete, get,
    http::header::{self, ContentEncoding, HeaderValue},
    put,
    web::Bytes,
};
use renraku_base::{ContactId, ETag, PersonId, kind};
use renraku_contacts::service as contacts;
use renraku_db::{ObjectType, ReadTx};
use renraku_people::{
    directory::{DirectoryFault, service as directory},
    photo::{self, PHOTO_TYPE, PICTURE_BYTES, PICTURE_TYPES, Photo, PhotoSize},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::core::{
    App, Body, Command, Empty, FileBytes, PathId, Problem, Query, Refusals, Resource, RestFault, Seen, Who,
    Work, WriteRefusals, media_type, put_etag, tag_of,
};

/// A picture as it is sent.
#[derive(Debug)]
pub(crate) struct Picture(Bytes);

impl Body for Picture {
    const LIMIT: usize = PICTURE_BYTES;
    const LONGER: bool = true;

    fn read(request: &HttpRequest, bytes: Bytes) -> Result<Self, RestFault> {
        let media = media_type(request);
        match PICTURE_TYPES.iter().any(|it| it.eq_ignore_ascii_case(media)) {
            true => Ok(Self(bytes)),
            false => Err(RestFault::UnsupportedType { expected: "image/jpeg, image/png, image/webp" }),
        }
    }
}

/// My photo.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OwnPhoto {
    /// Names it, as `photoId` does in the directory.
    photo_id: String,
    #[serde(skip)]
    person: PersonId,
    #[serde(skip)]
    etag: ETag,
}

impl OwnPhoto {
    fn new(person: &PersonId, photo_id: String) -> Self {
        let etag = ETag::from(format!("\"{photo_id}\""));
        Self { photo_id, person: person.clone(), etag }
    }
}

impl Resource for OwnPhoto {
    const TYPE: ObjectType = ObjectType::Person;

    fn id(&self) -> &str {
        self.person.as_str()
    }

    fn etag(&self) -> &ETag {
        &self.etag
    }
}

/// Gives me a photo: JPEG, PNG or WebP, up to 5 MiB and 25 million pixels (11 million as WebP, as progressive JPEG or with 16 bits a colour). What is kept is made anew from it, upright and without
/// what the camera noted.
#[utoipa::path(
    tag = "me",
    request_body(content((FileBytes = "image/jpeg"), (FileBytes = "image/png"), (FileBytes = "image/webp"))),
    responses(
        (status = 200, body = OwnPhoto),
        Refusals,
        WriteRefusals,
        (status = 413, description = "Larger than 5 MiB.", body = crate::ProblemBody, content_type = "application/problem+json")
    )
)]
#[put("/me/photo")]
pub(crate) async fn put_photo(app: App, command: Command<Picture>) -> Result<HttpResponse, Problem> {
    app.of_work(Work::Import)
        .write_in_parts(
            command,
            |db, c| {
                let photo =
                    Photo::of(&c.body.0).map_err(|fault| DirectoryFault::Invalid(vec![fault.into()]))?;
                db.write(|tx| directory::put_photo(tx, &c.who.person, Some(&photo)))?;
                Ok(OwnPhoto::new(&c.who.person, photo.id()))
            },
            |c, outcome| {
                let tag = outcome.etag.as_ref().map(ETag::as_str).unwrap_or_default();
                Ok(OwnPhoto::new(&c.who.person, tag.trim_matches('"').to_owned()))
            },
        )
        .await
}

/// Takes my photo away.
#[utoipa::path(
    tag = "me",
    responses((status = 204, description = "It is gone."), Refusals, WriteRefusals)
)]
#[delete("/me/photo")]
pub(crate) async fn delete_photo(app: App, command: Command<Empty>) -> Result<HttpResponse, Problem> {
    app.act(command, |tx, c| Ok(directory::put_photo(tx, &c.who.person, None)?.map(drop))).await
}

/// How a photo is shown.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PhotoQuery {
    /// `small` for lists (at most 160 pixels each way) or `large` (480).
    #[serde(default)]
    #[param(inline, required = false)]
    size: PhotoSize,
}

/// A person's photo, for everyone who may find the person. It changes when `photoId` does.
#[utoipa::path(
    tag = "directory",
    params(("id" = PersonId, Path), PhotoQuery),
    responses((status = 200, description = "The photo.", body = FileBytes, content_type = "image/jpeg"), Refusals)
)]
#[get("/directory/people/{id}/photo")]
pub(crate) async fn get_photo(
    app: App,
    who: Who,
    id: PathId<kind::Person>,
    query: Query<PhotoQuery>,
    seen: Seen,
) -> Result<HttpResponse, Problem> {
    let size = query.0.size;
    let photo =
        app.read_with(move |app, tx| directory::get_photo(tx, app.directory(), &who, &id, size)).await?;
    let etag = tag_of(&photo);
    Ok(answer(&etag, (!seen.holds(&etag)).then_some(photo)))
}

/// Which picture of a contact is shown, and how.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ContactPhotoQuery {
    /// `small` for lists (at most 160 pixels each way) or `large` (480).
    #[serde(default)]
    #[param(inline, required = false)]
    size: PhotoSize,
    /// The key of the picture in the contact's `media`, such as a side of a business card; the photo or logo when left out.
    media: Option<String>,
}

/// A picture that a contact carries, made small and without what the camera noted.
#[utoipa::path(
    tag = "contacts",
    params(("id" = ContactId, Path), ContactPhotoQuery),
    responses((status = 200, description = "The picture.", body = FileBytes, content_type = "image/jpeg"), Refusals)
)]
#[get("/contacts/{id}/photo")]
pub(crate) async fn get_contact_photo(
    app: App,
    who: Who,
    id: PathId<kind::Contact>,
    query: Query<ContactPhotoQuery>,
    seen: Seen,
) -> Result<HttpResponse, Problem> {
    let ContactPhotoQuery { size, media } = query.0;
    let (etag, picture) = app
        .of_work(Work::Export)
        .blocking(move |app| {
            let read = |tx: &mut ReadTx<'_>| contacts::get_picture(tx, &who, &id, media.as_deref());
            let (picture, version) = app.db().read(read)?;
            let etag = tag_of(format!("{version} {size:?} {media:?}").as_bytes());
            let fresh = (!seen.holds(&etag)).then(|| photo::resized(&picture, size)).transpose();
            // What cannot be read is none to a reader.
            Ok::<_, Problem>((etag, fresh.map_err(|_unreadable| RestFault::NotFound)?))
        })
        .await?;
    Ok(answer(&etag, picture))
}

/// A picture, or 304 when it is at hand.
fn answer(etag: &ETag, picture: Option<Vec<u8>>) -> HttpResponse {
    let mut response = match picture {
        Some(picture) => HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, HeaderValue::from_static(PHOTO_TYPE)))
            .insert_header((header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")))
            .insert_header(ContentEncoding::Identity)
            .body(picture),
        None => HttpResponse::NotModified().finish(),
    };
    put_etag(&mut response, etag);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    response
}
