#![doc = include_str!("../README.md")]

mod address_books;
mod auth;
mod batch;
mod calendar_import;
mod calendars;
mod caller_id;
mod contact_merges;
mod contacts;
mod contacts_import;
mod core;
mod directory;
mod docs_page;
mod events;
mod facilities;
mod favourites;
mod front_page;
mod health;
mod mail;
mod me;
mod notifications;
mod occurrences;
pub mod openapi;
mod phone_memos;
mod phonebook;
mod photos;
mod push;
mod reach;
mod recent;
mod routes;
mod schedule;
mod sync;

use actix_web::{
    body::MessageBody,
    dev::{ServiceFactory, ServiceRequest, ServiceResponse},
    middleware::{Compress, from_fn},
    web,
};
use utoipa_actix_web::{scope, service_config::ServiceConfig};

use crate::routes::Routes;

pub use crate::core::{App, Locales, Parts, Problem, ProblemBody, accepted_language, preferred_language};

/// Where the contract's routes begin.
const BASE: &str = "/api/v1";

/// The routes outside the contract's base.
fn outside<R: Routes>(routes: R) -> R {
    routes.add(health::live).add(health::ready).add(health::metrics).add(auth::jwks).add(phonebook::phonebook)
}

/// Every route below `/api/v1`.
fn api<R: Routes>(routes: R) -> R {
    batched(routes.add(auth::login).add(auth::refresh).add(auth::logout)).add(push::push).add(batch::batch)
}

/// Those that a batch may ask for too: what phones ask for all day, since a route is looked for from the top and each that has an
/// id in its path costs a look, and then the others in the order of the contract's table.
fn batched<R: Routes>(routes: R) -> R {
    routes
        .add(sync::sync)
        .add(occurrences::list_occurrences)
        .add(mail::messages::list_messages)
        .add(directory::list_people)
        .add(directory::lookup)
        .add(schedule::group_week)
        .add(schedule::free_busy)
        .add(events::create_event)
        .add(me::get_me)
        .add(me::list_devices)
        .add(me::revoke_device)
        .add(me::list_app_passwords)
        .add(me::create_app_password)
        .add(me::revoke_app_password)
        .add(me::get_preferences)
        .add(me::update_preferences)
        .add(photos::put_photo)
        .add(photos::delete_photo)
        .add(reach::get_reach_setting)
        .add(reach::put_reach_setting)
        .add(favourites::list_favourites)
        .add(favourites::add_favourite)
        .add(favourites::remove_favourite)
        .add(recent::list_recent)
        .add(recent::put_recent)
        .add(recent::remove_recent)
        .add(recent::clear_recent)
        .add(calendars::list_calendars)
        .add(calendars::create_calendar)
        .add(calendars::get_calendar)
        .add(calendars::update_calendar)
        .add(calendars::delete_calendar)
        .add(calendars::list_shares)
        .add(calendars::put_share)
        .add(calendar_import::import_calendar)
        .add(calendar_import::export_calendar)
        .add(events::get_event)
        .add(events::update_event)
        .add(events::delete_event)
        .add(events::reply_event)
        .add(facilities::list_facilities)
        .add(facilities::get_facility)
        .add(facilities::update_facility)
        .add(facilities::delete_facility)
        .add(directory::get_person)
        .add(directory::list_posts)
        .add(reach::get_reach)
        .add(photos::get_photo)
        .add(directory::list_units)
        .add(directory::get_unit)
        .add(caller_id::list_callers)
        .add(address_books::list_address_books)
        .add(address_books::create_address_book)
        .add(address_books::get_address_book)
        .add(contacts_import::import_contacts)
        .add(contacts_import::export_contacts)
        .add(address_books::update_address_book)
        .add(address_books::delete_address_book)
        .add(address_books::list_address_book_shares)
        .add(address_books::share_address_book)
        .add(contacts::list_contacts)
        .add(contacts::lookup_contacts)
        .add(contacts::list_keywords)
        .add(contact_merges::list_duplicates)
        .add(contact_merges::merge_contacts)
        .add(contact_merges::list_merges)
        .add(contact_merges::undo_merge)
        .add(contacts::create_contact)
        .add(contacts::get_contact)
        .add(photos::get_contact_photo)
        .add(contacts::update_contact)
        .add(contacts::delete_contact)
        .add(mail::mailboxes::list_mailboxes)
        .add(mail::sending::send_message)
        .add(mail::messages::get_message)
        .add(mail::messages::update_message)
        .add(mail::messages::delete_message)
        .add(mail::body::get_body)
        .add(mail::body::get_attachment)
        .add(mail::sending::reply_to_message)
        .add(mail::sending::forward_message)
        .add(notifications::list_notifications)
        .add(notifications::mark_all_read)
        .add(notifications::get_notification)
        .add(notifications::update_notification)
        .add(notifications::delete_notification)
        .add(phone_memos::list_phone_memos)
        .add(phone_memos::create_phone_memo)
        .add(phone_memos::get_phone_memo)
        .add(phone_memos::update_phone_memo)
        .add(phone_memos::delete_phone_memo)
}

/// The routes as they are described.
fn described(config: &mut ServiceConfig<'_>) {
    outside(&mut *config);
    config.service(api(scope(BASE)));
}

/// The routes together with what answers everything else.
fn face(config: &mut web::ServiceConfig) {
    outside(&mut *config);
    config
        .service(api(web::scope(BASE)))
        .app_data(web::Data::new(batch::InnerFace::default()))
        .service(front_page::page)
        .service(front_page::icon)
        .service(openapi::served)
        .service(web::redirect("/docs", "/docs/"))
        .service(docs_page::page)
        .service(docs_page::files())
        .default_service(web::to(core::unknown_route));
}

/// What a batch may ask for: a stream would never end, and who signs in is nobody yet.
fn inner_face(config: &mut web::ServiceConfig) {
    config.service(batched(web::scope(BASE))).default_service(web::to(core::unknown_route));
}

/// The whole face as an actix application, one for each worker, together with the routes of `others`: what holds for every
/// request holds for theirs.
pub fn application(
    app: &App,
    others: &dyn Fn(&mut web::ServiceConfig),
) -> actix_web::App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody + use<>>,
        Error = actix_web::Error,
        InitError = (),
    > + use<>,
> {
    actix_web::App::new()
        .app_data(web::Data::new(app.clone()))
        .wrap(from_fn(core::manners))
        .wrap(Compress::default())
        .wrap(from_fn(core::codings))
        .configure(|config| others(config))
        .configure(face)
}
