#![doc = include_str!("../README.md")]

mod batch;
mod core;
mod directory;
mod health;
pub mod openapi;
mod push;
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
    config.service(health::live).service(health::ready).service(health::metrics);
    config.service(
        scope("/api/v1")
            .service(directory::list_people)
            .service(directory::get_person)
            .service(directory::list_units)
            .service(directory::get_unit)
            .service(directory::lookup)
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
