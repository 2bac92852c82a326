use ldap3_proto::proto::LdapResultCode;
use renraku_base::{Fault, Kind};
use renraku_db::Error;
use renraku_people::{AccountFault, directory::DirectoryFault};
use renraku_web::WebFault;

/// Why an operation was refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LdapFault {
    #[error("{1}")]
    Refused(LdapResultCode, &'static str),
    /// There is no such entry; the name is that of the nearest above it that is there.
    #[error("there is no such entry")]
    NoSuchObject(String),
    #[error(transparent)]
    Web(#[from] WebFault),
    #[error(transparent)]
    Account(#[from] AccountFault),
    #[error(transparent)]
    Directory(#[from] DirectoryFault),
    #[error(transparent)]
    Database(#[from] Error),
}

impl LdapFault {
    /// The result code (RFC 4511 appendix A).
    pub fn code(&self) -> LdapResultCode {
        match self {
            Self::Refused(code, _) => code.clone(),
            Self::NoSuchObject(_) => LdapResultCode::NoSuchObject,
            Self::Web(fault) => code(fault.kind()),
            Self::Account(fault) => code(fault.kind()),
            Self::Directory(fault) => code(fault.kind()),
            Self::Database(fault) => code(fault.kind()),
        }
    }

    /// What is told of it: nothing about the inside of the server.
    pub fn message(&self) -> String {
        match self.code() {
            LdapResultCode::Other => "the server failed; its log says why".to_owned(),
            _ => self.to_string(),
        }
    }
}

/// The one table from the class of a refusal to its result code.
fn code(kind: Kind) -> LdapResultCode {
    match kind {
        Kind::Unauthenticated => LdapResultCode::InvalidCredentials,
        Kind::Forbidden => LdapResultCode::InsufficentAccessRights,
        Kind::NotFound | Kind::Gone => LdapResultCode::NoSuchObject,
        Kind::Malformed | Kind::Invalid | Kind::UnsupportedType => LdapResultCode::ProtocolError,
        Kind::Conflict
        | Kind::Stale
        | Kind::PreconditionRequired
        | Kind::MethodNotAllowed
        | Kind::NotAcceptable => LdapResultCode::UnwillingToPerform,
        Kind::TimedOut => LdapResultCode::TimeLimitExceeded,
        Kind::AddressTooLong | Kind::TooLarge => LdapResultCode::AdminLimitExceeded,
        Kind::TooMany => LdapResultCode::Busy,
        Kind::Unavailable | Kind::StorageFull => LdapResultCode::Unavailable,
        Kind::Internal => LdapResultCode::Other,
    }
}
