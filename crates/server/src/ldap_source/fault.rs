use std::io;

use ldap3_proto::proto::{LdapResult, LdapResultCode};

use super::reason::Reason;

/// Why the office's LDAP server was asked in vain.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LdapFault {
    /// Nothing came in time.
    #[error("it does not answer in time")]
    Slow,
    /// The connection cannot be made, or broke.
    #[error("it cannot be spoken to: {0}")]
    Broken(#[from] io::Error),
    /// The connection cannot be protected.
    #[error("its certificate or its TLS is not accepted: {0}")]
    Tls(io::Error),
    /// It answered something else than was asked.
    #[error("it answers what was not asked")]
    Unexpected,
    /// It refuses.
    #[error("it refuses to {what}: {code:?} {message}{}", hint(code, message))]
    Refused {
        /// What was asked.
        what: &'static str,
        /// Its reason.
        code: LdapResultCode,
        /// Its words.
        message: String,
    },
    /// It goes on and on.
    #[error("it has more than {0} entries: narrow ldap_source.filter")]
    TooMany(usize),
    /// It failed so often that it is left alone for a moment.
    #[error("it did not answer a moment ago and is left alone for some seconds")]
    Resting,
}

impl LdapFault {
    /// A refusal in the server's words.
    pub fn refused(what: &'static str, result: LdapResult) -> Self {
        Self::Refused { what, code: result.code, message: result.message }
    }

    /// Whether there is nobody who could answer: who answers wrongly, or is not who they should be, does not count.
    pub fn is_out_of_reach(&self) -> bool {
        match self {
            Self::Slow | Self::Broken(_) | Self::Resting => true,
            Self::Refused { code, .. } => matches!(code, LdapResultCode::Busy | LdapResultCode::Unavailable),
            Self::Tls(_) | Self::Unexpected | Self::TooMany(_) => false,
        }
    }

    /// Whether the server, or the way to it, is out of order.
    pub fn is_silence(&self) -> bool {
        matches!(self, Self::Slow | Self::Broken(_) | Self::Tls(_) | Self::Unexpected)
    }
}

/// What whoever looks after the settings can do about a refusal.
fn hint(code: &LdapResultCode, message: &str) -> String {
    let what = match code {
        LdapResultCode::StrongerAuthRequired | LdapResultCode::ConfidentialityRequired => {
            "it takes passwords over TLS alone: use an ldaps:// address, or ldap:// with encryption = \"starttls\""
        }
        LdapResultCode::InvalidCredentials => match Reason::of(message) {
            Some(reason) => reason.of_ours(),
            None => "ldap_source.bind_dn or its password is wrong",
        },
        LdapResultCode::NoSuchObject | LdapResultCode::InvalidDNSyntax => "look at ldap_source.base_dn",
        LdapResultCode::Referral => "another server has what lies below ldap_source.base_dn",
        LdapResultCode::InsufficentAccessRights => "ldap_source.bind_dn must be allowed to read",
        // Active Directory: "… operation unavailable without authentication", or "… a successful bind must be completed".
        LdapResultCode::OperationsError if message.to_lowercase().contains("authentication") => {
            "set ldap_source.bind_dn and its password"
        }
        LdapResultCode::OperationsError if message.contains("successful bind") => {
            "set ldap_source.bind_dn and its password"
        }
        _ => return String::new(),
    };
    format!(" ({what})")
}
