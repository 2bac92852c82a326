use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header};
use renraku_base::Language;

use super::{Problem, accepted_language};

/// The reader's language, for texts that the server writes (`Accept-Language`).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader(pub Language);

impl FromRequest for Reader {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let header = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        ready(Ok(Self(accepted_language(header))))
    }
}
