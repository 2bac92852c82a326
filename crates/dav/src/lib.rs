#![doc = include_str!("../README.md")]

mod caldav;
mod carddav;
mod core;
mod face;
mod push;

use actix_web::{
    Error,
    dev::{AppService, HttpServiceFactory, ResourceDef, ServiceRequest, ServiceResponse, fn_service},
    guard, web,
};

pub use crate::{
    core::{Dav, PushService, Refusal, Said, Say, StaffBook},
    push::PushWords,
};

/// Puts the face into an application: everything below `/dav`, and where discovery begins.
pub fn routes(dav: &Dav) -> impl Fn(&mut web::ServiceConfig) + Clone + use<> {
    let dav = dav.clone();
    move |config| {
        config
            .app_data(web::Data::new(dav.clone()))
            .service(web::resource(["/.well-known/caldav", "/.well-known/caldav/"]).to(face::discover))
            .service(web::resource(["/.well-known/carddav", "/.well-known/carddav/"]).to(face::discover))
            // Some programs begin at the address of the server itself.
            .service(
                web::resource("/")
                    .guard(guard::fn_guard(|to| to.head().method.as_str() == "PROPFIND"))
                    .to(face::discover),
            )
            .service(web::scope("/dav/push").route("/{id}", web::to(push::serve_registration)))
            .service(Below("/dav"));
    }
}

/// Everything at and below a path. A pattern for the rest of the path would be matched character by character for each request.
struct Below(&'static str);

impl HttpServiceFactory for Below {
    fn register(self, config: &mut AppService) {
        let serve = async |request: ServiceRequest| {
            let (request, payload) = request.into_parts();
            let answer = face::serve(&request, payload).await;
            Ok::<_, Error>(ServiceResponse::new(request, answer))
        };
        config.register_service(ResourceDef::prefix(self.0), None, fn_service(serve), None);
    }
}
