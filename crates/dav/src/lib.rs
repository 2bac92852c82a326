#![doc = include_str!("../README.md")]

mod caldav;
mod carddav;
mod core;
mod face;

use actix_web::web;

pub use crate::{
    caldav::PushWords,
    core::{Dav, PushService, StaffBook},
};

/// Puts the face into an application: everything below `/dav`, and where discovery begins.
pub fn routes(dav: &Dav) -> impl Fn(&mut web::ServiceConfig) + Clone + use<> {
    let dav = dav.clone();
    move |config| {
        config
            .app_data(web::Data::new(dav.clone()))
            .service(web::resource("/.well-known/caldav").to(face::discover))
            .service(web::resource("/.well-known/carddav").to(face::discover))
            .service(web::resource("/dav/push/{id}").to(caldav::serve_registration))
            .service(web::resource("/dav").to(face::serve))
            .service(web::resource("/dav/{path:.*}").to(face::serve));
    }
}
