//! Where routes are put.

use actix_web::{
    Error,
    dev::{HttpServiceFactory, ServiceFactory, ServiceRequest},
    web,
};
use utoipa_actix_web::{OpenApiFactory, scope::Scope, service_config::ServiceConfig};

/// Takes routes: the application itself, or the description of it. One list serves both; the workers, which need no
/// description, do not each make one, which takes megabytes.
pub(crate) trait Routes: Sized {
    /// Adds a route.
    fn add<F: HttpServiceFactory + OpenApiFactory + 'static>(self, route: F) -> Self;
}

impl Routes for actix_web::Scope {
    fn add<F: HttpServiceFactory + OpenApiFactory + 'static>(self, route: F) -> Self {
        self.service(route)
    }
}

impl<T> Routes for Scope<T>
where
    T: ServiceFactory<ServiceRequest, Config = (), Error = Error, InitError = ()>,
{
    fn add<F: HttpServiceFactory + OpenApiFactory + 'static>(self, route: F) -> Self {
        self.service(route)
    }
}

impl Routes for &mut web::ServiceConfig {
    fn add<F: HttpServiceFactory + OpenApiFactory + 'static>(self, route: F) -> Self {
        self.service(route)
    }
}

impl Routes for &mut ServiceConfig<'_> {
    fn add<F: HttpServiceFactory + OpenApiFactory + 'static>(self, route: F) -> Self {
        self.service(route)
    }
}
