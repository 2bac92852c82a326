use renraku_base::{Fault, Kind};
use serde_json::{Map, Value, json};

/// Why a request does not come in.
#[derive(Debug, thiserror::Error)]
pub enum WebFault {
    /// It does not prove who asks.
    #[error("no valid credentials")]
    Unauthenticated,
    /// What it asks for does not take its method.
    #[error("the method is not taken here")]
    MethodNotAllowed {
        /// The methods that it takes, where the `Allow` header is not alone in naming them.
        allow: Option<String>,
    },
    /// Its body is larger than what is asked for may be.
    #[error("the body is too large")]
    TooLarge {
        /// The largest that is taken.
        limit_bytes: usize,
    },
    /// Its body did not arrive within the time that a body may take.
    #[error("the body did not arrive in time")]
    BodyTimeout,
    /// Its body ended before it was all there.
    #[error("the body was cut: {0}")]
    BodyCut(String),
    /// The device asks more often than it may.
    #[error("too many requests")]
    TooManyRequests {
        /// How long to wait.
        retry_after_s: u64,
    },
    /// All turns are taken and enough wait for theirs.
    #[error("the server is busy")]
    Overloaded,
}

impl Fault for WebFault {
    fn kind(&self) -> Kind {
        match self {
            Self::Unauthenticated => Kind::Unauthenticated,
            Self::MethodNotAllowed { .. } => Kind::MethodNotAllowed,
            Self::TooLarge { .. } => Kind::TooLarge,
            Self::BodyTimeout => Kind::TimedOut,
            Self::BodyCut(_) => Kind::Malformed,
            Self::TooManyRequests { .. } => Kind::TooMany,
            Self::Overloaded => Kind::Unavailable,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Unauthenticated => "unauthenticated",
            Self::MethodNotAllowed { .. } => "method-not-allowed",
            Self::TooLarge { .. } => "too-large",
            Self::BodyTimeout => "body-timeout",
            Self::BodyCut(_) => "body-cut",
            Self::TooManyRequests { .. } => "too-many-requests",
            Self::Overloaded => "overloaded",
        }
    }

    fn members(&self) -> Option<Map<String, Value>> {
        let member = |name: &str, value: Value| Some(Map::from_iter([(name.to_owned(), value)]));
        match self {
            Self::MethodNotAllowed { allow } => member("allow", json!(allow.as_ref()?)),
            Self::TooLarge { limit_bytes } => member("limitBytes", json!(limit_bytes)),
            Self::TooManyRequests { retry_after_s } => member("retryAfterS", json!(retry_after_s)),
            Self::Unauthenticated | Self::BodyTimeout | Self::BodyCut(_) | Self::Overloaded => None,
        }
    }
}
