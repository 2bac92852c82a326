use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload};
use renraku_base::Principal;

use super::{App, Problem, RateKind};

/// Who asks, proven by the access token of *this* request; nothing is remembered of the connection.
#[derive(Debug, Clone)]
pub(crate) struct Who(pub Principal);

impl Who {
    /// Proves who asks by the request's access token, now.
    pub fn prove(request: &HttpRequest) -> Result<Self, Problem> {
        App::of(request)?.gate().bearer(request).map(Self)
    }

    /// Proves it once a request and counts the request.
    fn of(request: &HttpRequest) -> Result<Self, Problem> {
        if let Some(principal) = request.extensions().get::<Principal>() {
            return Ok(Self(principal.clone()));
        }
        let who = Self::prove(request)?;
        App::of(request)?.rates().take(&who, RateKind::Request)?;
        request.extensions_mut().insert(who.0.clone());
        Ok(who)
    }
}

impl std::ops::Deref for Who {
    type Target = Principal;

    fn deref(&self) -> &Principal {
        &self.0
    }
}

impl FromRequest for Who {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request))
    }
}
