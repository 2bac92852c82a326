use std::{fmt, time::Duration};

use lettre::{
    SmtpTransport, Transport as _,
    transport::smtp::{
        Error, PoolConfig,
        authentication::Credentials,
        client::{Certificate, Tls, TlsParameters},
    },
};
use renraku_db::Db;
use renraku_notify::{Delivery, MailSender, OutgoingMail, SendFault};

use super::{bounce::undelivered, prepare::prepare};
use crate::codec::compose::Way;

/// How long the server may take for one step.
const PATIENCE: Duration = Duration::from_secs(30);
/// Connections that are kept open.
const CONNECTIONS: u32 = 4;

/// How a connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    /// TLS from the first byte.
    Tls,
    /// STARTTLS, or no mail.
    StartTls,
    /// None: for a mail server on the same machine.
    None,
}

/// Which mail server takes our mails, and how.
#[derive(Clone)]
pub struct SmtpSettings {
    /// Its name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub encryption: Encryption,
    /// The name and password by which we log in.
    pub login: Option<(String, String)>,
    /// Certificates (PEM) that are trusted beside those of the public authorities.
    pub authorities: Vec<Vec<u8>>,
}

impl fmt::Debug for SmtpSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpSettings")
            .field("host", &self.host)
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

/// Hands mails to a mail server.
#[derive(Debug, Clone)]
pub struct SmtpSender {
    db: Db,
    transport: SmtpTransport,
}

impl SmtpSender {
    /// Prepares to speak to the server; the first mail connects.
    ///
    /// # Errors
    /// What is wrong with a certificate or the host's name.
    pub fn new(db: Db, settings: &SmtpSettings) -> Result<Self, Error> {
        let mut tls = TlsParameters::builder(settings.host.clone());
        for authority in &settings.authorities {
            tls = tls.add_root_certificate(Certificate::from_pem(authority)?);
        }
        let tls = match settings.encryption {
            Encryption::Tls => Tls::Wrapper(tls.build()?),
            Encryption::StartTls => Tls::Required(tls.build()?),
            Encryption::None => Tls::None,
        };
        // "dangerous" because it begins without TLS; the line above decides.
        let mut transport = SmtpTransport::builder_dangerous(&settings.host)
            .port(settings.port)
            .timeout(Some(PATIENCE))
            .pool_config(PoolConfig::new().min_idle(0).max_size(CONNECTIONS))
            .tls(tls);
        if let Some((user, password)) = &settings.login {
            transport = transport.credentials(Credentials::new(user.clone(), password.clone()));
        }
        Ok(Self { db, transport: transport.build() })
    }
}

impl MailSender for SmtpSender {
    fn send(&self, mail: &OutgoingMail) -> Result<Delivery, SendFault> {
        let mut composed = match prepare(&self.db, mail, Way::EightBit)? {
            Ok(composed) => composed,
            Err(undelivered) => return Ok(undelivered),
        };
        let mut sent = self.transport.send_raw(&composed.envelope, &composed.bytes);
        // The client gives a mail of eight bits back that the server does not offer to take (8BITMIME).
        if sent.as_ref().is_err_and(Error::is_client) && !composed.bytes.is_ascii() {
            composed = match prepare(&self.db, mail, Way::SevenBit)? {
                Ok(composed) => composed,
                Err(undelivered) => return Ok(undelivered),
            };
            sent = self.transport.send_raw(&composed.envelope, &composed.bytes);
        }
        let Err(error) = sent else { return Ok(Delivery::Sent) };
        let reason = error.to_string();
        if !error.is_permanent() || keeps_us_out(&error) {
            return Err(SendFault::Temporary(reason));
        }
        let failed: Vec<String> = composed.envelope.to().iter().map(ToString::to_string).collect();
        undelivered(&self.db, mail, (failed, false), &reason)
    }
}

/// Whether the server does not let us in (RFC 4954 §6): that says nothing of the mail, and ends when the settings are right.
fn keeps_us_out(error: &Error) -> bool {
    error.status().is_some_and(|code| matches!(u16::from(code), 530 | 534 | 535 | 538))
}
