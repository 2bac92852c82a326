#![doc = include_str!("../README.md")]

mod address_books;
mod auth;
mod batch;
mod calendar_import;
mod calendars;
mod contacts;
mod core;
mod directory;
mod events;
mod facilities;
mod health;
mod mail;
mod me;
mod notifications;
mod occurrences;
pub mod openapi;
mod push;
mod schedule;
mod sync;

use actix_web::{
    body::MessageBody,
    dev::{ServiceFactory, ServiceRequest, ServiceResponse},
    middleware::{Compress, from_fn},
    web,
};
use utoipa_actix_web::{scope, service_config::ServiceConfig};
use utoipa_swagger_ui::{Config, SwaggerUi};

pub use crate::core::{App, Locales, Parts, Problem, ProblemBody, Rates, accepted_language};

/// Every route, in the order of the contract's table.
fn routes(config: &mut ServiceConfig<'_>) {
    config.service(health::live).service(health::ready).service(health::metrics).service(auth::jwks);
    config.service(
        scope("/api/v1")
            .service(auth::login)
            .service(auth::refresh)
            .service(auth::logout)
            .service(me::get_me)
            .service(me::list_devices)
            .service(me::revoke_device)
            .service(me::list_app_passwords)
            .service(me::create_app_password)
            .service(me::revoke_app_password)
            .service(me::get_preferences)
            .service(me::update_preferences)
            .service(calendars::list_calendars)
            .service(calendars::create_calendar)
            .service(calendars::get_calendar)
            .service(calendars::update_calendar)
            .service(calendars::delete_calendar)
            .service(calendars::list_shares)
            .service(calendars::put_share)
            .service(calendar_import::import_calendar)
            .service(calendar_import::export_calendar)
            .service(events::create_event)
            .service(events::get_event)
            .service(events::update_event)
            .service(events::delete_event)
            .service(events::reply_event)
            .service(occurrences::list_occurrences)
            .service(schedule::group_week)
            .service(schedule::free_busy)
            .service(facilities::list_facilities)
            .service(facilities::get_facility)
            .service(facilities::update_facility)
            .service(facilities::delete_facility)
            .service(directory::list_people)
            .service(directory::get_person)
            .service(directory::list_units)
            .service(directory::get_unit)
            .service(directory::lookup)
            .service(address_books::list_address_books)
            .service(address_books::create_address_book)
            .service(address_books::get_address_book)
            .service(address_books::update_address_book)
            .service(address_books::delete_address_book)
            .service(address_books::list_address_book_shares)
            .service(address_books::share_address_book)
            .service(contacts::list_contacts)
            .service(contacts::lookup_contacts)
            .service(contacts::create_contact)
            .service(contacts::get_contact)
            .service(contacts::update_contact)
            .service(contacts::delete_contact)
            .service(mail::mailboxes::list_mailboxes)
            .service(mail::messages::list_messages)
            .service(mail::sending::send_message)
            .service(mail::messages::get_message)
            .service(mail::messages::update_message)
            .service(mail::messages::delete_message)
            .service(mail::body::get_body)
            .service(mail::body::get_attachment)
            .service(mail::sending::reply_to_message)
            .service(mail::sending::forward_message)
            .service(notifications::list_notifications)
            .service(notifications::mark_all_read)
            .service(notifications::get_notification)
            .service(notifications::update_notification)
            .service(notifications::delete_notification)
            .service(sync::sync)
            .service(push::push)
            .service(batch::batch),
    );
}

/// The routes together with what answers everything else.
fn face(config: &mut web::ServiceConfig) {
    routes(&mut ServiceConfig::new(config));
    config
        .app_data(web::Data::new(batch::InnerFace::default()))
        .service(openapi::served)
        .service(SwaggerUi::new("/docs/{_:.*}").config(Config::from("/openapi.json")))
        .service(web::redirect("/docs", "/docs/"))
        .default_service(web::to(core::unknown_route));
}

/// The whole face as an actix application, one for each worker.
pub fn application(
    app: &App,
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
        .configure(face)
}
